// [data-hours]: a button per weekday that adds one more span. Without script an empty row follows after each save.
const MOST = 6;

function addSpan(day, button) {
  const rows = day.querySelector(".hours-rows");
  const fresh = rows.lastElementChild.cloneNode(true);
  const number = rows.children.length;
  fresh.querySelector(".errorlist")?.remove();
  for (const input of fresh.querySelectorAll("input")) {
    input.type = "time";
    input.value = "";
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
  button.addEventListener("click", () => addSpan(day, button));
}
