// The engineer's phone page: whatever is typed, photographed or signed is kept on the phone at once; each button becomes an act
// that waits in line and is sent when the network lets it. Without scripts the same forms are sent as they stand.

import SignaturePad from "../../vendor/signature_pad.min.js";
import * as store from "./store.js";
import * as photos from "./photos.js";
import * as queue from "./queue.js";

const kept = document.getElementById("site-kept");
const words = kept.dataset;
const person = words.personId;
const visit = document.getElementById("site")?.dataset.visit;
const forms = [...document.querySelectorAll("form[data-act]")];
const idOf = (form) => form.id || `${form.dataset.act}-${form.elements.device?.value ?? ""}`;
const draftOf = (form) => `${person}:${visit}:${idOf(form)}`;
const pads = new Map();

// --- Telling -------------------------------------------------------------------------------------------------------------

function say(text, tone = "warning") {
  if ([...document.querySelectorAll("#site-said > *")].some((e) => e.textContent === text)) return;
  const line = document.createElement("div");
  line.className = `flash ${tone}`;
  line.textContent = text;
  document.getElementById("site-said").append(line);
}

function button(word, kind, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn btn-${kind}`;
  made.textContent = word;
  made.addEventListener("click", act);
  return made;
}

async function draw(state = "") {
  const list = await queue.waiting(person);
  kept.hidden = list.length === 0;
  document.documentElement.toggleAttribute("data-unsent", list.length > 0);
  document.getElementById("site-kept-list").replaceChildren(...list.map((act) => {
    const item = document.createElement("li");
    const line = document.createElement("div");
    const at = new Date(act.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    line.textContent = `${act.label} · V-${act.visit} · ${at} · ${act.error ? "" : state === "sending" ? words.saySending : words.sayWaits}`.replace(/ · $/, "");
    item.append(line);
    for (const sentence of act.error ?? []) {
      const wrong = document.createElement("p");
      wrong.className = "error";
      wrong.textContent = sentence;
      item.append(wrong);
    }
    if (act.error) {
      const conflict = act.answer && (act.fields.some(([n]) => n === "slot" || n.endsWith("-version")));
      item.append(
        button(conflict ? words.sayAnyway : words.sayAgain, "secondary", async () => { await queue.again(act, conflict ? act.answer : null); await flush(true); }),
        button(words.sayAway, "link", async () => { if (confirm(words.sayAwaySure)) { await store.drop("acts", act.id); await draw(); } }),
      );
    }
    return item;
  }));
  for (const step of document.querySelectorAll("[data-step]")) {
    const waits = list.some((act) => act.visit === visit && act.form === `site-${step.dataset.step}`);
    step.classList.toggle("waits", waits);
    step.dataset.waits = words.sayWaits;
  }
}

// --- Sending -------------------------------------------------------------------------------------------------------------

async function onDone(act, told) {
  const draft = await store.get("drafts", act.draft);
  if (draft && draft.at <= act.at) await store.drop("drafts", act.draft);
  else if (draft && act.device !== undefined) await store.put("drafts", { ...draft, version: String(told.versions[act.device]) });
  if (told.said.length) sessionStorage.setItem("site-said", JSON.stringify(told.said));
  sentHere ||= act.visit === visit;
}

let sentHere = false;
async function flush(asked = false) {
  if (!(await queue.waiting(person)).some((act) => !act.error)) { await draw(); return; }
  await draw("sending");
  const state = await queue.flush(person, words, onDone);
  await draw();
  if (state === "sign-in") say(words.saySignIn);
  if (state === "later" && navigator.onLine && asked) say(words.sayFailed);
  if (!sentHere) return;
  sentHere = false;
  const typing = document.activeElement?.matches("input, textarea, select");
  if (asked || !typing) { sessionStorage.setItem("site-top", String(scrollY)); location.reload(); }
  else if (state === "sent") say(words.saySent, "success");
}

async function entries(form) {
  const fields = [];
  for (const [name, value] of new FormData(form)) {
    if (name === "csrf_token" || name === "key") continue;
    if (!(value instanceof File)) fields.push([name, value]);
    else if (value.size) fields.push([name, { name: value.name.replace(/\.\w+$/, "") + ".jpg", blob: await photos.smaller(value) }]);
  }
  const mine = (await store.all("photos")).filter((photo) => photo.draft === draftOf(form));
  for (const photo of mine) fields.push(["photos", { name: photo.name, blob: photo.blob }]);
  return [fields, mine];
}

async function keepAct(form) {
  const at = new Date().toISOString();
  const [fields, mine] = await entries(form);
  await queue.add({
    person, visit, form: idOf(form), draft: draftOf(form), url: form.getAttribute("action"), label: form.dataset.label, at,
    fields: [...fields, ["at", at]], device: form.dataset.act === "sheet" ? form.elements.device.value : undefined,
  });
  for (const photo of mine) await store.drop("photos", photo.id);
  await photos.show(form, draftOf(form), words);
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  try {
    // The client signs what stands on the glass: sheets with unsent words go first.
    if (form.dataset.act === "sign" || form.dataset.act === "finish") {
      for (const other of forms.filter((f) => f.dataset.act === "sheet")) {
        if (await store.get("drafts", draftOf(other))) await keepAct(other);
      }
    }
    await keepAct(form);
  } catch {
    say(words.sayNoRoom);
    return;
  }
  await flush(true);
  if (!kept.hidden) kept.scrollIntoView({ block: "nearest" });
}, true);

// --- Keeping what is typed -------------------------------------------------------------------------------------------------

const TYPED = "input:not([type=hidden], [type=file]), textarea, select, input[data-kept]";

const versionOf = (form) => form.querySelector("input[name$='-version']");

let timer;
function keepTyped(form) {
  const values = [...form.querySelectorAll(TYPED)].filter((f) => f.name)
    .map((f) => [f.name, f.type === "checkbox" || f.type === "radio" ? [f.value, f.checked] : f.value]);
  const version = versionOf(form)?.value;
  return store.put("drafts", { key: draftOf(form), at: new Date().toISOString(), version, values }).catch(() => say(words.sayNoRoom));
}

for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => {
    const form = event.target.closest?.("form[data-act]");
    if (!form) return;
    if (event.target.type === "file" && name === "input") return;
    if (event.target.name === "photos") { photos.take(event.target, form, draftOf(form), words, say); return; }
    if (event.target.type === "file") return;
    clearTimeout(timer);
    if (name === "change") keepTyped(form);
    else timer = setTimeout(() => keepTyped(form), 250);
  });
}

async function restore(form) {
  const draft = await store.get("drafts", draftOf(form));
  if (draft) {
    // Typed on top of an older sheet: the server is told, and says so.
    if (draft.version !== undefined && versionOf(form)) versionOf(form).value = draft.version;
    for (const [name] of draft.values) while (/-parts-\d+-name$/.test(name) && !form.elements[name] && addRow(form));
    for (const [name, value] of draft.values) {
      const fields = [...form.querySelectorAll(TYPED)].filter((f) => f.name === name);
      for (const field of fields) {
        if (!Array.isArray(value)) field.value = value;
        else if (field.type === "checkbox" || field.value === value[0]) field.checked = value[1];
      }
    }
    form.querySelectorAll("details").forEach((box) => {
      if ([...box.querySelectorAll("input, textarea")].some((f) => f.type !== "hidden" && f.type !== "checkbox" && f.value && f.value !== f.defaultValue)) box.open = true;
    });
  }
  await photos.show(form, draftOf(form), words);
}

function addRow(form) {
  const rows = form.querySelectorAll("[data-row]");
  if (!rows.length || rows.length >= 20) return null;
  const made = rows[rows.length - 1].cloneNode(true);
  const next = (text) => text.replace(/-parts-\d+-/, `-parts-${rows.length}-`);
  for (const e of made.querySelectorAll("[id], [name], [for]")) {
    for (const a of ["id", "name", "for"]) if (e.hasAttribute(a)) e.setAttribute(a, next(e.getAttribute(a)));
    if (e.type === "checkbox") e.checked = false;
    else if (e.tagName === "INPUT") e.value = /quantity$/.test(e.name) ? "1" : "";
  }
  rows[rows.length - 1].after(made);
  return made;
}

document.addEventListener("click", (event) => {
  const more = event.target.closest("[data-add-row]");
  if (more) addRow(more.closest("form"))?.querySelector("input")?.focus();
  const clear = event.target.closest("[data-clear]");
  if (clear) {
    const place = clear.closest("[data-signature]");
    pads.get(place).clear();
    place.querySelector("[data-kept]").value = "";
    keepTyped(place.closest("form"));
  }
});

// --- Signatures on the glass -------------------------------------------------------------------------------------------------

function fit(canvas, pad) {
  const kept = pad.toData();
  const scale = Math.max(devicePixelRatio || 1, 1);
  canvas.width = canvas.offsetWidth * scale;
  canvas.height = canvas.offsetHeight * scale;
  canvas.getContext("2d").scale(scale, scale);
  pad.fromData(kept);
}

function startPad(place) {
  const canvas = place.querySelector("canvas");
  const hidden = place.querySelector("[data-kept]");
  place.querySelector("[data-pad]").hidden = false;
  place.querySelector("[data-paper]").open = false;
  const pad = new SignaturePad(canvas, { penColor: "rgb(20, 24, 60)", minWidth: 1, maxWidth: 3 });
  pads.set(place, pad);
  fit(canvas, pad);
  if (hidden.value) pad.fromDataURL(hidden.value, { width: canvas.offsetWidth, height: canvas.offsetHeight });
  pad.addEventListener("endStroke", () => { hidden.value = pad.toDataURL(); keepTyped(place.closest("form")); });
}

// --- Beginning ---------------------------------------------------------------------------------------------------------------

async function keepPages() {
  if (!("serviceWorker" in navigator)) return;
  // What another person kept on this phone is not shown to this one.
  if (localStorage.getItem("site-person") !== person) await caches.delete("site-pages");
  localStorage.setItem("site-person", person);
  await navigator.serviceWorker.register(words.worker, { scope: "/desk/" });
  const ready = await navigator.serviceWorker.ready;
  const parts = performance.getEntriesByType("resource").map((entry) => entry.name).filter((url) => url.startsWith(`${location.origin}/static/`));
  const pages = [...document.querySelectorAll("a[data-keep]")].map((link) => link.href);
  ready.active.postMessage({ keep: [location.origin + location.pathname, ...pages, ...parts] });
}

async function begin() {
  document.querySelectorAll("[data-add-row]").forEach((more) => { more.hidden = false; });
  const said = JSON.parse(sessionStorage.getItem("site-said") ?? "[]");
  sessionStorage.removeItem("site-said");
  said.forEach((sentence) => say(sentence));
  for (const form of forms) await restore(form);
  document.querySelectorAll("[data-signature]").forEach(startPad);
  const top = sessionStorage.getItem("site-top");
  sessionStorage.removeItem("site-top");
  if (top) scrollTo(0, Number(top));
  document.documentElement.dataset.siteReady = "1";
  await keepPages().catch(() => {});
  document.documentElement.dataset.siteKept = "1";
  await flush();
}

addEventListener("online", () => flush());
document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
setInterval(() => { if (navigator.onLine) flush(); }, 20_000);
begin();
