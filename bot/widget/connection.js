// The protocol of docs/web-chat.md over one WebSocket: hello, replay, reconnecting, sending again what is unconfirmed.
// It tells its owner through `on`: message, changed, delivery, refused, typing, standing, note, up, trouble, lost, ended,
// welcome, opinion (what rating.js and survey.js live on) and link (zalo_link.js).
import { frameOf, Outbox } from "./outbox.js";

const FIRST_DELAY = 400; // ms; doubles with each failure, plus jitter so that a city does not come back at once
const LONGEST_DELAY = 30000;
const WELCOME_WITHIN = 10000;
const CONFIRMED_WITHIN = 12000;
const PING_EVERY = 25000;
const PONG_WITHIN = 5000;
const DOUBT_AFTER = 5000; // ms that an answer lets wait until the hub is asked whether it lives
const DOUBTS = 6; // then the answer is simply slow, or a person's
const KNOCK_WITHIN = 6000;
const TROUBLE_AFTER = [2000, 20000]; // ms without a connection until the citizen is told, and told again
const STABLE_AFTER = 5000; // only then is the back-off forgotten: a hub that hangs up at once is not hammered
const HANDLERS = new Map([
  ["welcome", "welcomed"],
  ["message", "messaged"],
  ["typing", "typed"],
  ["standing", "stood"],
  ["refused", "refuse"],
  ["rated", "passOn"],
  ["surveyed", "passOn"],
  ["link", "linkMade"],
  ["ended", "forget"],
  ["kept", "stay"],
]);

export class Connection {
  constructor(hub, memory, on) {
    const url = new URL("/chat/ws", hub);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    Object.assign(this, { url: url.href, hub, memory, on });
    this.outbox = new Outbox(memory);
    this.token = memory.get("token", null);
    this.ending = memory.get("ending", false);
    this.last = 0; // highest seq shown
    this.failures = 0;
    this.gaps = { after: -1, times: 0 };
    this.timers = {};
    this.sent = new Set(); // ids sent on this very socket
    this.wake = () => this.checkNow();
  }

  photoAddress(name) {
    return new URL(`/chat/photos/${encodeURIComponent(name)}`, this.hub).href;
  }

  fileAddress(name) {
    return new URL(`/chat/files/${encodeURIComponent(name)}`, this.hub).href;
  }

  absolute(address) {
    return new URL(address, this.hub).href;
  }

  get hasHistory() {
    return Boolean(this.token || this.ending || this.outbox.items.length);
  }

  start() {
    if (this.wanted) return;
    this.wanted = true;
    window.addEventListener("online", this.wake);
    window.addEventListener("pageshow", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.watchTrouble();
    this.connect();
  }

  stop() {
    this.wanted = false;
    window.removeEventListener("online", this.wake);
    window.removeEventListener("pageshow", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.closeSocket();
    this.clear("retry", "trouble0", "trouble1");
  }

  // ---- what the citizen does

  say(text) {
    return this.post({ type: "say", text });
  }

  press(seq, button, title) {
    return this.post({ type: "press", seq, button, text: title });
  }

  givePhotos(photos, text) {
    return this.post({ type: "photos", photos, text });
  }

  end() {
    this.outbox.clear();
    if (!this.token) return this.forget();
    this.ending = true;
    this.memory.set("ending", true);
    this.start();
    if (this.ready) this.sendEnd();
    else this.retryNow();
  }

  retryNow() {
    if (!this.wanted) return this.start();
    if (!this.socket) this.connect();
  }

  post(item) {
    const added = this.outbox.add(item);
    this.start();
    if (this.ready) this.flush();
    else this.retryNow();
    this.after("late", TROUBLE_AFTER[0], () => this.ready || this.markUnsent());
    return added;
  }

  // ---- the socket

  connect() {
    this.closeSocket();
    this.clear("retry");
    let socket;
    try {
      socket = new WebSocket(this.url);
    } catch {
      return this.drop(); // e.g. ws: from an https page
    }
    this.socket = socket;
    this.after("welcome", WELCOME_WITHIN, () => this.drop(undefined, true));
    socket.onopen = () => this.send({ type: "hello", token: this.token, after: this.last });
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = () => this.drop();
  }

  closeSocket() {
    this.clear("welcome", "confirm", "ping", "pong", "doubt", "stable");
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    this.sent.clear();
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  // silent: nobody answered. A hub that hangs takes connections all the same, so it is passed over first.
  drop(delay, silent = false) {
    this.closeSocket();
    this.on.typing(false);
    if (!this.wanted) return;
    this.watchTrouble();
    const backOff = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.failures) * (0.5 + Math.random());
    this.failures += 1;
    this.after("retry", delay ?? backOff, () => (silent ? this.knock() : this.connect()));
  }

  // Whatever stands before the hubs finds out here, within seconds, which of them hangs; on a socket it waits minutes.
  async knock() {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), KNOCK_WITHIN);
    const request = { mode: "no-cors", cache: "no-store", credentials: "omit", signal: patience.signal };
    await fetch(new URL("/healthz", this.hub), request).catch(() => null);
    clearTimeout(timer);
    if (this.wanted && !this.socket) this.connect();
  }

  // Somebody waits: a hub that hangs is noticed within seconds, not at the next ping of an idle socket.
  doubt(times = DOUBTS) {
    this.after("doubt", DOUBT_AFTER, () => {
      this.ping();
      if (times > 1) this.doubt(times - 1);
    });
  }

