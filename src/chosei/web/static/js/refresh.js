// [data-refresh="30"]: asks htmx for fresh content every so many seconds, but not while nobody looks.
// An element that comes back without the attribute is no longer asked for.
const timers = new WeakMap();

function ask(element) {
  if (!element.isConnected || !element.dataset.refresh) return;
  if (!document.hidden) element.dispatchEvent(new Event("refresh"));
  arm(element);
}

function arm(element) {
  clearTimeout(timers.get(element));
  timers.set(element, setTimeout(() => ask(element), Number(element.dataset.refresh) * 1000));
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
