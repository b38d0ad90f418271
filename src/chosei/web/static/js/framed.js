// Inside another site's frame: says how tall the page is, so that the frame needs no scroll bar of its own.
// Neither the height nor a wish to leave is a secret, so whoever shows us may hear it.
function tell(more) {
  parent.postMessage({ choseiHeight: document.documentElement.offsetHeight, ...more }, "*");
}

if (parent !== window) {
  new ResizeObserver(() => tell()).observe(document.body);
  tell({ choseiMoved: document.referrer.startsWith(location.origin) });
  // Escape closes the window over the page, but nobody's typing is lost by it.
  addEventListener("keydown", (event) => {
    const typing = event.isComposing || event.target.closest?.("input:not([type=radio]), textarea, select, dialog");
    if (event.key === "Escape" && !event.defaultPrevented && !typing) tell({ choseiLeave: true });
  });
}
