/* The talk: ready replies by "/", sending by Ctrl+Enter, the newest line in view, a countdown of an offer. */
"use strict";

(() => {
  const field = () => document.getElementById("reply-text");
  const list = () => document.getElementById("ready-replies");
  const begun = /(?:^|\s)\/([a-z0-9-]*)$/;
  const open = () => [...list().children].filter((one) => !one.hidden);

  const close = () => {
    const box = list();
    if (!box) return;
    box.hidden = true;
    field().removeAttribute("aria-activedescendant");
  };

  const choose = (one) => {
    for (const other of list().children) other.setAttribute("aria-selected", String(other === one));
    if (one) {
      field().setAttribute("aria-activedescendant", one.id);
      one.scrollIntoView({ block: "nearest" });
    }
  };

  const offer = () => {
    const box = list();
    const text = field();
    const match = begun.exec(text.value.slice(0, text.selectionStart));
    if (!box || !match) { close(); return; }
    for (const one of box.children) one.hidden = !one.dataset.shortcut.startsWith(match[1]);
    box.hidden = open().length === 0;
    if (!box.hidden) choose(open()[0]);
  };

  const put = (one) => {
    const text = field();
    const before = text.value.slice(0, text.selectionStart);
    const match = begun.exec(before);
    const start = match ? before.length - match[1].length - 1 : before.length;
    text.setRangeText(one.dataset.words, start, text.selectionStart, "end");
    close();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
    const blank = text.value.search(/<[^<>\n]+>/);
    if (blank >= 0) text.setSelectionRange(blank, text.value.indexOf(">", blank) + 1);
  };

  document.addEventListener("keydown", (event) => {
    if (event.target !== field() || event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    const box = list();
    if (!box || box.hidden) return;
    const shown = open();
    const now = shown.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(shown[(now + step + shown.length) % shown.length]);
    else if (event.key === "Enter" || event.key === "Tab") put(shown[Math.max(now, 0)]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });

  document.addEventListener("mousedown", (event) => {
    const one = event.target.closest("#ready-replies [role=option]");
    if (!one) return;
    event.preventDefault();
    put(one);
  });

  let told = 0;
  document.addEventListener("input", (event) => {
    if (event.target !== field()) return;
    offer();
    const form = event.target.form;
    if (!form.dataset.typing || !event.target.value || Date.now() - told < 4000) return;
    told = Date.now();
    fetch(form.dataset.typing, { method: "POST", headers: { "X-CSRF-Token": form.elements.csrf.value } }).catch(() => {});
  });

  /* The newest line stays in view for who was reading it; who has scrolled up is left there. */
  const transcript = () => document.getElementById("transcript");
  const down = () => { const log = transcript(); log.scrollTop = log.scrollHeight; };
  let follows = true;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const log = transcript();
    if (event.target === log) follows = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== transcript()) return;
    const seen = new Set();
    for (const line of transcript().querySelectorAll("[data-seq]")) {
      if (seen.has(line.dataset.seq)) line.remove();
      seen.add(line.dataset.seq);
    }
    if (follows) down();
  });
  /* A reply on its way: the field stays as it is, and somebody may type on in it. Only what has arrived is taken out. */
  let sent = null;
  let arrived = "";
  let composing = false;  // an input method is in the middle of a word: its field is not touched
  const takeOut = () => {
    const text = field();
    if (composing || !arrived || !text) return;
    if (text.value.startsWith(arrived)) text.setRangeText("", 0, arrived.length, "preserve");
    arrived = "";
    text.dispatchEvent(new Event("input", { bubbles: true }));  // the draft is what is left
  };
  document.addEventListener("compositionstart", (event) => { if (event.target === field()) composing = true; });
  document.addEventListener("compositionend", () => { composing = false; setTimeout(takeOut, 0); });

  const isReply = (event) => event.detail.elt.matches("#composer[hx-post]");
  document.addEventListener("htmx:configRequest", (event) => {
    if (!isReply(event)) return;
    const text = field().value;
    const key = event.detail.elt.elements.key;
    // What may have arrived, though nobody said so, has its key to itself: other words are another reply.
    if (sent && sent.text !== text) key.value = event.detail.parameters.key = newName();
    sent = { text, files: [...document.querySelectorAll("#files li:has(input)")] };
    document.getElementById("reply-lost").hidden = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isReply(event)) return;
    const { elt: form, xhr } = event.detail;
    form.querySelector("[data-once]").disabled = false;
    sessionStorage.removeItem("desk/sent");
    document.getElementById("reply-lost").hidden = xhr.status > 0 && xhr.status < 500;
    if (xhr.status === 200 && new URL(xhr.responseURL).searchParams.has("done")) {
      arrived = sent.text;
      for (const row of sent.files) row.remove();
      sent = null;
      form.elements.key.value = newName();
      takeOut();
    }
    for (const fault of form.querySelectorAll(".fault")) fault.scrollIntoView({ block: "nearest" });
    if (document.activeElement === document.body || form.contains(document.activeElement)) field().focus();
  });

  /* Files go as they are chosen; the reply only names them. */
  const add = async (file, box) => {
    const list = document.getElementById("files");
    const row = document.createElement("li");
    const label = document.createElement("span");
    label.textContent = `${file.name}: đang tải…`;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "secondary";
    remove.textContent = "Bỏ";
    remove.setAttribute("aria-label", `Bỏ tệp ${file.name}`);
    remove.dataset.remove = "";
    row.append(label, remove);
    list.append(row);
    const headers = { "X-CSRF-Token": box.form.elements.csrf.value, "X-File-Name": encodeURIComponent(file.name) };
    try {
      const answer = await fetch(box.dataset.upload + newName(), { method: "PUT", headers, body: file });
      const said = await answer.json();
      if (!answer.ok) { label.textContent = `${file.name}: ${said.text}`; row.className = "fault"; return; }
      label.textContent = said.name;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "file";
      field.value = `${said.id}|${said.name}`;
      row.append(field);
    } catch {
      label.textContent = `${file.name}: chưa tải được. Bỏ rồi thêm lại.`;
      row.className = "fault";
    }
  };
  const newName = () => {  // crypto.randomUUID is missing on plain http pages
    const parts = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
    return parts.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    button.closest("li").remove();
    document.getElementById("reply-files").focus();
  });
  const take = (box) => {
    for (const file of box.files) add(file, box);
    box.value = "";
  };
  document.addEventListener("change", (event) => { if (event.target.id === "reply-files") take(event.target); });
  const early = document.getElementById("reply-files");
  if (early) take(early);  // chosen before this script was there

  setInterval(() => {
    for (const face of document.querySelectorAll("[data-countdown]")) {
      const left = Math.max(0, Number(face.textContent) - 1);
      face.textContent = String(left);
    }
  }, 1000);
  if (transcript()) down();
})();
