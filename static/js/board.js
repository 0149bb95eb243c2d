// The dispatch board by hand and by keys. Blocks are links to their own form and work without this; here a drop, or an arrow
// key with Enter, posts the same form. The server decides; what it refuses stays where it was. Words come from attributes.

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const board = () => document.getElementById("board");
let held = null; // the block under the hand or the keys
let aim = null; // where it would go: {place, day, at, engineer}

function announce(text) {
  const line = document.getElementById("live");
  if (line) line.textContent = text;
}

function mark(place) {
  for (const other of $$("[data-place].target")) other.classList.toggle("target", other === place);
  place?.classList.add("target");
}

function letGo() {
  held?.classList.remove("dragged");
  mark(null);
  held = aim = null;
}

const minutesOf = (at) => Number(at.slice(0, 2)) * 60 + Number(at.slice(3));
const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

// In the day view the place says the hour, in steps of half an hour; in a week the hour stays.
function hourIn(place, clientX, grip) {
  if (!place.dataset.first) return null;
  const box = place.getBoundingClientRect();
  const halves = Number(place.dataset.halves);
  const half = Math.min(halves - 1, Math.max(0, Math.round(((clientX - grip - box.left) / box.width) * halves)));
  return clock(Number(place.dataset.first) * 60 + half * 30);
}

function put(block, target) {
  const { day, engineer } = target;
  if (block.dataset.ticket) {
    const ask = new URLSearchParams({ at: `${day}T${target.at || "09:00"}`, engineer });
    location.assign(`${block.getAttribute("href")}?${ask}`);
    return;
  }
  const { at, minutes, version, visit } = block.dataset;
  letGo();
  window.htmx.ajax("POST", block.getAttribute("href"), {
    source: board(), target: "#board", swap: "outerHTML",
    values: { day, at: target.at || at, minutes, engineer_id: engineer, version },
  }).then(() => {
    const again = $$(`[data-visit="${visit}"]`).find((b) => b.offsetParent);
    const summary = document.querySelector("#board .error-summary");
    (summary || again)?.focus();
    const said = document.querySelector("#board [data-said]");
    if (said) announce(said.textContent.trim());
  });
}

// --- By hand ----------------------------------------------------------------------------------------------------------

let grip = 0;
document.addEventListener("dragstart", (event) => {
  const block = event.target.closest?.(".visit-block[draggable]");
  if (!block) return;
  held = block;
  grip = event.clientX - block.getBoundingClientRect().left;
  block.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", block.dataset.visit || block.dataset.ticket);
});

document.addEventListener("dragover", (event) => {
  const place = held && event.target.closest?.("[data-place]");
  if (!place) return;
  event.preventDefault();
  mark(place);
});

document.addEventListener("drop", (event) => {
  const place = held && event.target.closest?.("[data-place]");
  if (!place) return;
  event.preventDefault();
  const at = hourIn(place, event.clientX, held.closest("[data-place]") ? grip : 0);
  const { day, engineer } = place.dataset;
  const same = held.dataset.day === day && held.dataset.engineer === engineer && (!at || at === held.dataset.at);
  if (same) letGo();
  else put(held, { day, engineer, at });
});

document.addEventListener("dragend", letGo);

// --- By keys ----------------------------------------------------------------------------------------------------------

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function start(block) {
  held = block;
  const own = block.closest("[data-place]") || $$("[data-place]").find((p) => p.offsetParent);
  aim = { place: own, day: own.dataset.day, engineer: own.dataset.engineer, at: block.dataset.at || "09:00" };
}

function step(across, down) {
  const week = board().dataset.board === "week";
  const places = $$("[data-place]").filter((p) => p.offsetParent);
  const columns = week ? aim.place.parentElement.querySelectorAll("[data-place]").length : 1;
  const index = places.indexOf(aim.place);
  const row = Math.floor(index / columns) + down;
  const column = (index % columns) + (week ? across : 0);
  if (!week && across) {
    const first = Number(aim.place.dataset.first) * 60;
    const last = first + (Number(aim.place.dataset.halves) - 1) * 30;
    aim.at = clock(Math.min(last, Math.max(first, minutesOf(aim.at) + across * 30)));
  }
  const next = column >= 0 && column < columns && row >= 0 ? places[row * columns + column] : null;
  if (next) Object.assign(aim, { place: next, day: next.dataset.day, engineer: next.dataset.engineer });
  mark(aim.place);
  aim.place.scrollIntoView({ block: "nearest", inline: "nearest" });
  announce(`${aim.place.dataset.label} ${aim.at}. ${board().dataset.sayEnter}`);
}

document.addEventListener("keydown", (event) => {
  const block = event.target.closest?.(".visit-block[draggable]");
  if (!block || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (STEPS[event.key] && $$("[data-place]").some((p) => p.offsetParent)) {
    event.preventDefault();
    if (held !== block || !aim) start(block);
    step(...STEPS[event.key]);
  } else if (event.key === "Enter" && aim) {
    event.preventDefault();
    const week = board().dataset.board === "week";
    put(block, { day: aim.day, engineer: aim.engineer, at: week ? null : aim.at });
  } else if (event.key === "Escape" && aim) {
    letGo();
    announce(board().dataset.sayLeft);
  }
});

document.addEventListener("focusout", () => { if (aim) letGo(); });
