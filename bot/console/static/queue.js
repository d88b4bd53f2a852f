/* One key for each thing on the queue, while a line of it has the focus; a page without focus hears no keys. */
"use strict";

(() => {
  const rows = () => [...document.querySelectorAll("[data-keys] [data-row]")];
  const begin = () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const first = rows()[0];
    if (first && !document.querySelector("[data-focus]")) first.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest && event.target.closest("[data-keys] [data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const all = rows();
    const place = all.indexOf(row);
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = all[place + step];
      if (next) next.focus();
    } else if (event.key === "n") {
      event.preventDefault();
      const form = row.closest("li").querySelector("form[data-claim]");
      if (form) form.requestSubmit();
    }
  });
  begin();
})();
