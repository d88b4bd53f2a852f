// A message to keep (a checklist): printed alone, or saved as a picture. Other channels offer their own ways.
import { h, icon } from "./dom.js";
import { drawCard } from "./card_image.js";
import { words } from "./words.js";

export const PRINT = "mot-cua-print";

export function cardTools(content) {
  if (!content.card || typeof content.card !== "object") return [];
  return [printButton(), imageButton(content)];
}

function printButton() {
  const button = h("button", { type: "button", class: "copy", click: print }, icon("print"), h("span", {}, words.printCard));

  function print() {
    button.dispatchEvent(new CustomEvent(PRINT, { bubbles: true, detail: button.closest(".message") }));
  }
  return button;
}

function imageButton(content) {
  const label = h("span", { "aria-live": "polite" }, words.saveImage);
  const button = h("button", { type: "button", class: "copy", click: save }, icon("image"), label);
  let timer;

  async function save() {
    button.disabled = true;
    label.textContent = words.savingImage;
    label.textContent = await saved(content, button.parentNode);
    button.disabled = false;
    clearTimeout(timer);
    timer = setTimeout(() => (label.textContent = words.saveImage), 2500);
  }
  return button;
}

async function saved(content, near) {
  try {
    const name = `${fileName(content.card.file_name)}.png`;
    const file = new File([await drawCard(content)], name, { type: "image/png" });
    await keep(file, near);
    return words.savedImage;
  } catch (error) {
    if (error && error.name === "AbortError") return words.saveImage; // the citizen closed the share sheet
    return words.saveImageFailed;
  }
}

// On a phone the share sheet is where pictures are saved from; many in-app browsers cannot download at all.
async function keep(file, near) {
  const touch = window.matchMedia("(pointer: coarse)").matches;
  if (touch && navigator.canShare && navigator.canShare({ files: [file] })) return navigator.share({ files: [file] });
  const address = URL.createObjectURL(file);
  const anchor = h("a", { href: address, download: file.name, hidden: true });
  near.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function fileName(name) {
  const safe = String(name ?? "").replace(/[^\w.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  return safe.slice(0, 60) || "danh-sach-giay-to";
}
