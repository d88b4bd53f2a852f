"""Passwords: hashed with argon2, compared in the same time whether or not there is such a person."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.staff.models import StaffFault
from knowledge.text import fold

SHORTEST, LONGEST = 12, 200
_FEWEST_LETTERS = 5
"""Different characters: "aaaaaaaaaaaa" is none."""
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_PLAIN = ("matkhau", "password", "123456", "qwerty", "motcua", "hochiminh", "abcdef")
AT_ONCE = 2


class Passwords:
    """Hashes and checks in threads of their own: one check takes 64 MB, so at most `AT_ONCE` run."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="passwords")

    async def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def fits(self, password: str, stored: str | None) -> bool:
        """Say whether `password` is the stored one; nothing stored takes as long, and is never right."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._fits, password, stored)

    @cached_property
    def _dummy(self) -> str:
        """A hash of nothing that anybody knows; made by the first check, which takes twice as long whoever it is of."""
        return self._hasher.hash(secrets.token_hex(16))

    def _fits(self, password: str, stored: str | None) -> bool:
        dummy = self._dummy
        try:
            right = self._hasher.verify(stored or dummy, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return right and stored is not None


def one_time_password() -> str:
    """Return a password to give somebody: 16 letters and digits that are not mixed up, in groups of four (79 bits)."""
    letters = [secrets.choice(_ALPHABET) for _ in range(16)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))


def password_faults(password: str, words: Sequence[str]) -> StaffFault | None:
    """Return what is wrong with a password that somebody chose; `words`: names that it must not consist of."""
    if len(password) < SHORTEST:
        return StaffFault.PASSWORD_SHORT
    if len(password) > LONGEST:
        return StaffFault.PASSWORD_LONG
    rest = "".join(fold(password).split())
    for word in sorted([*_PLAIN, *("".join(fold(one).split()) for one in words)], key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) > 2 else rest
    own = {char for char in rest if char.isalnum()}
    return StaffFault.PASSWORD_PLAIN if len(rest) < SHORTEST // 2 or len(own) < _FEWEST_LETTERS else None
