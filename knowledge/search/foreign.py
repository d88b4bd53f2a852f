"""Words which tell that somebody of another country is concerned: `knowledge/content/lexicon/countries.yml`.

A country's name counts after a word for a person or for nationality: "chồng Hàn", "quốc tịch Nhật", "người Canada".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.text import fold

_GROUPS = ("kin", "spouse", "people", "nationality")
_TEXT = {"type": "string", "pattern": r"\S"}
_TEXTS = {"type": "array", "items": _TEXT, "minItems": 1}
_SHAPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["means", "sayings", "before", "countries", "bound"],
    "properties": {
        "means": _TEXT,
        "sayings": _TEXTS,
        "bound": _TEXTS,
        "before": {
            "type": "object",
            "additionalProperties": False,
            "required": list(_GROUPS),
            "properties": dict.fromkeys(_GROUPS, _TEXTS),
        },
        "countries": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["names"],
                "properties": {
                    "names": _TEXTS,
                    "not_before": _TEXTS,
                    "after": {"enum": list(_GROUPS)},
                    "alone": {"type": "boolean"},
                },
            },
        },
    },
}

_Words = tuple[str, ...]


@dataclass(frozen=True)
class _Country:
    """One name. loosest: place in `_GROUPS` of the loosest group it may follow. not_before: first words after it."""

    name: _Words
    loosest: int
    not_before: frozenset[str]
    alone: bool

    def stands_at(self, tokens: _Words, place: int) -> bool:
        end = place + len(self.name)
        return tokens[place:end] == self.name and not self.not_before.intersection(tokens[end : end + 1])


class ForeignWords:
    """Says whether folded words tell of somebody of another country. Looks up first words, scans no list."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.means: str = fold(data["means"])
        # Sayings need no country after them: no group is told with them.
        leads: list[tuple[_Words, int | None]] = [(words, None) for words in _folded(data["sayings"])]
        leads += [(words, place) for place, group in enumerate(_GROUPS) for words in _folded(data["before"][group])]
        self._leads: dict[str, list[tuple[_Words, int | None]]] = {}
        for words, group in leads:
            self._leads.setdefault(words[0], []).append((words, group))
        self._bound = frozenset(fold(word).split()[-1] for word in data["bound"])
        self._countries: dict[str, list[_Country]] = {}
        for entry in data["countries"]:
            for country in _countries(entry):
                self._countries.setdefault(country.name[0], []).append(country)

    def stand_in(self, tokens: Sequence[str]) -> bool:
        """Say whether `tokens` tell of somebody of another country."""
        row = tuple(tokens)
        return any(self._begins(row, place) or self._alone(row, place) for place in range(len(row)))

    def _begins(self, row: _Words, place: int) -> bool:
        """Say whether a saying begins here, or a word after which a country counts, and the country."""
        for words, group in self._leads.get(row[place], ()):
            end = place + len(words)
            if row[place:end] == words and (group is None or self._country(row, end, group)):
                return True
        return False

    def _country(self, row: _Words, place: int, group: int) -> bool:
        near = self._countries.get(row[place], ()) if place < len(row) else ()
        return any(country.loosest <= group and country.stands_at(row, place) for country in near)

    def _alone(self, row: _Words, place: int) -> bool:
        near = self._countries.get(row[place], ())
        found = any(country.alone and country.stands_at(row, place) for country in near)
        return found and (place == 0 or row[place - 1] not in self._bound)


@lru_cache(maxsize=2)
def load_foreign_words(path: Path) -> ForeignWords:
    """Read the file; raise `RecordInvalidError` with file and line."""
    data = read_yaml(path)
    for fault in jsonschema.Draft7Validator(_SHAPE).iter_errors(data):
        raise RecordInvalidError(f"{path}:{line_of(path, list(fault.path))}", fault.message[:200])
    return ForeignWords(data)


def _countries(entry: Mapping[str, Any]) -> Iterable[_Country]:
    loosest = _GROUPS.index(entry.get("after", "kin"))
    others = frozenset(fold(word).split()[0] for word in entry.get("not_before", ()))
    for name in _folded(entry["names"]):
        # What makes "mỹ" another word makes no other word of "hoa kỳ".
        yield _Country(name, loosest, others if len(name) == 1 else frozenset(), bool(entry.get("alone")))


def _folded(texts: Iterable[str]) -> list[_Words]:
    return [tuple(fold(text).split()) for text in texts]
