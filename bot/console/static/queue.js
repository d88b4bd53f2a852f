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
  /* A row that goes while it has the focus leaves its place to the list: keys go on from there, and "n" takes nothing. */
  let place = -1;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const focused = document.activeElement;
    if (!event.detail.target.querySelector("[data-keys]")) return;
    const row = focused.closest("[data-keys] li");
    if (row) place = rows().findIndex((one) => row.contains(one));
    else if (!focused.matches("[data-keys]")) place = -1;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const list = document.querySelector("[data-keys]");
    if (place < 0 || !list || document.activeElement !== document.body) return;
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches || !event.target.matches("[data-keys]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const down = event.key === "j" || event.key === "ArrowDown";
    if (!down && event.key !== "k" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const next = rows()[Math.max(0, place - (down ? 0 : 1))] || rows().at(-1);
    if (next) next.focus();
  });
})();
