"""Danger in plain words: to life right now (113, 114, 115 before all else a message holds), violence, despair.

Precise phrases only (danger.yml): what is less plain is the intent classifier's business. A clause that speaks of
papers, or of something long past, is no alarm ("làm lại giấy tờ bị cháy", "giấy phép phòng cháy").
"""

from __future__ import annotations

from bot.ops.screening.clauses import clauses, load_phrases, normal, typed_with_marks

FILE = "danger.yml"


def is_emergency(text: str) -> bool:
    """Whether some clause of `text` says that life is in danger now."""
    if _told_in("alarm", text):
        return True
    for_papers = _names("papers", text) or _names("errand", text)
    return (_told_in("slight", text) and not for_papers) or (
        _told_in("sudden", text) and (not for_papers or _names("now", text))
    )


def is_bereavement(text: str) -> bool:
    """Whether `text` tells that somebody has died, as people say it who come for the papers."""
    return _names("bereavement", text)


def is_violence(text: str) -> bool:
    """Whether some clause tells of somebody being hurt or threatened."""
    return _told_in("violence", text)


def is_distress(text: str) -> bool:
    """Whether some clause says that somebody does not want to live any more."""
    return _told_in("distress", text)


def _names(group: str, text: str) -> bool:
    told = normal(text)
    return load_phrases(FILE)[group].found_in(told, typed_with_marks(told))


def _told_in(group: str, text: str) -> bool:
    told, phrases = normal(text), load_phrases(FILE)
    marks = typed_with_marks(told)
    return any(
        phrases[group].found_in(clause, marks) and not phrases["papers"].found_in(clause, marks)
        for clause in clauses(told)
    )
