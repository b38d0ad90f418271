// Inside another site's frame: says how tall the page is, so that the frame needs no scroll bar of its own.
// The height is no secret, so whoever shows us may hear it.
function tell(more) {
  parent.postMessage({ choseiHeight: document.documentElement.offsetHeight, ...more }, "*");
}

if (parent !== window) {
  new ResizeObserver(() => tell()).observe(document.body);
  tell({ choseiMoved: document.referrer.startsWith(location.origin) });
}
