"""Findings that a person has looked at and accepts: a file of signed entries, changed by one editor at a time."""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.linting.models import AcceptedInvalidError, Finding
from knowledge.settings import CONTENT_DIR

ACCEPTED_PATH = CONTENT_DIR / "linting" / "accepted.yml"
_TEXT = {"type": "string", "pattern": r"\S"}
_DAY = {"type": "string", "pattern": "^[12][0-9]{3}-[01][0-9]-[0-3][0-9]$"}
_SHAPE = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["rule", "of", "code", "fingerprint", "by", "on", "why"],
        "properties": dict.fromkeys(("rule", "code", "fingerprint", "by", "why"), _TEXT)
        | dict.fromkeys(("on", "until"), _DAY)
        | {"of": {"enum": ["curated", "portal"]}},
    },
}


@dataclass(frozen=True)
class Accepted:
    """A finding that somebody looked at and accepts, until it changes or until a day. of: curated or portal."""

    rule: str
    of: str
    code: str
    fingerprint: str
    by: str
    on: date
    why: str
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.until is None or day <= self.until


def read_accepted(path: Path = ACCEPTED_PATH) -> list[Accepted]:
    """Return the accepted findings; raise `AcceptedInvalidError` naming file and line."""
    if not path.is_file():
        return []
    try:
        data = read_yaml(path)
    except RecordInvalidError as fault:
        raise AcceptedInvalidError(str(fault)) from fault
    data = [] if data is None else data
    for wrong in jsonschema.Draft7Validator(_SHAPE).iter_errors(data):
        place = list(wrong.path)
        raise AcceptedInvalidError(f"{path}:{line_of(path, place)}: {_which(data, place)}{wrong.message[:200]}")
    return [_accepted(entry, path, number) for number, entry in enumerate(data)]


def _which(data: Any, place: list[Any]) -> str:
    entry = data[place[0]] if place else None
    name = entry.get("fingerprint") if isinstance(entry, dict) else None
    return f"entry {name}: " if name else ""


def _accepted(entry: dict[str, Any], path: Path, number: int) -> Accepted:
    days: dict[str, date] = {}
    for name in ("on", "until"):
        try:
            days |= {name: date.fromisoformat(entry[name])} if name in entry else {}
        except ValueError as error:
            raise AcceptedInvalidError(f"{path}:{line_of(path, [number, name])}: {name}: {error}") from error
    return Accepted(**(entry | days))


def accept(findings: Iterable[Finding], by: str, why: str, on: date, until: date | None, path: Path) -> int:
    """Add findings to the accepted ones, each signed; return how many were new.

    Editors take turns, and the file is whole at any moment: a killed process leaves it as it was. An entry that has
    ended makes place for the new one.
    """
    with _locked(path.parent):
        holding = {entry.fingerprint for entry in read_accepted(path) if entry.holds_on(on)}
        new = [finding for finding in findings if finding.fingerprint not in holding]
        if new:
            _write(path, [_entry(finding, by, why, on, until) for finding in new])
    return len(new)


def _entry(finding: Finding, by: str, why: str, on: date, until: date | None) -> CommentedMap:
    entry = CommentedMap()
    entry.update({"rule": finding.rule, "of": "curated" if finding.curated else "portal", "code": finding.code})
    entry.update({"fingerprint": finding.fingerprint, "by": by, "on": on, "why": why})
    entry.update({"until": until} if until else {})
    return entry


def _write(path: Path, entries: list[CommentedMap]) -> None:
    """Add entries to the file, with its comments, in place of those of the same fingerprint."""
    yaml: Any = YAML()  # the library declares its settings as None
    yaml.width = 4096
    yaml.representer.ignore_aliases = lambda *_: True
    data = yaml.load(path.read_text("utf-8")) if path.is_file() else None
    data = CommentedSeq() if data is None else data
    ours = {entry["fingerprint"] for entry in entries}
    for number in reversed([place for place, entry in enumerate(data) if entry["fingerprint"] in ours]):
        del data[number]
    data.extend(entries)
    data.fa.set_block_style()
    text = io.StringIO()
    yaml.dump(data, text)
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text.getvalue())
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
