// The short survey at the end of a topic: under a message, or in the question before erasing. Answered without a name;
// asked once in a conversation, which the hub sees to.
import { chips, remark } from "./opinion.js";
import { h, newId } from "./dom.js";
import { words } from "./words.js";

export class Survey {
  // send(frame): whether it could be sent now
  constructor(memory, send) {
    this.memory = memory;
    this.send = send;
    this.state = "unknown"; // a hub that says nothing of a survey has none
    this.answer = memory.get("survey", null); // not confirmed yet
    this.cards = new Set();
  }

  // ---- from the connection

  welcomed(frame) {
    this.state = String(frame.survey || "unknown");
    if (this.over) this.finish("");
  }

  up() {
    if (this.answer) this.post();
  }

  confirmed(frame) {
    if (frame.id === undefined) {
      if (!this.mine) this.finish(words.surveyOver); // answered in another window
      return;
    }
    if (!this.answer || frame.id !== this.answer.id) return;
    const skipped = this.answer.satisfaction === "skipped";
    this.state = skipped ? "skipped" : "answered";
    this.confirmedAnswer = this.answer;
    this.keep(null);
    for (const card of this.cards) card.confirmed(String(frame.text || ""), skipped);
  }

  refused(frame) {
    if (!this.answer || frame.id !== this.answer.id) return false;
    this.keep(null);
    this.finish(String(frame.text || ""));
    return true;
  }

  clear() {
    this.cards.clear();
    this.state = "unknown";
    this.mine = null;
    this.keep(null);
  }

  // ---- where it is shown

  attach(node, message) {
    if (!message.content || message.content.survey !== true || this.over) return;
    if (this.state === "unasked") this.state = "asked"; // asked just now
    const card = new Card(this);
    this.cards.add(card);
    node.append(card.node);
  }

  // Whether the question before erasing may ask it: nothing was asked yet, and something was answered.
  get isOpen() {
    return this.state === "unasked" && !this.mine;
  }

  get over() {
    return this.state === "answered" || this.state === "skipped" || this.state === "closed";
  }

  // Three buttons in the dialog: the answer goes out before the conversation is erased.
  inDialog() {
    const status = h("p", { class: "rated", role: "status" });
    const choice = chips(words.surveyQuestion, words.satisfactions, (satisfaction) => {
      if (satisfaction) this.give({ satisfaction });
      status.textContent = satisfaction ? words.surveyThanks : "";
    });
    return h("div", { class: "survey" }, h("p", {}, words.surveyBeforeEnd), choice.node, status);
  }

  // The dialog was closed with the question in it: it was asked, and is not asked again.
  leftOut() {
    if (this.isOpen) this.give({ satisfaction: "skipped" });
  }

  // ---- what the citizen does

  give(change) {
    this.mine = { ...(this.mine || { id: newId(), satisfaction: "", reason: "", words: "", contact: false }), ...change };
    this.keep(this.mine);
    return this.post();
  }

  post() {
    const { id, satisfaction, reason, words: said, contact } = this.answer;
    const frame = { type: "survey", id, satisfaction };
    if (reason) frame.reason = reason;
    if (said) frame.words = said;
    if (contact) frame.contact = true;
    return this.send(frame);
  }

  finish(text) {
    for (const card of this.cards) card.finish(text);
  }

  keep(answer) {
    this.answer = answer;
    if (answer) this.memory.set("survey", answer);
    else this.memory.forget("survey");
  }
}

class Card {
  constructor(survey) {
    this.survey = survey;
    this.status = h("p", { class: "rated", role: "status" });
    this.scale = chips(words.surveyQuestion, words.satisfactions, (satisfaction) => this.chosen(satisfaction));
    this.reasons = chips(words.whatFailed, words.failures, (reason) => this.tell({ reason }));
    this.contact = h("input", { type: "checkbox", class: "tick" });
    this.remark = remark(words.tellMore, (said) => this.tell({ words: said, contact: this.contact.checked }));
    this.remark.buttons.before(h("label", { class: "consent" }, this.contact, h("span", {}, words.surveyContact)));
    this.why = h("p", { "aria-hidden": "true" }, words.whatFailed);
    this.more = h("div", { class: "why-not", hidden: true }, this.why, this.reasons.node, this.remark.node);
    this.skip = h("button", { type: "button", class: "enough", click: () => this.leaveOut() }, words.leaveOut);
    this.body = h("div", { class: "survey-body" }, h("p", { class: "hint" }, words.surveyAnonymous), this.scale.node, this.more, this.skip);
    this.node = h("div", { class: "survey", role: "group", "aria-label": words.surveyQuestion }, h("p", { class: "survey-question" }, words.surveyQuestion), this.body, this.status);
  }

  chosen(satisfaction) {
    if (!satisfaction) return this.scale.show(this.survey.mine ? this.survey.mine.satisfaction : ""); // one of the three stays
    this.tell({ satisfaction });
    this.more.hidden = false;
    this.why.hidden = this.reasons.node.hidden = satisfaction === "satisfied";
    this.skip.textContent = words.done;
    this.remark.buttons.append(this.skip);
  }

  tell(change) {
    this.last = change;
    if (!this.survey.give(change)) this.status.textContent = words.ratingWaits;
  }

  leaveOut() {
    if (this.survey.mine) return this.finish(words.surveyThanks);
    this.tell({ satisfaction: "skipped" });
    this.finish(words.surveySkipped);
  }

  confirmed(text, skipped) {
    this.status.textContent = text;
    if (skipped || (this.last && this.last.words)) this.finish(text);
  }

  finish(text) {
    const focused = this.body.contains(this.node.getRootNode().activeElement);
    this.body.hidden = true;
    this.status.textContent = text || words.surveyOver;
    if (!focused) return;
    this.status.tabIndex = -1; // what had the focus is gone
    this.status.focus({ preventScroll: true });
  }
}
