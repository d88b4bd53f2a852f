// "Nhận tin qua Zalo" among the options, where the hub has a Zalo channel: a code to say there, and the way back.
// The code is in this dialog only; it is gone when the dialog closes.
import { copyText, h } from "./dom.js";
import { words } from "./words.js";

const ANSWERED_WITHIN = 10000; // ms

export class ZaloLink {
  // send(frame): whether it could be sent now. say(text): as if the citizen had typed it.
  constructor({ send, say, close }) {
    Object.assign(this, { send, say, closeOptions: close, linked: false });
    this.label = h("span");
    this.option = h("button", { type: "button", class: "option", hidden: true, click: () => this.chosen() }, this.label);
    this.title = h("h3", { id: "zalo-title" });
    this.body = h("div", { class: "code-steps", role: "status" });
    const done = h("button", { type: "button", class: "keep", click: () => this.node.close() }, words.closePhoto);
    this.node = h(
      "dialog",
      { class: "question", "aria-labelledby": "zalo-title", close: () => this.emptied() },
      this.title,
      this.body,
      h("div", { class: "answers" }, done),
    );
  }

  // ---- from the connection

  welcomed(frame) {
    this.option.hidden = typeof frame.zalo_linked !== "boolean" || !this.node.showModal;
    this.stands(frame.zalo_linked === true);
  }

  // A message that tells how it stands from now on.
  heard(message) {
    const linked = message.content && message.content.zalo_linked;
    if (typeof linked !== "boolean") return;
    this.stands(linked);
    if (linked && this.node.open) this.node.close();
  }

  answered(frame) {
    if (!this.node.open) return; // nobody waits for it any more
    clearTimeout(this.timer);
    this.title.textContent = String(frame.title || words.zaloLink);
    const text = h("p", {}, String(frame.text || ""));
    if (!frame.code) return this.body.replaceChildren(text);
    const steps = (Array.isArray(frame.steps) ? frame.steps : []).map((step) => h("li", {}, String(step)));
    const code = String(frame.code);
    this.body.replaceChildren(h("p", { class: "code", translate: "no" }, code), this.copyButton(code), h("ol", {}, ...steps), text);
  }

  clear() {
    if (this.node.open) this.node.close();
  }

  // ---- what the citizen does

  chosen() {
    this.closeOptions();
    if (this.linked) return this.say(words.zaloUnlinkSaid);
    this.title.textContent = words.zaloLink;
    this.tell(words.zaloWaiting);
    this.node.showModal();
    if (!this.send({ type: "link" })) return this.tell(words.zaloNoCode);
    this.timer = setTimeout(() => this.tell(words.zaloNoCode), ANSWERED_WITHIN);
  }

  copyButton(code) {
    const said = h("span", {}, words.copy);
    return h(
      "button",
      { type: "button", class: "option", click: async () => (said.textContent = (await copyText(code, this.body)) ? words.copied : words.copyFailed) },
      said,
    );
  }

  // ---- how it looks

  stands(linked) {
    this.linked = linked;
    this.label.textContent = linked ? words.zaloUnlink : words.zaloLink;
  }

  tell(text) {
    this.body.replaceChildren(h("p", {}, text));
  }

  emptied() {
    clearTimeout(this.timer);
    this.body.replaceChildren();
  }
}
