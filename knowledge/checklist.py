"""The papers of one person's case: which question comes next, and the list once all is answered. Pure; no phrases.

A record's guide decides (knowledge/guide.py). A record without one whose dossier has several cases asks which of them;
one without either gives its list at once. The list is the record narrowed to a branch: nothing is added to it (R-03).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from knowledge.dossier_cases import is_special
from knowledge.guide import Answers, Guide, GuideOption, GuideQuestion, When
from knowledge.models import (
    ComponentRole,
    DossierCase,
    DossierComponent,
    Fee,
    FeeStatus,
    Method,
    Procedure,
    VneidEquivalent,
)
from knowledge.text import clean_line
from knowledge.wording import load_wording

WHICH_CASE = "which_case"
"""Id of the question that stands in for a guide."""
NO_CASE = "no_case"
_FEWEST_CASES = 2


def guided(procedure: Procedure) -> Procedure:
    """Return `procedure` with a guide: its own, or one question made of its dossier's cases, or none."""
    special = [case for case in procedure.dossier if is_special(case)]
    if procedure.guide or len(special) < _FEWEST_CASES:
        return procedure
    names = {case.id for case in special}
    options = tuple(GuideOption(case.id, clean_line(case.case)) for case in special)
    if len(special) < len(procedure.dossier):  # papers common to all are a list of their own
        options += (GuideOption(NO_CASE, load_wording()("checklist.no_case")),)
    question = GuideQuestion(WHICH_CASE, load_wording()("checklist.which_case"), options)
    dossier = tuple(
        replace(case, when=When(((WHICH_CASE, (case.id,)),))) if case.id in names else case
        for case in procedure.dossier
    )
    return replace(procedure, guide=Guide((question,)), dossier=dossier)


def next_question(procedure: Procedure, answers: Answers) -> GuideQuestion | None:
    """Return what is to be asked next, or None when the list can be given."""
    return guided(procedure).guide.next_question(answers)


def branches(procedure: Procedure) -> Iterator[dict[str, str]]:
    """Yield the answers of every branch; one without answers where nothing needs to be asked."""
    return guided(procedure).guide.branches()


def narrowed_to(procedure: Procedure, answers: Answers) -> Procedure:
    """Return the record with what holds for `answers` only: cases, papers, ways of filing, times and fees."""
    record = guided(procedure)
    known = record.guide.settled(answers)
    ways = tuple(
        replace(
            way,
            times=tuple(time for time in way.times if time.when.holds(known)),
            fees=tuple(fee for fee in way.fees if fee.when.holds(known)),
        )
        for way in record.submission_methods
        if way.when.holds(known)
    )
    cases = tuple(_case(case, known) for case in record.dossier if case.when.holds(known))
    return replace(record, submission_methods=ways, dossier=tuple(case for case in cases if case.components))


def _case(case: DossierCase, known: Answers) -> DossierCase:
    """What the answers decided is not said again, neither of the case nor of a paper; "một trong" stays."""
    label = "" if is_special(case) and case.when.settled_by(known) else case.case
    kept = (part for part in case.components if part.when.holds(known))
    return replace(case, case=label, components=tuple(_paper(part, known) for part in kept))


def _paper(part: DossierComponent, known: Answers) -> DossierComponent:
    return replace(part, condition="") if part.decided and part.when.settled_by(known) else part


@dataclass(frozen=True)
class PaperGroup:
    """Papers under one heading; `case` is the record's label where it still says something, such as "một trong"."""

    papers: tuple[DossierComponent, ...]
    case: str = ""


@dataclass(frozen=True)
class Chosen:
    """One question and what was answered to it."""

    question: GuideQuestion
    option: GuideOption


@dataclass(frozen=True)
class Saving:
    """What filing online saves over the counter, in VND `per` something, for fees of the same kind and case."""

    amount: int
    per: str = ""
    case: str = ""


