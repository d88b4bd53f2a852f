// The blocks of a message as a picture for the phone's gallery: black on white, large enough to read without zooming.
import { words } from "./words.js";

const WIDTH = 1080; // px, as wide as most phones' screens
const TALLEST = 14000; // px: beyond it some phones give an empty picture
const EDGE = 56;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const STYLES = {
  title: { size: 46, weight: 700, gap: 18 },
  heading: { size: 38, weight: 700, gap: 34 },
  text: { size: 34, weight: 400, gap: 14 },
  item: { size: 34, weight: 400, gap: 16, indent: 58 },
  detail: { size: 30, weight: 400, gap: 4, indent: 58, colour: "#444" },
  small: { size: 28, weight: 400, gap: 10, colour: "#444" },
};
const LINE = 1.4;

export async function drawCard(content) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const lines = layOut(pen, partsOf(content));
  const last = lines[lines.length - 1];
  canvas.width = WIDTH;
  canvas.height = Math.ceil((last ? last.bottom : 0) + EDGE);
  if (canvas.height > TALLEST) throw new RangeError("too long for a picture");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const line of lines) draw(pen, line);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
}

function partsOf(content) {
  const blocks = Array.isArray(content.blocks) ? content.blocks.filter((block) => block && typeof block === "object") : [];
  const parts = [{ style: "title", text: String(content.card.title ?? words.title) }];
  const body = blocks.flatMap((block) => blockParts(block));
  parts.push(...(body.length ? body : [{ style: "text", text: String(content.text ?? "") }]));
  const day = new Intl.DateTimeFormat("vi-VN", { day: "2-digit", month: "2-digit", year: "numeric" }).format(new Date());
  return [...parts, { style: "small", text: words.savedAt(day) }];
}

function blockParts(block) {
  if (block.kind === "list" && Array.isArray(block.items)) return block.items.filter(Boolean).flatMap((item, place) => itemParts(block, item, place));
  if (block.kind === "source") {
    return [block.title, block.code, block.decision, block.checked, block.url].filter(Boolean).map((text) => ({ style: "small", text: String(text) }));
  }
  if (!block.text) return [];
  return [{ style: block.kind === "heading" ? "heading" : "text", text: String(block.text) }];
}

function itemParts(block, item, place) {
  const { text, detail } = typeof item === "object" ? item : { text: item };
  const first = { style: "item", text: String(text ?? ""), mark: block.ordered ? `${place + 1}.` : "box" };
  return detail ? [first, { style: "detail", text: String(detail) }] : [first];
}

function layOut(pen, parts) {
  let y = EDGE;
  return parts.flatMap((part) => {
    const { size, weight, gap, indent = 0, colour = "#111" } = STYLES[part.style];
    const font = `${weight} ${size}px ${FONT}`;
    pen.font = font;
    y += gap;
    return wrap(pen, part.text, WIDTH - 2 * EDGE - indent).map((text, place) => {
      y += size * LINE;
      return { text, font, colour, size, x: EDGE + indent, y: y - size * (LINE - 1), bottom: y, mark: place ? "" : part.mark };
    });
  });
}

function wrap(pen, text, width) {
  return text.split("\n").flatMap((paragraph) => {
    const lines = [""];
    for (const word of paragraph.split(/\s+/).flatMap((word) => broken(pen, word, width))) {
      const longer = lines[lines.length - 1] ? `${lines[lines.length - 1]} ${word}` : word;
      if (pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.filter(Boolean);
  });
}

// An address without blanks may be wider than the picture.
function broken(pen, word, width) {
  const pieces = [""];
  for (const char of word) {
    const longer = pieces[pieces.length - 1] + char;
    if (pen.measureText(longer).width <= width) pieces[pieces.length - 1] = longer;
    else pieces.push(char);
  }
  return pieces;
}

function draw(pen, line) {
  pen.font = line.font;
  pen.fillStyle = line.colour;
  pen.fillText(line.text, line.x, line.y);
  if (line.mark && line.mark !== "box") pen.fillText(line.mark, EDGE, line.y);
  if (line.mark !== "box") return;
  pen.strokeStyle = "#111";
  pen.lineWidth = 3;
  pen.strokeRect(EDGE + 4, line.y - line.size * 0.75, line.size * 0.8, line.size * 0.8);
}
