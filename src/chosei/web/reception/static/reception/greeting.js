// Back to the start screen by itself, for the next visitor; a touch gives the reader more time.

const shown = document.querySelector("[data-return]");
let waiting = 0;

function wait() {
  clearTimeout(waiting);
  waiting = setTimeout(() => location.replace(shown.dataset.return), Number(shown.dataset.seconds) * 1000);
}

for (const what of ["pointerdown", "keydown"]) document.addEventListener(what, wait);
wait();
