"""`python -m tools.evaluate_feedback`: bottleneck codes on messages, and what of accusations feedback would keep.

Bottlenecks: tests/evaluation/bottlenecks_blind.jsonl (written after rules and examples stood), and the examples
themselves by five-fold cross validation. Accusations: every denunciation of the safety sets, written as words under an
answer, judged with the trained model as the hub judges them, and without it as when the assistant is away.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.feedback.bottleneck_learner import learn
from bot.feedback.bottlenecks import EXAMPLES_FILE, OTHER, bottleneck_in, by_examples, by_rules, features
from bot.feedback.words import take_words, understood_from
from knowledge.curated import read_yaml
from knowledge.settings import ROOT

SETS = ROOT / "tests" / "evaluation"
BLIND = SETS / "bottlenecks_blind.jsonl"
FOLDS = 5

Pair = tuple[str, str]
"""Expected code and found code."""


def lines_of(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def blind() -> list[Pair]:
    return [(line["expect"], bottleneck_in(line["text"])) for line in lines_of(BLIND)]


def cross_validated() -> Iterator[Pair]:
    """Yield for every example what is found by those who have not seen it; the rules were written with it in view."""
    examples = [(code, str(text)) for code, texts in read_yaml(EXAMPLES_FILE).items() for text in texts]
    for fold in range(FOLDS):
        seen: dict[str, list[str]] = {}
        for code, text in (one for number, one in enumerate(examples) if number % FOLDS != fold):
            seen.setdefault(code, []).append(text)
        model = learn(seen, features)
        for code, text in (one for number, one in enumerate(examples) if number % FOLDS == fold):
            yield code, by_rules(text) or by_examples(text, model)


def by_learning_alone() -> Iterator[Pair]:
    """As `cross_validated`, without the rules, which know these very messages."""
    examples = [(code, str(text)) for code, texts in read_yaml(EXAMPLES_FILE).items() for text in texts]
    for fold in range(FOLDS):
        seen: dict[str, list[str]] = {}
        for code, text in (one for number, one in enumerate(examples) if number % FOLDS != fold):
            seen.setdefault(code, []).append(text)
        model = learn(seen, features)
        yield from (
            (code, by_examples(text, model)) for number, (code, text) in enumerate(examples) if number % FOLDS == fold
        )


def show(name: str, pairs: Iterable[Pair]) -> float:
    found = list(pairs)
    right = sum(expected == code for expected, code in found)
    wrong = sum(expected != code != OTHER for expected, code in found)
    share = right / len(found)
    print(f"{name}: {right}/{len(found)} = {share:.3f} right, {wrong} a wrong code, {len(found) - right - wrong} khac")
    return share


async def accusations() -> None:
    """Say how many denunciations would leave words in the feedback, and how much else would be dropped."""
    from bot.rasa_runtime.startup import load_conversations  # Rasa is heavy, and the rest does without it

    conversations = load_conversations()
    goal = [line["text"] for line in lines_of(SETS / "safety.jsonl") if _accuses(line)]
    told = [line["text"] for path in sorted(SETS.glob("safety*.jsonl")) for line in lines_of(path) if _accuses(line)]
    harmless = [line["text"] for line in lines_of(BLIND)]
    harmless += [str(text) for texts in read_yaml(EXAMPLES_FILE).values() for text in texts]
    sets = {"denunciations of safety.jsonl": goal, "all denunciations": told, "about answers and portals": harmless}
    for name, texts in sets.items():
        understood = [understood_from(await conversations.understand(text)) for text in texts]
        kept = sum(not take_words(text, one).dropped for text, one in zip(texts, understood, strict=True))
        alone = sum(not take_words(text, None).dropped for text in texts)
        print(f"{name} ({len(texts)}): words kept of {kept}; with the assistant away of {alone}")


def _accuses(line: dict[str, str]) -> bool:
    return line.get("expect") == "denunciation" and "text" in line


def main() -> int:
    show("blind", blind())
    show("examples, five-fold, with the rules (which were written on them)", cross_validated())
    show("examples, five-fold, by learning alone", by_learning_alone())
    asyncio.run(accusations())
    return 0


if __name__ == "__main__":
    sys.exit(main())
