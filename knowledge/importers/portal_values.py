"""Values of the portal's JSON, taken only in the type they should have: anything else counts as not there."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeGuard

from knowledge.text import clean_line, fold

_HUGE = 10**15
KEPT = 8192
"""Texts whose reading is remembered: of those in the portal's records three in four have just been read."""

kept_fold = lru_cache(KEPT)(fold)
"""`fold`, remembered."""


def text_of(value: Any) -> str:
    """Return a text or number as a cleaned line, and an empty text for anything else."""
    if isinstance(value, str):
        return _cleaned(value)
    return str(value) if is_number(value) and value else ""


@lru_cache(KEPT)
def _cleaned(text: str) -> str:
    return clean_line(text)


def is_number(value: Any) -> TypeGuard[float]:
    """Say whether `value` is a number to count with: neither a truth value, nor infinite, nor beyond all measure."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_HUGE < value < _HUGE
