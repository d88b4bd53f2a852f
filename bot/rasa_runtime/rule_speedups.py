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

from bot.rasa_runtime.newest_states import NewestStates, newest_facts

MOST_KEPT = 4096
"""Situations of which it is remembered what the rules say to them. The load mix knows some 300."""
NO_RULES: dict[str, str] = {}
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
    facts = None if use_text_for_last_user_input else _facts_of(policy, tracker)
    if facts is None:
        return _FIND_ACTION(policy, tracker, domain, use_text_for_last_user_input)
    kept: dict[Any, Any] = policy.__dict__.setdefault("_motcua_found", {})
    try:
        found = kept.get(facts)
    except TypeError:  # a slot's value is a list
        return _FIND_ACTION(policy, tracker, domain, use_text_for_last_user_input)
    if found is None:
        found = _FIND_ACTION(policy, tracker, domain, use_text_for_last_user_input)
        if found[0] is None:  # then Rasa tells the states themselves
            return found
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[facts] = found
    return found


def _facts_of(policy: RulePolicy, tracker: Any) -> Any:
    """What tells all moments apart for which rules may find different actions; None where it is more than facts."""
    if any(rules_of(policy, lookup).ask_more for lookup in _lookups(policy)):
        return None
    return newest_facts(tracker, _longest(policy, tracker))


def newest_states(
    policy: RulePolicy,
    tracker: Any,
    domain: Domain,
    use_text_for_last_user_input: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """As many states as the longest rule has that can still match, by the newest intent and action."""
    longest = _longest(policy, tracker)
    states: list[State] = policy.featurizer.prediction_states(
        [NewestStates(tracker, longest)],
        domain,
        use_text_for_last_user_input=use_text_for_last_user_input,
        ignore_rule_only_turns=policy.supported_data() == SupportedData.ML_DATA,
        rule_only_data=rule_only_data,
        ignore_action_unlikely_intent=policy.supported_data() == SupportedData.ML_DATA,
    )[0]
    return states


def _longest(policy: RulePolicy, tracker: Any) -> int:
    return max(longest_rule(rules_of(policy, lookup), tracker) for lookup in _lookups(policy))


def _lookups(policy: RulePolicy) -> tuple[dict[str, str], dict[str, str]]:
    return policy.lookup.get(RULES, NO_RULES), policy.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH, NO_RULES)


@dataclass(frozen=True)
class Rules:
    """What is found out once about the rules of a policy.

    by_intent: those whose newest state asks for an intent; under None: for nothing that could be told beforehand.
    longest: how many states the longest has, by the intent and the action that its newest state asks for (None: for
    none that could be told). may_be_of_words: whether one could match right after a message without
    knowing its intent. ask_more: whether one asks about more of a message than its intent, or of an action than its
    name.
    """

    lookup: Mapping[str, str]
    by_intent: Mapping[str | None, Sequence[str]]
    longest: Mapping[tuple[str | None, str | None], int]
    may_be_of_words: bool
    ask_more: bool


def rules_of(policy: RulePolicy, lookup: Mapping[str, str]) -> Rules:
    """What is known about `lookup`, kept with the policy: a policy's rules do not change once it is loaded."""
    kept: dict[int, Rules] = policy.__dict__.setdefault("_motcua_rules", {})
    rules = kept.get(id(lookup))
    if rules is None or rules.lookup is not lookup:
        rules = kept[id(lookup)] = _studied(lookup)
    return rules


def longest_rule(rules: Rules, tracker: Any) -> int:
    """How many states the longest rule has of those that the newest intent and action leave."""
    action = tracker.latest_action_name
    if not action:
        return max(rules.longest.values(), default=1)
    intent = tracker.latest_message.intent_name if tracker.latest_message else None
    left = ((None, None), (None, action), (intent, None), (intent, action))
    return max(rules.longest.get(one, 1) for one in left)


def _studied(lookup: Mapping[str, str]) -> Rules:
    by_intent: dict[str | None, list[str]] = {}
    longest: dict[tuple[str | None, str | None], int] = {}
    ask_more = False
    for key in lookup:
        states = json.loads(key)
        newest = states[-1] if states else {}
        intent = (newest.get(USER) or {}).get(INTENT)
        intent = intent if intent and intent != SHOULD_NOT_BE_SET else None
        action = (newest.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME)
        by_intent.setdefault(intent, []).append(key)
        ask_more = ask_more or any(
            not {INTENT}.issuperset(state.get(USER) or ())
            or not {ACTION_NAME}.issuperset(state.get(PREVIOUS_ACTION) or ())
            for state in states
        )
        longest[intent, action] = max(longest.get((intent, action), 1), len(states))
    return Rules(
        lookup=lookup,
        by_intent=by_intent,
        longest=longest,
        may_be_of_words=not longest.keys().isdisjoint({(None, None), (None, ACTION_LISTEN_NAME)}),
        ask_more=ask_more,
    )
