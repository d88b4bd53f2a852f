"""What is said of a paper: the response, its values, buttons and the record of what was answered."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.choices import PROCEDURE_CODE
from bot.nlu.papers import ENTITY
from bot.ops.outcomes import Outcome
from knowledge.facts import Fact
from knowledge.formatting import short_title
from knowledge.models import Procedure
from knowledge.paper_check.matching import check_paper
from knowledge.paper_check.models import AskedPaper, CopyAsked, Finding, Reason, Verdict
from knowledge.paper_check.naming import asked_paper
from knowledge.paper_check.telling import decision_text, places_text, remark_text
from knowledge.wording import load_wording

_OF_REASON = {
    Reason.REPLACED: "utter_paper_check__replaced",
    Reason.OPTIONAL_EVIDENCE: "utter_paper_check__optional_evidence",
    Reason.IN_NOTES: "utter_paper_check__in_notes",
    Reason.SEVERAL: "utter_paper_check__several",
    Reason.OPEN_LIST: "utter_paper_check__open_list",
    Reason.NOT_PUBLISHED: "utter_paper_check__not_published",
    Reason.RESEMBLES: "utter_paper_check__resembles",
    Reason.OTHER_NAME: "utter_paper_check__other_name",
}
"""Reasons that are told in words of their own."""
_OF_VERDICT = {
    Verdict.ON_LIST: "utter_paper_check__on_list",
    Verdict.ONLY_IN_CASE: "utter_paper_check__only_in_case",
    Verdict.LOOKED_UP: "utter_paper_check__looked_up",
    Verdict.NOT_ON_LIST: "utter_paper_check__not_on_list",
}
_MENTIONED = "utter_paper_check__mentioned"
"""The list holds nothing like it, but another part of the record speaks of it."""


def say_paper(dispatcher: CollectingDispatcher, record: Procedure, said: str, copy: CopyAsked, last: bool) -> None:
    """Say what the record's list says of the paper, in one message; buttons under the last one."""
    say, paper = load_wording(), asked_paper(said)
    finding = check_paper(paper, record)
    nowhere = finding.reason is Reason.RESEMBLES and not finding.places
    dispatcher.utter_message(
        response=_MENTIONED if nowhere else _OF_REASON.get(finding.reason) or _OF_VERDICT[finding.verdict],
        title=short_title(record.title),
        paper=paper.said,
        places=places_text(finding, say),
        remark=remark_text(finding, paper, copy, say),
        note=finding.note,
        decision=decision_text(record, say),
        buttons=_buttons(record, paper, finding) if last else [],
        custom={"answer": _checked(record, paper, finding)},
    )


def _buttons(record: Procedure, paper: AskedPaper, finding: Finding) -> list[dict[str, str]]:
    say = load_wording()
    if finding.reason is Reason.SEVERAL:
        names = dict.fromkeys(place.component.name for place in finding.places)
        return [{"title": short_title(name), "payload": payload("check_paper", record.code, name)} for name in names]
    shown = [("list_button", '/ask_fact{"fact":"documents"}'), ("person_button", "/request_human")]
    if finding.reason is Reason.NOT_PUBLISHED:
        shown = shown[1:]
    elif finding.verdict is not Verdict.ON_LIST:
        shown.insert(0, ("petition_button", payload("lodge_petition", record.code, paper.said)))
    return [{"title": say(f"paper_check.{key}"), "payload": data} for key, data in shown]


def payload(intent: str, code: str, paper: str) -> str:
    """Return what a button sends to check `paper`, or to lodge a petition about it."""
    return f"/{intent}{json.dumps({PROCEDURE_CODE: code, ENTITY: paper}, ensure_ascii=False)}"


def _checked(record: Procedure, paper: AskedPaper, finding: Finding) -> dict[str, Any]:
    unsure = finding.verdict is Verdict.UNSURE
    decision = record.decision
    return answer_of(Outcome.UNANSWERED_PAPER_UNSURE if unsure else Outcome.ANSWERED_PAPER_CHECK) | {
        "procedure_code": record.code,
        "record_version": record.version or None,
        "fields": [Fact.DOCUMENTS.value],
        "paper": paper.said,
        "verdict": finding.verdict.value,
        "components": [place.key for place in finding.places],
        "decision_number": decision.number or None,
        "decision_date": decision.date.isoformat() if decision.date else None,
    }


def answer_of(outcome: Outcome) -> dict[str, Any]:
    """Return the record of an answer that names no procedure."""
    return {"outcome": outcome.value, "procedure_code": None, "fields": []}
