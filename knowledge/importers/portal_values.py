"""Values of the portal's JSON, taken only in the type they should have: anything else counts as not there."""

from __future__ import annotations

from typing import Any, TypeGuard

from knowledge.text import clean_line

_HUGE = 10**15


def text_of(value: Any) -> str:
    """Return a text or number as a cleaned line, and an empty text for anything else."""
    if isinstance(value, str):
        return clean_line(value)
    return str(value) if is_number(value) and value else ""


def is_number(value: Any) -> TypeGuard[float]:
    """Say whether `value` is a number to count with: neither a truth value, nor infinite, nor beyond all measure."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_HUGE < value < _HUGE
