from __future__ import annotations

import http.server
import json
import threading
from types import SimpleNamespace

import pytest

from bot.doctor.findings import Deployment
from bot.ops.clock import SystemClock
from bot.settings import Settings
from knowledge.settings import ROOT


@pytest.fixture
def at(tmp_path):
    """`at(MOTCUA_WEB_PORT=…)`: a deployment with those variables, its data in an empty folder."""

    def make(root=ROOT, clock=None, **env):
        env = {"MOTCUA_DATA_DIR": str(tmp_path / "data"), **env}
        (tmp_path / "data").mkdir(exist_ok=True)
        return Deployment(Settings.from_env(env), env, root, clock or SystemClock())

    return make


@pytest.fixture
def neighbour():
    """A process that answers: `paths` holds path → (status, JSON)."""
    paths = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = paths.get(self.path, (404, {}))
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    yield SimpleNamespace(paths=paths, port=port, url=f"http://127.0.0.1:{port}")
    server.shutdown()
    server.server_close()
