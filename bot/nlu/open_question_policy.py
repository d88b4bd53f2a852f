"""The one policy beside the rules: gives replies to the action whose question is open. Decisions: `open_question`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.open_question import OPEN_QUESTION, Moment, goes_to_asker, read_open_question


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class OpenQuestionPolicy(Policy):
    """Learns nothing. Silent (no confidence at all) unless a question is open or its action has just run.

    priority: above that of the rules, which are as sure. actions: those that ask questions of their own.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa asks every policy for its priority."""
        return {"priority": 7, "actions": []}

    def train(self, training_trackers: Any, domain: Domain, **kwargs: Any) -> Resource:
        """Nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predict the asking action for a reply, and listening after it; otherwise leave it to the rules."""
        confidences = self._default_predictions(domain)
        action = self._next_action(tracker)
        if action is not None:
            confidences[domain.index_for_action(action)] = 1.0
        return self._prediction(confidences)

    def _next_action(self, tracker: DialogueStateTracker) -> str | None:
        if tracker.latest_action_name != ACTION_LISTEN_NAME:
            asked = self.config.get("actions") or []
            return ACTION_LISTEN_NAME if tracker.latest_action_name in asked else None
        question = read_open_question(tracker.get_slot(OPEN_QUESTION))
        message = tracker.latest_message
        if question is None or message is None:
            return None
        intent = str(message.intent.get("name"))
        code, offered = tracker.get_slot("procedure_code"), tracker.get_slot("procedure__offered")
        moment = Moment(_last_action(tracker.events), str(code or ""), bool(offered))
        mine = goes_to_asker(question, intent, message.text or "", moment)
        return question.action if mine else None


def _last_action(events: Iterable[Event]) -> str:
    """Return the last action that ran before the latest message, other than listening."""
    seen_message = False
    for event in reversed(list(events)):
        seen_message = seen_message or isinstance(event, UserUttered)
        if seen_message and isinstance(event, ActionExecuted) and event.action_name != ACTION_LISTEN_NAME:
            return str(event.action_name)
    return ""
