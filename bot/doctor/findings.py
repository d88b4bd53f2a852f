"""What a check says, and what it is told about the deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from bot.ops.clock import Clock
from bot.settings import Settings

LONGEST_FAULT = 240


class Level(str, Enum):
    """How bad it is. ERROR: people get no answers, or a wrong one, or data is at risk. SKIPPED: does not apply here."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """What one check found. what: a key of wording.yml; facts fill its sentences, and are never a secret."""

    check: str
    level: Level
    what: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Deployment:
    """What is looked at. env: the variables this process was given; root: the project's folder."""

    settings: Settings
    env: Mapping[str, str]
    root: Path
    clock: Clock


def first_line(fault: BaseException) -> str:
    """What a driver of a network or database says: it names hosts and users, and no password."""
    said = str(getattr(fault, "orig", None) or fault).strip().partition("\n")[0]
    return f"{type(fault).__name__}: {said}"[:LONGEST_FAULT] if said else type(fault).__name__


def ok(check: str, **facts: object) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, f"{check}_ok", facts)


def warning(check: str, what: str, **facts: object) -> Finding:
    """Should be looked at soon."""
    return Finding(check, Level.WARNING, what, facts)


def error(check: str, what: str, **facts: object) -> Finding:
    """Must be put right."""
    return Finding(check, Level.ERROR, what, facts)


def skipped(check: str, what: str, **facts: object) -> Finding:
    """Does not apply, or cannot be looked at because of another fault that is told."""
    return Finding(check, Level.SKIPPED, what, facts)
