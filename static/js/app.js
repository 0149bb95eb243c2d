// Shortens the way on pages that already work as plain links and forms. Every listener is delegated from the document,
// so fragments that htmx brings in later need no set-up. All words come from attributes that the server wrote.

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const say = document.body.dataset;

// --- Telling: a polite line for ears, a toast for eyes ---------------------------------------------------------------

function announce(text) {
  const line = document.getElementById("live");
  if (!line || !text) return;
  line.textContent = "";
  setTimeout(() => { line.textContent = text; }, 50);
}

let toastTimer;
function toast(text, stays = false) {
  const line = document.getElementById("toast");
  line.textContent = text;
  clearTimeout(toastTimer);
  if (!stays) toastTimer = setTimeout(() => { line.textContent = ""; }, 8000);
}

addEventListener("offline", () => toast(say.sayOffline, true));
addEventListener("online", () => toast(say.sayOnline));

// --- htmx: the token on each request, whole pages in answer to a fragment, errors in words -----------------------------

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, requestConfig } = event.detail;
  if (!/^\s*<!doctype/i.test(xhr.responseText)) return;
  const asked = new URL(requestConfig.path, location.href);
  if (xhr.status < 400 && xhr.responseURL && new URL(xhr.responseURL).pathname !== asked.pathname) {
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL);
    return;
  }
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const part = target.id && page.getElementById(target.id);
  event.detail.shouldSwap = event.detail.shouldSwap && Boolean(part);
  if (part) event.detail.serverResponse = part.outerHTML;
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt } = event.detail;
  if (elt.matches("[data-poll]")) return;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const words = page.querySelector("#error, [role=alert], main p");
  toast(words ? words.textContent.trim() : say.sayFailed, true);
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (!event.detail.elt.matches("[data-poll]")) toast(say.sayFailed, true);
  });
}

// --- Polling that nobody notices: not while hidden, not under a hand --------------------------------------------------

function underHand(part) {
  const selection = getSelection();
  return part.contains(document.activeElement) && document.activeElement !== part
    || part.querySelector("details[open][data-menu], dialog[open], input[type=checkbox]:checked") !== null
    || (selection && !selection.isCollapsed && part.contains(selection.anchorNode));
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.detail.elt;
  if (part.matches("[data-poll]") && (document.hidden || !navigator.onLine || underHand(part))) event.preventDefault();
});

// A form that is on its way keeps no draft any more: it would come back after it was sent.
document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.detail.elt;
  if (part.matches("[data-autosave]") && part.closest("form")?.matches(".htmx-request, [data-busy]")) event.preventDefault();
});

// Files that the draft holds by now are listed there: they are not sent twice.
document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.detail.requestConfig?.elt.matches("[data-autosave]") && document.getElementById("ticket-draft")?.closest("form");
  if (form) $$("[data-drop]", form).forEach((place) => hold(place, place.querySelector("input[type=file]"), []));
});

// Canned words go where the cursor is; the search takes the first one with Enter.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-insert]");
  const field = link?.closest("form")?.elements.text;
  if (!field || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const before = field.value.slice(0, field.selectionStart);
  field.setRangeText((before && !before.endsWith("\n") ? "\n" : "") + link.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  link.closest("#ticket-canned").replaceChildren();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-canned-search]")) return;
  event.stopPropagation();
  const wanted = event.target.value.toLocaleLowerCase();
  for (const item of $$("li", event.target.parentElement)) item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
}, true);

document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-canned-search]") || event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  $$("li:not([hidden]) a", event.target.parentElement)[0]?.click();
});

// --- Colleagues see that somebody types; a mark is read only by somebody who stays -------------------------------------

const TYPES = { "ticket-reply": "reply", "ticket-note": "note" };
let typingTimer;

function typeMark(kind) {
  const box = document.querySelector("form[data-presence]");
  if (!box || box.elements.typing.value === kind) return;
  box.elements.typing.value = kind;
  window.htmx?.trigger(box, "poll");
}

document.addEventListener("input", (event) => {
  const kind = event.target.tagName === "TEXTAREA" && TYPES[event.target.form?.id];
  if (!kind) return;
  typeMark(kind);
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => typeMark(""), 30000);
});

