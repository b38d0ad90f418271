// <form data-own-tab="/where/to/wait">: the sign-in opens in a tab of its own, and this page waits beside it.
for (const form of document.querySelectorAll("form[data-own-tab]")) {
  form.target = "_blank";
  const told = document.createElement("input");
  told.type = "hidden";
  told.name = "own_tab";
  told.value = "yes";
  form.append(told);
  form.addEventListener("submit", () => {
    // After the browser has sent the form; earlier would take the form away from under it.
    setTimeout(() => location.assign(form.dataset.ownTab), 300);
  });
}
