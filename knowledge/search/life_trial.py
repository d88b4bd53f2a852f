"""What a change of the lexicon of life does to the figures: the same questions asked before and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from knowledge.search.corpus import entries
from knowledge.search.evaluation import Labelled, Result, evaluate, figures
from knowledge.search.index import ProcedureIndex
from knowledge.search.life import Kind, LifeEntry, examples, meanings
from knowledge.search.normalise import load_lexicon
from knowledge.search.ranking import Ranker
from knowledge.search.samples import load_samples
from knowledge.search.vectors import SentenceEncoder
from knowledge.store import CatalogueStore
from knowledge.text import fold


@dataclass(frozen=True)
class Trial:
    """Results of the same questions in the same order."""

    before: list[Result]
    after: list[Result]

    def changed(self) -> list[tuple[Result, Result]]:
        """Return the questions whose right procedure or whose decision moved; those that lost first."""
        pairs = list(zip(self.before, self.after, strict=True))
        moved = [pair for pair in pairs if (pair[0].rank, pair[0].certainty) != (pair[1].rank, pair[1].certainty)]
        return sorted(moved, key=lambda pair: _worth(pair[1]) - _worth(pair[0]))


def _worth(result: Result) -> float:
    return 1 / result.rank if result.rank else 0.0


@dataclass(frozen=True)
class Workshop:
    """Makes indexes of one catalogue with different lexicons, in memory. vectors: known ones, by digest of text."""

    store: CatalogueStore
    encoder: SentenceEncoder | None = None
    vectors: Mapping[str, np.ndarray] | None = None
    ranker: Ranker | None = None

    def index(self, life: Sequence[LifeEntry]) -> ProcedureIndex:
        """Return the index with the entries `life`."""
        records = {record.code: record for record in self.store.merged()}
        listed = entries(self.store.search_rows(), records, load_samples(), examples(life))
        lexicon = load_lexicon().saying(meanings(life))
        return ProcedureIndex.build(listed, self.encoder, self.vectors, ranker=self.ranker, lexicon=lexicon)

    def trial(self, before: Sequence[LifeEntry], after: Sequence[LifeEntry], questions: Sequence[Labelled]) -> Trial:
        """Ask `questions` with both."""
        return Trial(evaluate(self.index(before), questions), evaluate(self.index(after), questions))


def without_phrase(life: Sequence[LifeEntry], phrase: str) -> tuple[LifeEntry, ...]:
    """Return `life` without `phrase`; raise ValueError where it does not stand."""
    wanted = fold(phrase)
    left = [(entry, tuple(said for said in entry.say if fold(said) != wanted)) for entry in life]
    if all(len(entry.say) == len(said) for entry, said in left):
        raise ValueError(f"«{phrase}» stands in no entry of the lexicon")
    return tuple(LifeEntry(said, entry.kind, entry.codes, entry.means, entry.today) for entry, said in left if said)


def with_entry(life: Sequence[LifeEntry], new: LifeEntry) -> tuple[LifeEntry, ...]:
    """Return `life` with one entry more; raise ValueError where a phrase of it stands already."""
    known = {fold(said): entry for entry in life if entry.kind is not Kind.BARE_NAME for said in entry.say}
    for phrase in new.say:
        if fold(phrase) in known:
            raise ValueError(f"«{phrase}» stands in the entry of «{known[fold(phrase)].say[0]}» already")
    return (*life, new)


def as_dict(trial: Trial) -> dict[str, Any]:
    """Return figures and changed questions as JSON values."""
    return {
        "before": asdict(figures(trial.before)),
        "after": asdict(figures(trial.after)),
        "changed": [
            {
                "text": before.labelled.text,
                "wanted": sorted(before.labelled.codes),
                "before": _told(before),
                "after": _told(after),
            }
            for before, after in trial.changed()
        ],
    }


def _told(result: Result) -> dict[str, Any]:
    first = result.ranked.hits[0].code if result.ranked.hits else ""
    return {"rank": result.rank, "decision": result.certainty.value, "first": first}
