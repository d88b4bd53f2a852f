"""How an answer is said: with a line on old words, and in pieces where somebody reads slowly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from knowledge import blocks as b
from knowledge.paging import paged
from knowledge.topics import Choice, Topic, found, old_words, pace_topics
from knowledge.wording import load_wording

SLOW = "slow"
PIECES = "pace__pieces"
TOLD = "old_words__told"
_SLOWER = {"slower", "elder"}
_LOOKED_BACK = 4
"""Messages of the citizen in which old words are looked for: a choice by button follows the words themselves."""

Button = dict[str, str]


@dataclass(frozen=True)
class Waiting:
    """What has not been said yet: pieces as JSON blocks with their text, and the buttons of the last."""

    pieces: tuple[dict[str, Any], ...]
    buttons: tuple[Button, ...]
    answer: dict[str, Any]

    def to_slot(self) -> dict[str, Any] | None:
        if not self.pieces:
            return None
        return {"pieces": list(self.pieces), "buttons": list(self.buttons), "answer": self.answer}

    @classmethod
    def of(cls, tracker: Tracker) -> Waiting:
        kept = tracker.get_slot(PIECES) or {}
        return cls(tuple(kept.get("pieces", ())), tuple(kept.get("buttons", ())), kept.get("answer", {}))


def present(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    blocks: Sequence[b.Block],
    buttons: Sequence[Button],
    answer: dict[str, Any],
    slow: bool | None = None,
    about: str = "",
) -> list[EventType]:
    """Say an answer of `blocks`; return the slots to set. `answer` is the machine-readable side of every piece.

    slow: in pieces or whole, where it is decided; else as the conversation and this message ask for.
    about: the old word that the answer itself is on; a note would only say the same again.
    """
    slow = wants_slow(tracker) if slow is None else slow
    told = [*(tracker.get_slot(TOLD) or []), *([about] if about else [])]
    topics = _not_yet_told(tracker, told)
    noted = _with_notes(blocks, topics)
    pieces = [{"text": b.to_text(piece), "blocks": b.to_json(piece)} for piece in (paged(noted) if slow else [noted])]
    events = say_next(dispatcher, Waiting(tuple(pieces), tuple(buttons), answer), slow)
    told += [topic.id for topic in topics]
    return [SlotSet(SLOW, slow), *events, *([SlotSet(TOLD, told)] if told else [])]


def say_next(dispatcher: CollectingDispatcher, waiting: Waiting, slow: bool) -> list[EventType]:
    """Say the first waiting piece, with a button for the next; with the last come the answer's own buttons."""
    say = load_wording()
    piece, rest = waiting.pieces[0], waiting.pieces[1:]
    blocks, text = piece["blocks"], piece["text"]
    if rest:
        more = say("pace.more", n=len(rest))
        blocks, text = [*blocks, {"kind": "paragraph", "text": more}], f"{text}\n{more}"
    following = [{"title": say("pace.next"), "payload": "/read_on"}] if rest else list(waiting.buttons)
    helpers = [
        {"title": say("pace.person"), "payload": "/request_human"},
        {"title": say("pace.team"), "payload": "/ask_digital_help"},
    ]
    dispatcher.utter_message(
        text=text,
        buttons=[*following, *(helpers if slow else [])],
        json_message={"answer": {**waiting.answer, "goes_on": True} if rest else waiting.answer, "blocks": blocks},
    )
    return [SlotSet(PIECES, Waiting(rest, waiting.buttons, waiting.answer).to_slot())]


def wants_slow(tracker: Tracker) -> bool:
    """Say whether to answer in pieces: asked for earlier, or in the message at hand."""
    return bool(tracker.get_slot(SLOW)) or speaks_slowly(str((tracker.latest_message or {}).get("text") or ""))


def speaks_slowly(text: str) -> bool:
    """Say whether a message asks for shorter turns, or is from or about somebody old."""
    met = found(text, pace_topics())
    return bool(met) and met[0].id in _SLOWER


def choice_buttons(choices: Sequence[Choice], known: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return a button for each choice; procedures only where they are `known` (by code)."""
    return [
        {"title": choice.label, "payload": _payload(choice)}
        for choice in choices
        if choice.intent or choice.code in known
    ]


def _payload(choice: Choice) -> str:
    return f"/{choice.intent}" if choice.intent else f'/choose_procedure{{"procedure_code":"{choice.code}"}}'


def _not_yet_told(tracker: Tracker, told: Sequence[str]) -> tuple[Topic, ...]:
    """Old words in the citizen's last messages on which nothing has been said in this conversation."""
    messages = [event.get("text") or "" for event in tracker.events or [] if event.get("event") == "user"]
    latest = str((tracker.latest_message or {}).get("text") or "")
    text = "\n".join([*messages[-_LOOKED_BACK:], latest])
    return tuple(topic for topic in found(text, old_words()) if topic.note and topic.id not in told)


def _with_notes(blocks: Sequence[b.Block], topics: Sequence[Topic]) -> tuple[b.Block, ...]:
    """Put the notes before the source, which ends every answer."""
    notes = [b.notice(topic.note) for topic in topics]
    end = len(blocks) - isinstance(blocks[-1], b.SourceNote) if blocks else 0
    return (*blocks[:end], *notes, *blocks[end:])
