"""The code that a citizen carries from the web to Zalo: eight characters that look like nothing else people type."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence

from knowledge.text import fold

LETTERS, DIGITS = "CDFHJKMNPRTVX", "23456789"
"""No vowels, so that no word comes out; none of what is taken for one another (0/O, 1/I/L, 5/S …: S, O, I, L, Q, B, G
and Z are left out)."""
LENGTH, FEWEST_LETTERS, FEWEST_DIGITS = 8, 4, 2
_ALONE = re.compile(r"(?:ma )?([0-9a-z]{4})[ -]?([0-9a-z]{4})")
_NAMED = re.compile(r"(?:ma )?lien ket[ :]{1,2}([0-9a-z]{4})[ -]?([0-9a-z]{4})")


def new_code(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """Return a code; about 35 bits of chance."""
    while True:
        code = "".join(choose(LETTERS + DIGITS) for _ in range(LENGTH))
        if _is_code(code):
            return code


def shown(code: str) -> str:
    """Return a code as it is read to people: CDFH-2345."""
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str | None:
    """Return the code that a whole message is, in capitals; None where it is words.

    After "liên kết" whatever has the length is taken for a code, if only a mistyped one.
    """
    said = " ".join(fold(text).strip(" .!\"'“”").split())
    named = _NAMED.fullmatch(said)
    if named is not None:
        return f"{named[1]}{named[2]}".upper()
    alone = _ALONE.fullmatch(said)
    code = f"{alone[1]}{alone[2]}".upper() if alone else ""
    return code if _is_code(code) else None


def _is_code(code: str) -> bool:
    letters, digits = (sum(char in these for char in code) for these in (LETTERS, DIGITS))
    return letters >= FEWEST_LETTERS and digits >= FEWEST_DIGITS and letters + digits == LENGTH
