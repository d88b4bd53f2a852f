"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, DateTime
from sqlalchemy.types import TypeDecorator

from bot.ops import quick_json

_NAIVE = "a moment without time zone cannot be stored"
_WITHOUT_ZONE = len("2026-11-27 07:00:00.000000")


class UtcDateTime(TypeDecorator):  # type: ignore[misc]
    """An aware moment in UTC; a naive one is a bug and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(_NAIVE)
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any] | None:
        """SQLite keeps text; written in one step, as SQLAlchemy would in three."""
        if dialect.name == "sqlite":
            return _as_text
        found: Callable[[Any], Any] | None = super().bind_processor(dialect)
        return found

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """SQLite keeps text; read in one step, since reports read hundreds of thousands of moments."""
        if dialect.name == "sqlite":
            return _from_text
        found: Callable[[Any], datetime | None] | None = super().result_processor(dialect, coltype)
        return found


class CompactJson(TypeDecorator):  # type: ignore[misc]
    """JSON as short as it can be written; None is NULL. For what is stored at every turn.

    A Vietnamese letter takes two or three bytes instead of six or twelve: an answer seldom fills more than a page.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """A key that is asked for is a word and no JSON."""
        return self.impl.coerce_compared_value(op, value)

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:
        """The same text on both databases."""
        return _as_json

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any] | None:
        """SQLite keeps text; an answer of some kilobytes is read back at every turn."""
        if dialect.name == "sqlite":
            return _from_json
        found: Callable[[Any], Any] | None = super().result_processor(dialect, coltype)
        return found


def _as_json(value: Any) -> str | None:
    return None if value is None else quick_json.write(value)


def _from_json(value: str | None) -> Any:
    return None if value is None else quick_json.read(value)


def _as_text(value: datetime | None) -> str | None:
    """Return a moment as SQLAlchemy writes it."""
    if value is None:
        return None
    if value.tzinfo is not timezone.utc:
        if value.tzinfo is None:
            raise ValueError(_NAIVE)
        value = value.astimezone(timezone.utc)
    return value.isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


def _from_text(value: str | None) -> datetime | None:
    """Return the moment of a text as SQLAlchemy writes it; a text with a zone was written by hand, and means it."""
    if value is None:
        return None
    try:
        return datetime.fromisoformat(f"{value}+00:00")
    except ValueError:
        return datetime.fromisoformat(value).astimezone(timezone.utc)
