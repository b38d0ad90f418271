// [data-refresh="30"]: asks htmx for fresh content every so many seconds, but not while nobody looks.
// An element that comes back without the attribute is no longer asked for; one with [data-soon] inside waits for
// something that is on its way, and is asked for every few seconds.
const SOON = 5;
const timers = new WeakMap();

function ask(element) {
  if (!element.isConnected || !element.dataset.refresh) return;
  if (!document.hidden) element.dispatchEvent(new Event("refresh"));
  arm(element);
}

function arm(element) {
  clearTimeout(timers.get(element));
  const seconds = element.querySelector("[data-soon]") ? SOON : Number(element.dataset.refresh);
  timers.set(element, setTimeout(() => ask(element), seconds * 1000));
}

function armAll() {
  for (const element of document.querySelectorAll("[data-refresh]")) {
    if (!timers.has(element)) arm(element);
  }
}

document.addEventListener("htmx:afterSettle", armAll);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-refresh]")) ask(element);
});
armAll();
