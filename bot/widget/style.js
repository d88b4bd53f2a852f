// The look, as one constructable style sheet: clean under a strict CSP and out of reach of the portal's own rules.
// Sizes are px and em, never rem: rem would follow the portal's root size.
import { OPINION } from "./opinion_style.js";

const BASE = `
:host { display: block !important; }
.root { all: initial; display: block; font: 400 var(--mc-size, 17px)/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
  "Noto Sans", "Helvetica Neue", Arial, sans-serif; color: var(--mc-ink); color-scheme: light dark; text-align: start;
  --mc-blue: #0b3f82; --mc-on-blue: #fff; --mc-red: #c8202f; --mc-link: #0b4a9c; --mc-ink: #17212e; --mc-soft: #4d5968;
  --mc-paper: #fff; --mc-ground: #f1f4f8; --mc-line: #c3ccd8; --mc-own: #d9e7fa; --mc-own-ink: #0d2340; --mc-tint: #e8eef7;
  --mc-notice: #fff5da; --mc-notice-line: #b27400; --mc-danger: #ab1524; --mc-shadow: 0 8px 32px rgb(13 35 64 / .28); }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
p, h2, h3, ol, ul { margin: 0; }
button, textarea { font: inherit; color: inherit; margin: 0; }
button { min-height: 44px; cursor: pointer; touch-action: manipulation; -webkit-tap-highlight-color: transparent; }
button:focus-visible, a:focus-visible, textarea:focus-visible, [tabindex]:focus-visible
  { outline: 3px solid var(--mc-focus, #0b63ce); outline-offset: 2px; }
.panel:focus, li:focus { outline: none; }
.icon { width: 1.35em; height: 1.35em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.icon-more { stroke-width: 3.2; }
.sr { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

const AROUND = `
.launcher { position: fixed; z-index: 2147483000; right: calc(20px + env(safe-area-inset-right)); bottom: calc(20px + env(safe-area-inset-bottom));
  display: flex; align-items: center; gap: .55em; min-height: 56px; padding: 0 1.3em 0 1.1em; border: 2px solid #fff; border-radius: 28px;
  background: var(--mc-blue); color: var(--mc-on-blue); font-weight: 600; box-shadow: var(--mc-shadow); }
