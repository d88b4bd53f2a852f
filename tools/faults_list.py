"""What is broken, and mended again, while citizens talk: one function a fault. Used by tools/faults.py."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.fixtures.case_system import STATES, CaseSystem
from tools.faults_stand import AnyStand, Stand, Unusable
from tools.load_mix import Talk
from tools.topology import PYTHON, ROOT, answers, free_port

SUPERVISOR_PAUSE = 2.0
"""Seconds until whoever watches over processes has started a dead one again."""
SLOW_GATEWAY = 30.0
CLOCK = "clock"


@dataclass
class Broken:
    """When it broke and when the cause was gone (`time.monotonic`), and what else was seen."""

    on: AnyStand
    city: CaseSystem
    at: float = 0.0
    mended: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def stand(self) -> Stand:
        """The topology, for faults that only it can have."""
        if not isinstance(self.on, Stand):
            raise Unusable("a fault of the topology")
        return self.on

    def now(self) -> None:
        """It breaks now."""
        self.at = time.monotonic()

    def done(self) -> None:
        """The cause is gone: what was killed runs and is ready, what was full has room."""
        self.mended = time.monotonic()


@dataclass(frozen=True)
class Fault:
    """talks: what citizens say beside the usual. before, after: while nobody talks."""

    name: str
    what: str
    run: Callable[[Broken], None]
    talks: tuple[Talk, ...] = ()
    before: Callable[[Broken], None] | None = None
    after: Callable[[Broken], None] | None = None


def kill(names: tuple[str, ...], broken: Broken) -> None:
    """Kill -9 a process with its children, as a container's end does; it is started again as a supervisor would."""
    broken.now()
    for name in names:
        broken.on.kill(name)
    time.sleep(SUPERVISOR_PAUSE)
    for name in names:
        broken.on.start(name)
    broken.done()


def kill_workers(name: str, broken: Broken) -> None:
    """Kill -9 those that serve of a Rasa; its parent is not touched, and makes new ones."""
    before = broken.on.workers(name)
    broken.now()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 30
    while len(after := broken.on.workers(name)) < len(before) or set(after) & set(before):
        if time.monotonic() > end:
            raise RuntimeError(f"{name} has not made its workers anew")
        time.sleep(0.02)
    broken.on.wait(name)
    broken.done()


def restart_postgres(broken: Broken) -> None:
    """Stop the database at once, without a checkpoint, and let it recover."""
    broken.now()
    broken.stand.stop_postgres()
    time.sleep(SUPERVISOR_PAUSE)
    broken.stand.start_postgres()
    broken.done()


def redis_away(broken: Broken) -> None:
    """Kill Redis for five seconds."""
    broken.now()
    broken.stand.kill("redis")
    time.sleep(5)
    broken.stand.start("redis")
    broken.done()


def disk_full(broken: Broken) -> None:
    """Fill the disk of database, catalogue, index, photos and logs to the last byte for twenty seconds."""
    stand = broken.on
    if not stand.own_disk:
        raise Unusable("needs root: a small disk of its own (tmpfs) is mounted for all data")
    filler = stand.folder / "filler"
    broken.now()
    end = time.monotonic() + 20
    with filler.open("wb", buffering=0) as file:
        while time.monotonic() < end:
            try:
                file.write(bytes(1 << 20))
            except OSError:
                with suppress(OSError):
                    file.write(bytes(4096))
                time.sleep(0.1)
    filler.unlink()
    if isinstance(stand, Stand) and not stand.postgres_runs():
        broken.notes.append("PostgreSQL had ended itself and was started again")
        stand.start_postgres()
    broken.done()


def hang(name: str, broken: Broken) -> None:
    """A process hangs for twenty seconds: its kernel takes connections, nothing is answered."""
    broken.now()
    broken.on.send(name, signal.SIGSTOP)
    time.sleep(20)
    broken.on.send(name, signal.SIGCONT)
    broken.done()


def hang_postgres(broken: Broken) -> None:
    """The database stands still for thirty seconds: its kernel takes what is sent, nothing is answered."""
    broken.now()
    broken.stand.signal_postgres(signal.SIGSTOP)
    time.sleep(30)
    broken.stand.signal_postgres(signal.SIGCONT)
    broken.done()


def slow_gateway(broken: Broken) -> None:
    """The one-stop system takes thirty seconds for each answer."""
    broken.now()
    broken.city.slow = SLOW_GATEWAY
    time.sleep(SLOW_GATEWAY)
    broken.city.slow = 0.0
    broken.notes.append(f"the system was asked {len(broken.city.asked)} times")
    broken.done()