  send(frame) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  // Back from sleep, another network, the back button: find out at once whether the socket still lives.
  checkNow() {
    if (document.visibilityState === "hidden") return;
    if (this.ready) this.ping();
    else if (!this.socket) this.connect();
  }

  ping() {
    this.after("ping", PING_EVERY, () => this.ping());
    if (!this.timers.pong) this.after("pong", PONG_WITHIN, () => this.drop(0, true));
    this.send({ type: "ping" });
  }

  // ---- frames from the hub

  receive(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    this.clear("pong");
    if (frame && HANDLERS.has(frame.type)) this[HANDLERS.get(frame.type)](frame);
  }

  welcomed(frame) {
    const hadToken = this.token !== null;
    this.token = frame.token;
    this.memory.set("token", frame.token);
    if (this.ending && frame.new) return this.forget(); // it was erased, only the word did not reach us
    if ((frame.new && hadToken) || frame.last_seq < this.last) {
      const fewer = !frame.new;
      this.last = 0;
      this.outbox.turnPressesIntoWords();
      this.on.lost(frame.new);
      if (fewer) return this.drop(0); // the hub knows less than we do: ask it for everything
    }
    this.on.welcome(frame);
    this.target = Number(frame.last_seq) || 0;
    this.after("welcome", WELCOME_WITHIN, () => this.drop()); // the replay must get through as well
    this.after("ping", PING_EVERY, () => this.ping());
    if (this.ending) this.sendEnd();
    else this.settle();
  }

  messaged(frame) {
    if (this.ending || !Number.isInteger(frame.seq)) return;
    if (frame.role !== "citizen") this.clear("doubt");
    if (frame.id && this.outbox.remove(frame.id)) this.clear("confirm");
    if (frame.seq <= this.last) return this.on.changed(frame);
    if (frame.seq > this.last + 1 && !this.giveUpOnGap()) return this.drop(0);
    this.last = frame.seq;
    this.on.message(frame, frame.seq <= this.target);
    this.settle();
  }

  // Ask again for what is missing; a hub that twice has nothing to fill the gap with must not silence the chat.
  giveUpOnGap() {
    this.gaps = { after: this.last, times: this.gaps.after === this.last ? this.gaps.times + 1 : 1 };
    return this.gaps.times > 2;
  }

  settle() {
    if (!this.ready && this.last >= this.target) this.reachable();
    if (this.ready) this.flush();
  }

  reachable() {
    this.ready = true;
    this.clear("welcome", "trouble0", "trouble1");
    this.after("stable", STABLE_AFTER, () => (this.failures = 0));
    this.on.up();
  }

  flush() {
    if (this.ending) return;
    for (const item of this.outbox.waiting) {
      if (this.sent.has(item.id)) continue;
      this.sent.add(item.id);
      this.send(frameOf(item));
      this.doubt();
      this.on.delivery(item, "sending");
    }
    if (this.outbox.waiting.length === 0) this.clear("confirm");
    else if (!this.timers.confirm) this.after("confirm", CONFIRMED_WITHIN, () => this.unconfirmed());
  }

  unconfirmed() {
    this.markUnsent();
    this.drop(0, true);
  }

  typed(frame) {
    this.on.typing(frame.on === true);
  }

  stood(frame) {
    this.on.standing(frame);
  }

  refuse(frame) {
    const item = frame.id && this.outbox.find(frame.id);
    if (!item) return this.on.opinion(frame) || this.on.note(frame.text);
    this.outbox.refuse(item, String(frame.text || ""));
    this.on.refused(item);
    this.flush();
  }

  passOn(frame) {
    this.on.opinion(frame);
  }

  linkMade(frame) {
    this.on.link(frame);
  }

  // For what is no message: whether it went out. Its sender keeps it until the hub confirms it.
  tell(frame) {
    if (this.ready && !this.ending) this.send(frame);
    else this.retryNow();
    return Boolean(this.ready && !this.ending);
  }

  sendEnd() {
    this.reachable();
    this.send({ type: "end" });
    this.after("confirm", CONFIRMED_WITHIN, () => this.drop(0));
  }

  // Asked to be erased, but it has to be kept: everything is shown again, the reason last.
  stay(frame) {
    this.ending = false;
    this.memory.forget("ending");
    this.clear("confirm");
    this.last = 0;
    this.on.kept(String(frame.text || ""));
    this.drop(0);
  }

  // Erased, here and there. What was typed after asking for it starts a new conversation.
  forget() {
    this.stop();
    this.token = null;
    this.last = 0;
    this.ending = false;
    this.memory.forget("token", "ending", "seen");
    this.outbox.turnPressesIntoWords();
    this.on.ended();
    if (this.outbox.waiting.length) this.start();
  }

  // ---- telling the citizen, and timers

  watchTrouble() {
    TROUBLE_AFTER.forEach((delay, level) => {
      if (this.timers[`trouble${level}`]) return;
      this.after(`trouble${level}`, delay, () => {
        this.timers[`trouble${level}`] = "told";
        this.markUnsent();
        this.on.trouble(level + 1);
      });
    });
  }

  markUnsent() {
    for (const item of this.outbox.waiting) this.on.delivery(item, "unsent");
  }

  after(name, delay, action) {
    this.clear(name);
    this.timers[name] = setTimeout(() => {
      this.timers[name] = null;
      action();
    }, delay);
  }

  clear(...names) {
    for (const name of names) {
      clearTimeout(this.timers[name]);
      this.timers[name] = null;
    }
  }
}
