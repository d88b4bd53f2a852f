"""What people confirmed about names of lists: read, checked against the schema, and added to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
from ruamel.yaml import YAML

from knowledge.coverage.models import Confirmation
from knowledge.coverage.names import name_of
from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.settings import CONTENT_DIR

CONFIRMED_PATH = CONTENT_DIR / "coverage" / "confirmed.yml"
SCHEMA_PATH = CONTENT_DIR / "coverage" / "confirmed.schema.json"


def read_confirmed(path: Path = CONFIRMED_PATH) -> list[Confirmation]:
    """Return what was confirmed; raise `RecordInvalidError` with file and line."""
    if not path.is_file():
        return []
    data = read_yaml(path) or []
    schema = json.loads(SCHEMA_PATH.read_text("utf-8"))
    for fault in jsonschema.Draft7Validator(schema).iter_errors(data):
        raise RecordInvalidError(f"{path}:{line_of(path, list(fault.path))}", fault.message[:200])
    return [Confirmation(**(entry | {"on": date.fromisoformat(entry["on"])})) for entry in data]


def add_confirmed(entry: Confirmation, path: Path = CONFIRMED_PATH) -> None:
    """Write a person's word down; what was said before of the same name and code gives way to it."""
    read_confirmed(path)
    yaml: Any = YAML()
    yaml.width = 4096
    data = yaml.load(path.read_text("utf-8")) if path.is_file() else None
    data = yaml.load("[]") if data is None else data
    key = _key(entry.name, entry.code)
    for place in reversed([place for place, old in enumerate(data) if _key(old["name"], old["code"]) == key]):
        del data[place]
    data.append(asdict(entry) | {"on": entry.on})
    data.fa.set_block_style()
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as stream:
        yaml.dump(data, stream)
    part.replace(path)


class Confirmed:
    """Confirmations by name. One whose procedure is gone or has another title by now has lapsed."""

    def __init__(self, entries: Iterable[Confirmation], titles: dict[str, str]) -> None:
        self._same: dict[str, Confirmation] = {}
        self._other: dict[str, set[str]] = {}
        self.lapsed: list[str] = []
        for entry in entries:
            key = name_of(entry.name).key
            if name_of(titles.get(entry.code, "")).key != name_of(entry.title).key:
                state = "has another title by now" if entry.code in titles else "is not current in the catalogue"
                self.lapsed.append(f"«{entry.name}» → {entry.code}, confirmed on {entry.on}: the procedure {state}")
            elif entry.same:
                self._same[key] = entry
            else:
                self._other.setdefault(key, set()).add(entry.code)

    def of(self, name: str) -> Confirmation | None:
        """Return the word of a person that says which procedure `name` is."""
        return self._same.get(name_of(name).key)

    def ruled_out(self, name: str) -> frozenset[str]:
        """Return the codes of procedures that a person said `name` is not."""
        return frozenset(self._other.get(name_of(name).key, ()))


def _key(name: str, code: str) -> tuple[str, str]:
    return name_of(name).key, code
