"""Finding the rule that applies: only what a rule can ask about is worked out (see `speedups.py`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
        by_intent = rules_of(policy, lookup).by_intent
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
    by_words = use_text_for_last_user_input and not tracker.active_loop_name
    if by_words and not rules_of(policy, policy.lookup[RULES]).may_be_of_words:
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
    lookups = (policy.lookup.get(RULES, {}), policy.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH, {}))
    longest = max(rules_of(policy, lookup).longest for lookup in lookups)
    states: list[State] = policy.featurizer.prediction_states(
        [NewestStates(tracker, longest)],
        domain,
        use_text_for_last_user_input=use_text_for_last_user_input,
        ignore_rule_only_turns=policy.supported_data() == SupportedData.ML_DATA,
        rule_only_data=rule_only_data,
        ignore_action_unlikely_intent=policy.supported_data() == SupportedData.ML_DATA,
    )[0]
    return states


@dataclass(frozen=True)
class Rules:
    """What is found out once about the rules of a policy.

    by_intent: those whose newest state asks for an intent; under None: for nothing that could be told beforehand.
    longest: how many states the longest has. may_be_of_words: whether one could match right after a message without
    knowing its intent.
    """

    lookup: Mapping[str, str]
    by_intent: Mapping[str | None, Sequence[str]]
    longest: int
    may_be_of_words: bool


def rules_of(policy: RulePolicy, lookup: Mapping[str, str]) -> Rules:
    """What is known about `lookup`, kept with the policy: a policy's rules do not change once it is loaded."""
    kept: dict[int, Rules] = policy.__dict__.setdefault("_motcua_rules", {})
    rules = kept.get(id(lookup))
    if rules is None or rules.lookup is not lookup:
        rules = kept[id(lookup)] = _studied(lookup)
    return rules


def _studied(lookup: Mapping[str, str]) -> Rules:
    by_intent: dict[str | None, list[str]] = {}
    for key in lookup:
        states = json.loads(key)
        intent = (states[-1].get(USER) or {}).get(INTENT) if states else None
        by_intent.setdefault(intent if intent and intent != SHOULD_NOT_BE_SET else None, []).append(key)
    newest = [(json.loads(key) or [{}])[-1] for key in by_intent.get(None, ())]
    before = [(state.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME) for state in newest]
    return Rules(
        lookup=lookup,
        by_intent=by_intent,
        longest=max((len(json.loads(key)) for key in lookup), default=1),
        may_be_of_words=any(action in (None, ACTION_LISTEN_NAME) for action in before),
    )
