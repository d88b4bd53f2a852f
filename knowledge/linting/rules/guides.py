"""The guide of a record: every answer has to matter, and every paper has to be reached (R-15)."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.checklist import branches, checklist, narrowed_to
from knowledge.dossier_cases import is_special
from knowledge.guide import UNSURE, GuideQuestion, When
from knowledge.linting.models import Context, Hit, Subject
from knowledge.models import DossierComponent, Procedure


def guide_question_unused(subject: Subject, context: Context) -> Iterator[Hit]:
    """A question on which nothing depends."""
    record = subject.record
    for question in record.guide.questions:
        if not any(name == question.id for when in _conditions(record) for name, _ in when.needs):
            yield Hit(question.ask, f"guide/{question.id}")


def guide_options_alike(subject: Subject, context: Context) -> Iterator[Hit]:
    """Two options after which everything is the same: they should be one."""
    record = subject.record
    conditions = _conditions(record)
    for question in record.guide.questions:
        seen: dict[tuple[bool, ...], str] = {}
        for option in question.options:
            effect = tuple(_allows(when, question, option.id) for when in conditions)
            first = seen.setdefault(effect, option.label)
            if first != option.label and option.id != UNSURE:
                yield Hit(f"{first} = {option.label}", f"guide/{question.id}")


def guide_paper_unreached(subject: Subject, context: Context) -> Iterator[Hit]:
    """A case or a paper that is on no branch's list."""
    record = subject.record
    if not record.guide:
        return
    reached = {part.id for answers in branches(record) for part in _parts(narrowed_to(record, answers))}
    for case in record.dossier:
        for part in case.components:
            if part.id not in reached:
                yield Hit(part.name, f"dossier/{case.id}/{part.id}")


def guide_branch_without_paper(subject: Subject, context: Context) -> Iterator[Hit]:
    record = subject.record
    for answers in branches(record) if record.guide else ():
        made = checklist(record, answers, context.day)
        if not (made.prepare or made.looked_up or made.on_vneid):
            yield Hit(", ".join(f"{name}={option}" for name, option in answers.items()), "guide")


def guide_case_undecided(subject: Subject, context: Context) -> Iterator[Hit]:
    """A case for some people only that no answer decides, so that everybody gets it."""
    record = subject.record
    for case in record.dossier if record.guide else ():
        if is_special(case) and not case.when and not all(part.when for part in case.components):
            yield Hit(case.case, f"dossier/{case.id}")


def guide_condition_lost(subject: Subject, context: Context) -> Iterator[Hit]:
    """A condition that is left out of the list says more than one thing: what the answers do not decide gets lost."""
    for case in subject.record.dossier:
        for part in case.components:
            if part.decided and ";" in part.condition:
                yield Hit(part.condition, f"dossier/{case.id}/{part.id}")


def _conditions(record: Procedure) -> list[When]:
    """Every condition in the record."""
    found = [question.when for question in record.guide.questions]
    for case in record.dossier:
        found += [case.when, *(part.when for part in case.components)]
    for way in record.submission_methods:
        found += [way.when, *(time.when for time in way.times), *(fee.when for fee in way.fees)]
    return [when for when in found if when]


def _allows(when: When, question: GuideQuestion, option: str) -> bool:
    asked = any(name == question.id for name, _ in when.needs)
    return when.names(question.id, option) if asked else True


def _parts(record: Procedure) -> Iterator[DossierComponent]:
    return (part for case in record.dossier for part in case.components)
