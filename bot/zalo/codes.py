"""What Zalo's error codes mean to us: the table errors.yml."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.plain_yaml import plain_yaml

FILE = Path(__file__).resolve().parent / "errors.yml"


class Remedy(str, Enum):
    """What is done about an error; explained in errors.yml."""

    AGAIN = "again"
    REFRESH = "refresh"
    UPLOAD = "upload"
    WAIT = "wait"
    UNREACHABLE = "unreachable"
    FIX = "fix"
    STOP = "stop"


@dataclass(frozen=True)
class CodeMeaning:
    """remedy; officer: the line in the console."""

    code: int
    remedy: Remedy
    officer: str


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    table: Mapping[str, Any] = plain_yaml(unicodedata.normalize("NFC", FILE.read_text(encoding="utf-8")))
    return table


def meaning_of(code: int) -> CodeMeaning:
    """Return what a code means; one that the reference does not know is tried again."""
    row = _table()["oa"].get(code) or _table()["unknown"]
    return CodeMeaning(code, Remedy(row["do"]), row["officer"])


def template_meaning_of(code: int) -> CodeMeaning:
    """Return what a code means under a template message; some numbers mean another thing there."""
    row = _table()["templates"].get(code) or _table()["oa"].get(code) or _table()["unknown"]
    return CodeMeaning(code, Remedy(row["do"]), row["officer"])


def known_template_codes() -> frozenset[int]:
    """Return the codes of the table that are of template messages."""
    return frozenset(_table()["templates"])


def known_codes() -> frozenset[int]:
    """Return the codes of the table."""
    return frozenset(_table()["oa"])


def consent_fault(code: int) -> str:
    """Return what is wrong with the consent or the tokens, in words for the operator; empty where unknown."""
    return str(_table()["oauth"].get(code, ""))
