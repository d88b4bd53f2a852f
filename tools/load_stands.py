"""What the crowd talks to: everything on this machine as `make run` has it, or the topology of tools/topology.py."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.bench import Stand, first_answer
from tools.load_processes import family, megabytes_of, own_megabytes_of, processes_of, seconds_of
from tools.measuring import PYTHON, note, run
from tools.topology import Topology

Pids = Callable[[], Mapping[str, int]]


@dataclass(frozen=True)
class Target:
    """A running assistant. name: in tables; url: of the hub, or of nginx; rest: Rasa's REST channel, "" where unknown.

    env: its settings. pids: its processes by name; each counts with its children. apart: citizens come from addresses
    of their own, because nginx looks at them. logs: the folder of their logs; None where it is not known.
    """

    name: str
    url: str
    rest: str
    env: Mapping[str, str]
    pids: Pids
    apart: bool = False
    logs: Path | None = None

    def seconds(self) -> dict[str, float]:
        """Return processor time so far by process."""
        return {name: sum(map(seconds_of, family(pid))) for name, pid in self.pids().items()}

    def megabytes(self) -> dict[str, float]:
        """Return memory by process, shared pages by share."""
        return {name: sum(map(megabytes_of, family(pid))) for name, pid in self.pids().items()}

    def own_megabytes(self) -> dict[str, float]:
        """Return memory by process without the pages of files (`own_megabytes_of`)."""
        return {name: sum(map(own_megabytes_of, family(pid))) for name, pid in self.pids().items()}


@contextmanager
def embedded(folder: Path, more: Mapping[str, str]) -> Iterator[Target]:
    """Start what `make run` starts, on free ports and this data folder, with `more` settings."""
    stand = Stand(folder)
    stand.env.update(more)
    note("preparing the catalogue, the search index and the model")
    run([*PYTHON, "knowledge", "build"], stand.env)
    run([*PYTHON, "knowledge", "index"], stand.env)
    run([*PYTHON, "bot.rasa_runtime.training"], stand.env)
    note("starting the default: one hub, one Rasa, SQLite")
    with stand.running() as process:
        asyncio.run(first_answer(stand.webhook, process))
        yield Target(
            "default",
            f"http://127.0.0.1:{stand.web_port}",
            stand.webhook,
            stand.env,
            lambda: processes_of(process.pid),
            logs=folder / "log",
        )


@contextmanager
def topology(folder: Path, hubs: int, rasas: int, more: Mapping[str, str]) -> Iterator[Target]:
    """Start the topology in `folder`, whose data are made anew, with `more` settings.

    Actions run inside each Rasa, as deploy/ has it. Its search index is made as the default's before anything starts:
    else hubs would make it while they are measured.
    """
    shutil.rmtree(folder, ignore_errors=True)
    vectors = more.get("MOTCUA_VECTORS", "auto")
    changes = {"MOTCUA_ACTIONS": "in_process", "MOTCUA_VECTORS": vectors, **more}
    found = Topology(folder, hubs, rasas, changes=changes, vectors=vectors != "off")
    note(f"starting the topology: nginx, {hubs} hubs, {rasas} Rasas, actions, jobs, PostgreSQL, Redis")
    try:
        found.start()
        rest = f"http://127.0.0.1:{found.inner}/webhooks/rest/webhook"
        yield Target("topology", found.url, rest, found.env, lambda: _pids_of(found), apart=True, logs=found.folder)
    finally:
        found.stop()


def _pids_of(found: Topology) -> dict[str, int]:
    """Return the pids of the topology's processes; PostgreSQL's are the children of its first one."""
    pids = {node.name: node.process.pid for node in found.nodes.values() if node.process is not None}
    postmaster = found.folder / "postgres" / "postmaster.pid"
    if postmaster.is_file():
        pids["postgresql"] = int(postmaster.read_text("utf-8").split()[0])
    return pids