.launcher:hover { filter: brightness(1.12); }
.launcher .brief { display: none; }
.badge { position: absolute; top: -10px; right: -4px; min-width: 28px; height: 28px; padding: 0 7px; border-radius: 14px; border: 2px solid #fff;
  background: var(--mc-red); color: #fff; font-size: 16px; line-height: 24px; text-align: center; }
.panel { position: fixed; z-index: 2147483000; right: 20px; bottom: 20px; display: flex; flex-direction: column; overflow: hidden;
  width: min(25.5em, calc(100vw - 40px)); height: min(44em, calc(100vh - 40px)); height: min(44em, calc(100dvh - 40px));
  border: 1px solid var(--mc-line); border-radius: 16px; background: var(--mc-ground); box-shadow: var(--mc-shadow); }
.header { display: flex; align-items: center; gap: .2em; padding: 6px 6px 6px 14px; background: var(--mc-blue); color: var(--mc-on-blue); --mc-focus: #fff; }
.header > .icon { width: 1.6em; height: 1.6em; }
.header h2 { flex: 1; min-width: 0; margin-inline-start: .4em; font-size: 1.12em; line-height: 1.25; font-weight: 650; }
.tool { display: flex; flex-direction: column; align-items: center; justify-content: center; min-width: 48px; padding: 2px 6px; border: 0;
  border-radius: 10px; background: none; font-size: 16px; line-height: 1.15; }
.tool .icon { width: 22px; height: 22px; }
.tool:hover, .tool[aria-expanded=true] { background: rgb(255 255 255 / .16); }
.tool:focus-visible { outline-offset: -3px; }
.about { padding: .25em 14px; border-top: 3px solid var(--mc-red); border-bottom: 1px solid var(--mc-line); background: var(--mc-tint); font-size: max(16px, .94em); }
.options { display: grid; gap: 6px; padding: 10px 14px 14px; border-bottom: 1px solid var(--mc-line); background: var(--mc-paper); overflow: auto; flex: none; max-height: 60%; }
.options p { font-weight: 600; }
.sizes { display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px; margin-bottom: 4px; }
.size, .option { border: 1.5px solid var(--mc-line); border-radius: 10px; background: var(--mc-paper); padding: .3em .5em; }
.option { text-align: start; padding: .3em .9em; }
.size[aria-pressed=true] { border-color: var(--mc-blue); background: var(--mc-blue); color: var(--mc-on-blue); font-weight: 600; }
.option:hover, .size:not([aria-pressed=true]):hover { background: var(--mc-tint); }
.danger { color: var(--mc-danger); border-color: currentColor; }
.banner:empty { display: none; }
.banner { display: flex; align-items: center; justify-content: space-between; gap: 10px; padding: 4px 14px; background: var(--mc-notice); border-bottom: 1px solid var(--mc-notice-line); }
.banner button { flex: none; border: 0; background: none; color: var(--mc-link); font-weight: 600; text-decoration: underline; padding: 0 4px; }
.question { margin: auto; max-width: min(24em, calc(100vw - 24px)); padding: 1.1em; border: 1px solid var(--mc-line); border-radius: 16px; background: var(--mc-paper); color: inherit; box-shadow: var(--mc-shadow); }
.question::backdrop { background: rgb(9 20 36 / .55); }
.question h3 { font-size: 1.12em; line-height: 1.3; margin-bottom: .5em; }
.answers { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 1.1em; }
.answers button { flex: 1 1 9em; min-height: 48px; padding: .3em .8em; border-radius: 10px; font-weight: 600; border: 2px solid var(--mc-blue); background: none; color: var(--mc-link); }
.answers .erase { border-color: var(--mc-danger); background: var(--mc-erase, #ab1524); color: #fff; }
.code-steps { display: grid; gap: .5em; }
.code-steps .code { font-size: 1.7em; font-weight: 700; letter-spacing: .08em; text-align: center; user-select: all; }
.code-steps ol { padding-inline-start: 1.4em; }
.code-steps .option { justify-self: center; min-height: 44px; }
.printed { display: none; }
`;

const CONVERSATION = `
.scroll { position: relative; flex: 1; min-height: 0; display: flex; flex-direction: column; }
.log { position: relative; flex: 1; min-height: 0; overflow: hidden auto; overscroll-behavior: contain; padding: 14px; overflow-wrap: anywhere; }
.log:focus-visible { outline-offset: -3px; }
.text { white-space: pre-line; }
.log a { color: var(--mc-link); text-decoration: underline; text-underline-offset: 2px; }
.log a .icon { width: .9em; height: .9em; margin-inline-start: .25em; vertical-align: -.08em; }
.welcome { margin-bottom: 14px; }
.welcome > p + p { margin-top: .35em; }
.welcome .greeting { font-size: 1.2em; font-weight: 650; color: var(--mc-link); }
.welcome .try { margin-top: .9em; font-weight: 600; }
.welcome .privacy { margin-top: .9em; color: var(--mc-soft); font-size: max(16px, .94em); }
.begun .try, .begun .suggestions, .loading .try, .loading .suggestions { display: none; }
.day { margin: 6px 0 12px; text-align: center; color: var(--mc-soft); font-size: max(16px, .94em); }
.note { margin: 10px 0; padding: .5em .9em; border-radius: 10px; background: var(--mc-tint); text-align: center; }
.message { display: flex; flex-direction: column; align-items: flex-start; margin-bottom: 14px; }
.message .who { color: var(--mc-soft); font-weight: 600; font-size: max(16px, .94em); margin-bottom: 2px; }
.message.same .who, .message.citizen .who { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.message.same { margin-top: -6px; }
.bubble { max-width: 94%; padding: .6em .9em; border: 1px solid var(--mc-line); border-radius: 4px 16px 16px; background: var(--mc-paper); }
.bubble > * + * { margin-top: .55em; }
.citizen { align-items: flex-end; }
.citizen .bubble { max-width: 86%; border-radius: 16px 16px 4px; border-color: transparent; background: var(--mc-own); color: var(--mc-own-ink); }
.officer .bubble { border-inline-start: 4px solid var(--mc-red); }
.system .bubble { background: var(--mc-tint); border-style: dashed; }
.waiting .bubble { opacity: .85; }
.unsent .bubble { opacity: 1; border: 1.5px dashed var(--mc-danger); }
.heading { font-weight: 650; color: var(--mc-link); }
.bubble ol, .bubble ul { padding-inline-start: 1.5em; }
.bubble li { margin-bottom: .4em; }
.bubble li::marker { color: var(--mc-link); font-weight: 600; }
.detail { color: var(--mc-soft); }
.fold { display: inline-flex; align-items: center; gap: .4em; padding: .2em .9em; border: 1.5px solid var(--mc-line); border-radius: 22px; background: none; color: var(--mc-link); font-weight: 600; }
.fold .icon { width: 1em; height: 1em; }
.fold[aria-expanded=true] .icon { transform: rotate(180deg); }
.fold:hover, .copy:hover { background: var(--mc-tint); }
.notice, .source { display: flex; gap: .55em; padding: .55em .75em; border-radius: 10px; }
.notice { background: var(--mc-notice); border: 1px solid var(--mc-notice-line); }
.notice .icon { color: var(--mc-notice-line); margin-top: .05em; }
.source { background: var(--mc-tint); font-size: max(16px, .94em); line-height: 1.4; }
.source > div { min-width: 0; }
.icon-book { color: var(--mc-link); }
.source .title { font-weight: 600; }
.source a { display: inline-block; padding: .65em 0 .5em; font-weight: 600; }
.foot { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .7em; min-height: 1.7em; padding: 0 4px; color: var(--mc-soft); font-size: max(16px, .94em); }
.citizen .foot { justify-content: flex-end; }
.state:empty { display: none; }
.why { flex-basis: 100%; }
.citizen .why { text-align: right; }
.state { display: inline-flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 0 .5em; }
.unsent .state { color: var(--mc-danger); }
.again { padding: 0 .3em; border: 0; background: none; color: var(--mc-link); font-weight: 600; text-decoration: underline; }
.copy { display: inline-flex; align-items: center; gap: .35em; padding: 0 .6em; border: 0; border-radius: 10px; background: none; color: var(--mc-link); }
.copy .icon { width: 18px; height: 18px; }
.choices { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.suggestions { flex-direction: column; align-items: stretch; }
.choice { min-height: 46px; padding: .4em 1em; border: 1.5px solid var(--mc-link); border-radius: 23px; background: var(--mc-paper); color: var(--mc-link); font-weight: 550; text-align: start; line-height: 1.3; overflow-wrap: anywhere; }
.choice:hover { background: var(--mc-own); color: var(--mc-own-ink); }
.typing { display: inline-flex; gap: 6px; padding: .85em 1em; border: 1px solid var(--mc-line); border-radius: 4px 16px 16px; background: var(--mc-paper); }
.typing i { width: 9px; height: 9px; border-radius: 50%; background: var(--mc-soft); animation: blink 1.2s infinite both; }
.typing i:nth-child(2) { animation-delay: .2s; }
.typing i:nth-child(3) { animation-delay: .4s; }
@keyframes blink { 0%, 70%, 100% { opacity: .25 } 35% { opacity: 1 } }
.onward { position: absolute; bottom: 8px; left: 50%; transform: translateX(-50%); display: flex; align-items: center; gap: .4em; padding: 0 1em; border: 0; border-radius: 22px;
  background: var(--mc-blue); color: var(--mc-on-blue); font-weight: 600; white-space: nowrap; box-shadow: 0 3px 12px rgb(13 35 64 / .35); }
.onward .icon { width: 1em; height: 1em; }
.composer { padding: 8px 10px 6px; border-top: 1px solid var(--mc-line); background: var(--mc-paper); }
.line { display: flex; align-items: flex-end; gap: 8px; }
textarea { flex: 1; min-width: 0; min-height: 54px; padding: 12px 14px; border: 1.5px solid var(--mc-edge, #6b7889); border-radius: 14px; background: var(--mc-paper); line-height: 1.45; resize: none; overflow-y: auto; -webkit-appearance: none; appearance: none; }
textarea::placeholder { color: var(--mc-soft); opacity: 1; }
textarea:focus-visible { outline-offset: 0; }
.over textarea { border-color: var(--mc-danger); }
.send { flex: none; display: flex; flex-direction: column; align-items: center; justify-content: center; min-width: 56px; min-height: 54px; padding: 2px 6px; font-size: 16px; line-height: 1.15; font-weight: 600; border: 0; border-radius: 14px; background: var(--mc-blue); color: var(--mc-on-blue); }
.send .icon { width: 24px; height: 24px; }
.composer:not(.empty, .over) .send:hover { filter: brightness(1.15); }
.empty .send { background: var(--mc-tint); color: var(--mc-soft); }
.over .send { background: var(--mc-tint); color: var(--mc-soft); }
.count:empty { display: none; }
.count, .secrets { padding: 3px 4px 0; font-size: max(16px, .88em); line-height: 1.35; color: var(--mc-soft); }
.over .count { color: var(--mc-danger); font-weight: 600; }
.short .secrets, .short .about { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

const PHOTOS = `
.tray { flex: none; display: flex; flex-direction: column; max-height: 50%; overflow: hidden auto; padding: 8px 14px; border-top: 1px solid var(--mc-line); background: var(--mc-tint); }
.photo-warning { display: flex; gap: .4em; font-size: max(16px, .94em); line-height: 1.35; }
.photo-warning .icon { color: var(--mc-notice-line); }
.photo-note:empty { display: none; }
.photo-note { margin-top: 6px; font-weight: 600; }
.photo-buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.photo-pick, .photo-send { display: inline-flex; align-items: center; justify-content: center; gap: .4em; flex: 1 1 auto; min-height: 48px; padding: .3em .9em; border: 2px solid var(--mc-link); border-radius: 12px; background: var(--mc-paper); color: var(--mc-link); font-weight: 600; }
.photo-send { border-color: var(--mc-blue); background: var(--mc-blue); color: var(--mc-on-blue); }
.photo-send:disabled { border-color: var(--mc-line); background: var(--mc-paper); color: var(--mc-soft); cursor: default; }
.photos { list-style: none; padding: 2px; margin-top: 6px; display: grid; gap: 8px; min-height: 5.5em; overflow: hidden auto; overscroll-behavior: contain; }
.photos li { display: flex; align-items: center; gap: 10px; padding: 6px; border: 1px solid var(--mc-line); border-radius: 12px; background: var(--mc-paper); }
.photos li.refused { border: 1.5px dashed var(--mc-danger); }
.photo-picture { flex: none; display: flex; align-items: center; justify-content: center; width: 72px; height: 72px; border-radius: 8px; overflow: hidden; background: var(--mc-tint); color: var(--mc-soft); }
.photo-picture canvas { width: 100%; height: 100%; object-fit: cover; }
.photo-side { flex: 1; min-width: 0; display: flex; flex-wrap: wrap; align-items: center; gap: 0 10px; }
.photo-state { flex: 1 1 100%; font-size: max(16px, .94em); line-height: 1.35; }
.photo-state:empty { display: none; }
.refused .photo-state { color: var(--mc-danger); }
.photo-side progress { flex: 1 1 6em; height: 12px; accent-color: var(--mc-link); }
.photo-remove { display: inline-flex; align-items: center; gap: .3em; padding: 0 .5em; border: 0; border-radius: 10px; background: none; color: var(--mc-link); font-weight: 600; }
.photo-remove .icon { width: 1em; height: 1em; }
.photo-view { max-width: min(60em, calc(100vw - 24px)); max-height: calc(100dvh - 24px); overflow: auto; }
.photo-large canvas { display: block; max-width: 100%; max-height: 65vh; margin: 0 auto; border-radius: 8px; }
`;

const FILLED = `top: var(--mc-top, 0); right: 0; bottom: auto; left: 0; width: auto; height: 100vh; height: var(--mc-height, 100dvh);
  border: 0; border-radius: 0; box-shadow: none;`;

const FULL_SCREEN = `
.panel { ${FILLED} }
.header { padding-top: calc(6px + env(safe-area-inset-top)); padding-right: calc(4px + env(safe-area-inset-right)); padding-left: calc(12px + env(safe-area-inset-left)); }
.composer { padding-bottom: calc(6px + env(safe-area-inset-bottom)); }
.log, .about, .composer, .tray { padding-left: calc(12px + env(safe-area-inset-left)); padding-right: calc(12px + env(safe-area-inset-right)); }
`;

const VARIANTS = `
@media (max-width: 600px), (max-height: 480px) { ${FULL_SCREEN} }
@media (max-width: 600px) {
  .launcher { right: calc(14px + env(safe-area-inset-right)); bottom: calc(14px + env(safe-area-inset-bottom)); }
  .launcher .long { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .launcher .brief { display: inline; }
}
@media (max-width: 359px) { .header > .icon { display: none; } }
:host([page]) .panel { ${FILLED} }
:host([page]) .minimise, :host([page]) .launcher { display: none; }
:host([page]) .log, :host([page]) .composer, :host([page]) .about, :host([page]) .header, :host([page]) .options, :host([page]) .banner, :host([page]) .tray
  { padding-inline: max(12px, calc(50% - 390px)); }
@media screen and (prefers-color-scheme: dark) {
  .root { --mc-blue: #1d4f91; --mc-link: #9cc4ff; --mc-ink: #e9eef5; --mc-soft: #aab6c5; --mc-paper: #1b2431; --mc-ground: #121923; --mc-line: #3b4858;
    --mc-own: #234a80; --mc-own-ink: #f2f7ff; --mc-tint: #253144; --mc-notice: #3a2f14; --mc-notice-line: #d69b2d; --mc-danger: #ff9aa3; --mc-edge: #8795a8;
    --mc-focus: #8ab8ff; --mc-shadow: 0 8px 32px rgb(0 0 0 / .6); }
  .launcher, .badge { border-color: #dbe6f5; }
}
@media (prefers-reduced-motion: reduce) { .typing i { animation: none; opacity: .7; } }
@media (forced-colors: active) {
  .launcher, .bubble, .source, .send, .onward, .typing, .tool { border: 1px solid ButtonText; }
  .size[aria-pressed=true] { border: 4px solid Highlight; }
  .typing i { background: CanvasText; }
  .empty .send { color: GrayText; }
}
@media print {
  .root { font-size: 12pt; --mc-ground: #fff; --mc-tint: #fff; --mc-own: #fff; }
  .panel { position: static; display: block; width: auto; height: auto; overflow: visible; border: 0; box-shadow: none; background: none; }
  .scroll, .log { display: block; overflow: visible; height: auto; padding: 0; }
  .header { padding: 0 0 6px; background: none; color: #000; }
  .launcher, .tool, .options, .about, .banner, .welcome, .composer, .onward, .fold, .copy, .choices, .typing, .again, .question, .tray { display: none !important; }
  .printed { display: block; margin-bottom: 1em; padding-bottom: .4em; border-bottom: 1px solid #000; }
  .bubble li[hidden] { display: list-item !important; }
  .message { break-inside: avoid-page; }
  .one .log > :not(.printing) { display: none; }
  .card.printing { break-inside: auto; }
  .card.printing li { break-inside: avoid-page; }
  .card.printing ul { list-style: "☐  "; }
  .message .who, .message.citizen .who, .message.same .who { position: static; width: auto; height: auto; clip-path: none; }
  .bubble, .citizen .bubble { max-width: none; border-color: #777; }
  .log a::after { content: " (" attr(href) ")"; font-weight: 400; }
  .log a .icon, .log a .sr { display: none; }
}
`;

const SHEET = BASE + AROUND + CONVERSATION + PHOTOS + OPINION + VARIANTS;

export function dress(shadow) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style"); // browsers before 2023
    style.textContent = SHEET;
    shadow.append(style);
  }
}
