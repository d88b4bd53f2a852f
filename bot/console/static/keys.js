/* The list of keys: "?" anywhere but in a field, or its button; Escape closes it, and one is back where one was. */
"use strict";

(() => {
  const help = document.getElementById("keys");
  if (!help) return;
  const typing = (node) => Boolean(node.closest && node.closest("input, textarea, select, [contenteditable]"));
  const open = () => { if (!help.open) help.showModal(); };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.isComposing || event.ctrlKey || event.metaKey || typing(event.target)) return;
    event.preventDefault();
    open();
  });
  for (const button of document.querySelectorAll("[data-opens-keys]")) button.addEventListener("click", open);
  for (const button of help.querySelectorAll("[data-closes]")) button.addEventListener("click", () => help.close());
})();
