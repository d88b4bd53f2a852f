"""Teach, don't do: a guide's steps one a turn; who is stuck twice is offered the digital team (R-16, R-18)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import empty_answer
from actions.presenting import SLOW, speaks_slowly
from actions.procedure import ActionAnswerProcedure
from actions.switching import say_off, when_off
from actions.tips import tip_now, told, with_tip
from bot.nlu.how_to_turn import (
    ASIDE,
    STEP_CHOICES,
    STUCK,
    STUCK_IN_ALL,
    AdviceKind,
    HowToAdvice,
    HowToTurn,
    Reply,
    plan_how_to_turn,
    read_how_to_turn,
)
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes, read_open_question
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.referrals.words import referral_wording
from bot.services import Services, default_services
from bot.staff.models import Feature
from knowledge.formatting import day_text
from knowledge.how_to import HowToGuide, Moment, load_guides

NAME = "action_show_how_to"
_STEP_BY_STEP = re.compile(r"t[ừu]ng b[ướuo]+c(?: m[ộo]t)?", re.IGNORECASE)
"""Elsewhere a wish for slower turns; here what a guide is anyway."""
GUIDE, STEP, COUNTS = "how_to__guide", "how_to__step", "how_to__counts"

Button = dict[str, str]


class ActionShowHowTo(Action):
    """Takes every turn about a step guide."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        services = self._services or default_services()
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        mine = opened if opened is not None and opened.action == NAME else None
        turn = read_how_to_turn(tracker.latest_message or {}, tracker.slots, mine)
        teacher = _Teacher(services, dispatcher, tracker, turn)
        advice = plan_how_to_turn(turn)
        if advice.kind is AdviceKind.DIGRESS:
            events = await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain)
            return [*events, *teacher.remind(advice)]
        if advice.kind is not AdviceKind.STOP and (off := await when_off(services, Feature.GUIDES)) is not None:
            say_off(dispatcher, off, kept=Feature.GUIDES if mine is not None else None)
            return [SlotSet(OPEN_QUESTION, None)]
        return await teacher.follow(advice)


