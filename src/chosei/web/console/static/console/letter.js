/* Puts a placeholder where the writer was last. Without script the names stand there to be typed. */

const form = document.getElementById("letter");
const texts = [...form.querySelectorAll("input[type=text], textarea")];
let last = form.elements.opening;

for (const text of texts) text.addEventListener("focus", () => (last = text));

for (const button of form.querySelectorAll("[data-insert]")) {
  button.previousElementSibling.hidden = true;
  button.hidden = false;
  button.addEventListener("click", () => {
    last.setRangeText(button.dataset.insert, last.selectionStart, last.selectionEnd, "end");
    last.focus();
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