def give_clock(broken: Broken) -> None:
    """Start a hub anew with a clock of its own, which `clock_jumps` sets, before anybody is connected."""
    library = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
    if library is None:
        raise Unusable("needs libfaketime: apt-get install faketime")
    offset = broken.stand.folder / CLOCK
    offset.write_text("+0\n", "ascii")
    node = broken.stand.topology.nodes["hub-1"]
    node.env = {
        **node.env,
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_CACHE_DURATION": "1",  # seconds; to read the file at each look at the clock holds the hub up
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    broken.stand.topology.restart("hub-1")


def clock_jumps(broken: Broken) -> None:
    """The hub's clock is an hour ahead, then an hour behind, fifteen seconds each."""
    offset = broken.stand.folder / CLOCK
    broken.now()
    for jump in ("+3600", "-3600", "+0"):
        offset.write_text(f"{jump}\n", "ascii")
        time.sleep(15 if jump != "+0" else 0)
    broken.done()


def take_clock(broken: Broken) -> None:
    """Start the hub anew with the machine's clock."""
    node = broken.stand.topology.nodes["hub-1"]
    node.env = {name: value for name, value in node.env.items() if name != "LD_PRELOAD"}
    broken.stand.topology.restart("hub-1")


def broken_catalogue(broken: Broken) -> None:
    """The catalogue's file and the index's files lose their second half for twenty-five seconds."""
    data = broken.stand.folder / "data"
    files = [data / "catalogue.db", *(path for path in (data / "index").rglob("*") if path.is_file())]
    whole = {path: path.read_bytes() for path in files}
    broken.now()
    for path in files:
        os.truncate(path, len(whole[path]) // 2)
    time.sleep(25)
    for path, content in whole.items():
        copy = path.with_name(f"{path.name}.whole")
        copy.write_bytes(content)
        copy.replace(path)
    broken.done()


def model_missing(broken: Broken) -> None:
    """Both Rasas end and find no model at their next start, for fifteen seconds."""
    stand, names = broken.stand, ("rasa-1", "rasa-2")
    models = stand.folder / "models"
    away = models.rename(stand.folder / "models-away")
    models.mkdir()
    broken.now()
    for name in names:
        stand.kill(name)
        stand.topology.nodes[name].start()
    time.sleep(15)
    gone = [name for name in names if stand.topology.nodes[name].process.poll() is not None]  # type: ignore[union-attr]
    broken.notes.append(f"started without a model, {len(gone)} of 2 ended with a sentence")
    models.rmdir()
    away.rename(models)
    for name in gone:
        stand.topology.nodes[name].start()
    for name in names:
        stand.topology.nodes[name].wait_until_ready()
    broken.done()


def two_deploys(broken: Broken) -> None:
    """Two migrations and two hubs start at once on an empty database; then both hubs are ready."""
    stand = broken.stand
    url = stand.new_database(f"deploy_{os.getpid()}")
    broken.now()
    env = {**stand.topology.env, "MOTCUA_DATABASE_URL": url, "MOTCUA_JOBS": "off"}
    ports = [free_port(), free_port()]
    log = (stand.folder / "deploys.log").open("ab")
    modules = [(("bot.store.migrate",), env)] * 2
    modules += [(("bot.web",), {**env, "MOTCUA_WEB_PORT": str(port)}) for port in ports]
    started = [subprocess.Popen((*PYTHON, *name), cwd=ROOT, env=its, stdout=log, stderr=log) for name, its in modules]
    try:
        codes = [process.wait(120) for process in started[:2]]
        end = time.monotonic() + 120
        while not all(answers(f"http://127.0.0.1:{port}/readyz/traffic") for port in ports):
            if time.monotonic() > end:
                raise RuntimeError("a hub of the two deploys did not become ready")
            time.sleep(0.2)
        broken.notes.append(f"migrations ended with {codes}, both hubs ready")
        if codes != [0, 0]:
            raise RuntimeError(f"migrations ended with {codes}")
    finally:
        for process in started:
            process.kill()
            process.wait()
        log.close()
    broken.done()


def rolling(broken: Broken) -> None:
    """SIGTERM to every process in turn, the next one when it is ready again."""
    broken.now()
    for name in ("hub-1", "hub-2", "rasa-1", "rasa-2", "actions-1", "actions-2", "jobs"):
        seconds = broken.stand.topology.restart(name)
        broken.notes.append(f"{name} {seconds:.0f} s")
    broken.done()


CASES = tuple(
    Talk(20, (f"tra cứu hồ sơ {code}", "5678", "đăng ký tạm trú cần giấy tờ gì", "cảm ơn")) for code in STATES.values()
)
FAULTS = (
    Fault("hub", "kill -9 of a hub", partial(kill, ("hub-1",))),
    Fault("rasa", "kill -9 of a whole Rasa", partial(kill, ("rasa-1",))),
    Fault("worker", "kill -9 of what serves in a Rasa", partial(kill_workers, "rasa-1")),
    Fault("actions", "kill -9 of an action server", partial(kill, ("actions-1",))),
    Fault("acting", "kill -9 of both action servers", partial(kill, ("actions-1", "actions-2"))),
    Fault("jobs", "kill -9 of the jobs", partial(kill, ("jobs",))),
    Fault("nginx", "kill -9 of nginx", partial(kill, ("nginx",))),
    Fault("postgres", "PostgreSQL stopped at once (immediate), started 2 s later", restart_postgres),
    Fault("hang-postgres", "PostgreSQL hung (SIGSTOP), 30 s", hang_postgres),
    Fault("redis", "Redis killed, started 5 s later", redis_away),
    Fault("disk", "disk of all data full, 20 s", disk_full),
    Fault("hang", "an action server hung (SIGSTOP), 20 s", partial(hang, "actions-1")),
    Fault("hang-rasa", "a Rasa hung (SIGSTOP), 20 s", partial(hang, "rasa-1")),
    Fault("hang-hub", "a hub hung (SIGSTOP), 20 s", partial(hang, "hub-1")),
    Fault("gateway", "one-stop system takes 30 s an answer, 30 s", slow_gateway, CASES),
    Fault("clock", "a hub's clock 1 h ahead, 1 h behind, 15 s each", clock_jumps, before=give_clock, after=take_clock),
    Fault("catalogue", "catalogue and index files cut in half, 25 s", broken_catalogue),
    Fault("model", "both Rasas killed, model gone, 15 s", model_missing),
    Fault("deploys", "two migrations and two hubs at once on an empty database", two_deploys),
    Fault("rolling", "SIGTERM to every process in turn", rolling),
)
