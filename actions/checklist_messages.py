"""Buttons and machine-readable parts of the checklist's messages; sentences are in domain/checklist.yml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.nlu.checklist_turn import join_answers, question_before
from bot.ops.outcomes import Outcome
from knowledge import blocks as b
from knowledge.answers import Answer
from knowledge.checklist import Checklist
from knowledge.checklist_text import TITLE_LIMIT, checklist_blocks
from knowledge.facts import Fact
from knowledge.formatting import short_title
from knowledge.guide import Guide, GuideQuestion
from knowledge.models import Procedure
from knowledge.places.where import before_source
from knowledge.wording import load_wording

FACTS = (Fact.DOCUMENTS, Fact.FORMS, Fact.TIME, Fact.FEE, Fact.PLACE, Fact.RESULT)
"""What the list tells, as `answer.fields`."""

Button = dict[str, str]


def button(key: str, intent: str, **entities: str) -> Button:
    """Return a button: its title by name in the wording, its payload."""
    return {"title": load_wording()(f"checklist_buttons.{key}"), "payload": payload(intent, **entities)}


def payload(intent: str, **entities: str) -> str:
    """Return `/intent{…}`."""
    return f"/{intent}" + (json.dumps(entities, ensure_ascii=False) if entities else "")


def start_button(code: str) -> Button:
    """Return the button that begins the checklist of a procedure."""
    return button("start", "start_checklist", procedure_code=code)


def whole_button() -> Button:
    """Return the button for the papers of all cases."""
    return button("whole", "ask_fact", fact=Fact.DOCUMENTS.value, dossier_case="all")


def option_buttons(question: GuideQuestion, numbered: bool = True) -> list[Button]:
    """Return one button an option, numbered so that a typed number chooses too."""
    return [
        {
            "title": f"{place}. {short_title(option.label)}" if numbered else short_title(option.label),
            "payload": payload("checklist_answer", question=question.id, option=option.id),
        }
        for place, option in enumerate(question.options, start=1)
    ]


def back_button(guide: Guide, answers: Mapping[str, str], question: GuideQuestion) -> list[Button]:
    """Return the button to the question before, if there is one."""
    before = question_before(guide, answers, question.id)
    return [button("back", "change_checklist", question=before.id)] if before else []


def progress(guide: Guide, answers: Mapping[str, str], question: GuideQuestion) -> dict[str, Any]:
    """Return what the sentences around a question need: number, count (at most), ask, why, options."""
    known = guide.settled(answers)
    before = [one for one in guide.questions[: guide.questions.index(question)] if one.id in known]
    open_ = {name: option for name, option in known.items() if name != question.id}
    return {
        "number": len(before) + 1,
        "count": guide.longest(open_),
        "ask": question.ask,
        "why": f" ({question.why})" if question.why else "",
        "options": len(question.options),
    }


def list_message(
    made: Checklist, answers: Mapping[str, str], today: date, stale_after_days: int, tip: str = ""
) -> dict[str, Any]:
    """Return what `utter_message` needs for the list: text, buttons, and json with answer, blocks and card.

    card: `kind`, `title` and `file_name` for whoever prints it or saves it.
    """
    record = made.record
    added = [b.paragraph(tip)] if tip else []
    parts = before_source(tuple(checklist_blocks(made, today, stale_after_days)), added)
    said = Answer(record, FACTS, parts)
    return {
        "text": said.text,
        "buttons": list_buttons(record, answers),
        "json_message": {
            "answer": said.payload(Outcome.ANSWERED_CHECKLIST.value),
            "blocks": b.to_json(parts),
            "card": {
                "kind": "checklist",
                "title": load_wording()("checklist.title", title=short_title(record.title, TITLE_LIMIT)),
                "file_name": f"giay-to-{record.code}",
            },
        },
    }


def list_buttons(record: Procedure, answers: Mapping[str, str]) -> list[Button]:
    """Return what people do with a list: have it again, correct an answer, go and file it."""
    kept = {"answers": join_answers(answers)} if answers else {}
    return [
        button("resend", "resend_checklist", procedure_code=record.code, **kept),
        *([button("change", "change_checklist")] if record.guide else []),
        button("place", "ask_fact", fact=Fact.PLACE.value),
        button("online", "ask_fact", fact=Fact.ONLINE.value),
    ]


def plain(outcome: Outcome, code: str = "") -> dict[str, Any]:
    """Return the machine-readable side of a turn that gives no list."""
    return {"answer": {"outcome": outcome.value, "procedure_code": code or None, "fields": []}}
