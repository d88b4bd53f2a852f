// Where photos are chosen, looked at, taken out again and sent. Shown only while the city's side asks for photos.
import { h, icon, newId } from "./dom.js";
import { MOST_BYTES, shrink, Upload } from "./photo_upload.js";
import { isTouch } from "./screen.js";
import { words } from "./words.js";

const MOST = 5; // of one message, as the hub has it
const TYPES = "image/jpeg,image/png,image/webp"; // iPhones then hand over JPEG instead of HEIC

export class PhotoTray {
  // on: address(name) → URL, token() → string or null, send(ids), announce(text), memory
  constructor(on) {
    Object.assign(this, { on, items: [], sending: false, left: on.memory.get("photos", []) });
    this.camera = picker({ capture: "environment" }, (files) => this.choose(files));
    this.gallery = picker({ multiple: true }, (files) => this.choose(files));
    this.take = h("button", { type: "button", class: "photo-pick", click: () => this.camera.click() }, icon("camera"), h("span", {}, words.takePhoto));
    this.pickLabel = h("span", {}, words.choosePhotos);
    this.pick = h("button", { type: "button", class: "photo-pick", "aria-describedby": "photo-warning", click: () => this.gallery.click() }, icon("image"), this.pickLabel);
    this.go = h("button", { type: "button", class: "photo-send", hidden: true, click: () => this.send() });
    this.list = h("ul", { class: "photos", hidden: true, "aria-label": words.chosenPhotos });
    this.note = h("p", { class: "photo-note", role: "status" });
    this.node = h(
      "section",
      { class: "tray", "aria-label": words.sendPhotos, hidden: true },
      h("p", { id: "photo-warning", class: "photo-warning" }, icon("warn"), h("span", {}, words.photoWarning)),
      this.list,
      this.note,
      h("div", { class: "photo-buttons" }, this.take, this.pick, this.go),
      this.camera,
      this.gallery,
    );
    this.show();
  }

  expect(on) {
    this.node.hidden = !on;
    if (!on) return;
    // Uploaded before a reload and never handed over: nobody can see them here any more.
    for (const id of this.left) this.forget(id);
    this.left = [];
    this.remember();
  }

  remember() {
    this.on.memory.set("photos", [...this.left, ...this.items.flatMap((item) => item.id || [])]);
  }

  clear() {
    this.left = [];
    for (const item of [...this.items]) this.drop(item);
    this.note.textContent = "";
    this.expect(false);
    this.show();
  }

  // ---- choosing

  choose(files) {
    const room = MOST - this.items.length;
    this.note.textContent = files.length > room ? words.mostPhotos(MOST) : "";
    for (const file of files.slice(0, room)) this.add(file);
    this.show();
  }

  add(file) {
    const item = { name: newId(), file };
    item.picture = h("div", { class: "photo-picture", role: "img" }, icon("image"));
    item.state = h("p", { class: "photo-state" });
    item.bar = h("progress", { max: "1", value: "0", hidden: true });
    item.remove = h("button", { type: "button", class: "photo-remove", click: () => this.takeOut(item) }, icon("close"), h("span", {}, words.removePhoto));
    item.node = h("li", {}, item.picture, h("div", { class: "photo-side" }, item.state, item.bar, item.remove));
    this.items.push(item);
    this.list.append(item.node);
    if (!file.size) return this.refuse(item, words.photoEmpty);
    item.ready = this.prepare(item);
  }

  async prepare(item) {
    const { blob, canvas } = await shrink(item.file);
    item.blob = blob;
    item.file = null;
    if (canvas) {
      canvas.setAttribute("aria-hidden", "true");
      item.picture.replaceChildren(canvas);
    }
    if (blob.size > MOST_BYTES) this.refuse(item, words.photoTooBig);
  }

  takeOut(item) {
    const at = this.items.indexOf(item);
    this.drop(item);
    this.note.textContent = "";
    this.show();
    this.on.announce(words.photoRemoved(at + 1));
    const next = this.items[Math.min(at, this.items.length - 1)];
    (next ? next.remove : this.pick).focus({ preventScroll: true });
  }

