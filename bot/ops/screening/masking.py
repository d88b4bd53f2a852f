"""Takes personal data out of a message: `mask("otp là 123456")` is "otp là [đã che: mã OTP]"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.ops.screening.credentials import find_credentials
from bot.ops.screening.kinds import CREDENTIALS, Finding, Kind, labels
from bot.ops.screening.numbers import find_numbers
from bot.ops.screening.passwords import find_passwords
from bot.ops.screening.reading import Reading, read


@dataclass(frozen=True)
class Masked:
    """A message as it may be written down, and the kinds that were taken out, each once, in order."""

    text: str
    kinds: tuple[Kind, ...] = ()

    @property
    def credentials(self) -> bool:
        """Whether a code or password was among them."""
        return not CREDENTIALS.isdisjoint(self.kinds)


def mask(text: str, expected: Iterable[Kind] = (), code_spoken_of: bool = False) -> Masked:
    """Return `text` without personal data.

    expected: kinds that a form just asked for; they stay, credentials never do.
    code_spoken_of: the message before was about a one-time code, so a bare number is one.
    Masked text comes back as it is.
    """
    asked = frozenset(expected) - CREDENTIALS
    reading = read(text)
    findings = _without_overlaps(_find(reading, asked, code_spoken_of))
    if not findings:
        return Masked(text)
    return Masked(_replaced(reading.typed, findings), tuple(dict.fromkeys(finding.kind for finding in findings)))


def _find(reading: Reading, asked: frozenset[Kind], code_spoken_of: bool) -> Iterator[Finding]:
    """Credentials first: where two finders claim the same characters, the first has them."""
    yield from find_passwords(reading)
    yield from find_credentials(reading, code_spoken_of, bare_is_code=not asked)
    yield from find_numbers(reading, asked)


def _without_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    for finding in findings:
        if all(finding.end <= other.start or finding.start >= other.end for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda finding: finding.start)


def _replaced(text: str, findings: list[Finding]) -> str:
    parts, place = [], 0
    for finding in findings:
        parts += [text[place : finding.start], labels().masks[finding.kind]]
        place = finding.end
    return "".join([*parts, text[place:]])
