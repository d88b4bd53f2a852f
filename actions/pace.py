"""Slower turns: an answer in pieces, going on, ordinary pace again, and acting for an old parent."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import read_record
from actions.presenting import PIECES, SLOW, Waiting, present, say_next
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from knowledge.answers import answer
from knowledge.errors import CatalogueError
from knowledge.facts import Fact, next_facts
from knowledge.models import Procedure
from knowledge.proxy import proxy_blocks
from knowledge.search.deciding import Certainty
from knowledge.wording import load_wording

_CERTAIN = 0.9
_PROCEDURE, _LAST_FACTS, _PENDING = "procedure_code", "procedure__last_facts", "procedure__facts"


def is_read_on(tracker: Tracker) -> bool:
    """Say whether a "yes" means: go on reading."""
    intent = ((tracker.latest_message or {}).get("intent") or {}).get("name")
    return intent == "affirm" and bool(Waiting.of(tracker).pieces)


class ActionReadOn(Action):
    """The next piece of an answer."""

    def name(self) -> str:
        return "action_read_on"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        waiting = Waiting.of(tracker)
        if waiting.pieces:
            return say_next(dispatcher, waiting, bool(tracker.get_slot(SLOW)))
        dispatcher.utter_message(
            response="utter_pace__nothing_left", custom={"answer": _said(Outcome.CLARIFIED_SUBJECT)}
        )
        return []


class _OnRecord:
    """Knows how to read the procedure at hand."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    async def _record(self, code: str) -> Procedure | None:
        """Return the record, None where there is no code or no record that can be read."""
        services = self._services or default_services()
        try:
            return await read_record(services, code) if code else None
        except CatalogueError:
            return None


class ActionSlowDown(_OnRecord, Action):
    """From now on in pieces; what was answered last is said again so."""

    def name(self) -> str:
        return "action_slow_down"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        record = await self._record(tracker.get_slot(_PROCEDURE) or "")
        if record is None:
            said = {"answer": _said(Outcome.CLARIFIED_PACE)}
            dispatcher.utter_message(response="utter_pace__slower", custom=said)
            return [SlotSet(SLOW, True)]
        dispatcher.utter_message(response="utter_pace__slower_again")
        services = self._services or default_services()
        facts = tuple(Fact(value) for value in tracker.get_slot(_LAST_FACTS) or ())
        stale = services.settings.catalogue.stale_after_days
        reply = answer(record, facts, today=city_date(services.clock.now()), stale_after_days=stale)
        answered = reply.payload(Outcome.ANSWERED_PROCEDURE.value)
        return present(dispatcher, tracker, reply.blocks, _fact_buttons(reply.facts), answered, slow=True)


class ActionUsualPace(Action):
    """Whole answers again; what was left of the last one comes at once."""

    def name(self) -> str:
        return "action_usual_pace"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        waiting = Waiting.of(tracker)
        custom = {"custom": {"answer": _said(Outcome.CLARIFIED_PACE)}} if not waiting.pieces else {}
        dispatcher.utter_message(response="utter_pace__usual", **custom)
        if waiting.pieces:
            whole = {
                "text": "\n".join(piece["text"] for piece in waiting.pieces),
                "blocks": [block for piece in waiting.pieces for block in piece["blocks"]],
            }
            say_next(dispatcher, Waiting((whole,), waiting.buttons, waiting.answer), slow=False)
        return [SlotSet(SLOW, False), SlotSet(PIECES, None)]


class ActionAnswerProxy(_OnRecord, Action):
    """Who may act for an old parent, as the record says; in pieces from now on."""

    def name(self) -> str:
        return "action_answer_proxy"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        code = _linked(tracker.latest_message or {}) or tracker.get_slot(_PROCEDURE) or ""
        record = await self._record(code)
        if record is None:
            said = {"answer": _said(Outcome.CLARIFIED_SUBJECT)}
            dispatcher.utter_message(response="utter_pace__proxy_for_what", custom=said)
            return [SlotSet(SLOW, True), SlotSet(_PENDING, [Fact.WHO.value])]
        shown = proxy_blocks(record, load_wording())
        said = _said(Outcome.ANSWERED_PROCEDURE) | {"procedure_code": record.code, "fields": [Fact.WHO.value]}
        events = present(dispatcher, tracker, shown, _fact_buttons((Fact.WHO,)), said, slow=True)
        return [*events, SlotSet(_PROCEDURE, record.code), SlotSet(_LAST_FACTS, [Fact.WHO.value])]


def _linked(message: dict[str, Any]) -> str:
    """Return the procedure that a message names without doubt, or nothing: "đi thay mẹ" alone resembles several."""
    link = message.get("procedure_link") or {}
    hits = link.get("hits") or []
    clear = link.get("certainty") == Certainty.CLEAR.value
    certain = clear and min(link.get("sure", 0.0), link.get("inside", 0.0)) >= _CERTAIN
    return str(link.get("code") or (hits[0]["code"] if certain and hits else ""))


def _fact_buttons(answered: tuple[Fact, ...]) -> list[dict[str, str]]:
    say = load_wording()
    return [
        {"title": say(f"buttons.{fact.value}"), "payload": f'/ask_fact{{"fact":"{fact.value}"}}'}
        for fact in next_facts(answered)[:3]
    ]


def _said(outcome: Outcome) -> dict[str, Any]:
    return {"outcome": outcome.value, "procedure_code": None, "fields": []}