const READ_AFTER = 5;
let stayed = 0;
setInterval(() => {
  const form = document.querySelector("form[data-read]");
  const newest = form && (document.querySelector("#ticket-timeline .unread") ?? document.querySelector("#ticket-timeline .entry"));
  if (!newest || document.hidden || !document.hasFocus()) return;
  const { top, bottom } = newest.getBoundingClientRect();
  stayed = bottom > 0 && top < innerHeight ? stayed + 1 : 0;
  if (stayed < READ_AFTER) return;
  stayed = 0;
  window.htmx?.trigger(form, "read");
}, 1000);

const askAgain = () => $$("[data-poll]").forEach((part) => window.htmx?.trigger(part, "poll"));
document.addEventListener("visibilitychange", () => { if (!document.hidden) askAgain(); });

const announced = new Map();
document.addEventListener("htmx:afterSwap", (event) => {
  const part = document.getElementById(event.detail.target.id) ?? event.detail.elt;
  for (const line of [part, ...$$("[data-announce]", part)].filter((e) => e.dataset?.announce)) {
    if (announced.get(line.id) !== line.dataset.announce) announce(line.dataset.announce);
    announced.set(line.id, line.dataset.announce);
  }
});

// --- Whatever appears on the page -------------------------------------------------------------------------------------

function greet(root) {
  root.querySelector("[data-focus]")?.focus();
  $$("[data-announce]", root).forEach((line) => { if (!announced.has(line.id)) announced.set(line.id, line.dataset.announce); });
  if (navigator.clipboard) $$("[data-copy][hidden]", root).forEach((button) => { button.hidden = false; });
  $$("[data-drop]", root).forEach((place) => place.classList.add("live"));
  $$("form[data-draft]", root).forEach(restore);
  if (root.matches?.("form[data-draft]")) restore(root);
}

document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) greet(event.detail.elt); });

// --- Drafts: what was typed outlives a reload, a sign-in, a stale form -------------------------------------------------

const TYPED = "input:not([type=hidden], [type=password], [type=file], [type=submit], [type=search]), textarea, select";
const keyOf = (form) => `draft:${say.person}:${form.dataset.draft}`;
const typedIn = (form) => $$(TYPED, form).filter((field) => field.name);

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0;
  return field.value !== field.defaultValue;
}

// A refused form comes back with what was typed as its defaults: all of it is unsent still.
const refused = (form) => form.querySelector(".error-summary, .field.wrong") !== null;
const unsent = (form) => typedIn(form).filter((field) => changed(field) || (refused(form) && field.value));

function keep(form) {
  const values = unsent(form).filter((field) => field.type !== "radio" || field.checked)
    .map((field) => [field.name, field.type === "checkbox" ? field.checked : field.value]);
  const read = form.elements.last_entry;
  if (values.length && read) values.push([read.name, read.value]);
  if (values.length) sessionStorage.setItem(keyOf(form), JSON.stringify(values));
  else sessionStorage.removeItem(keyOf(form));
}

function restore(form) {
  const kept = sessionStorage.getItem(keyOf(form));
  if (!kept || form.querySelector(".draft-line")) return;
  let count = 0;
  for (const [name, value] of JSON.parse(kept)) {
    // What the writer had read travels with the words: the desk compares once, whatever happens in between.
    if (name === "last_entry") { if (!refused(form)) form.elements.last_entry.value = value; continue; }
    const fields = typedIn(form).filter((field) => field.name === name);
    for (const field of fields) {
      if (field.type === "radio") { if (field.value === value && !field.checked) { field.checked = true; count += 1; } }
      else if (field.type === "checkbox") { if (field.checked !== value) { field.checked = value; count += 1; } }
      else if (field.value !== value && !changed(field)) { field.value = value; count += 1; }
    }
  }
  if (!count) return;
  const line = document.createElement("p");
  line.className = "draft-line";
  line.textContent = say.sayRestored;
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "btn btn-link";
  discard.textContent = say.sayDiscard;
  discard.addEventListener("click", () => { form.reset(); sessionStorage.removeItem(keyOf(form)); line.remove(); });
  line.append(discard);
  form.prepend(line);
}

function settleSent() {
  const sent = sessionStorage.getItem("draft-sent");
  sessionStorage.removeItem("draft-sent");
  if (sent && !document.querySelector("[data-keep-drafts], .error-summary, .field.wrong")) sessionStorage.removeItem(sent);
}

let keepTimer;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form?.dataset.draft) return;
  delete form.dataset.sent;
  delete form.dataset.saving;
  clearTimeout(keepTimer);
  keepTimer = setTimeout(() => keep(form), 250);
});

