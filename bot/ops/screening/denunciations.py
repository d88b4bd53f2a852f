"""Accusations of officials in plain words: bribes, abuse, theft (R-26). They are not taken and not written down.

Precise phrases only (denunciations.yml); what they miss, the intent classifier finds, and then it is dropped as well,
after the turn. A question on the procedure itself ("đơn tố cáo nộp ở đâu"), on lawful fees or on training courses is
no accusation.
"""

from __future__ import annotations

from bot.ops.screening.clauses import load_phrases, normal, typed_with_marks

FILE = "denunciations.yml"


def is_denunciation(text: str) -> bool:
    """Whether `text` accuses an official."""
    told, phrases = _one_breath(text), load_phrases(FILE)
    marks = typed_with_marks(told)
    if phrases["no_accusation"].found_in(told, marks):
        return False
    plain = phrases["accusation"].found_in(told, marks)
    return plain or (
        phrases["officials"].found_in(told, marks)
        and phrases["gains"].found_in(told, marks)
        and not phrases["lawful"].found_in(told, marks)
    )


def asks_about_denouncing(text: str) -> bool:
    """Whether `text` asks about the procedure, or only uses a word that accusations use as well."""
    told, phrases = _one_breath(text), load_phrases(FILE)
    marks = typed_with_marks(told)
    return phrases["procedure"].found_in(told, marks) and not phrases["accusation"].found_in(told, marks)


def goes_on_accusing(text: str) -> bool:
    """Whether `text`, said after a denunciation was turned away, tells more of it; a mere question does not."""
    told, phrases = _one_breath(text), load_phrases(FILE)
    marks = typed_with_marks(told)
    more = phrases["more"].found_in(told, marks) and not phrases["question"].found_in(told, marks)
    return more or is_denunciation(text)


def _one_breath(text: str) -> str:
    """An accusation runs on over commas: "xin tiền, không đưa thì không ký"."""
    return normal(text).replace(", ", " ")
