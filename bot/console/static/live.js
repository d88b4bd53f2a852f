/* What is marked data-live reads itself anew when one of its topics changes. It holds no field that is typed into. */
"use strict";

(() => {
  const since = Number(document.body.dataset.now) || 0;
  if (!document.body.dataset.person || !since) return;
  const folder = document.body.dataset.live;
  const waiting = new Set();

  const show = (lost) => {
    const state = document.getElementById("live-state");  // going back puts another one there
    if (state) state.hidden = !lost;
  };
  let lostTimer = null;

  const refresh = (topics) => {
    for (const region of document.querySelectorAll("[data-live]")) {
      if (region === document.body) continue;
      const mine = region.dataset.live.split(" ");
      if (!topics.includes("all") && !topics.some((topic) => mine.includes(topic))) continue;
      if (!region.id || waiting.has(region.id)) continue;
      waiting.add(region.id);
      setTimeout(() => {
        waiting.delete(region.id);
        const now = document.getElementById(region.id);
        if (now) window.htmx.trigger(now, "live");
      }, 250);
    }
  };

  const hear = ({ kind, topics }) => {
    if (kind === "changed") refresh(topics);
    if (kind === "ended") location.reload();
    if (kind === "lost" && !lostTimer) lostTimer = setTimeout(() => show(true), 4000);
    if (kind === "open" || kind === "changed") { clearTimeout(lostTimer); lostTimer = null; show(false); }
  };

  /* Requests that a page makes by itself do not keep its session alive; a log asks only for what is new. */
  document.addEventListener("htmx:configRequest", (event) => {
    const region = event.detail.elt;
    if (!region.dataset.live) return;
    event.detail.headers["X-Live"] = "1";
    const entries = region.querySelectorAll("[data-seq]");
    if (region.dataset.log !== undefined) event.detail.parameters.after = entries.length ? entries[entries.length - 1].dataset.seq : "0";
  });

  /* Under a finger, or after a button was pressed, a region stays as it is: the press is for what is seen. */
  let pressed = null;
  document.addEventListener("pointerdown", (event) => { pressed = event.target; });
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => setTimeout(() => { pressed = null; }, 0));
  const inUse = (region) => region.contains(pressed) || region.querySelector("[data-once]:disabled") !== null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const region = event.detail.target;
    if (!region.dataset.live || region.dataset.log !== undefined || !inUse(region)) return;
    event.detail.shouldSwap = false;
    setTimeout(() => { const now = document.getElementById(region.id); if (now) window.htmx.trigger(now, "live"); }, 500);
  });

  const alone = () => {
    let source = null;
    let last = since;
    let pause = 1000;
    const open = () => {
      if (source || document.visibilityState === "hidden") return;
      source = new EventSource(`${folder}?since=${last}`);
      source.addEventListener("open", () => { pause = 1000; hear({ kind: "open" }); });
      source.addEventListener("changed", (event) => {
        last = Number(event.lastEventId) || last;
        hear({ kind: "changed", topics: event.data.split(" ").filter(Boolean) });
      });
      source.addEventListener("ended", () => hear({ kind: "ended" }));
      source.addEventListener("error", async () => {
        hear({ kind: "lost" });
        if (!source || source.readyState !== EventSource.CLOSED) return;
        source = null;
        try {
          const said = await fetch(`${folder}/session`, { redirect: "manual", headers: { "X-Live": "1" } });
          if (said.type === "opaqueredirect") { hear({ kind: "ended" }); return; }
        } catch { /* away: tried again below */ }
        setTimeout(open, pause);
        pause = Math.min(pause * 2, 30000);
      });
    };
    /* A tab that nobody sees gives its connection back, and is told what it missed when it is seen again. */
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") { open(); return; }
      if (source) source.close();
      source = null;
    });
    open();
  };

  const shared = () => {
    const channel = new BroadcastChannel("desk-live");
    channel.onmessage = (event) => hear(event.data);
    const worker = new SharedWorker(document.body.dataset.worker, { name: "desk-live" });
    worker.port.start();
    worker.port.postMessage({ since });
    worker.onerror = () => { channel.close(); alone(); };
  };

  try {
    if ("SharedWorker" in window && "BroadcastChannel" in window) shared();
    else alone();
  } catch { alone(); }
})();