addEventListener("pagehide", () => $$("form[data-draft]").forEach((form) => { if (!form.dataset.sent) keep(form); }));
addEventListener("beforeunload", (event) => {
  if ($$("form[data-draft]").some((form) => !form.dataset.sent && unsent(form).some((field) => field.tagName === "TEXTAREA"))) event.preventDefault();
});

// The form's own request sends it, and a draft that the server has kept is safe there, unless more was typed meanwhile.
// A part of the form that is loaded says nothing of what was typed.
document.addEventListener("htmx:beforeSend", (event) => {
  const form = event.detail.elt.matches("[data-autosave]") && event.detail.elt.closest("form[data-draft]");
  if (form) form.dataset.saving = "1";
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (xhr.status === 401) { // whoever asked, the page goes to the sign-in
    $$("form[data-draft]").forEach((form) => { keep(form); form.dataset.sent = "1"; });
    return;
  }
  const saves = elt.matches("[data-autosave]");
  const form = saves ? elt.closest("form") : elt;
  if (!form?.matches("form[data-draft]")) return;
  if (xhr.status < 400 && (!saves || "saving" in form.dataset)) {
    sessionStorage.removeItem(keyOf(form));
    form.dataset.sent = "1";
  } else keep(form);
});

// --- Sending: a question first where it matters, once only --------------------------------------------------------------

function ask(question, button, then) {
  const box = document.createElement("dialog");
  const words = document.createElement("p");
  words.textContent = question;
  words.id = "ask-words";
  box.setAttribute("aria-labelledby", "ask-words");
  const foot = document.createElement("div");
  foot.className = "dialog-foot";
  // Red is what takes something away; what was green on the page is green when it is asked about.
  const [verb, kind] = [button?.textContent.trim() || say.sayYes, button?.matches(".btn-primary") ? "btn-primary" : "btn-danger"];
  for (const [text, look, act] of [[verb, kind, then], [say.sayNo, "btn-secondary", () => {}]]) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.className = `btn ${look}`;
    choice.textContent = text;
    choice.addEventListener("click", () => { box.close(); act(); });
    foot.append(choice);
  }
  box.append(words, foot);
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  foot.lastChild.focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (!question || form.dataset.confirmed) { delete form.dataset.confirmed; return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(question, button, () => { form.dataset.confirmed = "1"; form.requestSubmit(button); });
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("signOut" in form.dataset) sessionStorage.clear();
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.busy) { event.preventDefault(); return; }
  form.dataset.busy = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  if (form.dataset.draft) {
    keep(form);
    form.dataset.sent = "1";
    sessionStorage.setItem("draft-sent", keyOf(form));
  }
});

