"""Finding the rule that applies: only what a rule can ask about is worked out (see `speedups.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rasa.core.policies.policy import SupportedData
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

from bot.rasa_runtime.newest_states import NewestStates

_FIND_ACTION = RulePolicy._find_action_from_rules


def quicken_rules() -> None:
    """Put them in place. Calling it again changes nothing."""
    RulePolicy._get_possible_keys = possible_keys
    RulePolicy._find_action_from_rules = find_action
    RulePolicy._prediction_states = newest_states
    RulePolicy.format_tracker_states = staticmethod(lambda states: "")  # for a line that nobody lets be written


def possible_keys(policy: RulePolicy, lookup: dict[str, str], states: Sequence[State]) -> set[str]:
    """Rasa holds every rule against the newest state, twice a prediction; only those of its intent can match it."""
    keys: Iterable[str] = lookup
    if states and states[-1].get(PREVIOUS_ACTION):
        by_intent = _rules_by_intent(tuple(lookup))
        intent = (states[-1].get(USER) or {}).get(INTENT)
        keys = by_intent.get(None, ()) if intent is None else (*by_intent.get(None, ()), *by_intent.get(intent, ()))
    left = list(keys)
    for index, state in enumerate(reversed(states)):
        if not left:
            break
        left = [key for key in left if policy._is_rule_applicable(key, index, state)]
    return set(left)


def find_action(policy: RulePolicy, tracker: Any, domain: Domain, use_text_for_last_user_input: bool) -> Any:
    """Rasa first looks for rules on the very words of a message, going through the conversation once more for it."""
    rules = tuple(policy.lookup[RULES])
    if use_text_for_last_user_input and not tracker.active_loop_name and not may_be_of_words(rules):
        return None, None, False
    return _FIND_ACTION(policy, tracker, domain, use_text_for_last_user_input)


def newest_states(
    policy: RulePolicy,
    tracker: Any,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """As many states as the longest rule has."""
    rules = (*policy.lookup.get(RULES, ()), *policy.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH, ()))
    states: list[State] = policy.featurizer.prediction_states(
        [NewestStates(tracker, _longest(rules))],
        domain,
        use_text_for_last_user_input=use_text_for_last_user_input,
        ignore_rule_only_turns=policy.supported_data() == SupportedData.ML_DATA,
        rule_only_data=rule_only_data,
        ignore_action_unlikely_intent=policy.supported_data() == SupportedData.ML_DATA,
    )[0]
    return states


@lru_cache(maxsize=8)
def _longest(keys: tuple[str, ...]) -> int:
    return max((len(json.loads(key)) for key in keys), default=1)


@lru_cache(maxsize=8)
def may_be_of_words(keys: tuple[str, ...]) -> bool:
    """Whether a rule could match right after a message without knowing its intent."""
    newest = [(json.loads(key) or [{}])[-1] for key in _rules_by_intent(keys).get(None, ())]
    return any((state.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME) in (None, ACTION_LISTEN_NAME) for state in newest)


@lru_cache(maxsize=8)
def _rules_by_intent(keys: tuple[str, ...]) -> Mapping[str | None, Sequence[str]]:
    """Rules by the intent that their newest state asks for; None: by nothing that could be told beforehand."""
    found: dict[str | None, list[str]] = {}
    for key in keys:
        states = json.loads(key)
        intent = (states[-1].get(USER) or {}).get(INTENT) if states else None
        found.setdefault(intent if intent and intent != SHOULD_NOT_BE_SET else None, []).append(key)
    return found
