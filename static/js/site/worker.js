// Keeps the engineer's pages and what they are drawn with, so that a reload without a network shows them again. Asks the network
// first, and answers nothing but the day and the visits at the client's.

const KEPT = "site-pages";
const PAGES = /^\/desk\/(day|visits\/\d+\/site)$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function keep(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await (await caches.open(KEPT)).put(request, answer);
  } catch { /* the next visit of the page tries again */ }
}

self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(Promise.all(event.data.keep.map((url) => keep(new Request(url, { credentials: "same-origin" })))));
});

async function page(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && request.mode === "navigate") await kept.put(new URL(request.url).pathname, answer.clone());
    return answer;
  } catch (gone) {
    const found = request.mode === "navigate" && await kept.match(new URL(request.url).pathname);
    if (!found) throw gone;
    return found;
  }
}

async function part(request) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(request);
  if (found && new URL(request.url).search) return found;
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  } catch (gone) {
    const other = found ?? await kept.match(request, { ignoreSearch: true });
    if (!other) throw gone;
    return other;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(part(event.request));
  else if (PAGES.test(url.pathname)) event.respondWith(page(event.request));
});
