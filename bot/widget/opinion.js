// Chips to choose one of, and a field for words: what rating.js and survey.js have in common.
import { h } from "./dom.js";
import { words } from "./words.js";

const LONGEST = 1000; // characters

// One of several, or none: buttons that stay pressed. onChoose(value) hears "" when a choice is taken back.
export function chips(label, options, onChoose) {
  const nodes = Object.entries(options).map(([value, title]) =>
    h("button", { type: "button", class: "chip", "data-value": value, "aria-pressed": "false", click: () => choose(value) }, title),
  );
  const node = h("div", { class: "chips", role: "group", "aria-label": label }, ...nodes);

  function choose(value) {
    const next = node.dataset.chosen === value ? "" : value;
    show(next);
    onChoose(next);
  }
  function show(value) {
    node.dataset.chosen = value || "";
    for (const chip of nodes) chip.setAttribute("aria-pressed", String(chip.dataset.value === value));
  }
  return { node, show, chosen: () => node.dataset.chosen || "" };
}

// A small field for words with its own button. Enter makes a new line: what is written here is no message.
export function remark(label, onSend) {
  const area = h("textarea", { class: "remark", rows: "2", maxlength: String(LONGEST), "aria-label": label, placeholder: label });
  const send = h("button", { type: "button", class: "tell", click: () => area.value.trim() && onSend(area.value.trim().normalize("NFC")) }, words.tell);
  const buttons = h("div", { class: "remark-buttons" }, send);
  // What the hub knows is put in, but not over words that were typed since and not sent yet.
  let known = "";
  function put(text) {
    if (area.value.trim().normalize("NFC") === known && area.value !== text) area.value = text;
    known = text;
  }
  return { node: h("div", { class: "remarks" }, area, h("p", { class: "hint" }, words.remarkHint), buttons), area, buttons, put };
}
