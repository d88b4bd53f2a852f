"""Long texts in parts that Zalo takes: cut between lines, then between sentences, then between words.

A list's item stays whole while it fits into one part, and a code never breaks: it holds no blank.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 2000
"""Characters of one text message, after NFC (docs/zalo.md, "Giới hạn")."""
_SENTENCE_END = re.compile(r"(?<=[.!?…;:])\s+")


def split_text(text: str, longest: int = LONGEST) -> tuple[str, ...]:
    """Return parts of at most `longest` characters that hold all of the text, in order; none for a blank text."""
    parts: list[str] = []
    current = ""
    for piece, joint in _pieces(unicodedata.normalize("NFC", text).strip(), longest):
        if current and len(current) + len(joint) + len(piece) <= longest:
            current += joint + piece
        else:
            parts += [current] if current else []
            current = piece
    return tuple(part.strip() for part in [*parts, current] if part.strip())


def _pieces(text: str, longest: int) -> Iterator[tuple[str, str]]:
    """Pieces that are not cut, each with what joins it to the one before."""
    for line in text.split("\n"):
        line = line.rstrip()
        if len(line) <= longest:
            yield line, "\n"
            continue
        joint = "\n"
        for sentence in _SENTENCE_END.split(line):
            for piece in _cut(sentence, longest):
                yield piece, joint
                joint = " "


def _cut(sentence: str, longest: int) -> Iterator[str]:
    """A sentence longer than a message: between words; a word longer than a message, anywhere."""
    while len(sentence) > longest:
        at = sentence.rfind(" ", 1, longest + 1)
        at = at if at > 0 else longest
        yield sentence[:at]
        sentence = sentence[at:].lstrip()
    yield sentence