@dataclass(frozen=True)
class _Teacher:
    """Says one step, and remembers where the citizen stands."""

    services: Services
    dispatcher: CollectingDispatcher
    tracker: Tracker
    turn: HowToTurn

    async def follow(self, advice: HowToAdvice) -> list[EventType]:
        """Carry the advice out."""
        guide, kind = advice.guide, advice.kind
        if kind is AdviceKind.TEAM:
            return self._offer_team(advice)
        if guide is None:
            return self._offer()
        if kind is AdviceKind.START:
            return self._start(guide)
        if kind is AdviceKind.FINISH:
            return await self._finish(guide)
        if kind is AdviceKind.STOP:
            buttons = [_reply_button(guide, advice.place, Reply.RESUME), _team_button()]
            self._say("stopped", Outcome.CLARIFIED_HOW_TO, buttons, **_progress(guide, advice.place))
            return self._wait(guide, advice.place, aside=True)
        if kind is AdviceKind.HINT:
            return self._hint(guide, advice.place)
        moment = {AdviceKind.FIRST: "first_step", AdviceKind.NOT_UNDERSTOOD: "step_again"}.get(kind, "step")
        return self._step(guide, advice.place, moment)

    def remind(self, advice: HowToAdvice) -> list[EventType]:
        """After a question in between: where the guide stands."""
        guide, place = advice.guide, advice.place
        if guide is None:
            return []
        buttons = [_reply_button(guide, place, Reply.RESUME)]
        self._say("reminder", Outcome.CLARIFIED_HOW_TO, buttons, **_progress(guide, place))
        return self._wait(guide, place, aside=True)

    def _offer(self) -> list[EventType]:
        """Name the guides that there are."""
        struggling = self.turn.intent == STUCK
        buttons = [_guide_button(guide) for guide in load_guides().values()]
        buttons += [_team_button()] if struggling else []
        self._say("which_stuck" if struggling else "which", Outcome.CLARIFIED_HOW_TO, buttons)
        slow = [SlotSet(SLOW, True)] if speaks_slowly(self.turn.text) else []
        return [*slow, SlotSet(OPEN_QUESTION, None), *(self._count() if struggling else [])]

    def _start(self, guide: HowToGuide) -> list[EventType]:
        """What is needed, what nobody may be given, when it was checked; then the first step."""
        slow = bool(self.tracker.get_slot(SLOW)) or speaks_slowly(_STEP_BY_STEP.sub(" ", self.turn.text))
        today = city_date(self.services.clock.now())
        old = guide.is_old(today, self.services.settings.catalogue.stale_after_days)
        checked = "checked_old" if old else "checked"
        say = referral_wording()
        dated = " ".join(filter(None, (say(f"guide.{checked}", day=day_text(guide.checked_on)), guide.recheck)))
        facts = {"title": guide.title, "need": guide.need, "never": guide.never_share, "dated": dated}
        slots = [SlotSet(SLOW, slow), *(self._count() if self.turn.intent == STUCK else [])]
        if slow:
            begin = {"title": say("guide.begin"), "payload": _reply_button(guide, 0, Reply.RESUME)["payload"]}
            facts |= {"of": str(len(guide.steps))}
            self._say("intro_slow", Outcome.ANSWERED_HOW_TO, [begin], **facts)
            return [*slots, *self._wait(guide, None)]
        self._say("intro", Outcome.ANSWERED_HOW_TO, [], **facts, of=len(guide.steps))
        return [*slots, *self._step(guide, 0, "step")]

    def _step(self, guide: HowToGuide, place: int, moment: str) -> list[EventType]:
        step = guide.steps[place]
        self._say(
            moment, Outcome.ANSWERED_HOW_TO, self._step_buttons(guide, place), do=step.do, **_progress(guide, place)
        )
        return self._wait(guide, place)

    def _hint(self, guide: HowToGuide, place: int) -> list[EventType]:
        buttons = self._step_buttons(guide, place)
        hint = guide.steps[place].stuck
        self._say("hint", Outcome.ANSWERED_HOW_TO, buttons, hint=hint, **_progress(guide, place))
        return [*self._wait(guide, place), *self._count(guide.steps[place].id)]

    def _offer_team(self, advice: HowToAdvice) -> list[EventType]:
        """Stuck again: a person sits beside, with the guide and the step told already."""
        guide, place = advice.guide, advice.place
        buttons = [{"title": referral_wording()("buttons.request"), "payload": "/request_referral"}]
        buttons.append({"title": referral_wording()("guide.team"), "payload": "/ask_digital_help"})
        if guide is None or not self.turn.step:
            self._say("team", Outcome.CLARIFIED_HOW_TO, [*buttons, _list_button()])
            return [SlotSet(OPEN_QUESTION, None), *self._count()]
        buttons.append(_reply_button(guide, place, Reply.RESUME))
        hint = guide.steps[place].stuck
        self._say("team_at_step", Outcome.CLARIFIED_HOW_TO, buttons, hint=hint, **_progress(guide, place))
        return [*self._wait(guide, place), *self._count(guide.steps[place].id)]

    async def _finish(self, guide: HowToGuide) -> list[EventType]:
        guides = load_guides()
        buttons = [_guide_button(guides[name]) for name in guide.next]
        tip = await tip_now(self.services, self.tracker, Moment.HOW_TO_DONE)
        self._say("finished", Outcome.ANSWERED_HOW_TO, buttons, done=with_tip(guide.done, tip))
        slots = [SlotSet(name, None) for name in (GUIDE, STEP, OPEN_QUESTION)]
        return [*slots, SlotSet(COUNTS, None), *told(tip)]

    def _step_buttons(self, guide: HowToGuide, place: int) -> list[Button]:
        replies = [Reply.DONE, Reply.STUCK, *([Reply.BACK] if place else []), Reply.STOP]
        buttons = [_reply_button(guide, place, reply) for reply in replies]
        return [*buttons, _team_button()] if self.tracker.get_slot(SLOW) else buttons

    def _count(self, step: str = "") -> list[EventType]:
        """One more time stuck: on this step, and in this conversation."""
        turn = self.turn
        return [SlotSet(COUNTS, {"step": step, "stuck": turn.stuck + 1, "struggles": turn.struggles + 1})]

    def _wait(self, guide: HowToGuide, place: int | None, aside: bool = False) -> list[EventType]:
        """aside: the step was not asked last; "tiếp" then means to see it again."""
        opened = OpenQuestion(NAME, STEP_CHOICES, about=ASIDE if aside else "", takes=Takes.STEP)
        step = "" if place is None else guide.steps[place].id
        return [SlotSet(GUIDE, guide.id), SlotSet(STEP, step), SlotSet(OPEN_QUESTION, opened.to_slot())]

    def _say(self, moment: str, outcome: Outcome, buttons: Sequence[Button], **facts: object) -> None:
        custom: dict[str, Any] = {"answer": {"outcome": outcome.value, "procedure_code": None, "fields": []}}
        self.dispatcher.utter_message(response=f"utter_how_to__{moment}", buttons=list(buttons), custom=custom, **facts)


def struggled(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Count a failure on the way online that is no step of a guide; with the third, offer the team."""
    counts = tracker.get_slot(COUNTS) or {}
    struggles = int(counts.get("struggles") or 0) + 1
    if struggles >= STUCK_IN_ALL:
        buttons = [{"title": referral_wording()("buttons.request"), "payload": "/request_referral"}, _list_button()]
        custom: dict[str, Any] = {"answer": empty_answer(Outcome.CLARIFIED_HOW_TO)}
        dispatcher.utter_message(response="utter_how_to__team", buttons=buttons, custom=custom)
    return [SlotSet(COUNTS, {**counts, "struggles": struggles})]


def _progress(guide: HowToGuide, place: int) -> dict[str, object]:
    return {"title": guide.title, "n": place + 1, "of": len(guide.steps)}


def _guide_button(guide: HowToGuide) -> Button:
    return {"title": guide.title, "payload": f'/ask_how_to{{"how_to_guide": "{guide.id}"}}'}


def _reply_button(guide: HowToGuide, place: int, reply: Reply) -> Button:
    carried = {"how_to_reply": reply.value, "how_to_guide": guide.id, "how_to_step": guide.steps[place].id}
    return {"title": referral_wording()(f"guide.{reply.value}"), "payload": f"/answer_how_to{json.dumps(carried)}"}


def _team_button() -> Button:
    return {"title": referral_wording()("guide.team"), "payload": "/ask_digital_help"}


def _list_button() -> Button:
    return {"title": referral_wording()("guide.list"), "payload": "/ask_how_to"}
