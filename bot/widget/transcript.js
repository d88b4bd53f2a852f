// The conversation as it is seen: messages in the hub's order, then those not confirmed yet, then the typing dots.
import { h, icon } from "./dom.js";
import { dayName, messageNode } from "./render.js";
import { words } from "./words.js";

const NEAR = 60; // px from the end that still count as being at the end
const TYPING_SAID_AFTER = 1500; // a quick answer is not announced twice
const TYPING_AT_MOST = 60000;

export class Transcript {
  // on: press(seq, index, title), resend(), edit(item), ask(text), announce(text), end()
  constructor(on) {
    this.on = on;
    this.pending = new Map(); // message id → node
    this.typingRow = h("div", { class: "typing", "aria-hidden": "true", hidden: true }, h("i"), h("i"), h("i"));
    this.node = h("div", { class: "log", role: "log", tabindex: "0", "aria-label": words.log, scroll: () => this.scrolled() });
    this.onward = h("button", { type: "button", class: "onward", hidden: true, click: () => this.readOn() }, words.readOn, icon("down"));
    this.clear();
    if (window.ResizeObserver) new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.node);
  }

  clear(note) {
    this.pending.clear();
    this.day = "";
    this.atEnd = true;
    this.unreadNode = null;
    this.typing(false);
    this.node.classList.remove("begun");
    this.node.replaceChildren(this.welcomeNode(), this.typingRow);
    if (note) this.note(note);
  }

  quiet(on) {
    this.node.setAttribute("aria-live", on ? "off" : "polite");
    this.node.classList.toggle("loading", on);
  }

  // After a replay: the end, but a long last answer from its beginning.
  showLatest() {
    this.toEnd();
    const last = this.typingRow.previousElementSibling;
    if (!this.node.clientHeight) this.atEnd = true;
    else if (last && !last.classList.contains("citizen")) this.reveal(last);
  }

  // ---- messages

  add(message) {
    const own = message.role === "citizen";
    const waiting = message.id && this.pending.get(message.id);
    const node = messageNode(message);
    this.pending.delete(message.id);
    if (own) this.retireChoices();
    if (own) node.querySelector(".state").textContent = words.sent;
    if (!own && !this.pending.size) node.append(...this.choices(message));
    this.separateDay(message.at);
    if (waiting && this.confirm(waiting, node)) return waiting;
    if (waiting) waiting.remove();
    this.place(node, own);
    return node;
  }

  // The hub took something out of a message that is shown already.
  change(message) {
    const shown = this.node.querySelector(`.message[data-seq="${Number(message.seq)}"]`);
    if (!shown || message.role !== "citizen") return;
    const node = messageNode(message);
    if (shown.querySelector(".bubble").textContent === node.querySelector(".bubble").textContent) return;
    node.querySelector(".state").textContent = words.sent;
    if (shown.classList.contains("same")) node.classList.add("same");
    shown.replaceWith(node);
  }

  // The same words in the right place stay untouched, so that a screen reader does not read them twice.
  confirm(waiting, node) {
    const text = (of) => of.querySelector(".bubble").textContent;
    if (text(waiting) !== text(node) || this.firstPending() !== undefined && !this.precedes(waiting)) return false;
    waiting.classList.remove("waiting", "unsent");
    waiting.querySelector(".foot").replaceWith(node.querySelector(".foot"));
    waiting.dataset.seq = node.dataset.seq;
    return true;
  }

  precedes(node) {
    return Boolean(this.firstPending().compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING);
  }

  addPending(item) {
    const node = messageNode({ role: "citizen", at: item.at, content: { text: item.text } });
    this.retireChoices();
    this.separateDay(item.at);
    node.classList.add("waiting");
    this.pending.set(item.id, node);
    this.place(node, true, true);
    this.delivery(item, item.refused ? "refused" : "sending");
    return node;
  }

  delivery(item, state) {
    const node = this.pending.get(item.id);
    if (!node || node.dataset.state === state) return;
    node.dataset.state = state;
    node.classList.toggle("unsent", state !== "sending");
    const place = node.querySelector(".state");
    if (state === "sending") return place.replaceChildren(words.sending);
    const [label, reason, act] =
      state === "unsent"
        ? [words.resend, words.unsent, () => this.on.resend()]
        : [item.type === "photos" ? words.photosAgain : words.edit, `${words.refused} ${item.refused}`, () => this.edit(item, node)];
    place.replaceChildren(h("span", {}, reason), h("button", { type: "button", class: "again", click: act }, label));
  }

  edit(item, node) {
    this.pending.delete(item.id);
    node.remove();
    this.on.edit(item);
  }

  note(text) {
    if (text) this.place(h("div", { class: "note" }, h("p", {}, String(text))), false);
  }

  // ---- places

  firstPending() {
    return this.pending.values().next().value;
  }

  place(node, own, pending = false) {
    const before = (!pending && this.firstPending()) || this.typingRow;
    const previous = before.previousElementSibling;
    const sender = (of) => of && of.classList.contains("message") && of.classList[1];
    if (sender(previous) && sender(previous) === sender(node)) node.classList.add("same");
    this.node.insertBefore(node, before);
    if (own) this.node.classList.add("begun"); // the examples have done their work
    if (own) this.toEnd();
    else this.reveal(node);
  }

  separateDay(at) {
    const day = dayName(new Date(at));
    if (!day || day === this.day) return;
    this.day = day;
    this.node.insertBefore(h("p", { class: "day" }, day), this.firstPending() || this.typingRow);
  }

  // ---- quick replies

  choices(message) {
    const buttons = message.content && message.content.buttons;
    const nodes = (Array.isArray(buttons) ? buttons : []).flatMap((button, index) => {
      if (!button || !button.title) return [];
      const press = () => this.on.press(message.seq, index, String(button.title));
      return h("button", { type: "button", class: "choice", click: press }, String(button.title));
    });
    if (message.content && message.content.end === true) {
      nodes.push(h("button", { type: "button", class: "choice danger", click: () => this.on.end() }, words.end));
    }
    if (!nodes.length) return [];
    return [h("div", { class: "choices", role: "group", "aria-label": words.choices }, ...nodes)];
  }

  retireChoices() {
    for (const group of this.node.querySelectorAll(".choices:not(.suggestions)")) group.remove();
  }

  welcomeNode() {
    const ask = (text) => h("button", { type: "button", class: "choice", click: () => this.on.ask(text) }, text);
    return h(
      "div",
      { class: "welcome" },
      h("p", { class: "greeting" }, words.greeting),
      h("p", {}, words.introduction),
      h("p", { class: "try" }, words.tryAsking),
      h("div", { class: "choices suggestions" }, ...words.suggestions.map(ask)),
      h("p", { class: "privacy" }, `${words.privacy} `, h("a", { href: this.on.notice(), target: "_blank", rel: "noopener" }, words.privacyMore)),
    );
  }

  // ---- typing

  typing(on) {
    clearTimeout(this.typingSaid);
    clearTimeout(this.typingOver);
    const shown = !this.typingRow.hidden;
    this.typingRow.hidden = !on;
    if (!on) return;
    if (!shown && this.atEnd) this.toEnd();
    this.typingSaid = setTimeout(() => this.on.announce(words.typing), TYPING_SAID_AFTER);
    this.typingOver = setTimeout(() => this.typing(false), TYPING_AT_MOST);
  }

  // ---- scrolling: a new answer is shown from its beginning, and only to somebody who is reading the end

  reveal(node) {
    if (!this.atEnd) {
      this.unreadNode = this.unreadNode || node;
      return this.scrolled();
    }
    const question = node.previousElementSibling;
    const short = question && question.classList.contains("citizen") && question.offsetHeight < this.node.clientHeight / 4;
    this.node.scrollTop = (short ? question : node).offsetTop - 12;
    this.scrolled();
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.scrolled();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    if (!clientHeight) return; // closed: keep what was true when it was last seen
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd) this.unreadNode = null;
    this.onward.hidden = this.atEnd || !this.node.classList.contains("begun");
  }

  readOn() {
    const unread = this.unreadNode;
    this.unreadNode = null;
    const page = this.node.scrollTop + this.node.clientHeight * 0.8;
    this.node.scrollTop = unread && unread.offsetTop > page ? unread.offsetTop - 12 : page;
    this.scrolled();
    if (this.atEnd) this.node.focus({ preventScroll: true });
  }
}
