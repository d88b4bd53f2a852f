"""The other processes: Redis, Rasa, the action server, this machine's hub."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from redis import Redis

from bot.cases.gateways.routing import NONE, SAMPLE
from bot.doctor.findings import Deployment, Finding, error, first_line, ok, skipped, warning
from knowledge.plain_yaml import plain_yaml

WITHIN_SECONDS = 4.0
STRANGE = 1
"""In place of a status: something answers, and it is not HTTP."""
PORTS = {"https": 443, "http": 80}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def locks(at: Deployment) -> Iterator[Finding]:
    """Several Rasa processes need common locks; where they are named, they must answer."""
    if at.settings.redis_url:
        host, open_it = urlsplit(at.settings.redis_url).hostname or "–", _redis_of_setting
    elif "redis" in str((store := _lock_store(at)).get("type", "")).lower():
        host, open_it = str(store.get("url", "localhost")), _redis_of_file
    else:
        elsewhere = urlsplit(at.settings.rasa_url).hostname not in LOOPBACK
        yield warning("locks", "locks_in_memory") if elsewhere else skipped("locks", "locks_of_one")
        return
    try:
        open_it(at).ping()
    except Exception as fault:  # whatever the driver raises, the answer is no
        yield error("locks", "redis_down", host=host, fault=first_line(fault))
    else:
        yield ok("locks")


def _lock_store(at: Deployment) -> dict[str, Any]:
    said = plain_yaml(at.settings.endpoints_file.read_text("utf-8")) or {}
    return dict(said.get("lock_store") or {})


def _redis_of_setting(at: Deployment) -> Any:
    return Redis.from_url(at.settings.redis_url, socket_timeout=WITHIN_SECONDS, socket_connect_timeout=WITHIN_SECONDS)


def _redis_of_file(at: Deployment) -> Any:
    store = _lock_store(at)
    return Redis(
        host=store.get("url", "localhost"),
        port=int(store.get("port", 6379)),
        db=int(store.get("db", 1)),
        password=store.get("password"),
        ssl=bool(store.get("use_ssl", False)),
        socket_timeout=WITHIN_SECONDS,
        socket_connect_timeout=WITHIN_SECONDS,
    )


def events(at: Deployment) -> Iterator[Finding]:
    """Events for analytics go out without people's words."""
    said = plain_yaml(at.settings.endpoints_file.read_text("utf-8")) or {}
    broker = said.get("event_broker")
    if not broker:
        yield skipped("events", "events_off")
    elif str(broker.get("type", "")).endswith(".ScreenedEventBroker"):
        yield ok("events")
    else:
        yield error("events", "events_with_words", type=broker.get("type") or "pika")


def rasa(at: Deployment) -> Iterator[Finding]:
    """Rasa answers, has a model, and reaches its store and its actions."""
    code, facts = _get(f"{at.settings.rasa_url}/readyz")
    if code == 200 or (code == 404 and _get(f"{at.settings.rasa_url}/status")[0] == 200):
        yield ok("rasa")
    elif code == 503:
        yield error("rasa", "rasa_part", parts=", ".join(name for name, well in facts.items() if not well) or "?")
    else:
        yield error("rasa", "rasa_other" if code else "rasa_down", url=at.settings.rasa_url, code=code)


def systems(at: Deployment) -> Iterator[Finding]:
    """Each one-stop system takes connections. Nothing is asked there: a look-up is somebody's."""
    if at.settings.case_gateways in (SAMPLE, NONE):
        yield skipped("systems", "systems_none")
        return
    try:
        entries = plain_yaml(Path(at.settings.case_gateways).read_text("utf-8"))["gateways"]
        addresses = {str(e["name"]): urlsplit(str(e["address"])) for e in entries if e.get("address")}
    except (OSError, yaml.YAMLError, KeyError, TypeError):
        yield skipped("systems", "systems_unknown")  # told by configuration.gateways
        return
    away = []
    for name, address in addresses.items():
        try:
            where = (address.hostname or "", address.port or PORTS.get(address.scheme, 443))
            socket.create_connection(where, WITHIN_SECONDS).close()
        except (OSError, ValueError) as fault:
            away.append(error("systems", "system_away", name=name, host=address.hostname, fault=first_line(fault)))
    yield from away or [ok("systems", number=len(addresses))]


def actions(at: Deployment) -> Iterator[Finding]:
    """Each action server answers, where there are some."""
    if at.settings.actions != "http":
        yield skipped("actions", "actions_in_process")
        return
    for url in at.settings.action_urls:
        address = urlsplit(url)
        code, _ = _get(f"{address.scheme}://{address.netloc}/health")
        yield ok("actions") if code == 200 else error("actions", "actions_down", url=url)


def hub(at: Deployment) -> Iterator[Finding]:
    """The hub of this machine listens, and its own view of the rest is good."""
    host = at.settings.web_host if at.settings.web_host not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104
    url = f"http://{f'[{host}]' if ':' in host else host}:{at.settings.web_port}"
    code, facts = _get(f"{url}/readyz")
    if code == 200:
        yield ok("hub")
    elif code == 503:
        yield error("hub", "hub_part", parts=", ".join(name for name, well in facts.items() if not well) or "?")
    else:
        yield error("hub", "hub_other" if code else "hub_down", url=url, code=code)


def _get(url: str) -> tuple[int, dict[str, Any]]:
    """Return status and JSON object of an answer; 0 where there is none. No proxy: these are neighbours."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=WITHIN_SECONDS) as response:
            return response.status, _facts(response.read(65_536))
    except urllib.error.HTTPError as answer:
        return answer.code, _facts(answer.read(65_536))
    except (http.client.HTTPException, ValueError):
        return STRANGE, {}
    except OSError:
        return 0, {}


def _facts(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
