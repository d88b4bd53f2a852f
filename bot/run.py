"""`python -m bot.run`, which is `make run`: everything on this machine, watched, until Ctrl-C.

Exit codes: 0 stopped on request, 1 something failed (said above it), 2 a wrong setting or a busy port.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from bot.errors import SettingInvalidError
from bot.ops.keys import load_key
from bot.rasa_runtime.model_files import find_current_model
from bot.settings import Settings
from bot.supervisor.child import ChildSpec
from bot.supervisor.ports import busy_port_sentence, port_is_free
from bot.supervisor.progress import Progress
from bot.supervisor.steps import Step, run_step
from bot.supervisor.supervisor import Supervisor
from bot.zalo.templates import load_templates
from knowledge.settings import ROOT

LOOPBACK = "127.0.0.1"
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  (what a setting may say, not what we choose)
PYTHON = (sys.executable, "-m")


class StopRequests:
    """Counts the requests to stop that arrive as signals."""

    def __init__(self) -> None:
        self.count = 0

    def listen(self) -> None:
        """Take over Ctrl-C, `kill` and a closed terminal."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def stopping(self) -> bool:
        """Whether there has been one."""
        return self.count > 0

    def hurry(self) -> bool:
        """Whether there has been a second."""
        return self.count > 1

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.count += 1


@dataclass(frozen=True)
class Listener:
    """A port that one of our processes is going to hold."""

    host: str
    port: int
    setting: str


def main() -> int:
    """Check, prepare, start, watch."""
    progress, requests = Progress(), StopRequests()
    requests.listen()
    try:
        settings = Settings.from_env()
        if settings.zalo.on and settings.zalo.templates_file:
            load_templates(settings.zalo.templates_file)
        _keep_keys(settings)
    except SettingInvalidError as error:
        progress.say(f"✗ {error}")
        return 2
    busy = [x for x in listeners(settings) if not port_is_free(x.host, x.port)]
    for listener in busy:
        progress.say("✗ " + busy_port_sentence(listener.host, listener.port, listener.setting))
    if busy:
        return 2
    for step in steps(settings, ROOT):
        if not run_step(step, ROOT, progress, requests.stopping):
            return 0 if requests.stopping() else 1
    supervisor = Supervisor(children(settings), ROOT, progress, requests.stopping, requests.hurry)
    stopped_on_request = supervisor.run(lambda: announce(settings, progress))
    progress.say("Stopped." if stopped_on_request else "Everything is stopped again.")
    return 0 if stopped_on_request else 1


def _keep_keys(settings: Settings) -> None:
    """Make the keys that are not set: on one machine all processes read them from the data folder."""
    if not rasa_is_ours(settings):
        return
    try:
        load_key(settings.secret, settings.data_dir)
        load_key(" ".join(settings.photo_keys), settings.data_dir, "photo_key")
    except OSError as error:
        raise SettingInvalidError(f"cannot write to {error.filename}: set MOTCUA_DATA_DIR") from error


def listeners(settings: Settings) -> list[Listener]:
    """The ports that must be free."""
    found = [Listener(settings.web_host, settings.web_port, "MOTCUA_WEB_PORT")]
    if rasa_is_ours(settings):
        found.append(Listener(LOOPBACK, settings.rasa_port, "MOTCUA_RASA_PORT"))
        if actions_port(settings):
            found.append(Listener(LOOPBACK, actions_port(settings), "MOTCUA_ACTIONS_URL"))
    return found


def steps(settings: Settings, root: Path) -> list[Step]:
    """What has to be done before anything can start."""
    logs = settings.data_dir / "log"
    todo = [
        Step("Catalogue", (*PYTHON, "knowledge", "build"), logs / "catalogue.log"),
        # Words are enough to begin with; the assistant has the index with vectors made while it runs.
        Step("Search index", (*PYTHON, "knowledge", "index", "--words-only"), logs / "index.log"),
    ]
    if rasa_is_ours(settings) and find_current_model(root, settings.model_dir) is None:
        training = (*PYTHON, "bot.rasa_runtime.training")
        todo.append(Step("Training the model", training, logs / "training.log"))
    return todo


def children(settings: Settings) -> list[ChildSpec]:
    """The processes to keep alive: Rasa (unless it runs elsewhere), its action server if asked for, the hub."""
    logs = settings.data_dir / "log"
    web = f"http://{reachable_host(settings.web_host)}:{settings.web_port}/health"
    found = [ChildSpec("hub", (*PYTHON, "bot.web"), logs / "hub.log", web)]
    if not rasa_is_ours(settings):
        return found
    rasa = f"http://{LOOPBACK}:{settings.rasa_port}/"
    found.append(ChildSpec("Rasa", (*PYTHON, "bot.rasa_runtime.server"), logs / "rasa.log", rasa))
    port = actions_port(settings)
    if port:
        command = (*PYTHON, "bot.rasa_runtime.action_server", "--port", str(port))
        found.append(ChildSpec("actions", command, logs / "actions.log", f"http://{LOOPBACK}:{port}/health"))
    return found


def rasa_is_ours(settings: Settings) -> bool:
    """False when MOTCUA_RASA_URL names a Rasa that someone else runs."""
    return settings.rasa_url == f"http://{LOOPBACK}:{settings.rasa_port}"


def actions_port(settings: Settings) -> int:
    """The port of the action server to start here; 0 when actions run in process or elsewhere."""
    address = urlsplit(settings.action_urls[0])
    here = address.hostname in (LOOPBACK, "localhost")
    return (address.port or 80) if settings.actions == "http" and here else 0


def reachable_host(host: str) -> str:
    """A host to put into an address for this machine."""
    return LOOPBACK if host in EVERYWHERE else host


def announce(settings: Settings, progress: Progress) -> None:
    """Where to go now."""
    web = f"http://{reachable_host(settings.web_host)}:{settings.web_port}"
    progress.say("")
    progress.say(f"  Demo page  {web}/")
    progress.say(f"  Health     {web}/health")
    progress.say(f"  Logs       {settings.data_dir / 'log'}")
    progress.say("  Ctrl-C stops everything.")
    progress.say("")


if __name__ == "__main__":
    sys.exit(main())
