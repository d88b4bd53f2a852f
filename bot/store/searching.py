"""Search by words without diacritics inside the database, on SQLite and PostgreSQL alike, and pages by where one is."""

from __future__ import annotations

import re
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
"""SQLite's function of ours. PostgreSQL takes words as patterns: folding its texts there took ten times as long."""
MOST_WORDS = 8
_MARKS = "[\u0300-\u036f]*"
_MARKED: dict[str, str] = {}
for _char in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))):
    _MARKED[fold(_char)] = _MARKED.get(fold(_char), "") + _char


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
    if connection.dialect.name == "sqlite":
        return and_(True, *(getattr(func, FOLD)(text).contains(word, autoescape=True) for word in words))
    return and_(True, *(text.op("~")(_pattern(word)) for word in words))


def _pattern(word: str) -> str:
    """Return a word as a pattern: each letter big or small, with any marks."""
    return "".join(_letter(char) if char.isalpha() else re.escape(char) for char in word)


def _letter(char: str) -> str:
    big = char.upper() if len(char.upper()) == 1 else ""
    return f"[{char}{big}{_MARKED.get(char, '')}]{_MARKS}"


def behind(place: Place | None, at: ColumnElement[Any], name: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a line stands behind a place, the newest being first."""
    if place is None:
        return and_(True)
    return or_(at < place.at, and_(at == place.at, name < place.id))
