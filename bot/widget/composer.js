// Where the citizen writes: grows with the text, keeps a draft, counts near the limit, leaves Enter to the IME.
import { h, icon } from "./dom.js";
import { words } from "./words.js";

const LIMIT = 2000; // characters, as the hub counts them (code points)
const COUNT_FROM = 1800;
const TALLEST = 7; // lines

export class Composer {
  constructor(memory, onSay) {
    this.memory = memory;
    this.onSay = onSay;
    this.area = h("textarea", {
      id: "words",
      rows: "1",
      placeholder: words.placeholder,
      enterkeyhint: "send",
      autocomplete: "off",
      "aria-describedby": "secrets count",
      input: () => this.changed(),
      keydown: (event) => this.key(event),
      compositionstart: () => (this.composing = true),
      compositionend: () => (this.composing = false),
    });
    this.count = h("p", { id: "count", class: "count", role: "status" });
    this.button = h("button", { type: "submit", class: "send" }, icon("send"), h("span", {}, words.send));
    this.node = h(
      "form",
      { class: "composer", novalidate: true, submit: (event) => this.submit(event) },
      h("label", { class: "sr", for: "words" }, words.input),
      h("div", { class: "line" }, this.area, this.button),
      this.count,
      h("p", { id: "secrets", class: "secrets" }, words.secrets),
    );
    this.area.value = memory.get("draft", "");
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }

  // Words put here for the citizen never replace the citizen's own.
  put(text) {
    const draft = this.area.value;
    this.area.value = draft && draft !== text ? `${text}\n${draft}` : text;
    this.changed();
    this.focus();
  }

  clear() {
    this.area.value = "";
    this.changed();
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey) return;
    if (event.isComposing || event.keyCode === 229) return; // this Enter belongs to the input method
    event.preventDefault();
    this.submit();
  }

  submit(event) {
    if (event) event.preventDefault();
    // Some phone keyboards would put their unfinished word back into the emptied field.
    if (this.composing) this.area.blur();
    const text = clean(this.area.value);
    this.focus();
    if (!text || length(text) > LIMIT) return;
    this.clear();
    this.onSay(text);
  }

  changed() {
    this.memory.set("draft", this.area.value);
    this.fit();
    const used = length(clean(this.area.value));
    const over = used > LIMIT;
    this.node.classList.toggle("over", over);
    this.node.classList.toggle("empty", used === 0);
    this.area.setAttribute("aria-invalid", String(over));
    this.count.textContent = over ? words.tooLong(used - LIMIT) : used >= COUNT_FROM ? words.left(LIMIT - used) : "";
  }

  fit() {
    const area = this.area;
    area.style.height = "auto";
    if (!area.scrollHeight) return; // not shown
    const style = getComputedStyle(area);
    const frame = area.offsetHeight - area.clientHeight;
    const tallest = parseFloat(style.lineHeight) * TALLEST + parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
    area.style.height = `${Math.min(area.scrollHeight, tallest) + frame}px`;
  }
}

// As databases want it: composed letters, no control characters, no halves of a broken emoji.
function clean(text) {
  const whole = new TextDecoder().decode(new TextEncoder().encode(text));
  return whole.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "").trim().normalize("NFC");
}

function length(text) {
  return Array.from(text).length;
}
