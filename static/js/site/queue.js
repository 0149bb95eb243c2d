// Acts that wait: sent in the order in which they were done, each under a random key, so that the server does it once even if
// its answer was lost. One that is refused waits for a decision, and with it what follows at the same visit.

import * as store from "./store.js";

export async function waiting(person) {
  return (await store.all("acts")).filter((act) => act.person === person).sort((a, b) => a.id - b.id);
}

// The same form sent again before it ever left the phone, or after it was refused, takes the place of what it was; photos that
// were handed over with it go along.
export async function add(act) {
  const before = (await waiting(act.person)).filter((a) => a.form === act.form && a.url === act.url && (!a.tried || a.error));
  const photos = before.flatMap((old) => old.fields.filter(([name]) => name === "photos"));
  const fields = [...act.fields, ...photos];
  await store.put("acts", { ...act, fields, key: store.newKey(), tried: false, error: null });
  for (const old of before) await store.drop("acts", old.id);
}

export async function again(act, answer) {
  const fields = act.fields.map(([name, value]) => {
    if (answer && name === "slot") return [name, answer.slot];
    if (answer && name.endsWith("-version")) return [name, String(answer.versions[act.device ?? ""] ?? 0)];
    return [name, value];
  });
  await store.put("acts", { ...act, fields, error: null, answer: null, key: store.newKey() });
}

async function token(url) {
  const page = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (page.redirected) return null;
  const text = await page.text();
  const found = new DOMParser().parseFromString(text, "text/html").querySelector("meta[name=csrf-token]");
  return found ? found.content : "";
}

function bodyOf(act) {
  const body = new FormData();
  for (const [name, value] of act.fields) {
    if (value instanceof Blob) body.append(name, value, value.name ?? "photo.jpg");
    else if (value?.blob) body.append(name, value.blob, value.name);
    else body.append(name, value);
  }
  body.set("key", act.key);
  return body;
}

// What became of an act: "done", "refused" or "later" (the network, or a server that is down).
async function send(act, csrf, words) {
  await store.put("acts", { ...act, tried: true });
  const answer = await fetch(act.url, {
    method: "POST", body: bodyOf(act), headers: { "X-Kept-On-Phone": "1", "X-CSRFToken": csrf },
  });
  if (answer.status >= 500) return { state: "later" };
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
  if (told?.done) return { state: "done", told };
  if (answer.status === 413) return { state: "refused", said: [words.sayTooLarge] };
  if (answer.status === 404 || answer.status === 403) return { state: "refused", said: [words.sayGone] };
  return told ? { state: "refused", said: told.said, told } : { state: "later" };
}

async function follow(act, told) {
  await store.drop("acts", act.id);
  if (act.device === undefined) return;
  for (const later of await waiting(act.person)) {
    if (later.url !== act.url || later.device !== act.device) continue;
    const fields = later.fields.map(([n, v]) => (n.endsWith("-version") ? [n, String(told.versions[act.device] ?? 0)] : [n, v]));
    await store.put("acts", { ...later, fields });
  }
}

async function flushNow(person, words, onDone) {
  const stuck = new Set();
  let csrf;
  for (;;) {
    const list = await waiting(person);
    list.filter((act) => act.error).forEach((act) => stuck.add(act.url));
    const act = list.find((a) => !stuck.has(a.url));
    if (!act) return "sent";
    try {
      csrf ??= await token(act.url);
      if (csrf === null) return "sign-in";
      const came = await send(act, csrf, words);
      if (came.state === "later") return "later";
      if (came.state === "refused") await store.put("acts", { ...act, tried: true, error: came.said, answer: came.told ?? null });
      else { await follow(act, came.told); await onDone(act, came.told); }
    } catch {
      return "later";
    }
  }
}

// One tab at a time; a second one would send the same acts beside it (the keys make that harmless, and slow).
export const flush = (...all) => (navigator.locks ? navigator.locks.request("site-queue", () => flushNow(...all)) : flushNow(...all));
