"""References of requests as they are read out over the telephone: "HT 482-137-2", digits only, the last checks them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

_LENGTH = 6
_WEIGHTS = (2, 3, 4, 5, 6, 7)
_TYPED = re.compile(
    r"(?<![\w])h[\s.\-]?t[\s.:\-]*(\d)[\s.\-]*(\d)[\s.\-]*(\d)[\s.\-]*(\d)[\s.\-]*(\d)[\s.\-]*(\d)[\s.\-]*(\d)(?!\d)"
)


def new_reference(choose: Callable[[int], int] = secrets.randbelow) -> str:
    """Return a fresh reference. Those whose check would be 10 are passed over, so that all is digits."""
    while True:
        digits = "".join(str(choose(10)) for _ in range(_LENGTH))
        check = _check(digits)
        if check < 10 and len(set(digits)) > 2:
            return f"HT {digits[:3]}-{digits[3:]}-{check}"


def written_reference(text: str) -> str:
    """Return what is meant as a reference in `text`, right or mistyped; "" where nothing is."""
    found = _TYPED.search(text.lower())
    digits = "".join(found.groups()) if found else ""
    return f"HT {digits[:3]}-{digits[3:_LENGTH]}-{digits[_LENGTH]}" if digits else ""


def find_reference(text: str) -> str:
    """Return the reference in `text`, as it is stored; "" where there is none, or one digit is wrong or swapped."""
    written = written_reference(text)
    digits = "".join(char for char in written if char.isdigit())
    return written if written and _check(digits[:_LENGTH]) == int(digits[_LENGTH]) else ""


def _check(digits: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11
