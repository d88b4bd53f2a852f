"""Which published facts answer which question, with their source. The one place where answers are put together.

An answer holds only what its record holds (R-02, R-03); its phrases come from knowledge/content/wording.yml.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from knowledge import blocks as b
from knowledge.answer_parts import PARTS
from knowledge.catalogue import freshness
from knowledge.dossier_cases import ALL_CASES, case_choices, narrowed
from knowledge.facts import Fact
from knowledge.formatting import day_text, short_title
from knowledge.models import Decision, DossierCase, Procedure, RecordStatus
from knowledge.wording import Wording, load_wording

_SOURCE_TITLE = 160
"""Characters of the official name in the source; the link leads to the whole of it."""


@dataclass(frozen=True)
class Answer:
    """An answer in parts. `payload` is the machine-readable side that travels as `custom.answer`."""

    procedure: Procedure
    facts: tuple[Fact, ...]
    blocks: tuple[b.Block, ...]
    cases: tuple[DossierCase, ...] = ()
    """Cases of a long dossier that the citizen is asked to choose from."""

    @property
    def text(self) -> str:
        return b.to_text(self.blocks)

    def payload(self, outcome: str) -> dict[str, Any]:
        """Return outcome, procedure_code, record_version, fields, decision_number and …_date, checked_on, source_url.

        `record_version`: the stored versions that the answer was built from, as `knowledge show --version` reads them.
        """
        record = self.procedure
        return {
            "outcome": outcome,
            "procedure_code": record.code,
            "record_version": record.version or None,
            "fields": [fact.value for fact in self.facts],
            "decision_number": record.decision.number or None,
            "decision_date": record.decision.date.isoformat() if record.decision.date else None,
            "checked_on": record.checked_on.isoformat() if record.checked_on else None,
            "source_url": record.source.url or None,
        }


def answer(
    procedure: Procedure,
    facts: tuple[Fact, ...],
    today: date,
    stale_after_days: int = 30,
    asked_code: str = "",
    case_id: str = "",
    say: Wording | None = None,
) -> Answer:
    """Return the answer on `facts` of `procedure`, with cautions and source.

    today: day in the city, decides which fees hold and whether the record is stale.
    asked_code: the code the citizen typed, if any; an old one is named as such.
    case_id: the dossier's case chosen, `ALL_CASES`, or empty: then a long list of papers asks for the case.
    """
    say = say or load_wording()
    facts = tuple(dict.fromkeys(facts)) or (Fact.OVERVIEW,)
    if case_id != ALL_CASES and case_id not in {case.id for case in procedure.dossier}:
        case_id = ""
    cases = case_choices(procedure) if Fact.DOCUMENTS in facts and not case_id else ()
    shown = narrowed(procedure, case_id) if cases or case_id else procedure
    parts = _facts(shown, facts, today, say, skip_papers=bool(cases) and not shown.dossier)
    if cases:
        question = say("documents.which_case" if shown.dossier else "documents.which_case_only")
        parts += [b.paragraph(question), b.ItemList(tuple(b.Item(c.case) for c in cases), True)]
    caution = caution_text(procedure, today, stale_after_days, asked_code, say)
    if caution:
        parts.append(b.notice(caution))
    parts.append(source_note(procedure, say))
    return Answer(procedure, facts, tuple(parts), cases)


def _facts(
    procedure: Procedure, facts: tuple[Fact, ...], today: date, say: Wording, skip_papers: bool
) -> list[b.Block]:
    """The facts asked for, each under its name; one fact alone shares its line with the procedure's name.

    skip_papers: no paper is common to all cases, so that there is none to name before the case is known.
    """
    if len(facts) == 1 and facts[0] is not Fact.OVERVIEW:
        name = say(f"facts.{facts[0].value}")
        parts: list[b.Block] = [b.heading(say("heading.fact", fact=name, title=short_title(procedure.title)))]
        parts += [] if skip_papers else PARTS[facts[0]](procedure, today, say)
    else:
        parts = [b.heading(say("heading.title", title=short_title(procedure.title)))]
        for fact in facts:
            parts += [b.heading(say(f"facts.{fact.value}"))] if fact is not Fact.OVERVIEW else []
            skipped = skip_papers and fact is Fact.DOCUMENTS
            parts += [] if skipped else PARTS[fact](procedure, today, say)
    return parts


def caution_text(procedure: Procedure, today: date, stale_after_days: int, asked_code: str, say: Wording) -> str:
    """Return why what is said of `procedure` may not hold any more; empty where nothing speaks for it."""
    said = []
    if asked_code and asked_code in procedure.old_codes:
        said.append(say("notices.old_code", old=asked_code, code=procedure.code))
    if procedure.status is not RecordStatus.CURRENT:
        said.append(say(f"notices.{procedure.status.value}"))
    if procedure.newer_decision is not None:
        said.append(say("notices.newer_decision", decision=_decision_text(procedure.newer_decision, say)))
    stale = freshness(procedure, today, stale_after_days).stale
    if procedure.recheck_reason and procedure.needs_recheck:
        said.append(procedure.recheck_reason)
    if stale:
        said.append(say("notices.stale" if procedure.checked_on else "notices.unchecked"))
    elif procedure.needs_recheck and not procedure.recheck_reason:
        said.append(say("notices.recheck"))
    return " ".join([*said, say("notices.verify")]) if said else ""


def source_note(procedure: Procedure, say: Wording) -> b.SourceNote:
    """Return the source that ends every answer (R-05, R-29)."""
    checked = procedure.checked_on
    return b.SourceNote(
        title=say("source.title", title=short_title(procedure.title, _SOURCE_TITLE)),
        code=say("source.code", code=procedure.code),
        decision=_decision_text(procedure.decision, say),
        checked=say("source.checked", day=day_text(checked)) if checked else say("source.not_checked"),
        url=procedure.source.url,
    )


def _decision_text(decision: Decision, say: Wording) -> str:
    if not decision.number:
        return say("source.no_decision")
    text = say("source.decision", number=decision.number)
    if decision.date is not None:
        text += say("source.decision_date", day=day_text(decision.date))
    return text + (say("source.decision_issuer", issuer=decision.issuer) if decision.issuer else "")
