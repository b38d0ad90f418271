// The device's own time zone, where it shows other times than the page does: taken while the reader has named none
// and the page shows the host's times beside theirs, suggested otherwise.
function offsetOf(zone, at) {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName").value;
}

function nameOf(zone, at) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: zone, timeZoneName: "long" });
  return format.formatToParts(at).find((part) => part.type === "timeZoneName").value;
}

function suggest(box, hint) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = new Date();
  if (!own || offsetOf(own, now) === offsetOf(box.dataset.current, now)) return;
  const here = new URL(location.href);
  if ("unsaid" in box.dataset && !here.searchParams.has("zone")) {
    here.searchParams.set("zone", own);
    location.replace(here);
    return;
  }
  hint.querySelector("[data-zone-name]").textContent = nameOf(own, now);
  hint.hidden = false;
  hint.querySelector("[data-zone-use]").addEventListener("click", () => {
    const select = box.querySelector("select");
    if (![...select.options].some((option) => option.value === own)) select.add(new Option(own, own));
    select.value = own;
    select.form.requestSubmit(box.querySelector("button[name='rezone']"));
  });
}

const box = document.querySelector("[data-zone]");
const hint = document.querySelector("[data-zone-hint]");
if (box && hint) suggest(box, hint);
