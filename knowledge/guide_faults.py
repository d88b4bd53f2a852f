"""What is wrong with a record's guide beyond its shape: names that lead nowhere, an order that cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from knowledge.guide import MOST_QUESTIONS, Guide, GuideOption, GuideQuestion, When
from knowledge.record_faults import SchemaFault

_Keys = tuple[Any, ...]


def guide_faults(data: Mapping[str, Any]) -> list[SchemaFault]:
    """Return the faults of a record whose shape is right, each with the keys that lead to it."""
    asked = (data.get("guide") or {}).get("questions") or []
    found = [*_twice(asked), *_of_questions(asked), *_of_papers(data, asked)]
    return found or list(_too_long(asked))


def _twice(asked: list[dict[str, Any]]) -> Iterator[SchemaFault]:
    seen: set[str] = set()
    for place, question in enumerate(asked):
        options = [option["id"] for option in question["options"]]
        if question["id"] in seen:
            yield SchemaFault((*_question(place), "id"), f"two questions are called {question['id']}")
        if len(set(options)) < len(options):
            yield SchemaFault((*_question(place), "options"), "two options have the same id")
        seen.add(question["id"])


def _of_questions(asked: list[dict[str, Any]]) -> Iterator[SchemaFault]:
    """A question may depend on those before it only: later ones have no answer yet."""
    names = [question["id"] for question in asked]
    for place, question in enumerate(asked):
        for name in question.get("when") or {}:
            if name in names[place:]:
                keys = (*_question(place), "when", name)
                yield SchemaFault(keys, f"{name} is not asked before this question", key=True)
        yield from _unknown(question.get("when"), (*_question(place), "when"), asked)


def _of_papers(data: Mapping[str, Any], asked: list[dict[str, Any]]) -> Iterator[SchemaFault]:
    for keys, when in _conditions(data):
        yield from _unknown(when, keys, asked)


def _conditions(data: Mapping[str, Any]) -> Iterator[tuple[_Keys, dict[str, list[str]] | None]]:
    """Yield every `when` outside the questions with its place."""
    for name, parts in (("dossier", ("components",)), ("submission_methods", ("times", "fees"))):
        for place, entry in enumerate(data.get(name) or []):
            yield (name, place, "when"), entry.get("when")
            for part in parts:
                for number, item in enumerate(entry.get(part) or []):
                    yield (name, place, part, number, "when"), item.get("when")


def _unknown(when: dict[str, list[str]] | None, keys: _Keys, asked: list[dict[str, Any]]) -> Iterator[SchemaFault]:
    options = {question["id"]: [option["id"] for option in question["options"]] for question in asked}
    for name, chosen in (when or {}).items():
        if name not in options:
            yield SchemaFault((*keys, name), f"the guide has no question {name}", key=True)
            continue
        for option in chosen:
            if option not in options[name]:
                known = ", ".join(options[name])
                yield SchemaFault((*keys, name), f"question {name} has no option {option}; it has {known}")


def _too_long(asked: list[dict[str, Any]]) -> Iterator[SchemaFault]:
    guide = Guide(tuple(_built(question) for question in asked))
    longest = guide.longest()
    if longest > MOST_QUESTIONS:
        reason = f"{longest} questions on one path; at most {MOST_QUESTIONS} may be asked"
        yield SchemaFault(("guide", "questions"), reason)


def _built(question: dict[str, Any]) -> GuideQuestion:
    when = When(tuple((name, tuple(options)) for name, options in (question.get("when") or {}).items()))
    options = tuple(GuideOption(option["id"], option["label"]) for option in question["options"])
    return GuideQuestion(question["id"], question["ask"], options, when=when)


def _question(place: int) -> _Keys:
    return ("guide", "questions", place)
