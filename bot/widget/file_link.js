// A file that an officer has sent: asked for with the conversation's token, opened by a link that lives for minutes.
import { h, icon } from "./dom.js";
import { words } from "./words.js";

export const OPEN_FILE = "mot-cua-file";

export function fileButtons(attachments) {
  if (!Array.isArray(attachments)) return [];
  const files = attachments.filter((one) => one && typeof one.id === "string");
  return files.map((file) => {
    const label = h("span", {}, words.openFile(String(file.name ?? ""), sizeOf(file.size)));
    const tell = (text) => (label.textContent = text);
    const open = (event) => event.currentTarget.dispatchEvent(new CustomEvent(OPEN_FILE, { bubbles: true, detail: { id: file.id, tell } }));
    return h("button", { type: "button", class: "copy file", click: open }, icon("out"), label);
  });
}

function sizeOf(bytes) {
  if (!Number.isFinite(bytes) || bytes <= 0) return "";
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",")} MB`;
}

// on: fileAddress(id) → URL, absolute(path) → URL, token() → string or null
export async function openFile({ id, tell }, on) {
  try {
    const token = on.token();
    const answer = token && (await fetch(on.fileAddress(id), { method: "POST", headers: { Authorization: `Bearer ${token}` } }));
    if (!answer || answer.status === 404 || answer.status === 401) return tell(words.fileGone);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const { address } = await answer.json();
    const link = h("a", { href: on.absolute(address), download: "" });
    link.click();
  } catch {
    tell(words.fileNotOpened);
  }
}
