// Thumbs under an answer, the reason after a thumb down, and words. What the hub has not confirmed is kept in the tab
// and sent again: only the last state of each answer, so sending it twice changes nothing.
import { chips, remark } from "./opinion.js";
import { h, icon, newId } from "./dom.js";
import { words } from "./words.js";

export class Ratings {
  // send(frame): whether it could be sent now
  constructor(memory, send) {
    this.memory = memory;
    this.send = send;
    this.rows = new Map(); // seq → what is shown under that message
    this.stored = new Map(); // seq → as the hub knows it
    const kept = memory.get("ratings", {});
    this.waiting = new Map(Object.entries(kept && typeof kept === "object" ? kept : {}).map(([seq, rating]) => [Number(seq), rating]));
  }

  // ---- from the connection

  welcomed(frame) {
    this.stored = new Map((Array.isArray(frame.ratings) ? frame.ratings : []).map((rating) => [rating.seq, rating]));
    for (const [seq, row] of this.rows) row.show(this.stateOf(seq));
  }

  up() {
    for (const [seq, rating] of this.waiting) this.post(seq, rating);
  }

  confirmed(frame) {
    const { seq } = frame;
    this.stored.set(seq, frame);
    const mine = this.waiting.get(seq);
    if (mine && mine.id !== frame.id) return; // something newer is on its way
    this.settle(seq);
    const row = this.rows.get(seq);
    if (row) row.show(this.stateOf(seq), frame.text);
  }

  // The hub does not take it: what it knows is shown again, with its sentence. Whether it was one of ours.
  refused(frame) {
    const found = [...this.waiting].find(([, rating]) => rating.id === frame.id);
    if (!found) return false;
    this.settle(found[0]);
    const row = this.rows.get(found[0]);
    if (row) row.show(this.stateOf(found[0]), String(frame.text || ""));
    return true;
  }

  clear() {
    this.rows.clear();
    this.stored.clear();
    this.waiting.clear();
    this.memory.forget("ratings");
  }

  // ---- what the citizen does

  attach(node, message) {
    if (message.rateable !== true || this.rows.has(message.seq)) return;
    const row = new Row((change) => this.change(message.seq, change));
    this.rows.set(message.seq, row);
    node.querySelector(".foot").after(row.node);
    row.show(this.stateOf(message.seq));
    if (this.waiting.has(message.seq)) row.say(words.ratingWaits);
  }

  change(seq, change) {
    const { thumb = null, reason = "", words: said = "" } = this.stateOf(seq);
    const rating = { thumb, reason, words: said, ...change, id: newId() };
    this.waiting.set(seq, rating);
    this.save();
    const row = this.rows.get(seq);
    row.show(rating);
    row.say(this.post(seq, rating) ? "" : words.ratingWaits);
  }

  post(seq, rating) {
    const frame = { type: "rate", id: rating.id, seq, thumb: rating.thumb };
    if (rating.thumb === "down" && rating.reason) frame.reason = rating.reason;
    if (rating.thumb === "down" && rating.words) frame.words = rating.words;
    return this.send(frame);
  }

  stateOf(seq) {
    return this.waiting.get(seq) || this.stored.get(seq) || {};
  }

  settle(seq) {
    this.waiting.delete(seq);
    this.save();
  }

  save() {
    this.memory.set("ratings", Object.fromEntries(this.waiting));
  }
}

// The row under one message: question, two thumbs, what was said of it, and after a thumb down why.
class Row {
  constructor(onChange) {
    this.up = this.thumb("up", words.helpful, onChange);
    this.down = this.thumb("down", words.notHelpful, onChange);
    this.status = h("p", { class: "rated", role: "status" });
    this.reasons = chips(words.whatFailed, words.failures, (reason) => onChange({ reason }));
    this.remark = remark(words.tellMore, (said) => {
      onChange({ words: said });
      this.fold();
    });
    this.close = h("button", { type: "button", class: "enough", click: () => this.fold() }, words.leaveOut);
    this.more = h("div", { class: "why-not", hidden: true }, h("p", { "aria-hidden": "true" }, words.whatFailed), this.reasons.node, this.remark.node);
    this.remark.buttons.append(this.close);
    this.node = h("div", { class: "rating" }, h("div", { class: "thumbs", role: "group", "aria-label": words.rateAnswer }, this.up, this.down), this.status, this.more);
  }

  thumb(value, title, onChange) {
    const press = (event) => {
      const pressed = event.currentTarget.getAttribute("aria-pressed") === "true";
      this.open = !pressed && value === "down";
      onChange(pressed ? { thumb: null, reason: "", words: "" } : { thumb: value });
    };
    return h("button", { type: "button", class: "thumb", "aria-pressed": "false", click: press }, icon(`thumb-${value}`), h("span", { class: "thumb-name" }, title));
  }

  show(rating, text) {
    this.up.setAttribute("aria-pressed", String(rating.thumb === "up"));
    this.down.setAttribute("aria-pressed", String(rating.thumb === "down"));
    this.reasons.show(rating.reason || "");
    this.remark.put(rating.words || "");
    this.more.hidden = !(this.open && rating.thumb === "down");
    if (text !== undefined) this.say(text);
    else if (!this.status.textContent && rating.thumb) this.say(rating.thumb === "up" ? words.ratedUp : words.ratedDown(rating.reference));
  }

  say(text) {
    this.status.textContent = text;
  }

  fold() {
    this.open = false;
    this.more.hidden = true;
    this.down.focus({ preventScroll: true });
  }
}
