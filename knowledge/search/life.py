"""Life as people call it, and the procedures that are meant: `knowledge/content/lexicon/life.yml`.

Its phrases are examples of their procedures in the index, and bring official words to a question (`normalise`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.settings import CONTENT_DIR

LIFE_PATH = CONTENT_DIR / "lexicon" / "life.yml"
SCHEMA_PATH = CONTENT_DIR / "lexicon" / "life.schema.json"


class Kind(str, Enum):
    """A life event leads to its procedures in their order; names and things are any of theirs.

    A look-alike keeps a shorter phrase from being met in it: "cuối tuần" is no "cưới", read without diacritics.
    A bare name, said alone, leaves open which of its procedures is meant (`bare_names.py`).
    """

    LIFE_EVENT = "life_event"
    EVERYDAY_NAME = "everyday_name"
    THING = "thing"
    OLD_AGENCY = "old_agency"
    LOOK_ALIKE = "look_alike"
    BARE_NAME = "bare_name"


@dataclass(frozen=True)
class LifeEntry:
    """Phrases that mean the same. means: official words added in search. today: who took over from an old agency."""

    say: tuple[str, ...]
    kind: Kind
    codes: tuple[str, ...] = ()
    means: str = ""
    today: str = ""

    @property
    def shown_by(self) -> tuple[str, ...]:
        """The procedures that the phrases are examples of."""
        if self.kind in (Kind.OLD_AGENCY, Kind.BARE_NAME):  # the one's codes show where today's is named
            return ()
        return self.codes[:1] if self.kind is Kind.LIFE_EVENT else self.codes


@lru_cache(maxsize=2)
def load_life(path: Path = LIFE_PATH) -> tuple[LifeEntry, ...]:
    """Read the entries; raise `RecordInvalidError` with file and line of the first fault."""
    data = read_yaml(path)
    for fault in shape_faults(path, data):
        raise fault
    return tuple(_entry(item) for item in data)


def shape_faults(path: Path, data: Any) -> Iterator[RecordInvalidError]:
    """Yield what is not as the schema says, in the order of the file."""
    schema = json.loads(SCHEMA_PATH.read_text("utf-8"))
    found = jsonschema.Draft7Validator(schema).iter_errors(data)
    for fault in sorted(found, key=lambda fault: [str(key).zfill(6) for key in fault.path]):
        where = "/".join(map(str, list(fault.path)[1:]))
        yield RecordInvalidError(f"{path}:{line_of(path, list(fault.path))}", f"{where or 'entry'}: {_told(fault)}")


def _told(fault: jsonschema.ValidationError) -> str:
    if fault.validator == "not":
        unwanted = ", ".join(fault.validator_value["required"])
        return f"{unwanted} has no place in an entry of kind {fault.instance.get('kind')}"
    return str(fault.message)[:200]


def _entry(item: Mapping[str, Any]) -> LifeEntry:
    return LifeEntry(
        tuple(item["say"]),
        Kind(item["kind"]),
        tuple(item.get("codes", ())),
        item.get("means", ""),
        item.get("today", ""),
    )


def examples(entries: Iterable[LifeEntry]) -> dict[str, tuple[str, ...]]:
    """Return code → the phrases that are examples of it."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        for code in entry.shown_by:
            found.setdefault(code, []).extend(entry.say)
    return {code: tuple(said) for code, said in found.items()}


def meanings(entries: Iterable[LifeEntry]) -> list[tuple[str, str]]:
    """Return (phrase, official words added beside it); a look-alike brings none, and takes the phrase's place."""
    told = (entry for entry in entries if entry.means or entry.kind is Kind.LOOK_ALIKE)
    return [(phrase, entry.means) for entry in told for phrase in entry.say]


def former_agencies(entries: Iterable[LifeEntry]) -> dict[str, Sequence[str]]:
    """Return today's agency → old names of those that it took over from."""
    found: dict[str, Sequence[str]] = {}
    for entry in entries:
        if entry.kind is Kind.OLD_AGENCY:
            found[entry.today] = [*found.get(entry.today, ()), *entry.say]
    return found
