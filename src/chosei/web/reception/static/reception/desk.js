// The start screen, made smoother: keys without a round trip, the camera, and a word when the network is away.
// Without this file the keys are ordinary buttons, and the server keeps what was typed.

const form = document.querySelector("[data-desk]");
const field = form.elements.code;
const offline = document.querySelector("[data-offline]");
const MINUTE = 60_000;
const IDLE = 2 * MINUTE;
let touched = Date.now();

form.addEventListener("click", (event) => {
  const key = event.target.closest("[name=press]");
  if (!key) return;
  event.preventDefault();
  field.value = key.value === "back" ? field.value.slice(0, -1) : (field.value + key.value).slice(0, 6);
});

form.addEventListener("submit", (event) => {
  if (navigator.onLine === false) {
    event.preventDefault();
    offline.hidden = false;
  }
});

for (const what of ["pointerdown", "keydown"]) {
  document.addEventListener(what, () => {
    touched = Date.now();
  });
}

async function reached() {
  try {
    const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store", redirect: "manual" });
    return answer.ok || answer.type === "opaqueredirect";
  } catch {
    return false;
  }
}

// Now and then: is the network there, and has somebody left digits or another language behind?
async function look() {
  const there = await reached();
  offline.hidden = there;
  if (there && Date.now() - touched > IDLE) location.replace(location.pathname);
}

setInterval(look, MINUTE);
window.addEventListener("offline", () => {
  offline.hidden = false;
});
window.addEventListener("online", look);

const scan = document.querySelector("[data-scan]");
if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) {
  const formats = await window.BarcodeDetector.getSupportedFormats();
  if (formats.includes("qr_code")) offerCamera();
}

function offerCamera() {
  const [button, view, said] = ["begin", "view", "said"].map((name) =>
    scan.querySelector(`[data-scan-${name}]`),
  );
  scan.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = "";
    try {
      view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
      view.hidden = false;
      await view.play();
    } catch {
      said.textContent = said.dataset.refused;
      view.hidden = true;
      return;
    }
    button.hidden = true;
    const code = await seen(view);
    for (const track of view.srcObject.getTracks()) track.stop();
    view.hidden = true;
    button.hidden = false;
    if (code) {
      field.value = code;
      form.requestSubmit(form.querySelector("[data-go]"));
    }
  });
}

// The six digits that come before the camera within a minute.
async function seen(view) {
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  const end = Date.now() + MINUTE;
  while (Date.now() < end) {
    const found = await detector.detect(view).catch(() => []);
    const code = found.map((one) => one.rawValue.trim()).find((text) => /^\d{6}$/.test(text));
    if (code) return code;
    touched = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return "";
}
