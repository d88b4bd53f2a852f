"""`make eval`: facts and intents by 5-fold cross-validation over our own learning material; compared with the floors.

Facts over knowledge/content/fact_questions*.yml, read with the index of the catalogue in use; intents over data/nlu,
the classifier alone (arbiter and linker correct it in the pipeline). Each as typed, without diacritics, with two slips.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.rasa_runtime.lean_import import import_rasa
from knowledge.commands.base import open_store
from knowledge.facts import Fact
from knowledge.search.asked import facts_in
from knowledge.search.fact_model import FactModel, FactQuestion, read_fact_questions
from knowledge.search.index_files import ensure_index
from knowledge.search.noise import NOISES
from knowledge.search.normaliser import Normaliser
from knowledge.search.vectors import installed_encoder
from knowledge.settings import ROOT, CatalogueSettings
from tools.cross_validation import class_figures, folds, summary
from tools.evaluate_sets import SETS, fallen

Example = tuple[str, str]
Found = dict[str, list[tuple[str, ...]]]
"""Noise → the labels found for each message."""

FLOORS = SETS / "floors_learning.json"
_CONFUSIONS_SHOWN = 12


def find_facts(normaliser: Normaliser, labelled: Sequence[FactQuestion]) -> Found:
    """Return the facts found in each message by a model that learned from the other folds."""
    typed = {noise: [normaliser.read(change(text)) for text, _ in labelled] for noise, change in NOISES.items()}
    found: Found = {noise: [()] * len(labelled) for noise in NOISES}
    for others, measured in folds([text for text, _ in labelled]):
        model = FactModel.fit([(typed["as typed"][place], labelled[place][1]) for place in others])
        for noise, questions in typed.items():
            for place in measured:
                asked = facts_in(questions[place].tokens).facts
                told = () if asked == (Fact.OVERVIEW,) else model.facts(questions[place], asked)
                found[noise][place] = tuple(fact.value for fact in told)
    return found


def find_intents(examples: Sequence[Example]) -> Found:
    """Return the intent found for each example by a classifier that learned from the other folds."""
    import_rasa(ROOT / "config.yml")
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    from bot.nlu.intent_classifier import LinearIntentClassifier

    found: Found = {noise: [()] * len(examples) for noise in NOISES}
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage(Path(folder))
        for others, measured in folds([text for text, _ in examples]):
            config = LinearIntentClassifier.get_default_config()
            classifier = LinearIntentClassifier(config, storage, Resource("cross_validation"))
            classifier.learn([examples[place] for place in others])
            for noise, change in NOISES.items():
                for place in measured:
                    found[noise][place] = (str(classifier.rank(change(examples[place][0]))[0]["name"]),)
    return found


def read_examples(folder: Path = ROOT / "data" / "nlu") -> list[Example]:
    """Return the examples of every intent, without the marks of entities."""
    import_rasa(ROOT / "config.yml")
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data.loading import load_data

    return [(str(line.get(TEXT)), str(line.get(INTENT))) for line in load_data(str(folder)).intent_examples]


def show(name: str, wanted: Sequence[tuple[str, ...]], found: Found, worst: int) -> dict[str, dict[str, float]]:
    """Print the figures of one kind; return set → figure → value, for the floors."""
    sets = {f"{name}, cross-validated" + ("" if noise == "as typed" else f", {noise}"): summary(wanted, labels)
            for noise, labels in found.items()}  # fmt: skip
    for title, values in sets.items():
        print(f"{title:<48} " + "  ".join(f"{figure} {value:.3f}" for figure, value in values.items()))
    each = class_figures(wanted, found["as typed"])
    for label, figures in sorted(each.items(), key=lambda item: item[1]["f1"])[:worst]:
        told = "  ".join(f"{figure} {figures[figure]:.2f}" for figure in ("precision", "recall", "f1"))
        print(f"  {label:<28} {told}  of {figures['lines']:.0f}")
    return sets


def confusions(wanted: Sequence[tuple[str, ...]], found: Sequence[tuple[str, ...]]) -> list[tuple[str, str, int]]:
    """Return what was taken for what and how often, the worst first; "" is nothing asked, or nothing found."""
    counts: Counter[tuple[str, str]] = Counter()
    for want, got in zip(wanted, found, strict=True):
        missed, added = set(want) - set(got), set(got) - set(want)
        counts.update((one, other) for one in sorted(missed) or [""] for other in sorted(added) or [""])
    del counts["", ""]
    return [(one, other, count) for (one, other), count in counts.most_common(_CONFUSIONS_SHOWN)]


def measure_facts() -> tuple[list[tuple[str, ...]], Found]:
    """Return the facts wanted and found."""
    settings, labelled = CatalogueSettings.from_env(), read_fact_questions()
    index = ensure_index(open_store(settings), settings.index_dir, installed_encoder())
    wanted = [tuple(sorted(fact.value for fact in facts)) for _, facts in labelled]
    return wanted, find_facts(index.normaliser, labelled)


def measure_intents() -> tuple[list[tuple[str, ...]], Found]:
    """Return the intents wanted and found."""
    examples = read_examples()
    return [(intent,) for _, intent in examples], find_intents(examples)


KINDS: Mapping[str, tuple[Callable[[], tuple[list[tuple[str, ...]], Found]], int]] = {
    "facts": (measure_facts, len(Fact)),
    "intents": (measure_intents, 10),
}
"""Kind → how it is measured, and how many of its classes are printed, the worst first."""


def main() -> int:
    """Command line; 1 where a figure fell below its floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=sorted(KINDS), help="one kind alone")
    options = parser.parse_args()
    sets: dict[str, dict[str, float]] = {}
    for name, (measure, worst) in KINDS.items():
        if options.only in (None, name):
            wanted, found = measure()
            sets |= show(name, wanted, found, worst)
            for one, other, count in confusions(wanted, found["as typed"]):
                print(f"  {count:4}  {one or '(nothing)'} taken for {other or '(nothing)'}")
    floors = {title: floor for title, floor in json.loads(FLOORS.read_text("utf-8")).items() if title in sets}
    faults = fallen(sets, floors)
    for fault in faults:
        print(f"fell: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
