// What differs between phone and desk: full screen, the virtual keyboard, the back gesture, what is behind; printing.
import { words } from "./words.js";

const FULL_SCREEN = window.matchMedia("(max-width: 600px), (max-height: 480px)");
const TOUCH = window.matchMedia("(pointer: coarse)");
const SHORT = 420; // px left above the keyboard below which only the necessary is shown

export const isTouch = () => TOUCH.matches;

export class Screen {
  constructor(host, root, onBack) {
    Object.assign(this, { host, root, onBack, covering: false });
    this.fit = () => this.fitViewport();
    this.beforePrint = () => this.printing(true);
    this.afterPrint = () => this.printing(false);
  }

  opened() {
    this.listen("addEventListener");
    this.fitViewport();
  }

  closed() {
    this.listen("removeEventListener");
    this.cover(false);
  }

  // The page behind a full screen panel must not scroll, and "back" on a phone closes the panel, not the page.
  cover(on) {
    if (on === this.covering) return;
    this.covering = on;
    const page = document.documentElement.style;
    const panel = this.root.querySelector(".panel");
    if (on) {
      this.pageOverflow = page.overflow;
      page.overflow = "hidden";
      panel.setAttribute("aria-modal", "true");
      this.watchBack();
    } else {
      page.overflow = this.pageOverflow;
      panel.removeAttribute("aria-modal");
      this.ignoreBack();
    }
  }

  watchBack() {
    if (!window.CloseWatcher) return;
    this.watcher = new CloseWatcher();
    this.watcher.onclose = () => this.onBack();
  }

  ignoreBack() {
    if (!this.watcher) return;
    this.watcher.onclose = null;
    this.watcher.destroy();
    this.watcher = null;
  }

  listen(change) {
    const view = window.visualViewport;
    if (view) view[change]("resize", this.fit);
    if (view) view[change]("scroll", this.fit);
    window[change]("resize", this.fit);
    window[change]("beforeprint", this.beforePrint);
    window[change]("afterprint", this.afterPrint);
  }

  // With the keyboard up, only the visual viewport knows how much room is left.
  fitViewport() {
    this.cover(FULL_SCREEN.matches && !this.host.hasAttribute("page"));
    const view = window.visualViewport;
    if (!view || view.scale > 1.05) return;
    this.root.style.setProperty("--mc-top", `${Math.max(0, view.offsetTop)}px`);
    this.root.style.setProperty("--mc-height", `${view.height}px`);
    this.root.classList.toggle("short", view.height < SHORT);
  }

  // Asked to print the conversation, or one message of it: the portal around it stays off the paper.
  print(message = null) {
    this.alone = true;
    this.root.classList.toggle("one", Boolean(message));
    if (message) message.classList.add("printing");
    window.print();
  }

  printed() {
    this.alone = false;
    this.root.classList.remove("one");
    for (const message of this.root.querySelectorAll(".message.printing")) message.classList.remove("printing");
  }

  printing(on) {
    const now = new Intl.DateTimeFormat("vi-VN", { dateStyle: "short", timeStyle: "short" }).format(new Date());
    this.root.querySelector(".printed").textContent = words.printedAt(now);
    const alone = this.alone;
    if (!on) this.printed();
    if (!alone || this.host.parentNode !== document.body || !document.adoptedStyleSheets) return;
    if (!this.paper) {
      this.paper = new CSSStyleSheet();
      this.paper.replaceSync("@media print { body > :not(mot-cua-chat) { display: none !important } }");
    }
    const others = [...document.adoptedStyleSheets].filter((sheet) => sheet !== this.paper);
    document.adoptedStyleSheets = on ? [...others, this.paper] : others;
  }
}
