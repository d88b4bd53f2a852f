// A photo that the citizen has sent, fetched with the conversation's token when it is asked for, and shown large.
import { h, icon } from "./dom.js";
import { decode, draw } from "./photo_upload.js";
import { words } from "./words.js";

export const SHOW_PHOTO = "mot-cua-photo";
const LARGEST = 2048; // px

export function photoButtons(attachments) {
  if (!Array.isArray(attachments)) return [];
  const photos = attachments.filter((one) => one && one.kind === "image" && typeof one.id === "string");
  return photos.map((photo, place) => {
    const show = (event) => event.currentTarget.dispatchEvent(new CustomEvent(SHOW_PHOTO, { bubbles: true, detail: { id: photo.id, number: place + 1 } }));
    return h("button", { type: "button", class: "copy", click: show }, icon("image"), h("span", {}, words.showPhoto(place + 1)));
  });
}

export class PhotoView {
  // on: address(id) → URL, token() → string or null
  constructor(on) {
    this.on = on;
    this.title = h("h3", { id: "photo-title" });
    this.body = h("div", { class: "photo-large", "aria-live": "polite" });
    const close = h("button", { type: "button", class: "keep", click: () => this.node.close() }, words.closePhoto);
    this.node = h("dialog", { class: "question photo-view", "aria-labelledby": "photo-title", close: () => this.emptied() }, this.title, this.body, h("div", { class: "answers" }, close));
  }

  async open({ id, number }) {
    this.wanted = id;
    this.title.textContent = words.photoNumber(number);
    this.body.replaceChildren(h("p", {}, words.loadingPhoto));
    if (!this.node.open && this.node.showModal) this.node.showModal();
    const shown = await this.load(id, number).catch(() => this.failed(id, number));
    if (this.wanted === id) this.body.replaceChildren(shown);
  }

  async load(id, number) {
    const token = this.on.token();
    if (!token) return h("p", {}, words.photoGone);
    const answer = await fetch(this.on.address(id), { headers: { Authorization: `Bearer ${token}` } });
    if (answer.status === 404 || answer.status === 401) return h("p", {}, words.photoGone);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const picture = await decode(await answer.blob());
    if (!picture) throw new Error("not a picture");
    const canvas = draw(picture, LARGEST);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.photoNumber(number));
    return canvas;
  }

  failed(id, number) {
    const again = h("button", { type: "button", class: "again", click: () => this.open({ id, number }) }, words.tryNow);
    return h("div", {}, h("p", {}, words.photoNotLoaded), again);
  }

  close() {
    this.emptied();
    if (this.node.open) this.node.close();
  }

  emptied() {
    this.wanted = null;
    this.body.replaceChildren();
  }
}
