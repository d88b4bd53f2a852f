// The fixed parts around the conversation: launcher, header with its options, banner, the question before erasing.
import { h, icon } from "./dom.js";
import { words } from "./words.js";

export const TEXT_SIZES = [17, 20, 24]; // px

export function buildFrame(element, transcript, composer, tray, photoView, zaloLink) {
  const button = (name, label, act, ...more) => h("button", { type: "button", class: name, click: act }, ...more, h("span", {}, label));
  const parts = {
    badge: h("span", { class: "badge", "aria-hidden": "true", hidden: true }),
    unread: h("span", { class: "sr" }),
    announcer: h("div", { class: "sr", role: "status" }),
    heading: h("h2", { id: "title" }),
    about: h("p", { class: "about", id: "about" }),
    banner: h("div", { class: "banner", role: "status" }),
    standing: h("div", { class: "banner standing", role: "status" }),
  };
  parts.launcher = h(
    "button",
    { type: "button", class: "launcher", "aria-haspopup": "dialog", click: () => element.show() },
    icon("door"),
    h("span", { class: "long" }, words.launcher, parts.unread),
    h("span", { class: "brief", "aria-hidden": "true" }, words.launcherShort),
    parts.badge,
  );
  parts.minimise = button("tool minimise", words.minimise, () => element.minimise(), icon("down"));
  parts.optionsButton = button("tool", words.options, () => element.toggleOptions(), icon("more"));
  parts.optionsButton.setAttribute("aria-expanded", "false");
  parts.optionsButton.setAttribute("aria-controls", "options");
  parts.sizes = words.sizes.map((label, index) => button("size", label, () => element.setTextSize(index)));
  parts.options = h(
    "div",
    { class: "options", id: "options", hidden: true },
    h("p", { id: "sizes" }, words.textSize),
    h("div", { class: "sizes", role: "group", "aria-labelledby": "sizes" }, ...parts.sizes),
    button("option", words.print, () => element.print()),
    button("option", words.myData, () => element.askMyData()),
    zaloLink.option,
    button("option danger", words.end, () => element.askEnd()),
  );
  parts.lastAsked = h("div"); // the survey, where it was not asked before
  parts.question = buildQuestion(element, button, parts.lastAsked);
  parts.panel = h(
    "div",
    { class: "panel", role: "dialog", "aria-labelledby": "title", "aria-describedby": "about", tabindex: "-1", hidden: true },
    h("div", { class: "header" }, icon("door"), parts.heading, parts.optionsButton, parts.minimise),
    parts.about,
    parts.options,
    h("p", { class: "printed" }),
    parts.banner,
    parts.standing,
    h("div", { class: "scroll" }, transcript.node, transcript.onward),
    tray.node,
    composer.node,
  );
  parts.root = h("div", { class: "root", lang: "vi" }, parts.launcher, parts.panel, parts.question, zaloLink.node, photoView.node, parts.announcer);
  return parts;
}

// A native dialog: the browser keeps focus inside it and closes it with Esc.
function buildQuestion(element, button, lastAsked) {
  const keep = button("keep", words.endNo, () => question.close());
  keep.setAttribute("autofocus", ""); // first of all the way back, whatever stands above it
  const question = h(
    "dialog",
    { class: "question", "aria-labelledby": "end-question", "aria-describedby": "end-meaning" },
    h("h3", { id: "end-question" }, words.endQuestion),
    h("p", { id: "end-meaning" }, words.endMeaning),
    lastAsked,
    h("div", { class: "answers" }, keep, button("erase", words.endYes, () => element.end())),
  );
  return question;
}
