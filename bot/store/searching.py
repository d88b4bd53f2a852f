"""Search by words without diacritics inside the database, on SQLite and PostgreSQL alike, and pages by where one is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import and_, func, or_
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from knowledge.text import fold

One = TypeVar("One")
FOLD = "motcua_fold"
"""SQLite's function of ours; PostgreSQL does the same with `translate`, so that no extension is needed."""
MOST_WORDS = 8
_FOLDED = {
    char: fold(char)
    for char in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    if len(fold(char)) == 1 and fold(char) != char and fold(char).isascii()
}
_MARKS = "".join(map(chr, range(0x300, 0x370)))
# What stands beyond the end of the second is taken out.
_FROM, _TO = "".join(_FOLDED) + _MARKS, "".join(_FOLDED.values())


@dataclass(frozen=True)
class Place:
    """Where a page ends: moment and id of its last line; the next page begins behind it."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Return what an address holds; None where it is nothing of ours."""
        at, _, name = text.partition("~")
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(moment, name) if moment.tzinfo is not None and name.isascii() and name.isprintable() else None


@dataclass(frozen=True)
class Page(Generic[One]):
    """Lines, the newest first; after: where the next page begins, None at the end."""

    lines: list[One] = field(default_factory=list)
    after: Place | None = None


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection of SQLite's what `says` needs."""
    connection.create_function(FOLD, 1, lambda text: fold(text) if isinstance(text, str) else "", deterministic=True)


def search_words(text: str) -> tuple[str, ...]:
    """Return the words that are looked for, folded."""
    return tuple(fold(text.replace("\0", "")).split())[:MOST_WORDS]


def says(connection: Connection, words: Iterable[str], *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether all words stand in the columns together, with or without diacritics, anywhere in a word."""
    text: ColumnElement[Any] = func.coalesce(columns[0], "")
    for column in columns[1:]:
        text = text + " " + func.coalesce(column, "")
    sqlite = connection.dialect.name == "sqlite"
    folded = getattr(func, FOLD)(text) if sqlite else func.lower(func.translate(text, _FROM, _TO))
    return and_(True, *(folded.contains(word, autoescape=True) for word in words))


def behind(place: Place | None, at: ColumnElement[Any], name: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a line stands behind a place, the newest being first."""
    if place is None:
        return and_(True)
    return or_(at < place.at, and_(at == place.at, name < place.id))