addEventListener("pageshow", (event) => {
  if (event.persisted) $$("form[data-busy]").forEach((form) => { delete form.dataset.busy; delete form.dataset.sent; });
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

// --- Files: dropped or chosen, with names, sizes and what is wrong with them ---------------------------------------------

const sizeText = (bytes) => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

function whyNot(file, place) {
  const ending = file.name.split(".").pop().toLowerCase();
  if ((place.dataset.refused ?? "").split(",").includes(ending)) return place.dataset.wrongType.replace("{name}", file.name);
  if (file.size > Number(place.dataset.maxBytes)) return place.dataset.tooLarge.replace("{name}", file.name);
  return "";
}

const chosen = new WeakMap();

function take(place, added) {
  const input = place.querySelector("input[type=file]");
  const known = chosen.get(input) ?? [];
  const wrong = [];
  for (const file of added) {
    const why = whyNot(file, place);
    if (why) wrong.push(why);
    else if (!known.some((other) => other.name === file.name && other.size === file.size)) known.push(file);
  }
  hold(place, input, known);
  for (const why of wrong) {
    const item = document.createElement("li");
    const words = document.createElement("span");
    words.className = "wrong-file";
    words.textContent = why;
    item.append(words);
    place.querySelector(".files").append(item);
  }
}

function hold(place, input, files) {
  const basket = new DataTransfer();
  files.forEach((file) => basket.items.add(file));
  input.files = basket.files;
  chosen.set(input, files);
  place.querySelector(".files").replaceChildren(...files.map((file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const size = document.createElement("span");
    size.className = "quiet num";
    size.textContent = sizeText(file.size);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "icon-button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", place.dataset.remove.replace("{name}", file.name));
    remove.addEventListener("click", () => { hold(place, input, files.filter((other) => other !== file)); input.focus(); });
    item.append(name, size, remove);
    return item;
  }));
}

document.addEventListener("change", (event) => {
  const place = event.target.closest("[data-drop]");
  if (place && event.target.type === "file") take(place, [...event.target.files]);
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const place = event.target.closest?.("[data-drop]");
    $$("[data-drop].over").forEach((other) => { if (other !== place || name !== "dragover") other.classList.remove("over"); });
    if (!place || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (name === "dragover") place.classList.add("over");
    if (name === "drop") take(place, [...event.dataTransfer.files]);
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const place = event.target.querySelector?.("[data-drop]");
  if (!place || !event.detail.lengthComputable || !place.querySelector("input").files.length) return;
  let bar = place.querySelector("progress");
  if (!bar) { bar = document.createElement("progress"); bar.max = 100; place.append(bar); }
  bar.value = Math.round(100 * event.detail.loaded / event.detail.total);
  bar.setAttribute("aria-label", place.dataset.sending.replace("{percent}", bar.value));
  if (bar.value % 25 === 0) announce(bar.getAttribute("aria-label"));
});

document.addEventListener("htmx:afterRequest", (event) => $$("progress", event.detail.elt).forEach((bar) => bar.remove()));

// --- Dialogs, menus, copying ---------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  const box = opener && document.getElementById(opener.dataset.dialogOpen);
  if (box?.showModal && !event.ctrlKey && !event.metaKey) { event.preventDefault(); box.showModal(); }
  event.target.closest("[data-dialog-close]")?.closest("dialog").close();
  if (event.target.tagName === "DIALOG" && !event.target.querySelector("form")) event.target.close();
  $$("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  if (event.target.closest("[data-back]") && history.length > 1) { event.preventDefault(); history.back(); }
  const copy = event.target.closest("[data-copy]");
  if (copy) { await navigator.clipboard.writeText(copy.dataset.copy); toast(copy.dataset.copied); }
});

// --- Timers: how long a call has been going on, counted from the instant that the server keeps ----------------------------

function tick() {
  for (const line of $$("[data-since]")) {
    const seconds = Math.max(0, Math.floor(Date.now() / 1000) - Number(line.dataset.since));
    const two = (n) => String(n).padStart(2, "0");
    line.textContent = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  }
}
setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", tick);

// --- Keys for the desk: silent while typing, composing, or asking ------------------------------------------------------

let prefix = "";
const keysOff = () => localStorage.getItem("keys") === "off";

function showKeys() {
  const box = document.getElementById("keys");
  if (!box) return;
  const list = box.querySelector("dl");
  list.replaceChildren(...$$("[data-key]").filter((e) => e.checkVisibility()).map((element) => {
    const row = document.createElement("div");
    const key = document.createElement("dt");
    const word = document.createElement("dd");
    key.textContent = element.dataset.key;
    word.textContent = element.getAttribute("aria-label") ?? element.querySelector("span")?.textContent ?? element.textContent;
    row.append(key, word);
    return row;
  }));
  const choice = box.querySelector("input");
  choice.checked = !keysOff();
  choice.onchange = () => localStorage.setItem("keys", choice.checked ? "on" : "off");
  box.showModal();
}

function step(by) {
  const rows = $$(".board tbody th a, .request-list a").filter((link) => link.checkVisibility());
  const now = rows.findIndex((link) => link.closest("tr, li")?.contains(document.activeElement));
  rows[Math.min(rows.length - 1, Math.max(0, now + by))]?.focus();
}

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details[data-menu][open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  if (!document.body.classList.contains("staff") || event.isComposing || event.keyCode === 229) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "?") { showKeys(); return; }
  if (keysOff()) return;
  if (event.key === "j" || event.key === "k") { step(event.key === "j" ? 1 : -1); return; }
  const tick = event.key === "x" && document.activeElement?.closest("tr")?.querySelector("input[type=checkbox]");
  if (tick) { tick.click(); return; }
  const pressed = prefix ? `${prefix} ${event.key}` : event.key;
  prefix = event.key === "g" && !prefix ? "g" : "";
  const found = $$("[data-key]").find((element) => element.dataset.key === pressed && element.checkVisibility());
  if (!found) return;
  event.preventDefault();
  prefix = "";
  if (found.matches("input, textarea, select")) found.focus();
  else found.click();
});

settleSent();
tick();
greet(document);
