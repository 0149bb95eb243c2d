// What the phone keeps: acts that wait for the network, what was typed, and photos. IndexedDB holds pictures as they are and
// outlives a reload, a closed tab and an empty battery. Everything bears the person whose it is.

const open = new Promise((good, bad) => {
  const asked = indexedDB.open("site", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("acts", { keyPath: "id", autoIncrement: true });
    asked.result.createObjectStore("drafts", { keyPath: "key" });
    asked.result.createObjectStore("photos", { keyPath: "id", autoIncrement: true });
  };
  asked.onsuccess = () => good(asked.result);
  asked.onerror = () => bad(asked.error);
});

async function run(name, mode, ask) {
  const database = await open;
  return new Promise((good, bad) => {
    const work = database.transaction(name, mode);
    const asked = ask(work.objectStore(name));
    work.oncomplete = () => good(asked.result);
    work.onerror = work.onabort = () => bad(work.error);
  });
}

export const all = (name) => run(name, "readonly", (store) => store.getAll());
export const get = (name, key) => run(name, "readonly", (store) => store.get(key));
export const put = (name, value) => run(name, "readwrite", (store) => store.put(value));
export const drop = (name, key) => run(name, "readwrite", (store) => store.delete(key));

// A key that nobody else makes; crypto.randomUUID wants https, this does not.
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
