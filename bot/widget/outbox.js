// The citizen's messages that the hub has not confirmed yet. Kept in the tab's memory; an id is never changed,
// so the hub stores a message once however often it is sent.
import { newId } from "./dom.js";

export class Outbox {
  constructor(memory) {
    this.memory = memory;
    const kept = memory.get("outbox", []);
    this.items = (Array.isArray(kept) ? kept : []).filter((item) => item && typeof item.id === "string");
  }

  add(item) {
    const added = { ...item, id: newId(), at: new Date().toISOString() };
    this.items.push(added);
    this.save();
    return added;
  }

  find(id) {
    return this.items.find((item) => item.id === id);
  }

  remove(id) {
    if (!this.find(id)) return false;
    this.items = this.items.filter((item) => item.id !== id);
    this.save();
    return true;
  }

  refuse(item, text) {
    item.refused = text;
    this.save();
  }

  clear() {
    this.items = [];
    this.save();
  }

  // A press means nothing in another conversation, its words still do; photos belong to the one they were sent to.
  turnPressesIntoWords() {
    const spoken = this.items.filter((item) => item.type !== "photos");
    this.items = spoken.map(({ id, at, text, refused }) => ({ type: "say", id, at, text, refused }));
    this.save();
  }

  get waiting() {
    return this.items.filter((item) => !item.refused);
  }

  save() {
    this.memory.set("outbox", this.items);
  }
}

export function frameOf(item) {
  if (item.type === "press") return { type: "press", id: item.id, seq: item.seq, button: item.button };
  if (item.type === "photos") return { type: "photos", id: item.id, photos: item.photos };
  return { type: "say", id: item.id, text: item.text };
}
