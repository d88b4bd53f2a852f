"""Talk of codes and passwords without one in it: offering one is warned of (R-16), asking about one is a question."""

from __future__ import annotations

from bot.ops.screening.clauses import load_phrases, normal, typed_with_marks

FILE = "codes.yml"


def offers_a_code(text: str) -> bool:
    """Whether somebody would hand over a code, or asks whether to."""
    told, phrases = normal(text), load_phrases(FILE)
    marks = typed_with_marks(told)
    return phrases["offers"].found_in(told, marks) and not phrases["questions"].found_in(told, marks)


def asks_about_a_code(text: str) -> bool:
    """Whether the text asks how to get, change or use a code."""
    told = normal(text)
    return load_phrases(FILE)["questions"].found_in(told, typed_with_marks(told))
