"""A hub for the browser tests: speaks docs/web-chat.md, serves bot/widget/, and is strict.

Whatever the widget sends that the protocol does not name is a fault, and a fault fails the test.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

WIDGET = Path(__file__).resolve().parents[2] / "bot" / "widget"
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
KEYS = {
    "hello": {"type", "token", "after"},
    "say": {"type", "id", "text"},
    "press": {"type", "id", "seq", "button"},
    "photos": {"type", "id", "photos"},
    "end": {"type"},
    "ping": {"type"},
    "rate": {"type", "id", "seq", "thumb"},
    "survey": {"type", "id", "satisfaction"},
    "link": {"type"},
}
MAY_HAVE = {"rate": {"reason", "words"}, "survey": {"reason", "words", "contact"}}
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws:; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
Content = dict[str, Any]


@dataclass
class Conversation:
    """What the hub keeps of one conversation."""

    token: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    ratings: dict[int, dict[str, Any]] = field(default_factory=dict)
    survey: str = "unasked"
    survey_answer: dict[str, Any] | None = None

    def add(self, role: str, content: Content, id: str | None = None, at: str | None = None) -> dict[str, Any]:
        at = at or datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
        seq = len(self.messages) + 1
        message = {"type": "message", "seq": seq, "role": role, "id": id, "at": at, "content": content}
        if role == "assistant" and str(content.get("answer", {}).get("outcome")).startswith("answered_procedure"):
            message["rateable"] = True
        self.messages.append(message)
        return message

    def texts(self, role: str) -> list[str]:
        return [message["content"]["text"] for message in self.messages if message["role"] == role]


class FakeHub:
    """Runs in a thread of its own; tests steer it through plain methods and attributes."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.erased: list[str] = []
        self.faults: list[str] = []
        self.frames: list[dict[str, Any]] = []  # everything received, in order
        self.connects = 0
        self.knocks = 0  # how often it was asked whether it lives
        self.answer: Callable[[str], list[Content]] = lambda text: [{"text": f"Trả lời: {text}"}]
        self.refuse: Callable[[str], str | None] = lambda text: None
        self.mask: Callable[[Content], Content] = lambda rating: rating
        self.zalo: bool | None = None  # None: no Zalo channel; else whether the conversation is linked
        self.link: dict[str, Any] = {}  # the answer to `link`
        self.deaf = False  # takes frames without storing or answering
        self.withhold: set[int] = set()  # seqs that are stored but not sent live
        self.skip_replay: set[int] = set()  # seqs that are never sent
        self.photos: dict[str, bytes] = {}  # id → what is kept
        self.uploads: list[tuple[str, bytes]] = []  # name and body of every request that came whole
        self.judge: Callable[[bytes], tuple[int, dict[str, str]] | None] = lambda body: None
        self.photo_gate = asyncio.Event()  # closed: answers to photos wait
        self.photo_gate.set()
        self.pages: dict[str, tuple[str, str]] = {}  # path → (CSP, html)
        self.port = 0
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.runner: web.AppRunner | None = None
        self.start()

    # ---- steering, from the test's thread

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def only(self) -> Conversation:
        (conversation,) = self.conversations.values()
        return conversation

    def start(self) -> None:
        self._run(self._start())

    def stop(self) -> None:
        """The whole server goes away, as in a restart; conversations stay."""
        self._run(self._stop())

    def close(self) -> None:
        if self.runner:
            self.stop()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    def push(self, text: str = "", role: str = "assistant", **content: Any) -> None:
        async def push() -> None:
            await self._publish(self.only, self.only.add(role, {"text": text, **content}))

        self._run(push())

    def send(self, frame: dict[str, Any]) -> None:
        """A frame as it is, to every socket."""

        async def send() -> None:
            for conversation in self.conversations.values():
                for socket in conversation.sockets:
                    await socket.send_json(frame)

        self._run(send())

    def cut(self) -> None:
        """Every socket breaks without a goodbye."""

        async def cut() -> None:
            for conversation in self.conversations.values():
                for socket in conversation.sockets:
                    socket._req.transport.abort()

        self._run(cut())

    def received(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame.get("type") == kind]

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    # ---- the server

    async def _start(self) -> None:
        app = web.Application(client_max_size=12 * 1024 * 1024)
        app.router.add_get("/", self._page)
        app.router.add_get("/chat", self._page)
        app.router.add_get("/chat/ws", self._socket)
        app.router.add_get("/healthz", self._lives)
        app.router.add_get("/portal/{name}", self._page)
        app.router.add_put("/chat/photos/{name}", self._put_photo)
        app.router.add_get("/chat/photos/{name}", self._get_photo)
        app.router.add_delete("/chat/photos/{name}", self._delete_photo)
        app.router.add_get("/widget.js", self._file)
        app.router.add_get("/widget/{name}", self._file)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self.runner.addresses[0][1]

    async def _stop(self) -> None:
        for conversation in list(self.conversations.values()):  # somebody may enter while a socket closes
            for socket in list(conversation.sockets):
                await socket.close()
        assert self.runner
        await self.runner.cleanup()
        self.runner = None

    async def _lives(self, _request: web.Request) -> web.Response:
        self.knocks += 1
        return web.json_response({"status": "ok"})

    async def _page(self, request: web.Request) -> web.Response:
        policy, html = STRICT, ""
        if request.path in self.pages:
            policy, html = self.pages[request.path]
        else:
            html = (WIDGET / {"/": "demo.html", "/chat": "embed.html"}[request.path]).read_text("utf-8")
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def _file(self, request: web.Request) -> web.FileResponse:
        path = WIDGET / request.match_info.get("name", "widget.js")
        # Modules asked for by another origin's page come only with this header.
        return web.FileResponse(path, headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"})

    async def _put_photo(self, request: web.Request) -> web.Response:
        self._check_bearer(request)
        name, body = request.match_info["name"], await request.read()
        if not UUID.match(name):
            self.faults.append(f"not a name for a photo: {name}")
        self.uploads.append((name, body))
        await self.photo_gate.wait()
        verdict = self.judge(body)
        if verdict:
            return web.json_response(verdict[1], status=verdict[0])
        self.photos[name.replace("-", "")] = body
        return web.json_response({"id": name.replace("-", ""), "kind": "image"}, status=201)

    async def _get_photo(self, request: web.Request) -> web.Response:
        self._check_bearer(request)
        body = self.photos.get(request.match_info["name"])
        return web.Response(body=body, content_type="image/jpeg") if body else web.Response(status=404)

    async def _delete_photo(self, request: web.Request) -> web.Response:
        self._check_bearer(request)
        self.photos.pop(request.match_info["name"], None)
        return web.Response(status=204)

    def _check_bearer(self, request: web.Request) -> None:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.conversations:
            self.faults.append(f"no token: {request.method} {request.path}")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=16 * 1024)
        await socket.prepare(request)
        self.connects += 1
        conversation: Conversation | None = None
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                self.faults.append(f"not text: {message.type}")
                continue
            frame = message.json()
            self.frames.append(frame)
            if KEYS.get(frame.get("type")) != set(frame) - MAY_HAVE.get(frame.get("type"), set()):
                self.faults.append(f"not in the protocol: {frame}")
            elif (frame["type"] == "hello") != (conversation is None):
                self.faults.append(f"hello is not the first and only one: {frame}")
            elif conversation is None:
                conversation = await self._hello(socket, frame)
            elif not self.deaf:
                await getattr(self, f"_{frame['type']}")(socket, conversation, frame)
        if conversation:
            conversation.sockets.discard(socket)
        return socket

    async def _hello(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> Conversation:
        known = self.conversations.get(frame["token"] or "")
        conversation = known or Conversation(f"token-{len(self.conversations) + len(self.erased) + 1}")
        self.conversations[conversation.token] = conversation
        last = len(conversation.messages)
        if not isinstance(frame["after"], int) or frame["after"] < 0:
            self.faults.append(f"after is not a count: {frame}")
        welcome = {"type": "welcome", "token": conversation.token, "new": not known, "last_seq": last}
        ratings = [{"seq": seq, **rating} for seq, rating in conversation.ratings.items() if rating.get("thumb")]
        zalo = {} if self.zalo is None else {"zalo_linked": self.zalo}
        await socket.send_json(welcome | {"ratings": ratings, "survey": conversation.survey} | zalo)
        for message in conversation.messages[frame["after"] if known else 0 :]:
            if message["seq"] not in self.skip_replay:
                await socket.send_json(message)
        conversation.sockets.add(socket)
        return conversation

    async def _link(self, socket: web.WebSocketResponse, _: Conversation, frame: dict[str, Any]) -> None:
        await socket.send_json({"type": "link", **self.link})

    async def _say(self, socket: web.WebSocketResponse, conversation: Conversation, frame: dict[str, Any]) -> None:
        if not UUID.match(frame["id"]) or not 1 <= len(frame["text"].strip()) <= 2000:
            self.faults.append(f"not a say frame: {frame}")
        refusal = self.refuse(frame["text"])
        if refusal:
            await socket.send_json(
                {"type": "refused", "id": frame["id"], "code": "MESSAGE_REFUSED", "text": refusal},
            )
            return
        await self._store(conversation, frame["id"], frame["text"])

    async def _press(self, socket: web.WebSocketResponse, conversation: Conversation, frame: dict[str, Any]) -> None:
        try:
            title = conversation.messages[frame["seq"] - 1]["content"]["buttons"][frame["button"]]["title"]
        except (LookupError, TypeError):
            self.faults.append(f"no such button: {frame}")
            return
        await self._store(conversation, frame["id"], title)

    async def _photos(self, socket: web.WebSocketResponse, conversation: Conversation, frame: dict[str, Any]) -> None:
        if not 1 <= len(frame["photos"]) <= 5 or not all(photo in self.photos for photo in frame["photos"]):
            self.faults.append(f"not photos of this conversation: {frame}")
        text = f"Đã gửi {len(frame['photos'])} ảnh"
        refusal = self.refuse(text)
        if refusal:
            await socket.send_json({"type": "refused", "id": frame["id"], "code": "PHOTO_REFUSED", "text": refusal})
            return
        shown = [{"id": photo, "kind": "image", "name": f"anh-{n}.jpg"} for n, photo in enumerate(frame["photos"], 1)]
        await self._store(conversation, frame["id"], text, attachments=shown)

    async def _rate(self, socket: web.WebSocketResponse, conversation: Conversation, frame: dict[str, Any]) -> None:
        refusal = self.refuse(str(frame.get("words", "")))
        if refusal:
            code = "MESSAGE_REFUSED"
            await socket.send_json({"type": "refused", "id": frame["id"], "code": code, "text": refusal})
            return
        kept = {key: frame[key] for key in ("thumb", "reason", "words") if key in frame}
        kept = self.mask(kept)
        conversation.ratings[frame["seq"]] = kept | {"reference": "GY-7K3MPA"}
        shown = {"type": "rated", "seq": frame["seq"], **conversation.ratings[frame["seq"]]}
        await self._send(conversation, shown)
        await socket.send_json(shown | {"id": frame["id"], "text": f"Đã lưu: {frame['thumb']}"})

    async def _survey(self, socket: web.WebSocketResponse, conversation: Conversation, frame: dict[str, Any]) -> None:
        skipped = frame["satisfaction"] == "skipped"
        conversation.survey = "skipped" if skipped else "answered"
        conversation.survey_answer = frame
        await self._send(conversation, {"type": "surveyed"})
        await socket.send_json({"type": "surveyed", "id": frame["id"], "text": "Đã lưu khảo sát"})

    async def _store(self, conversation: Conversation, id: str, text: str, **more: Any) -> None:
        if any(message["id"] == id for message in conversation.messages):
            return
        await self._publish(conversation, conversation.add("citizen", {"text": text, **more}, id))
        await self._send(conversation, {"type": "typing", "on": True})
        for content in self.answer(text):
            await self._publish(conversation, conversation.add("assistant", content))
        await self._send(conversation, {"type": "typing", "on": False})

    async def _end(self, socket: web.WebSocketResponse, conversation: Conversation, frame: dict[str, Any]) -> None:
        if keeps := getattr(self, "keeps", ""):
            await self._publish(conversation, conversation.add("system", {"text": keeps}))
            await socket.send_json({"type": "kept", "text": keeps})
            return
        del self.conversations[conversation.token]
        self.erased.append(conversation.token)
        await self._send(conversation, {"type": "ended"})

    async def _ping(self, socket: web.WebSocketResponse, conversation: Conversation, frame: dict[str, Any]) -> None:
        await socket.send_json({"type": "pong"})

    async def _publish(self, conversation: Conversation, message: dict[str, Any]) -> None:
        if message["seq"] not in self.withhold:
            await self._send(conversation, message)

    async def _send(self, conversation: Conversation, frame: dict[str, Any]) -> None:
        for socket in list(conversation.sockets):
            with suppress(ConnectionError):  # broken meanwhile: what is stored waits for the next hello
                await socket.send_json(frame)