@dataclass(frozen=True)
class Checklist:
    """The list for one person. Every component of the branch stands in exactly one of the four groups.

    record: narrowed to the branch. prepare: to bring or hand in. looked_up: the office finds it itself, and asks only
    where it cannot (R-13). on_vneid: paper not needed where the information is on VNeID already (R-12).
    """

    record: Procedure
    chosen: tuple[Chosen, ...]
    prepare: tuple[PaperGroup, ...]
    looked_up: tuple[PaperGroup, ...]
    on_vneid: tuple[PaperGroup, ...]
    remarks: tuple[DossierComponent, ...]
    savings: tuple[Saving, ...]

    @property
    def component_ids(self) -> list[str]:
        """Ids of all components on the list."""
        groups = (*self.prepare, *self.looked_up, *self.on_vneid)
        return [paper.id for group in groups for paper in group.papers] + [part.id for part in self.remarks]


def checklist(procedure: Procedure, answers: Answers, today: date) -> Checklist:
    """Return the list for `answers`. A question left open leaves out what depends on it.

    today: day in the city, for the fees that hold.
    """
    record = narrowed_to(procedure, answers)
    known = record.guide.settled(answers)
    return Checklist(
        record=record,
        chosen=tuple(_chosen(record.guide, known)),
        prepare=_grouped(record, "prepare"),
        looked_up=_grouped(record, "looked_up"),
        on_vneid=_grouped(record, "on_vneid"),
        remarks=tuple(part for case in record.dossier for part in case.components if part.role is ComponentRole.NOTE),
        savings=savings(record, today),
    )


def _chosen(guide: Guide, known: Answers) -> Iterator[Chosen]:
    for question in guide.questions:
        option = question.option(known.get(question.id, ""))
        if option is not None:
            yield Chosen(question, option)


def _group_of(part: DossierComponent, alternatives: bool) -> str:
    """Say where a component stands: what the office looks up goes before what may be on VNeID, unless it surely is."""
    if part.role is ComponentRole.NOTE:
        return ""
    if alternatives:
        return "prepare"
    if part.vneid_equivalent is VneidEquivalent.YES:
        return "on_vneid"
    if part.reusable_from:
        return "looked_up"
    return "on_vneid" if part.vneid_equivalent is VneidEquivalent.IF_INTEGRATED else "prepare"


def _grouped(record: Procedure, group: str) -> tuple[PaperGroup, ...]:
    """Papers of a group; those of cases that need no label together, first. Alternatives stay together."""
    plain: list[DossierComponent] = []
    labelled: list[PaperGroup] = []
    for case in record.dossier:
        alternatives = bool(case.case) and not is_special(case)
        papers = tuple(part for part in case.components if _group_of(part, alternatives) == group)
        if papers and case.case:
            labelled.append(PaperGroup(papers, case.case))
        else:
            plain += papers
    return (*((PaperGroup(tuple(plain)),) if plain else ()), *labelled)


def savings(record: Procedure, today: date) -> tuple[Saving, ...]:
    """Return what filing online saves where both amounts are known, of the same kind, case and unit (R-20)."""
    online, counter = (_amounts(record, method, today) for method in (Method.ONLINE, Method.IN_PERSON))
    return tuple(
        Saving(counter[key] - amount, fee_per, fee_case)
        for key, amount in online.items()
        for _, fee_per, fee_case in (key,)
        if counter.get(key, 0) > amount
    )


def _amounts(record: Procedure, method: Method, today: date) -> dict[tuple[str, str, str], int]:
    """Amounts that hold today by kind, unit and case; left out where two of the same stand there."""
    fees = [fee for way in record.submission_methods if way.method is method for fee in way.fees]
    found: dict[tuple[str, str, str], list[int]] = {}
    for fee in fees:
        if fee.holds_on(today) and fee.status is FeeStatus.AMOUNT and fee.amount is not None:
            found.setdefault(_key(fee), []).append(fee.amount)
    return {key: amounts[0] for key, amounts in found.items() if len(amounts) == 1}


def _key(fee: Fee) -> tuple[str, str, str]:
    return fee.kind.value, fee.per, fee.case
