"""One turn of the checklist with one record: says what the step asks for, and what to remember."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import checklist_messages as say
from actions.choices import OFFERED, PENDING_FACTS, PROCEDURE_CODE
from actions.tips import told
from bot.nlu.checklist_turn import (
    ChecklistStep,
    ChecklistTurn,
    StepKind,
    assumed_answers,
    choices_of,
    question_before,
    split_answers,
)
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion
from bot.ops.outcomes import Outcome
from knowledge.checklist import checklist
from knowledge.formatting import short_title
from knowledge.guide import GuideQuestion
from knowledge.how_to import Tip
from knowledge.models import Procedure

NAME = "action_guide_checklist"
CODE, ANSWERS, ASKED, MISSED = "checklist__code", "checklist__answers", "checklist__asked", "checklist__missed"
_PATIENCE = 2
"""Replies in a row that were not understood, from which the whole list is offered."""


class Desk:
    """Carries a step out. `record` has a guide, its own or one made of its cases."""

    def __init__(
        self,
        dispatcher: CollectingDispatcher,
        record: Procedure,
        turn: ChecklistTurn,
        today: date,
        stale_after_days: int,
        missed: int,
        tip: Tip | None = None,
    ) -> None:
        self._dispatcher, self._record, self._turn = dispatcher, record, turn
        self._today, self._stale_after_days, self._missed, self._tip = today, stale_after_days, missed, tip

    def carry_out(self, step: ChecklistStep, last_typed: str) -> list[EventType]:
        """Return the slots to set."""
        kept = dict(self._turn.kept_answers or {})
        if step.kind is StepKind.START:
            return self._start(last_typed)
        if step.kind is StepKind.ANSWER:
            return self._go_on({**kept, step.question: step.option})
        if step.kind is StepKind.SHOW:
            carried = split_answers(self._turn.answers)
            return self._go_on(carried if self._turn.named and not self._turn.text else kept)
        if step.kind is StepKind.ASK_AGAIN:
            return self._ask_again(step.question, kept)
        if step.kind is StepKind.BACK:
            return self._back(kept)
        if step.kind is StepKind.CHANGES:
            return self._changes(kept)
        if step.kind is StepKind.WHOLE:
            return self._whole()
        if step.kind is StepKind.STOP:
            return self._stop()
        return self._missed_reply(step.kind, kept)

    def _start(self, last_typed: str) -> list[EventType]:
        """What was said before counts as answered, and is shown, so that it can be corrected."""
        assumed = assumed_answers(self._record.guide, self._turn.text or last_typed)
        if assumed:
            said = "; ".join(self._labels(assumed))
            self._dispatcher.utter_message(response="utter_checklist__assumed", answers=said)
        return self._go_on(assumed, bool(assumed))

    def _labels(self, answers: Mapping[str, str]) -> list[str]:
        chosen = checklist(self._record, answers, self._today).chosen
        return [one.option.label for one in chosen]

    def _go_on(self, answers: dict[str, str], assumed: bool = False) -> list[EventType]:
        """Ask what is still open, or give the list."""
        question = self._record.guide.next_question(answers)
        if question is not None:
            return self._ask(question, answers, "utter_checklist__question", change=assumed)
        known = self._record.guide.settled(answers)
        made = checklist(self._record, known, self._today)
        message = say.list_message(
            made, known, self._today, self._stale_after_days, self._tip.text if self._tip else ""
        )
        self._dispatcher.utter_message(**message)
        return [*self._remember(answers, None), *told(self._tip)]

    def _ask(
        self,
        question: GuideQuestion,
        answers: dict[str, str],
        response: str,
        change: bool = False,
        whole: bool = False,
        missed: int = 0,
    ) -> list[EventType]:
        """Ask `question`. change, whole: buttons to correct what was assumed, and for the papers of all cases."""
        guide = self._record.guide
        buttons = say.option_buttons(question)
        back = [say.button("assumed", "change_checklist")] if change else say.back_button(guide, answers, question)
        buttons += [*back, *([say.whole_button()] if whole else [])]
        custom = say.plain(Outcome.CLARIFIED_CHECKLIST, self._record.code)
        said = say.progress(guide, answers, question)
        self._dispatcher.utter_message(response=response, buttons=buttons, custom=custom, **said)
        return self._remember(answers, question, missed)

    def _remember(self, answers: dict[str, str], question: GuideQuestion | None, missed: int = 0) -> list[EventType]:
        opened = OpenQuestion(NAME, choices_of(question), self._record.code).to_slot() if question else None
        return [
            SlotSet(CODE, self._record.code),
            SlotSet(ANSWERS, answers),
            SlotSet(ASKED, question.id if question else None),
            SlotSet(MISSED, float(missed)),
            SlotSet(OPEN_QUESTION, opened),
            SlotSet(PROCEDURE_CODE, self._record.code),
            SlotSet(OFFERED, None),
            SlotSet(PENDING_FACTS, None),
        ]

    def _ask_again(self, question_id: str, kept: dict[str, str]) -> list[EventType]:
        """Later answers stay: they count again unless the new answer makes them pointless."""
        question = self._record.guide.question(question_id)
        if question is None:
            return self._go_on(kept)
        open_ = {name: option for name, option in kept.items() if name != question_id}
        return self._ask(question, open_, "utter_checklist__question")

    def _back(self, kept: dict[str, str]) -> list[EventType]:
        before = question_before(self._record.guide, kept, self._turn.asked)
        if before is not None:
            return self._ask_again(before.id, kept)
        question = self._record.guide.next_question(kept)
        return self._ask(question, kept, "utter_checklist__first") if question else self._go_on(kept)

    def _changes(self, kept: dict[str, str]) -> list[EventType]:
        """List what was chosen, with a button each."""
        chosen = checklist(self._record, kept, self._today).chosen
        if not chosen:
            question = self._record.guide.next_question(kept)
            return self._ask(question, kept, "utter_checklist__nothing_chosen") if question else self._go_on(kept)
        lines = [f"{place}. {one.question.ask} {one.option.label}" for place, one in enumerate(chosen, start=1)]
        buttons = [
            {
                "title": f"{place}. {short_title(one.option.label)}",
                "payload": say.payload("change_checklist", question=one.question.id),
            }
            for place, one in enumerate(chosen, start=1)
        ]
        buttons.append(say.button("go_on", "resume_checklist"))
        custom = say.plain(Outcome.CLARIFIED_CHECKLIST, self._record.code)
        response = "utter_checklist__changes"
        self._dispatcher.utter_message(response=response, chosen="\n".join(lines), buttons=buttons, custom=custom)
        return [SlotSet(OPEN_QUESTION, None)]

    def _whole(self) -> list[EventType]:
        self._dispatcher.utter_message(response="utter_checklist__whole", buttons=[say.whole_button()])
        return [SlotSet(PROCEDURE_CODE, self._record.code)]

    def _stop(self) -> list[EventType]:
        buttons = [say.button("resume", "resume_checklist"), say.whole_button()]
        custom = say.plain(Outcome.CLARIFIED_CHECKLIST, self._record.code)
        self._dispatcher.utter_message(response="utter_checklist__stopped", buttons=buttons, custom=custom)
        return [SlotSet(OPEN_QUESTION, None), SlotSet(MISSED, 0.0)]

    def _missed_reply(self, kind: StepKind, kept: dict[str, str]) -> list[EventType]:
        """Say the question again, kindly, with what can be tapped; the second time offer all papers."""
        question = self._record.guide.question(self._turn.asked) or self._record.guide.next_question(kept)
        if question is None:
            return self._go_on(kept)
        missed = self._missed + 1
        if kind is StepKind.OUT_OF_RANGE:
            return self._ask(question, kept, "utter_checklist__out_of_range", missed=missed)
        if missed < _PATIENCE:
            return self._ask(question, kept, "utter_checklist__not_understood", missed=missed)
        return self._ask(question, kept, "utter_checklist__still_not_understood", whole=True, missed=missed)
