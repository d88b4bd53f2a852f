// One photo on its way to the hub: made smaller on the device, sent with its progress, and sent again under the same
// name where the connection broke, so that it arrives once.
export const MOST_BYTES = 10 * 1024 * 1024; // as the hub has it
const LONGEST_SIDE = 3072; // px: enough for the hub to read a code on a card, a tenth of the bytes
const QUALITY = 0.9;
const PAUSES = [1000, 2000, 4000, 8000, 15000]; // ms between tries
const SILENCE = 45000; // ms without progress after which a try is given up

// Draws the file upright into a canvas; what the camera wrote beside the picture (place, time) stays on the device.
// A file that this browser cannot open goes as it is: the hub says what is wrong with it.
export async function shrink(file) {
  const picture = await decode(file);
  if (!picture) return { blob: file, canvas: null };
  const canvas = draw(picture, LONGEST_SIDE);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return { blob: blob || file, canvas: draw(canvas, 240) };
}

export async function decode(blob) {
  try {
    return await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

// A canvas and not an <img>: it needs nothing from the portal's CSP.
export function draw(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export class Upload {
  // on: progress(share), waiting(); `result` becomes {id}, {refused: text}, {failed: true} or {stopped: true}
  constructor(url, tokenOf, blob, on) {
    Object.assign(this, { url, tokenOf, blob, on, tries: 0 });
    this.result = new Promise((done) => (this.finish = done));
    this.wake = () => this.pause && this.next();
    window.addEventListener("online", this.wake);
    this.next();
  }

  stop() {
    this.end({ stopped: true });
  }

  next() {
    clearTimeout(this.pause);
    this.pause = null;
    const token = this.tokenOf();
    if (!token) return this.again();
    const request = new XMLHttpRequest(); // fetch cannot tell how much is sent
    this.request = request;
    request.open("PUT", this.url);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", this.blob.type || "application/octet-stream");
    request.upload.onprogress = (event) => this.moved(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => this.answered(request);
    request.onerror = () => this.again();
    request.onabort = () => this.again();
    this.moved(0);
    request.send(this.blob);
  }

  moved(share) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.request.abort(), SILENCE);
    this.on.progress(share);
  }

  answered(request) {
    const answer = parse(request.responseText);
    if (request.status === 200 || request.status === 201) return answer.id ? this.end({ id: answer.id }) : this.again();
    if (request.status >= 500 || request.status === 408 || request.status === 429 || !answer.text) return this.again(answer.text);
    this.end({ refused: answer.text });
  }

  again(text) {
    clearTimeout(this.silence);
    if (this.ended || this.pause) return;
    if (this.tries >= PAUSES.length) return this.end(text ? { refused: text, failed: true } : { failed: true });
    this.on.waiting();
    this.pause = setTimeout(() => this.next(), PAUSES[this.tries]);
    this.tries += 1;
  }

  end(result) {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.silence);
    clearTimeout(this.pause);
    window.removeEventListener("online", this.wake);
    if (result.stopped && this.request) this.request.abort();
    this.finish(result);
  }
}

function parse(text) {
  try {
    const answer = JSON.parse(text);
    return { id: typeof answer.id === "string" ? answer.id : "", text: typeof answer.text === "string" ? answer.text : "" };
  } catch {
    return { id: "", text: "" };
  }
}
