"""The command: runs all checks, prints what was found in Vietnamese or English, or as JSON."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.doctor import backups, configuration, machine, neighbours, software, stores
from bot.doctor.findings import Deployment, Finding, Level, error
from bot.errors import SettingInvalidError
from bot.ops.clock import SystemClock
from bot.settings import Settings
from knowledge.plain_yaml import plain_yaml
from knowledge.settings import ROOT

Check = Callable[[Deployment], Iterable[Finding]]
CHECKS: tuple[Check, ...] = (
    software.python,
    software.packages,
    configuration.names,
    configuration.secrets,
    configuration.public,
    configuration.data_officer,
    configuration.gateways,
    machine.disk,
    machine.files,
    machine.time_zone,
    stores.database,
    stores.tracker,
    stores.catalogue,
    software.model,
    neighbours.locks,
    neighbours.events,
    neighbours.rasa,
    neighbours.actions,
    neighbours.hub,
    neighbours.systems,
    stores.jobs,
    stores.photos,
    stores.zalo,
    backups.backups,
)
LANGUAGES = ("vi", "en")
WORDING = Path(__file__).with_name("wording.yml")
SIGNS = {Level.OK: "✓", Level.WARNING: "!", Level.ERROR: "✗", Level.SKIPPED: "–"}


def main(arguments: Sequence[str] | None = None, env: Mapping[str, str] | None = None) -> int:
    """Command line; 0 nothing wrong (there may be warnings), 1 something is, 2 wrong use."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Checks this deployment.")
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    doctor = commands.add_parser("doctor", help="say what is wrong with this deployment, and what to do")
    doctor.add_argument("--lang", choices=LANGUAGES, default="vi", help="language of the sentences (default: vi)")
    doctor.add_argument("--json", action="store_true", help="for machines: one object with all findings")
    options = parser.parse_args(arguments)
    found = list(examine(os.environ if env is None else env))
    print(as_json(found, options.lang) if options.json else "\n".join(lines(found, options.lang)))  # noqa: T201
    return 1 if any(finding.level is Level.ERROR for finding in found) else 0


def examine(env: Mapping[str, str], checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """Run the checks; a wrong setting is told and ends it, a check that breaks is told and the others go on."""
    try:
        settings = Settings.from_env(env)
    except SettingInvalidError as fault:
        yield error("settings", "setting_invalid", fault=fault)
        return
    at = Deployment(settings, env, ROOT, SystemClock())
    for check in checks:
        try:
            yield from check(at)
        except Exception as fault:  # a doctor who faints helps nobody
            yield error(check.__name__, "check_broken", name=check.__name__, fault=type(fault).__name__)


@lru_cache(maxsize=1)
def wording() -> dict[str, Any]:
    """Return the sentences: what → language → [what is, what to do]."""
    read: dict[str, Any] = plain_yaml(WORDING.read_text("utf-8"))
    return read


def sentences(finding: Finding, language: str) -> tuple[str, str]:
    """Return what is so, and what to do; the second is empty where nothing is to be done."""
    said = wording()[finding.what][language]
    parts = [said] if isinstance(said, str) else list(said)
    filled = [part.format_map(dict(finding.facts)) for part in parts]
    return filled[0], filled[1] if len(filled) > 1 else ""


def lines(found: Sequence[Finding], language: str) -> Iterator[str]:
    """Return what a person reads."""
    for finding in found:
        what, todo = sentences(finding, language)
        yield f"{SIGNS[finding.level]} {what}"
        if todo:
            yield f"    → {todo}"
    counts = {level.value: sum(finding.level is level for finding in found) for level in Level}
    yield ""
    yield wording()["summary"][language].format_map(counts)


def as_json(found: Sequence[Finding], language: str) -> str:
    """Return what a machine reads; the shape is described in docs/operations.md."""
    rows = []
    for finding in found:
        what, todo = sentences(finding, language)
        facts = {name: fact if isinstance(fact, (int, float)) else str(fact) for name, fact in finding.facts.items()}
        row = {"check": finding.check, "level": finding.level.value, "what": finding.what, "facts": facts}
        rows.append({**row, "says": what, "do": todo})
    healthy = all(finding.level is not Level.ERROR for finding in found)
    return json.dumps({"healthy": healthy, "findings": rows}, ensure_ascii=False, indent=2)
