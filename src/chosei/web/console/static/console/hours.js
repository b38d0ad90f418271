// [data-hours]: a button per weekday that adds one more span. Without script an empty row follows after each save.
const MOST = 6;

const isEmpty = (row) => [...row.querySelectorAll("input")].every((input) => input.type === "checkbox" || !input.value);

function addSpan(day, button) {
  const rows = day.querySelector(".hours-rows");
  const kept = [...rows.children].find((row) => row.hidden);
  if (kept) {
    kept.hidden = false;
    kept.querySelector("input").focus();
    return;
  }
  const fresh = rows.lastElementChild.cloneNode(true);
  const number = rows.children.length;
  fresh.querySelector(".errorlist")?.remove();
  for (const input of fresh.querySelectorAll("input")) {
    if (input.type === "checkbox") input.checked = false;
    else input.value = "";
    input.name = input.name.replace(/^(hours-\d+)-\d+/, `$1-${number}`);
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(String(number), String(number + 1)));
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  rows.append(fresh);
  button.hidden = rows.children.length >= MOST;
  fresh.querySelector("input").focus();
}

for (const day of document.querySelectorAll("[data-hours] > fieldset")) {
  const button = day.querySelector("[data-add-span]");
  button.hidden = day.querySelectorAll(".hours-row").length >= MOST;
  for (const row of [...day.querySelectorAll(".hours-row")].slice(1)) row.hidden = isEmpty(row); // the button shows them
  button.addEventListener("click", () => addSpan(day, button));
}
