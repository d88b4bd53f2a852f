// <mot-cua-chat>: puts the parts together. Attributes: open, hub, title, page (fills the page, no launcher).
import { PRINT } from "./card.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { h } from "./dom.js";
import { buildFrame, TEXT_SIZES } from "./frame.js";
import { Memory } from "./memory.js";
import { OPEN_FILE, openFile } from "./file_link.js";
import { PhotoTray } from "./photo_tray.js";
import { PhotoView, SHOW_PHOTO } from "./photo_view.js";
import { Ratings } from "./rating.js";
import { isTouch, Screen } from "./screen.js";
import { dress } from "./style.js";
import { Survey } from "./survey.js";
import { Transcript } from "./transcript.js";
import { words } from "./words.js";
import { ZaloLink } from "./zalo_link.js";

const SAID_QUIETLY = 300; // ms after a replay until the log speaks again

export class MotCuaChat extends HTMLElement {
  static observedAttributes = ["open", "title"];

  connectedCallback() {
    if (!this.parts) this.build();
    document.addEventListener("click", this.onPageClick);
    // What the citizen last did, on this page or the one before, counts more than what the portal wishes.
    const open = this.hasAttribute("page") || this.memory.get("open", this.hasAttribute("open"));
    if (open) this.unfold(false);
    else if (this.connection.hasHistory) this.connection.start();
    this.toggleAttribute("open", open);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.onPageClick);
    this.connection.stop();
    this.screen.closed();
    this.parts.panel.hidden = true;
    this.parts.launcher.hidden = false;
  }

  attributeChangedCallback(name, before, value) {
    if (name === "title" && value !== null) {
      this.heading = value;
      this.removeAttribute("title"); // or the browser shows it as a tooltip over everything
      if (this.parts) this.parts.heading.textContent = value;
    }
    if (name !== "open" || !this.parts || !this.isConnected) return;
    if (value === null) this.fold();
    else if (before === null) this.unfold(true);
  }

  build() {
    const hub = new URL(this.getAttribute("hub") || import.meta.url, document.baseURI).origin;
    this.memory = new Memory(hub);
    this.connection = new Connection(hub, this.memory, {
      message: (message, replayed) => this.received(message, replayed),
      changed: (message) => this.transcript.change(message),
      delivery: (item, state) => this.transcript.delivery(item, state),
      refused: (item) => this.transcript.delivery(item, "refused"),
      typing: (on) => this.transcript.typing(on),
      standing: (frame) => this.stands(frame),
      note: (text) => this.transcript.note(text),
      trouble: (level) => this.showTrouble(level),
      welcome: (frame) => {
        this.stands({ who: "assistant" }); // a frame of its own follows where it is another
        this.opinions.forEach((part) => part.welcomed(frame));
        this.zaloLink.welcomed(frame);
      },
      opinion: (frame) => this.opinion(frame),
      link: (frame) => this.zaloLink.answered(frame),
      up: () => this.caughtUp(),
      lost: (expired) => this.restart(expired ? words.lost : ""),
      ended: () => this.restart(words.ended),
      kept: (text) => {
        this.restart("");
        this.announce(text);
      },
    });
    this.ratings = new Ratings(this.memory, (frame) => this.connection.tell(frame));
    this.survey = new Survey(this.memory, (frame) => this.connection.tell(frame));
    this.opinions = [this.ratings, this.survey];
    this.transcript = new Transcript({
      press: (seq, index, title) => this.said(this.connection.press(seq, index, title)),
      ask: (text) => this.said(this.connection.say(text)),
      resend: () => this.connection.retryNow(),
      edit: (item) => this.edit(item),
      announce: (text) => this.announce(text),
      end: () => this.askEnd(),
      notice: () => this.connection.absolute("/privacy"),
    });
    this.composer = new Composer(this.memory, (text) => this.said(this.connection.say(text), true));
    this.buildPhotos();
    this.zaloLink = new ZaloLink({
      send: (frame) => this.connection.tell(frame),
      say: (text) => this.said(this.connection.say(text)),
      close: () => this.toggleOptions(false),
    });
    this.parts = buildFrame(this, this.transcript, this.composer, this.tray, this.photoView, this.zaloLink);
    this.screen = new Screen(this, this.parts.root, () => this.minimise());
    this.parts.heading.textContent = this.heading || words.title;
    this.parts.about.textContent = words.automatic;
    this.parts.root.addEventListener("keydown", (event) => this.key(event));
    this.parts.root.addEventListener("click", (event) => this.clicked(event));
    this.parts.root.addEventListener(SHOW_PHOTO, (event) => this.photoView.open(event.detail));
    const files = { fileAddress: (id) => this.connection.fileAddress(id), absolute: (path) => this.connection.absolute(path), token: () => this.connection.token };
    this.parts.root.addEventListener(OPEN_FILE, (event) => openFile(event.detail, files));
    this.parts.root.addEventListener(PRINT, (event) => this.screen.print(event.detail));
    for (const name of ["keyup", "keypress"]) this.parts.root.addEventListener(name, (event) => event.stopPropagation());
    this.onPageClick = (event) => this.askedFromPage(event);
    this.unread = 0;
    this.setTextSize(this.memory.get("size", 0));
    this.transcript.quiet(this.connection.hasHistory);
    for (const item of this.connection.outbox.items) this.transcript.addPending(item);
    const shadow = this.attachShadow({ mode: "open" });
    dress(shadow);
    shadow.append(this.parts.root);
  }

  buildPhotos() {
    const hub = { address: (name) => this.connection.photoAddress(name), token: () => this.connection.token };
    const send = (ids) => this.said(this.connection.givePhotos(ids, words.photosSent(ids.length)));
    this.tray = new PhotoTray({ ...hub, memory: this.memory, send, announce: (text) => this.announce(text) });
    this.photoView = new PhotoView(hub);
  }

  // ---- open and closed

  show() {
    this.setAttribute("open", "");
  }

  minimise() {
    if (!this.hasAttribute("page")) this.removeAttribute("open");
  }

  unfold(byCitizen) {
    const { panel, launcher } = this.parts;
    if (!panel.hidden) return;
    panel.hidden = false;
    launcher.hidden = true;
    this.memory.set("open", true);
    this.screen.opened();
    this.connection.start();
    this.markRead();
    this.composer.changed();
    this.transcript.showLatest();
    if (byCitizen) this.focusInside();
  }

  fold() {
    const { panel, launcher } = this.parts;
    if (panel.hidden) return;
    const hadFocus = this.shadowRoot.activeElement !== null;
    this.toggleOptions(false, false);
    panel.hidden = true;
    launcher.hidden = false;
    this.memory.set("open", false);
    this.screen.closed();
    if (hadFocus) launcher.focus({ preventScroll: true });
  }

  // On a phone the keyboard would cover half the screen before anything is read: there the panel takes the focus.
  focusInside() {
    if (isTouch()) this.parts.panel.focus({ preventScroll: true });
    else this.composer.focus();
  }

  key(event) {
    event.stopPropagation(); // the portal's shortcuts are not for letters typed here
    if (event.isComposing || event.keyCode === 229 || this.parts.root.querySelector("dialog[open]")) return;
    if (event.key === "Tab") this.keepInside(event);
    if (event.key !== "Escape" || this.parts.panel.hidden) return;
    event.preventDefault();
    if (!this.parts.options.hidden) this.toggleOptions(false);
    else this.minimise();
  }

  // Full screen hides the page, so focus must not wander off into it.
  keepInside(event) {
    if (!this.parts.panel.hasAttribute("aria-modal")) return;
    const all = [...this.parts.panel.querySelectorAll("button, a[href], textarea, [tabindex='0']")];
    const reachable = all.filter((node) => node.offsetParent !== null);
    const [first, last] = [reachable[0], reachable[reachable.length - 1]];
    const active = this.shadowRoot.activeElement;
    const leaving = event.shiftKey ? active === first || active === this.parts.panel : active === last;
    if (!leaving) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  // Anything on the portal with data-mot-cua-ask="…" opens the chat with that question, ready to send.
  askedFromPage(event) {
    const asker = event.target instanceof Element && event.target.closest("[data-mot-cua-ask]");
    if (!asker) return;
    event.preventDefault();
    this.show();
    const text = asker.getAttribute("data-mot-cua-ask");
    if (text) this.composer.put(text);
  }

  // ---- what is said

  said(item, keepFocus) {
    this.transcript.addPending(item);
    if (!keepFocus) this.focusAfterChoice();
  }

  focusAfterChoice() {
    if (isTouch()) this.transcript.node.focus({ preventScroll: true });
    else this.composer.focus();
  }

  edit(item) {
    this.connection.outbox.remove(item.id);
    if (item.type !== "photos") this.composer.put(item.text);
  }

  received(message, replayed) {
    // Before the message is scrolled to: the tray takes some of the room.
    if (message.role === "citizen") this.tray.expect(false);
    else if (asksForPhotos(message)) this.tray.expect(true);
    const { atEnd } = this.transcript;
    const node = this.transcript.add(message);
    if (message.role === "citizen") return;
    this.opinions.forEach((part) => part.attach(node, message));
    if (!replayed) this.zaloLink.heard(message); // of what was before, the welcome tells
    if (atEnd && message.content && message.content.survey) this.transcript.reveal(node); // it has grown
    if (message.role !== "system") this.transcript.typing(false);
    if (message.role === "officer" && !replayed) this.parts.about.textContent = words.officerAnswers(message.content && message.content.author);
    if (message.role === "assistant") this.parts.about.textContent = words.automatic;
    if (this.parts.panel.hidden) this.countUnread(message, replayed);
    else this.markRead();
  }

  // Who answers now. A place in the queue stays in sight, with the way out of it.
  stands(frame) {
    const { standing, about } = this.parts;
    const waits = frame.who === "waiting" && Number.isInteger(frame.place);
    if (waits) this.showPlace(words.waiting(frame.place, frame.minutes), String(frame.stop));
    else this.empty(standing);
    if (frame.who === "officer") about.textContent = frame.typing ? words.officerTypes(frame.officer) : words.officerAnswers(frame.officer);
    else about.textContent = words.automatic;
  }

  // The place moves on while somebody presses the button: it is the same button as long as it says the same.
  showPlace(place, stop) {
    const { standing } = this.parts;
    const [shown, button] = standing.children;
    if (button && button.textContent === stop) {
      shown.textContent = place;
      return;
    }
    const say = () => this.said(this.connection.say(stop));
    standing.replaceChildren(h("span", {}, place), h("button", { type: "button", click: say }, stop));
  }

  // Where the focus was on something that goes, the next keys belong to the field, not to the page behind.
  empty(banner) {
    const hadFocus = banner.contains(this.shadowRoot && this.shadowRoot.activeElement);
    banner.replaceChildren();
    if (hadFocus) this.focusAfterChoice();
  }

  countUnread(message, replayed) {
    if (message.seq <= this.memory.get("seen", 0)) return;
    this.unread += 1;
    this.showUnread();
    if (!replayed) this.announce(words.newMessages(this.unread));
  }

  markRead() {
    this.unread = 0;
    this.showUnread();
    this.memory.set("seen", Math.max(this.connection.last, this.memory.get("seen", 0)));
  }

  showUnread() {
    const { badge, unread } = this.parts;
    badge.hidden = this.unread === 0;
    badge.textContent = this.unread > 9 ? "9+" : String(this.unread);
    unread.textContent = this.unread ? words.unread(this.unread) : "";
  }

  // ---- connection

  caughtUp() {
    this.empty(this.parts.banner);
    this.opinions.forEach((part) => part.up());
    if (this.transcript.node.getAttribute("aria-live") !== "off") return;
    this.transcript.showLatest();
    setTimeout(() => this.transcript.quiet(false), SAID_QUIETLY);
  }

  showTrouble(level) {
    const told = this.connection.token ? words.reconnecting : words.connecting;
    const { banner } = this.parts;
    const text = level > 1 ? words.noConnection : told;
    if (banner.firstChild) return void (banner.firstChild.textContent = text); // its button may be in use
    const again = h("button", { type: "button", click: () => this.connection.retryNow() }, words.tryNow);
    banner.replaceChildren(h("span", {}, text), again);
  }

  // Whether a frame was about a rating or the survey.
  opinion(frame) {
    if (frame.type === "refused") return this.opinions.some((part) => part.refused(frame));
    (frame.type === "rated" ? this.ratings : this.survey).confirmed(frame);
    return true;
  }

  restart(note) {
    this.zaloLink.clear();
    this.opinions.forEach((part) => part.clear());
    this.unread = 0;
    this.showUnread();
    this.empty(this.parts.banner);
    this.empty(this.parts.standing);
    this.parts.about.textContent = words.automatic;
    this.tray.clear();
    this.photoView.close();
    this.transcript.clear(note);
    this.transcript.quiet(false);
    for (const item of this.connection.outbox.items) this.transcript.addPending(item);
  }

  // ---- options

  toggleOptions(open = this.parts.options.hidden, focus = !open) {
    this.parts.options.hidden = !open;
    this.parts.optionsButton.setAttribute("aria-expanded", String(open));
    if (focus) this.parts.optionsButton.focus({ preventScroll: true });
  }

  setTextSize(index) {
    const size = TEXT_SIZES[index] ? index : 0;
    this.memory.set("size", size);
    this.parts.root.style.setProperty("--mc-size", `${TEXT_SIZES[size]}px`);
    this.parts.sizes.forEach((button, at) => button.setAttribute("aria-pressed", String(at === size)));
    this.composer.fit();
  }

  clicked(event) {
    const { options, optionsButton } = this.parts;
    if (options.hidden || [options, optionsButton].some((node) => event.composedPath().includes(node))) return;
    this.toggleOptions(false, false);
  }

  print() {
    this.toggleOptions(false);
    this.screen.print();
  }

  askMyData() {
    this.toggleOptions(false);
    this.said(this.connection.say(words.myDataSaid));
  }

  askEnd() {
    if (!this.parts.options.hidden) this.toggleOptions(false);
    const { question, lastAsked } = this.parts;
    const asks = this.survey.isOpen && this.ratings.rows.size > 0 && Boolean(question.showModal);
    lastAsked.replaceChildren(...(asks ? [this.survey.inDialog()] : []));
    if (asks) question.addEventListener("close", () => this.survey.leftOut(), { once: true });
    if (question.showModal) question.showModal();
    else if (window.confirm(`${words.endQuestion}\n${words.endMeaning}`)) this.end();
  }

  end() {
    const { question } = this.parts;
    if (question.open) question.close();
    this.composer.clear();
    this.restart(words.ending);
    this.connection.end();
    this.focusInside();
  }

  announce(text) {
    this.parts.announcer.textContent = "";
    setTimeout(() => (this.parts.announcer.textContent = text), 50);
  }
}

function asksForPhotos(message) {
  const expects = message.content && message.content.expects;
  return Array.isArray(expects) && expects.includes("photos");
}

if (!customElements.get("mot-cua-chat")) customElements.define("mot-cua-chat", MotCuaChat);
