// A row of links that is wider than the screen: the current one is brought into view.
for (const row of document.querySelectorAll(".tabs, .site-nav")) {
  const current = row.querySelector("[aria-current]");
  if (!current || row.scrollWidth <= row.clientWidth) continue;
  const [link, box] = [current.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += link.left + link.width / 2 - box.left - box.width / 2;
}
