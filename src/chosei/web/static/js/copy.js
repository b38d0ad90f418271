// [data-copy]: shows the button that copies the field beside it, and says what came of it.
async function copy(box, button, status) {
  const field = box.querySelector("input, textarea");
  try {
    await navigator.clipboard.writeText(field.value);
    status.textContent = button.dataset.done;
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = label;
      status.textContent = "";
    }, 2500);
  } catch {
    field.focus();
    field.select();
    status.textContent = button.dataset.failed;
  }
}

for (const box of document.querySelectorAll("[data-copy]")) {
  const button = box.querySelector("[data-copy-button]");
  const status = box.querySelector("[data-copy-status]");
  if (!navigator.clipboard) continue; // plain http on another machine: the text can still be selected
  button.hidden = false;
  button.addEventListener("click", () => copy(box, button, status));
}
