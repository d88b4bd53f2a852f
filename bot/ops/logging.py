"""Structured logs: one JSON object a line on stderr. Events and facts, never what people said.

A message is named by its turn (`turn=3f2a9c11-4`), a fault shown to a citizen by its reference. The turn's name goes
with the question from the hub to Rasa, to the action and to the one-stop system; what is logged on the way carries it.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import traceback
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import TextIO

# Without letters and digits that are mixed up on the telephone.
REFERENCE_ALPHABET = "23456789ACDEFHJKLMNPRTUVWXY"
ROOT = "motcua"
LONGEST_TEXT = 300
_TURN: ContextVar[str] = ContextVar("turn", default="")
_AS_JSON = json.JSONEncoder(ensure_ascii=False, default=str).encode  # `dumps` would make one for every line
_TURN_NAME = re.compile(r"[0-9a-f]{8}-[0-9]{1,9}")


def bind_turn(name: object) -> None:
    """From here on this task, and what it starts, works for the turn of this name; none where it is no turn's name."""
    _TURN.set(name if isinstance(name, str) and _TURN_NAME.fullmatch(name) else "")


def current_turn() -> str:
    """Return the name of the turn that is being worked on; empty where there is none."""
    return _TURN.get()


def new_reference() -> str:
    """A short code that a citizen reads out and an operator searches for."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Send this application's events and other libraries' warnings to stderr as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(ROOT).setLevel(level)
    # No line names these; each costs a look at the stack or at the process for every line (as logging's manual says).
    logging._srcfile = None  # type: ignore[assignment]
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class JsonLines(logging.Formatter):
    """One line a record. Tracebacks keep place and type, and leave out the error's words, which may be a person's."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage().partition("\n")[0][:LONGEST_TEXT],
        }
        if _TURN.get():
            line["turn"] = _TURN.get()
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe(record.exc_info[1])
        return _AS_JSON(line)


def describe(error: BaseException) -> str:
    """Type and places of an error and of what caused it."""
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(parts) < 4:
        frames = traceback.extract_tb(seen.__traceback__)[-6:]
        places = " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames)
        parts.append(f"{type(seen).__name__}{_words(seen)} at {places or 'unknown'}")
        seen = seen.__cause__ or seen.__context__
    return " because of ".join(parts)


def _words(error: BaseException) -> str:
    """Errors of network, disk and database server speak of addresses and files; all others might quote a person."""
    if not isinstance(error, OSError) and type(error).__name__ != "OperationalError":
        return ""
    return f" ({str(error).partition(chr(10))[0][:LONGEST_TEXT]})"


class EventLog:
    """Logs named events with facts: `log.info("turn_answered", turn=turn.id, ms=83)`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(f"{ROOT}.{name}")

    def info(self, event: str, **facts: object) -> None:
        """Something that is as it should be."""
        self._logger.info(event, extra={"facts": facts})

    def warning(self, event: str, **facts: object) -> None:
        """Something that heals by itself but should be seen."""
        self._logger.warning(event, extra={"facts": facts})

    def error(self, event: str, **facts: object) -> None:
        """Something that a person should look at."""
        self._logger.error(event, extra={"facts": facts})

    def fault(self, event: str, error: BaseException, **facts: object) -> None:
        """An error that nobody foresaw, with its place in the code."""
        self._logger.error(event, extra={"facts": facts}, exc_info=(type(error), error, error.__traceback__))
