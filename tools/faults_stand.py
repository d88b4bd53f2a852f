"""What is broken: processes that can be killed, a disk of their own that can be filled, their logs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil

from bot.rasa_runtime.model_files import find_current_model
from knowledge.store import CatalogueStore
from tools.topology import ROOT, Topology

DISK = "700m"
TOKEN_OF = "MOTCUA_CASE_TOKEN_"  # noqa: S105 - the beginning of a variable's name
GATEWAYS = """
gateways:
  - {{name: CITY, kind: city, address: "{address}", units: ["H29"]}}
"""


class Unusable(Exception):
    """The fault cannot be made on this machine; the text says what it needs."""


class AnyStand(ABC):
    """A running assistant in `folder`, on a small disk of its own where this process may mount one.

    url: where the public comes in. changes: its settings so far.
    """

    url = ""

    def __init__(self, folder: Path, city: str) -> None:
        """city: address of the one-stop system."""
        self.folder = folder
        self.own_disk = _mount(folder)
        model = find_current_model(ROOT, ROOT / "models")
        catalogue = ROOT / "var" / "catalogue.db"
        if model is None or not catalogue.is_file():
            raise RuntimeError("there is no model or no catalogue: make catalogue index train")
        (folder / "models").mkdir()
        shutil.copy2(model, folder / "models" / model.name)
        (folder / "data").mkdir()
        with closing(sqlite3.connect(catalogue)) as old, closing(sqlite3.connect(folder / "data/catalogue.db")) as new:
            old.backup(new)
        CatalogueStore(f"sqlite:///{folder / 'data' / 'catalogue.db'}").create()  # keeps its whole copy, as a load does
        shutil.copytree(ROOT / "var" / "index", folder / "data" / "index")
        (folder / "gateways.yml").write_text(GATEWAYS.format(address=city), "utf-8")
        self.changes = {
            "MOTCUA_CATALOGUE_URL": f"sqlite:///{folder / 'data' / 'catalogue.db'}",
            "MOTCUA_MODEL_DIR": str(folder / "models"),
            "MOTCUA_CASE_GATEWAYS": str(folder / "gateways.yml"),
            f"{TOKEN_OF}CITY": "secret",
        }

    @abstractmethod
    def begin(self) -> None:
        """Start everything; all is ready when it returns."""

    def close(self) -> None:
        """End everything and give the disk back; the logs stay in the folder."""
        self._end()
        logs = {path: path.read_bytes() for path in self.folder.rglob("*.log")}
        if self.own_disk:
            subprocess.run(("umount", "--lazy", str(self.folder)), check=False)
            for path, content in logs.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)

    @abstractmethod
    def process(self, name: str) -> psutil.Process | None:
        """Return the first process of that name, None where there is none."""

    @abstractmethod
    def hub_logs(self) -> list[Path]:
        """Return where the hubs log."""

    @abstractmethod
    def start(self, name: str) -> None:
        """Start a process that was killed, or have it started, and wait until it is ready."""

    @abstractmethod
    def wait(self, name: str) -> None:
        """Wait until a process is ready."""

    @abstractmethod
    def ready(self, seconds: float = 120.0) -> None:
        """Wait until every process is well, before the next fault."""

    @abstractmethod
    def _end(self) -> None: ...

    def send(self, name: str, number: int) -> None:
        """Send a signal to a process and its children."""
        process = self.process(name)
        if process is not None:
            os.killpg(process.pid, number)

    def kill(self, name: str) -> None:
        """Kill -9 a process and its children, and wait until it is gone."""
        process = self.process(name)
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def workers(self, name: str) -> list[int]:
        """Return the process ids of those that a Rasa has made to serve: they go by its own command."""
        parent = self.process(name)
        if parent is None:
            return []
        found = []
        for child in parent.children():
            with suppress(psutil.NoSuchProcess):  # it is being buried
                found += [child.pid] if child.cmdline() == parent.cmdline() else []
        return found

    def places(self) -> dict[Path, int]:
        """Return how far the hubs' logs are."""
        return {log: log.stat().st_size for log in self.hub_logs()}

    def logged(self, since: dict[Path, int]) -> Iterator[dict[str, Any]]:
        """Yield what the hubs have logged behind these places."""
        for path, place in since.items():
            with path.open("rb") as file:
                file.seek(place)
                for line in file.read().decode("utf-8", "replace").splitlines():
                    try:
                        yield json.loads(line)
                    except ValueError:  # a line that a full disk or a kill has cut
                        continue


class Stand(AnyStand):
    """The topology."""

    def __init__(self, folder: Path, city: str) -> None:
        """city: address of the one-stop system."""
        super().__init__(folder, city)
        self.topology = Topology(folder, changes=self.changes, make_catalogue=False)
        self.url = self.topology.url

    def begin(self) -> None:
        """Start everything; all is ready when it returns."""
        self.topology.start()

    def _end(self) -> None:
        self.topology.stop()

    def process(self, name: str) -> psutil.Process | None:
        """Return the first process of that name, None where there is none."""
        process = self.topology.nodes[name].process
        return psutil.Process(process.pid) if process is not None else None

    def kill(self, name: str) -> None:
        """Kill -9 a process and its children, and wait until it is gone."""
        process = self.topology.nodes[name].process
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()  # by its Popen, which else would not know that it has ended

    def hub_logs(self) -> list[Path]:
        """Return where the hubs log."""
        return [node.log for name, node in self.topology.nodes.items() if "hub" in name]

    def start(self, name: str) -> None:
        """Start a process and wait until it is ready."""
        self.topology.nodes[name].start()
        self.wait(name)

    def wait(self, name: str) -> None:
        """Wait until a process is ready."""
        self.topology.nodes[name].wait_until_ready()

    def ready(self, seconds: float = 120.0) -> None:
        """Wait until every process is well, before the next fault."""
        end = time.monotonic() + seconds
        for node in self.topology.nodes.values():
            node.wait_until_ready(max(1.0, end - time.monotonic()))

    def stop_postgres(self) -> None:
        """As a power cut would, but for the disk."""
        from pgserver._commands import pg_ctl

        server = self._postgres()
        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)

    def start_postgres(self) -> None:
        """Start it and wait until it has recovered."""
        self._postgres().ensure_postgres_running()

    def signal_postgres(self, signal_number: int) -> None:
        """Send a signal to its first process and all others of it."""
        first = self._postgres().get_postmaster_info().process
        for process in (first, *first.children(recursive=True)):
            process.send_signal(signal_number)

    def postgres_runs(self) -> bool:
        """Say whether its first process is there."""
        return bool(self._postgres().get_postmaster_info().process.is_running())

    def new_database(self, name: str) -> str:
        """Make an empty database; return its address."""
        from sqlalchemy import create_engine, text

        server = self._postgres()
        engine = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return str(server.get_uri(database=name))

    def _postgres(self) -> Any:
        import pgserver

        return pgserver.get_server(self.folder / "postgres")


def _mount(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return False
    command = ("mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", str(folder))
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0
