"""What Rasa does in a training that this assistant has no use for, left out. A third of a training's time.

Rasa keeps the outcome of each component for the next training, under fingerprints of all that goes into it. Ours are
never found again: every component depends on all sources (`LinearIntentClassifier.fingerprint_addon`), and where no
source has changed, `bot.rasa_runtime.training` trains nothing. Besides, Rasa copies all examples for each of the
fourteen collections that it makes of them on the way.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.training.hooks import TrainingHook
from rasa.shared.nlu.constants import INTENT, RESPONSE
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


def apply_training_speedups() -> None:
    """Put them in place, for the rest of this process. Calling it again changes nothing."""
    TrainingHook.on_before_node = lambda *args, **kwargs: {}
    TrainingHook.on_after_node = lambda *args, **kwargs: None
    TrainingData.sanitize_examples = staticmethod(_sanitized)
    TrainingData.merge = _merged


def _sanitized(examples: list[Message]) -> list[Message]:
    """As Rasa's, but a message that is clean is left alone, and so keeps the fingerprint it has worked out."""
    for example in examples:
        for key in (INTENT, RESPONSE):
            told = example.get(key)
            if told and told != told.strip():
                example.set(key, told.strip())
    return list(dict.fromkeys(examples))


def _merged(data: TrainingData, *others: TrainingData | None) -> TrainingData:
    """As Rasa's, but the examples are shared and not copied: nothing changes them between reading and learning."""
    given = [other for other in others if other]
    rest: Any = _merge_rest(_without_examples(data), *map(_without_examples, given))
    examples = [example for part in (data, *given) for example in part.training_examples]
    return TrainingData(examples, rest.entity_synonyms, rest.regex_features, rest.lookup_tables, rest.responses)


_merge_rest = TrainingData.merge


def _without_examples(data: TrainingData) -> TrainingData:
    return TrainingData(None, data.entity_synonyms, data.regex_features, data.lookup_tables, data.responses)
