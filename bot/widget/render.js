// One message as nodes. Whatever a message holds, it ends as text; only https: addresses become links.
import { cardTools } from "./card.js";
import { copyText, h, icon } from "./dom.js";
import { fileButtons } from "./file_link.js";
import { photoButtons } from "./photo_view.js";
import { words } from "./words.js";

const FOLD_AFTER = 4;
const CITY = { timeZone: "Asia/Ho_Chi_Minh" };
const CLOCK = new Intl.DateTimeFormat("vi-VN", { ...CITY, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("vi-VN", { ...CITY, day: "2-digit", month: "2-digit", year: "numeric" });

export function clockTime(at) {
  return Number.isNaN(at.getTime()) ? "" : CLOCK.format(at);
}

export function dayName(at) {
  if (Number.isNaN(at.getTime())) return "";
  const day = DAY.format(at);
  if (day === DAY.format(new Date())) return words.today;
  if (day === DAY.format(new Date(Date.now() - 86400000))) return words.yesterday;
  return day;
}

export function messageNode(message) {
  const role = Object.prototype.hasOwnProperty.call(words.senders, message.role) ? message.role : "system";
  const content = message.content || {};
  const card = role !== "citizen" && Boolean(content.card);
  const body = role === "citizen" ? [] : blockNodes(content.blocks, card);
  const at = new Date(message.at);
  const bubble = h("div", { class: "bubble" }, ...(body.length ? body : [textNode(content.text, role !== "citizen")]));
  const copyable = (body.length || content.answer) && role !== "citizen";
  const why = role === "citizen" && whyChanged(content);
  const foot = h(
    "div",
    { class: "foot" },
    h("time", { datetime: Number.isNaN(at.getTime()) ? null : at.toISOString() }, clockTime(at)),
    h("span", { class: "state" }),
    ...(role === "citizen" ? photoButtons(content.attachments) : []),
    ...(role === "officer" ? fileButtons(content.attachments) : []),
    why ? h("span", { class: "why" }, why) : null,
    copyable ? copyButton(asText(content)) : null,
    ...(card ? cardTools(content) : []),
  );
  return h("div", { class: `message ${role}${card ? " card" : ""}`, "data-seq": message.seq ?? null }, h("p", { class: "who" }, sender(role, content), h("span", { class: "sr" }, ":")), bubble, foot);
}

// What the hub took out of the citizen's own words before it wrote them down.
const CODES = new Set(["otp", "password", "pin", "passcode", "card_number", "card_code"]);

function whyChanged(content) {
  if (content.dropped) return words.dropped;
  if (!Array.isArray(content.masked) || !content.masked.length) return null;
  return content.masked.some((kind) => CODES.has(kind)) ? words.hiddenCode : words.hiddenNumber;
}

export function textNode(text, links = true) {
  const node = h("p", { class: "text" });
  const parts = String(text ?? "").split(links ? /(https:\/\/[^\s<>"'“”‘’]+)/u : /(?!)/);
  parts.forEach((part, index) => {
    if (index % 2 === 0) return node.append(part);
    const tail = part.match(/[.,;:!?)\]}]*$/)[0];
    const address = part.slice(0, part.length - tail.length);
    node.append(link(address, address) || address, tail);
  });
  return node;
}

function blockNodes(blocks, whole) {
  if (!Array.isArray(blocks)) return [];
  return blocks.filter((block) => block && typeof block === "object").flatMap((block) => blockNode(block, whole) || []);
}

function blockNode(block, whole) {
  if (block.kind === "list" && Array.isArray(block.items)) return listNode(block, whole);
  if (block.kind === "source") return sourceNode(block);
  if (!block.text) return null;
  if (block.kind === "heading") return h("p", { class: "heading", role: "heading", "aria-level": "3" }, String(block.text));
  if (block.kind === "notice") {
    return h("div", { class: "notice" }, icon("warn"), h("span", { class: "sr" }, `${words.notice}: `), textNode(block.text));
  }
  return textNode(block.text);
}

// whole: a list to keep is read to its end, nothing of it is folded away.
function listNode(block, whole) {
  const items = block.items.filter(Boolean).map((item) => {
    const { text, detail } = typeof item === "object" ? item : { text: item };
    const shown = textNode(text);
    return h("li", {}, shown, detail ? h("div", { class: "detail" }, textNode(detail)) : null);
  });
  const list = h(block.ordered ? "ol" : "ul", block.ordered && block.start > 1 ? { start: String(Number(block.start)) } : {}, ...items);
  return items.length > FOLD_AFTER && !whole ? [list, foldButton(items.slice(FOLD_AFTER))] : list;
}

function foldButton(folded) {
  const label = h("span", {}, words.more(folded.length));
  const button = h("button", { type: "button", class: "fold", "aria-expanded": "false", click: toggle }, label, icon("down"));
  for (const item of folded) item.hidden = true;

  function toggle() {
    const unfold = button.getAttribute("aria-expanded") === "false";
    button.setAttribute("aria-expanded", String(unfold));
    label.textContent = unfold ? words.less : words.more(folded.length);
    for (const item of folded) item.hidden = !unfold;
    if (!unfold) return button.scrollIntoView({ block: "nearest" });
    folded[0].tabIndex = -1; // reading goes on where the list was cut, not behind its end
    folded[0].focus({ preventScroll: true });
  }
  return button;
}

function sourceNode(block) {
  const lines = [block.code, block.decision, block.checked].filter(Boolean).map((line) => h("p", {}, String(line)));
  const host = hostOf(block.url);
  const title = h("p", { class: "title" }, h("span", { class: "sr" }, `${words.source}: `), String(block.title ?? words.source));
  return h("div", { class: "source" }, icon("book"), h("div", {}, title, ...lines, host && link(block.url, words.openSource(host))));
}

function link(address, label) {
  if (!hostOf(address)) return null;
  const attributes = { href: address, target: "_blank", rel: "noopener noreferrer" };
  return h("a", attributes, label, icon("out"), h("span", { class: "sr" }, words.newTab));
}

function hostOf(address) {
  try {
    const url = new URL(address);
    return url.protocol === "https:" && !url.username ? url.host : null;
  } catch {
    return null;
  }
}

function asText(content) {
  const address = content.answer && content.answer.source_url;
  const text = String(content.text ?? "");
  return hostOf(address) && !text.includes(address) ? `${text}\n${address}` : text;
}

function copyButton(text) {
  const label = h("span", { "aria-live": "polite" }, words.copy);
  const button = h("button", { type: "button", class: "copy", click: copy }, icon("copy"), label);
  let timer;

  async function copy() {
    label.textContent = (await copyText(text, button.parentNode)) ? words.copied : words.copyFailed;
    clearTimeout(timer);
    timer = setTimeout(() => (label.textContent = words.copy), 2500);
  }
  return button;
}

// An officer's name as the hub gives it: text, never markup.
function sender(role, content) {
  return role === "officer" && content.author ? `${words.senders.officer} ${String(content.author)}` : words.senders[role];
}
