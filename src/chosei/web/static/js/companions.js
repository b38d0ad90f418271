// One more row for a companion, like the last one but empty. Without script the rows at hand and the field to
// paste into do.
for (const box of document.querySelectorAll("[data-companions]")) {
  const add = box.querySelector("[data-companion-add]");
  const rows = box.querySelector("[data-companion-rows]");
  add.hidden = false;
  add.addEventListener("click", () => {
    const last = rows.lastElementChild;
    const row = last.cloneNode(true);
    const label = last.getAttribute("aria-label").replace(/\d+/, (n) => String(Number(n) + 1));
    row.setAttribute("aria-label", label);
    row.querySelector(".errorlist")?.remove();
    for (const input of row.querySelectorAll("input")) {
      input.value = "";
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    rows.append(row);
    row.querySelector("input").focus();
    add.hidden = rows.children.length >= 50;
  });
}
