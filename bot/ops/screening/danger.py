"""Danger to life right now, in plain words: 113, 114 and 115 come first, whatever else the message holds.

Precise phrases only (danger.yml): what is less plain is the intent classifier's business. A clause that speaks of
papers, or of something long past, is no alarm ("làm lại giấy tờ bị cháy", "giấy phép phòng cháy").
"""

from __future__ import annotations

from bot.ops.screening.clauses import clauses, load_phrases, normal, typed_with_marks

FILE = "danger.yml"


def is_emergency(text: str) -> bool:
    """Whether some clause of `text` says that life is in danger now."""
    told, phrases = normal(text), load_phrases(FILE)
    marks = typed_with_marks(told)
    return any(
        phrases["alarm"].found_in(clause, marks) and not phrases["papers"].found_in(clause, marks)
        for clause in clauses(told)
    )
