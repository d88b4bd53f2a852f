"""A petition in words: where it stands, until when, what was asked or answered, and what can be done now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.petition_talk import Button, answer, plain_button, wording
from bot.nlu.petition_status_turn import ASK, CODE, STEP, StatusTurn
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.ops.satisfaction import Satisfaction
from bot.petitions.models import OPEN, PetitionState, PetitionView, Step, StepKind
from bot.services import Services
from knowledge import blocks as b
from knowledge.formatting import day_text, short_title

_MOST_BUTTONS = 5


@dataclass(frozen=True)
class StatusTalk:
    """One turn: where to say things, what is remembered, and the services."""

    services: Services
    dispatcher: CollectingDispatcher
    tracker: Tracker
    turn: StatusTurn

    @property
    def person(self) -> str:
        """Who asks: the conversation as Rasa knows it."""
        return str(self.tracker.sender_id)

    def say(
        self,
        moment: str,
        outcome: Outcome,
        buttons: Sequence[Button] = (),
        expects: Sequence[str] = (),
        **facts: object,
    ) -> None:
        """Say `utter_petition__<moment>`."""
        self.dispatcher.utter_message(
            response=f"utter_petition__{moment}", buttons=list(buttons), custom=answer(outcome, expects), **facts
        )

    def button(self, title: str, code: str, step: str = "") -> Button:
        """Return a button about one petition."""
        carried = json.dumps({CODE: code, **({STEP: step} if step else {})})
        return {"title": wording()(f"buttons.{title}", code=code), "payload": f"/{ASK}{carried}"}


def tell(talk: StatusTalk, view: PetitionView) -> None:
    """Tell how a petition stands, with what can be done."""
    say = wording()
    shown: list[b.Block] = [b.heading(say("status.head", code=view.code))]
    shown.append(b.paragraph(say(f"states.{view.state.value}", day=day_text(city_date(view.state_since)))))
    facts = [b.Item(line) for line in _facts(view)]
    shown += [b.ItemList(tuple(facts))] if facts else []
    shown += [b.notice(line) for line in _news(view)]
    said: dict[str, Any] = answer(Outcome.ANSWERED_PETITION_STATUS, state=view.state.value)
    talk.dispatcher.utter_message(
        text=b.to_text(shown), buttons=_buttons(talk, view), json_message={**said, "blocks": b.to_json(shown)}
    )


def _facts(view: PetitionView) -> list[str]:
    say = wording()
    lines = [say("status.received", day=day_text(city_date(view.received_at)))]
    if view.procedure_title:
        lines.append(say("status.procedure", title=short_title(view.procedure_title)))
    if view.unit_name:
        lines.append(say("status.unit", unit=view.unit_name))
    if view.person_name and view.state in OPEN:
        lines.append(say("status.person", person=view.person_name))
    if view.state in OPEN and view.state is not PetitionState.ASKED_FOR_MORE:
        lines.append(say("status.late" if view.overdue else "status.due", day=day_text(view.due_answer)))
    if view.joined:
        lines.append(say("status.joined"))
    return lines


def _news(view: PetitionView) -> list[str]:
    """What was asked, answered or refused; else the last words that anybody has sent."""
    say = wording()
    news = []
    if view.asked_for:
        news.append(say("status.asked", text=view.asked_for))
    if view.answer:
        day = day_text(city_date(view.answered_at)) if view.answered_at else ""
        news.append(say("status.answer", day=day, text=view.answer))
    if view.refusal_reason:
        news.append(say("status.refused", text=view.refusal_reason))
        news += [say("status.right_place", text=view.right_place)] if view.right_place else []
    if not news:
        last = next((step for step in reversed(view.steps) if step.text), None)
        news += [say("status.last", day=day_text(city_date(last.at)), text=last.text)] if last else []
    if view.reopen_until:
        news.append(say("status.reopen_until", day=day_text(view.reopen_until)))
    return news


def _buttons(talk: StatusTalk, view: PetitionView) -> list[Button]:
    buttons: list[Button] = []
    if view.state in OPEN:
        title = "reply" if view.asked_for else "message"
        buttons += [talk.button(title, view.code, "message"), talk.button("withdraw", view.code, "withdraw")]
    if view.can_rate:
        rated = (Satisfaction.SATISFIED, Satisfaction.NEUTRAL, Satisfaction.DISSATISFIED)
        buttons += [talk.button(one.value, view.code, f"rate:{one.value}") for one in rated]
    if view.reopen_until:
        buttons.append(talk.button("reopen", view.code, "reopen"))
    return [*buttons, plain_button("another", "lodge_petition")]


def show_all(talk: StatusTalk, mine: Sequence[PetitionView]) -> None:
    """List the petitions of this conversation, a button each."""
    say = wording()
    lines = [say("status.line", code=view.code, state=say(f"short.{view.state.value}")) for view in mine]
    buttons = [talk.button("show", view.code) for view in mine[:_MOST_BUTTONS]]
    talk.say("which", Outcome.CLARIFIED_PETITION_CODE, buttons, petitions="\n".join(lines))


def after_step(talk: StatusTalk, done: Step, moment: str) -> None:
    """Say how a step ended; where its state does not allow it, how the petition stands."""
    if done.kind in (StepKind.DONE, StepKind.AGAIN) and done.view is not None:
        buttons = [talk.button("status", done.view.code)]
        due = day_text(done.view.due_answer)
        talk.say(moment, Outcome.ANSWERED_PETITION_STEP, buttons, code=done.view.code, due=due)
        return
    if done.kind is StepKind.TOO_LATE:
        talk.say("too_late", Outcome.ANSWERED_PETITION_STEP, [plain_button("another", "lodge_petition")])
        return
    talk.say("not_now" if done.view is not None else "not_yours", Outcome.ANSWERED_PETITION_STEP)
    if done.view is not None:
        tell(talk, done.view)
