"""Whether a message is too short to be believed when a classifier takes it for danger ("nha chong", "mau len").

Among so few words one that danger shares ("chồng", "cháy" without its mark) outweighs all others, so words that
mean it by themselves are asked for: short.yml.
"""

from __future__ import annotations

from bot.ops.screening.clauses import load_phrases, normal, typed_with_marks
from knowledge.text import words

FILE = "short.yml"
_SHORT = 3
"""Words; politeness at the end counts too."""


def says_too_little(text: str) -> bool:
    """Whether `text` is of three words at most and holds none that means danger, an accusation or a code by itself."""
    if len(words(text)) > _SHORT:
        return False
    told = normal(text)
    marks = typed_with_marks(told)
    return not any(phrases.found_in(told, marks) for phrases in load_phrases(FILE).values())
