"""What everybody says is understood once: "cảm ơn", "lệ phí bao nhiêu".

A message means the same whoever writes it and whenever: what components find out depends on its text, on whether the
hub has screened it, on the model and on the index of the catalogue. So the reading of a phrase is kept, until the
index changes. Only phrases of the training data are: they are published, short and without a digit. Nobody's own
words, nor anything whose meaning depends on the day, stay in this memory.
"""

from __future__ import annotations

import marshal
from typing import Any, Protocol, runtime_checkable

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

from bot.ops.screening.screening import SCREENED

MOST = 4096
"""Readings that are kept: each of 2 to 4 KB. A phrase has as many as there are ways to write its capitals."""

_READ = MessageProcessor._parse_message_with_graph


@runtime_checkable
class KnowsPhrases(Protocol):
    """A component that has learned from phrases: `bot.nlu.intent_classifier`."""

    def is_phrase(self, text: str) -> bool:
        """Whether `text` is a published phrase that has nothing of anybody's own."""
        ...


@runtime_checkable
class ReadsByIndex(Protocol):
    """A component that takes in a changed catalogue: `bot.nlu.understanding`."""

    def index(self) -> object:
        """Return what it reads by now; None where it has nothing yet."""
        ...


def remember_phrases() -> None:
    """Put it in place. Calling it again changes nothing."""
    MessageProcessor._parse_message_with_graph = _read


def _read(processor: Any, message: UserMessage, tracker: Any, only_output_properties: bool = True) -> dict[str, Any]:
    readings: Readings | None = processor.__dict__.get("_motcua_readings")
    if readings is None:
        readings = processor.__dict__["_motcua_readings"] = Readings(processor.graph_runner)
    if not readings.may_keep(message.text or ""):
        return dict(_READ(processor, message, tracker, only_output_properties))
    screened = bool((message.metadata or {}).get(SCREENED))
    key = (message.text, screened, bool(message.input_channel), only_output_properties)
    reading = readings.get(key)
    if reading is None:
        reading = dict(_READ(processor, message, tracker, only_output_properties))
        readings.keep(key, reading)
    return reading


class Readings:
    """What was made of phrases by one loaded model and one index; each is given out as a copy."""

    def __init__(self, runner: Any) -> None:
        parts = [node._component for node in runner._instantiated_nodes.values()]
        self._knowing = [part for part in parts if isinstance(part, KnowsPhrases)]
        self._linkers = [part for part in parts if isinstance(part, ReadsByIndex)]
        self._found_by: list[Any] = []
        self._kept: dict[Any, bytes] = {}

    def may_keep(self, text: str) -> bool:
        """Whether `text` is one of the phrases."""
        return any(part.is_phrase(text) for part in self._knowing)

    def get(self, key: Any) -> dict[str, Any] | None:
        """Return what was made of it by the index there is now."""
        indexes = [linker.index() for linker in self._linkers]
        if indexes != self._found_by:
            self._found_by = indexes
            self._kept.clear()
        kept = self._kept.get(key)
        return None if kept is None else marshal.loads(kept)  # noqa: S302 - written by this very process

    def keep(self, key: Any, reading: dict[str, Any]) -> None:
        """Keep it, unless the index came or changed meanwhile, or it holds more than plain values."""
        if len(self._kept) >= MOST:
            self._kept.clear()
        indexes = [linker.index() for linker in self._linkers]
        if None in indexes or indexes != self._found_by:
            return
        try:
            self._kept[key] = marshal.dumps(reading)
        except ValueError:  # a number of NumPy's, say
            return
