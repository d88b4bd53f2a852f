"""The topology that is broken: processes that can be killed, a disk of its own that can be filled, its logs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
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


class Stand:
    """A topology in `folder`, on a small disk of its own where this process may mount one."""

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
        changes = {
            "MOTCUA_CATALOGUE_URL": f"sqlite:///{folder / 'data' / 'catalogue.db'}",
            "MOTCUA_MODEL_DIR": str(folder / "models"),
            "MOTCUA_CASE_GATEWAYS": str(folder / "gateways.yml"),
            f"{TOKEN_OF}CITY": "secret",
        }
        self.topology = Topology(folder, changes=changes, make_catalogue=False)

    def close(self) -> None:
        """End everything and give the disk back; the logs stay in the folder."""
        self.topology.stop()
        logs = {path: path.read_bytes() for path in self.folder.glob("*.log")}
        if self.own_disk:
            subprocess.run(("umount", "--lazy", str(self.folder)), check=False)
            for path, content in logs.items():
                path.write_bytes(content)

    def send(self, name: str, number: int) -> None:
        """Send a signal to a process and its children."""
        process = self.topology.nodes[name].process
        if process is not None:
            os.killpg(process.pid, number)

    def kill(self, name: str) -> None:
        """Kill -9 a process and its children, and wait until it is gone."""
        self.send(name, signal.SIGKILL)
        process = self.topology.nodes[name].process
        if process is not None:
            process.wait()

    def workers(self, name: str) -> list[int]:
        """Return the process ids of those that a Rasa has made to serve: they go by its own command."""
        process = self.topology.nodes[name].process
        if process is None:
            return []
        parent, found = psutil.Process(process.pid), []
        for child in parent.children():
            with suppress(psutil.NoSuchProcess):  # it is being buried
                found += [child.pid] if child.cmdline() == parent.cmdline() else []
        return found

    def start(self, name: str) -> None:
        """Start a process and wait until it is ready."""
        self.topology.nodes[name].start()
        self.topology.nodes[name].wait_until_ready()

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

    def places(self) -> dict[Path, int]:
        """Return how far the hubs' logs are."""
        return {node.log: node.log.stat().st_size for name, node in self.topology.nodes.items() if "hub" in name}

    def ready(self, seconds: float = 120.0) -> None:
        """Wait until every process is well, before the next fault."""
        end = time.monotonic() + seconds
        for node in self.topology.nodes.values():
            node.wait_until_ready(max(1.0, end - time.monotonic()))

    def _postgres(self) -> Any:
        import pgserver

        return pgserver.get_server(self.folder / "postgres")


def _mount(folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return False
    command = ("mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", str(folder))
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0