  drop(item) {
    this.items = this.items.filter((other) => other !== item);
    if (item.upload) item.upload.stop();
    item.node.remove();
    if (item.id) this.forget(item.id);
    this.remember();
  }

  // The hub removes it by itself after a day; sooner is better, and a failure changes nothing.
  forget(id) {
    const token = this.on.token();
    if (!token) return;
    fetch(this.on.address(id), { method: "DELETE", headers: { Authorization: `Bearer ${token}` } }).catch(() => undefined);
  }

  // ---- sending

  async send() {
    const items = this.items;
    this.sending = true;
    this.note.textContent = "";
    this.show();
    this.on.announce(words.sendingPhotos);
    for (const item of [...items]) if (this.items.includes(item) && !item.id && !(item.refused && !item.failed)) await this.sendOne(item);
    this.sending = false;
    const unsent = this.items.filter((item) => !item.id);
    if (!unsent.length && this.items.length) return this.handOver();
    if (unsent.length) this.note.textContent = unsent.every((item) => item.failed) ? words.photosNotSent : words.photosRefused;
    this.show();
    if (unsent.length && !this.node.hidden) (unsent[0].failed ? this.go : unsent[0].remove).focus({ preventScroll: true });
  }

  async sendOne(item) {
    await item.ready;
    if (!item.blob || (item.refused && !item.failed)) return;
    item.refused = item.failed = false;
    item.node.classList.remove("refused");
    item.bar.hidden = false;
    this.tell(item, words.photoGoing(0));
    item.upload = new Upload(this.on.address(item.name), () => this.on.token(), item.blob, {
      progress: (share) => this.progress(item, share),
      waiting: () => this.tell(item, words.photoWaiting),
    });
    const result = await item.upload.result;
    item.upload = null;
    item.bar.hidden = true;
    if (result.stopped) return;
    if (result.id) return this.arrived(item, result.id);
    item.failed = Boolean(result.failed);
    this.refuse(item, result.refused || words.photoFailed);
  }

  progress(item, share) {
    item.bar.value = share;
    this.tell(item, share < 1 ? words.photoGoing(Math.round(share * 100)) : words.photoChecking);
  }

  arrived(item, id) {
    item.id = id;
    if (!this.items.includes(item)) return this.forget(id);
    this.remember();
    this.tell(item, words.photoArrived);
  }

  handOver() {
    const ids = this.items.map((item) => item.id);
    for (const item of this.items) item.node.remove();
    this.items = [];
    this.remember();
    this.show();
    this.expect(false);
    this.on.send(ids);
  }

  refuse(item, text) {
    item.refused = true;
    item.node.classList.add("refused");
    this.tell(item, text);
    this.on.announce(text);
    this.show();
    item.node.scrollIntoView({ block: "start" });
  }

  tell(item, text) {
    item.state.textContent = text;
  }

  // ---- what is seen

  show() {
    const count = this.items.length;
    const blocked = this.items.some((item) => item.refused && !item.failed);
    this.list.hidden = !count;
    const full = count >= MOST || this.sending || blocked; // a refused one has to be taken out first
    this.take.hidden = full || !isTouch();
    this.pick.hidden = full;
    this.pickLabel.textContent = count ? words.morePhotos : words.choosePhotos;
    this.go.hidden = !count;
    this.go.disabled = this.sending || blocked;
    this.go.textContent = this.sending ? words.sendingPhotos : words.sendCount(count);
    this.items.forEach((item, place) => {
      const name = words.photoNumber(place + 1);
      item.picture.setAttribute("aria-label", name);
      item.bar.setAttribute("aria-label", name);
      item.remove.setAttribute("aria-label", words.removeNumber(place + 1));
    });
  }
}

function picker(more, chosen) {
  const input = h("input", { type: "file", accept: TYPES, hidden: true, tabindex: "-1", ...more });
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // the same photo may be chosen again
    if (files.length) chosen(files);
  });
  return input;
}
