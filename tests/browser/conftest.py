"""Chromium, the fake hub, and a page on which every error, CSP violation and outside request is a fault.

Playwright's sync API and pytest-asyncio cannot share a process: these tests are collected only when asked for,
`pytest tests/browser`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fake_hub import FakeHub
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

# Playwright switches these off as well; of two such arguments Chromium hears only the last.
LEFT_OUT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
# What drops down from the address bar is a page of its own, loaded for every context: half of what a short test costs.
NOT_SHOWN = ("WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--animation-duration-scale=0",  # of the browser's own window, which nobody sees; pages move as ever
    f"--disable-features={','.join((*LEFT_OUT, *NOT_SHOWN))}",
]
HERE = Path(__file__).parent
LONG = ("test_console.py", "test_live_talks.py", "test_desk_talk.py", "test_desk_reply.py", "test_guide_pictures.py")
WAIT = 8000  # ms a step may take before the test fails
# After an outage the widget waits twice as long each time before it tries again: on a slow machine, 10 s and more.
expect.set_options(timeout=20_000)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked_for = any("browser" in str(arg) for arg in config.invocation_params.args)
    return None if asked_for or HERE.parts == Path.cwd().parts else True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files begin first: with several workers none of them is left for the end.

    A time that runs out breaks the connection to the browser, and with it every test that follows: it is a long one.
    """
    items.sort(key=lambda item: item.path.name not in LONG)
    for item in items:
        item.add_marker(pytest.mark.timeout(400), append=False)


@pytest.fixture(scope="session")
def playwright_driver():
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright):
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        give_up = pytest.fail if os.environ.get("MOTCUA_TEST_NO_SKIP") == "1" else pytest.skip
        give_up("no chromium on the PATH")
    browser = playwright_driver.chromium.launch(executable_path=path, args=ARGS)
    yield browser
    browser.close()


@pytest.fixture
def hub():
    hub = FakeHub()
    yield hub
    hub.close()
    assert hub.faults == []


class Watch:
    """Collects what must not happen on a page."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def over(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("console", self._console)
        page.on("request", lambda request: self._address(request.url))
        page.on("websocket", lambda socket: self._address(socket.url))

    def _console(self, message: ConsoleMessage) -> None:
        # A hub that is away, or refuses a photo, is written to the console by the browser itself.
        # The widget knocks at /healthz when a hub that is away has not refused within the page's own clock.
        asked = "/chat/photos/" in message.location["url"] or urlsplit(message.location["url"]).path == "/healthz"
        refused = "Failed to load resource" in message.text and asked
        # So is a form of the console that comes back with what is to be mended.
        form = "status of 422" in message.text and "/desk/" in message.location["url"]
        if message.type == "error" and "WebSocket connection to" not in message.text and not (refused or form):
            self.faults.append(f"console: {message.text}")

    def _address(self, url: str) -> None:
        if urlsplit(url).scheme != "data" and urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
            self.faults.append(f"outside request: {url}")


@pytest.fixture
def open_context(browser: Browser):
    """Makes contexts whose pages are watched; at the end of the test nothing may have been noted."""
    watch = Watch()
    contexts: list[BrowserContext] = []

    def make(**options) -> BrowserContext:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = browser.new_context(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **options)
        context.set_default_timeout(WAIT)
        context.on("page", watch.over)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert watch.faults == []


@pytest.fixture
def page(open_context, hub: FakeHub) -> Page:
    page = open_context().new_page()
    page.goto(hub.url)
    return page


@pytest.fixture
def phone(open_context, hub: FakeHub) -> Page:
    options = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
    page = open_context(**options).new_page()
    page.goto(hub.url)
    return page
