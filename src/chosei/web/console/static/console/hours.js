// [data-hours]: a button per group of rows that adds one more. Without script an empty row follows after each save.
const MOST = 6; // of a weekday; data-most says another number

const isEmpty = (row) => [...row.querySelectorAll("input")].every((input) => input.type === "checkbox" || !input.value);

const most = (day) => Number(day.dataset.most) || MOST;

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
    input.name = input.name.replace(/-\d+-(\w+)$/, `-${number}-$1`);
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(String(number), String(number + 1)));
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  rows.append(fresh);
  button.hidden = rows.children.length >= most(day);
  fresh.querySelector("input").focus();
}

for (const day of document.querySelectorAll("[data-hours] > fieldset")) {
  const button = day.querySelector("[data-add-span]");
  button.hidden = day.querySelectorAll(".hours-row").length >= most(day);
  for (const row of [...day.querySelectorAll(".hours-row")].slice(1)) row.hidden = isEmpty(row); // the button shows them
  button.addEventListener("click", () => addSpan(day, button));
}
