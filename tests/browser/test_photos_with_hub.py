"""The widget and the real hub together, on its own page and inside a portal's: policies, origins, refusals."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from aiohttp import web
from chat import button, log, messages, open_chat, say
from playwright.sync_api import Page, expect

from knowledge.settings import ROOT
from tests.fixtures import photos
from tests.fixtures.fake_rasa import FakeRasa

ASKING = {"custom": {"text": "Anh/chị gửi ảnh giúp tôi.", "expects": ["photos"]}}
PORTAL = """<!doctype html><html lang="vi"><title>Cổng</title><body>
<script src="{hub}/widget.js" defer></script></body></html>"""
POLICY = "default-src 'none'; script-src {hub}; connect-src {socket} {hub}; base-uri 'none'"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Surroundings:
    """Rasa's place and a portal, in a loop of their own; the hub, in a process of its own."""

    def __init__(self, data_dir):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.port = free_port()
        self.hub = f"http://127.0.0.1:{self.port}"
        self.rasa = self._run(self._start_rasa())
        self.portal = self._run(self._start_portal())
        environment = {
            **os.environ,
            "MOTCUA_DATA_DIR": str(data_dir),
            "MOTCUA_RASA_URL": self.rasa.url,
            "MOTCUA_WEB_PORT": str(self.port),
            "MOTCUA_ALLOWED_ORIGINS": self.portal,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.web"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        self._wait()

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self._run(self.rasa.stop())
        self._run(self.runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _start_rasa(self):
        rasa = FakeRasa()
        rasa.replies["gửi ảnh"] = [ASKING]
        await rasa.start()
        return rasa

    async def _start_portal(self):
        policy = POLICY.format(hub=self.hub, socket=self.hub.replace("http", "ws", 1))

        async def page(_request):
            headers = {"Content-Security-Policy": policy}
            return web.Response(text=PORTAL.format(hub=self.hub), content_type="text/html", headers=headers)

        app = web.Application()
        app.router.add_get("/", page)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://localhost:{self.runner.addresses[0][1]}"

    def _wait(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.hub}/healthz", timeout=2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the hub does not start")


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory):
    found = Surroundings(tmp_path_factory.mktemp("surroundings") / "data")
    yield found
    found.close()


@pytest.mark.parametrize("where", ["hub", "portal"])
def test_a_photo_goes_and_comes_back_and_an_identity_paper_does_not(open_context, surroundings, where):
    page: Page = open_context().new_page()
    page.on("filechooser", lambda chooser: None)
    page.goto(getattr(surroundings, where))
    open_chat(page)
    say(page, "gửi ảnh")
    with page.expect_file_chooser() as chooser:
        button(page, "Gửi ảnh").click()
    card = photos.encode(photos.code_on_scene(photos.CARD))
    sent = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": data} for n, data in enumerate([photos.jpeg(), card])
    ]
    chooser.value.set_files(sent)
    button(page, "Gửi 2 ảnh").click()
    expect(page.locator("mot-cua-chat li.refused")).to_contain_text("giấy tờ tuỳ thân", timeout=30_000)
    button(page, "Bỏ ảnh 2").click()
    button(page, "Gửi 1 ảnh").click()
    expect(messages(page, "citizen").last).to_have_text("Đã gửi 1 ảnh")
    expect(log(page)).to_contain_text("Trả lời: /give_photos")
    button(page, "Xem ảnh 1").click()
    expect(page.get_by_role("dialog", name="Ảnh 1").get_by_role("img", name="Ảnh 1")).to_be_visible()
