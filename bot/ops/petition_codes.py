"""Codes of petitions as they are read out and typed: "PA-7K4M-2X9C".

Nineteen characters that neither look nor sound alike, seven of them by chance and one that checks them: the sum of
place times value is 0 modulo 19, a prime, so any one wrong character and any two that are swapped are noticed. A code
holds letters and digits, two of each at least, so that no telephone number and no word is taken for one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator

ALPHABET = "0123456789CFHKMRTVX"
PREFIX = "PA"
_LENGTH = 8
_HALF = _LENGTH // 2
_FEWEST_OF_EACH = 2
_ALIKE = str.maketrans("OQILSZBG", "00115286")
"""What is no part of a code, read as the character that looks like it; a wrong guess fails the check."""
_TYPED = r"[0-9A-Za-zĐđ]"
_GAP = r"[ \xa0.,_\-‐‑‒–—]{0,3}"
_PREFIXED = re.compile(rf"(?<![0-9A-Za-z])[Pp][Aa]{_GAP}((?:{_TYPED}{_GAP}){{{_LENGTH - 1}}}{_TYPED})(?![0-9A-Za-z])")
_BARE = re.compile(
    rf"(?<![0-9A-Za-z@.])({_TYPED}{{{_HALF}}}(?:{_GAP}){_TYPED}{{{_HALF}}})(?![0-9A-Za-z@])"
)  # whole groups only: of single characters far apart, words and numbers are made


def new_petition_code(choose: Callable[[str], str] = secrets.choice) -> str:
    """Return a fresh code, grouped, as the citizen sees it."""
    while True:
        chosen = "".join(choose(ALPHABET) for _ in range(_LENGTH - 1))
        code = chosen + _check_character(chosen)
        if _is_mixed(code):
            return grouped(code)


def parse_petition_code(text: str) -> str | None:
    """Return the code that `text` is, grouped; None where it is none.

    Blanks, small letters, O for 0, no prefix: all read as meant.
    """
    bare = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    for candidate in (bare, bare.removeprefix(PREFIX)):
        code = _valid(candidate)
        if code:
            return code
    return None


def find_petition_codes(text: str) -> tuple[str, ...]:
    """Return the codes in a message, in order, each once."""
    found = sorted((match.start(), match.group(1)) for match in _matches(text))
    codes = (_valid(re.sub(r"[^0-9A-Za-z]", "", typed).upper()) for _, typed in found)
    return tuple(dict.fromkeys(code for code in codes if code))


def has_torn_code(text: str) -> bool:
    """Say whether something with the prefix of a code stands in `text` that is none: mistyped, or cut short."""
    shown = re.search(rf"(?<![0-9A-Za-z])[Pp][Aa]{_GAP}(?=[^\s]*\d)[0-9A-Za-z]{{3,}}", text)
    return shown is not None and not find_petition_codes(text)


def grouped(code: str) -> str:
    """Return a bare code as it is read out."""
    return f"{PREFIX}-{code[:_HALF]}-{code[_HALF:]}"


def _matches(text: str) -> Iterator[re.Match[str]]:
    yield from _PREFIXED.finditer(text)
    yield from _BARE.finditer(text)


def _valid(typed: str) -> str | None:
    code = typed.translate(_ALIKE)
    right = len(code) == _LENGTH and all(char in ALPHABET for char in code) and _is_mixed(code)
    return grouped(code) if right and _sum(code) == 0 else None


def _is_mixed(code: str) -> bool:
    letters = sum(char.isalpha() for char in code)
    return _FEWEST_OF_EACH <= letters <= _LENGTH - _FEWEST_OF_EACH


def _check_character(chosen: str) -> str:
    """The last place weighs `_LENGTH`: its inverse modulo 19 turns the missing rest into a character."""
    missing = -_sum(chosen) * pow(_LENGTH, -1, len(ALPHABET))
    return ALPHABET[missing % len(ALPHABET)]


def _sum(code: str) -> int:
    return sum(place * ALPHABET.index(char) for place, char in enumerate(code, 1)) % len(ALPHABET)
