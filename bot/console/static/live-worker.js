/* One stream for all tabs of this browser: browsers allow six connections, and seven tabs are nothing unusual. */
"use strict";

const channel = new BroadcastChannel("desk-live");
const known = new Map();
let source = null;
let first = 0;
let last = 0;
let pause = 1000;

const tell = (kind, topics) => channel.postMessage({ kind, topics, last });

const open = (since) => {
  last = Math.max(last, Number(since) || 0);
  source = new EventSource(`../live?since=${last}`);
  source.addEventListener("open", () => { pause = 1000; tell("open", []); });
  source.addEventListener("changed", (event) => {
    last = Number(event.lastEventId) || last;
    const topics = event.data.split(" ").filter(Boolean);
    for (const topic of topics) known.set(topic, last);
    if (topics.length) tell("changed", topics);
  });
  source.addEventListener("ended", () => { close(); tell("ended", []); });
  source.addEventListener("error", () => {
    tell("lost", []);
    if (source && source.readyState === EventSource.CLOSED) again();
  });
};

const close = () => { if (source) source.close(); source = null; };

/* The server refused: either nobody is signed in any more, or it is being restarted. */
const again = async () => {
  close();
  try {
    const said = await fetch("../live/session", { redirect: "manual", headers: { "X-Live": "1" } });
    if (said.type === "opaqueredirect") { tell("ended", []); return; }
  } catch { /* away: tried again below */ }
  setTimeout(() => { if (!source) open(last); }, pause);
  pause = Math.min(pause * 2, 30000);
};

/* A page says from when it is; what has changed since is told to it at once. */
const greet = (since) => {
  if (!source) { first = first || since; open(since); return; }
  if (since < first) { tell("changed", ["all"]); return; }
  const missed = [...known].filter(([, at]) => at >= since).map(([topic]) => topic);
  if (missed.length) tell("changed", missed);
};

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  port.onmessage = (message) => greet(Number(message.data.since) || 0);
});
