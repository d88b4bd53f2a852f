"""One measured process of `tools/bench_search.py`: makes an index in a folder, or opens it and asks it questions."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from knowledge.search.corpus import Entry, entries
from knowledge.search.evaluation import read_set
from knowledge.search.index import ProcedureIndex
from knowledge.search.index_files import read_index, write_index
from knowledge.search.life import examples, load_life
from knowledge.search.samples import load_samples
from knowledge.search.vectors import DIMENSIONS, SentenceEncoder, installed_encoder
from knowledge.search.word_vectors import WordVectors
from knowledge.store import CatalogueStore
from tools.bench_search import SETS
from tools.measuring import ROOT

_WARM = 30


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    making = what.add_parser("make")
    making.add_argument("data", type=Path)
    making.add_argument("place", type=Path)
    making.add_argument("--count", type=int, default=0)
    making.add_argument("--taught", type=Path)
    asking = what.add_parser("ask")
    asking.add_argument("place", type=Path)
    for one in (making, asking):
        one.add_argument("--vectors", action="store_true")
    options = parser.parse_args()
    if options.what == "make":
        make(options)
    else:
        print(json.dumps(ask(options.place, installed_encoder() if options.vectors else None)))
    return 0


def make(options: argparse.Namespace) -> None:
    """Make the index of the catalogue in `data`, or of `count` procedures mixed from it."""
    store = CatalogueStore(f"sqlite:///{options.data / 'catalogue.db'}")
    records = {record.code: record for record in store.merged()}
    listed: Iterable[Entry] = entries(store.search_rows(), records, load_samples(), examples(load_life()))
    encoder = installed_encoder() if options.vectors else None
    if options.count:
        listed = mixed(list(listed), options.count)
    if options.taught and encoder is not None:
        taught = read_index(options.taught, encoder).matrices.word_vectors
        assert taught is not None  # noqa: S101 - it was made with vectors
        encoder = Summed(taught, encoder.name)
    write_index(ProcedureIndex.build(listed, encoder), options.place, encoder)


class Summed:
    """An encoder that adds up word vectors: for many texts whose vectors only have to be there."""

    def __init__(self, words: WordVectors, name: str) -> None:
        self._words, self.name = words, name
        self._noise = np.random.default_rng(0)

    def encode(self, text: str) -> np.ndarray:
        """Return the sum, with a little noise, so that no two texts are the same."""
        total = self._words.centre + self._words.basis @ self._words.along(text)
        total = total + self._noise.normal(0.0, 0.005, DIMENSIONS).astype(np.float32)
        found: np.ndarray = total / np.linalg.norm(total)
        return found

    def encode_many(self, texts: Sequence[str]) -> Iterator[np.ndarray]:
        """Yield the vectors of `texts`."""
        return map(self.encode, texts)


def mixed(listed: Sequence[Entry], count: int) -> Iterator[Entry]:
    """Yield `count` entries: the listed ones, then mixtures of them without names or questions."""
    yield from listed[:count]
    chance = random.Random(0)  # noqa: S311 - not for secrets
    for number in range(count - len(listed)):
        one, other, third = (chance.choice(listed) for _ in range(3))
        begin, end = one.row.title.split(), other.row.title.split()
        title = " ".join([*begin[: 1 + len(begin) // 2], *end[len(end) // 2 :]])
        row = replace(one.row, code=f"8.{number:06}", title=title, curated=False, aliases=(), sample_questions=())
        yield replace(one, row=row, aliases=(), questions=(), body=third.body)


def ask(place: Path, encoder: SentenceEncoder | None) -> dict[str, Any]:
    """Ask the questions of each set; milliseconds of processor time, and MB that the process holds afterwards."""
    index = read_index(place, encoder)
    found: dict[str, Any] = {"procedures": len(index.rows)}
    for name in SETS:
        texts = [item.text for item in read_set(ROOT / "tests" / "evaluation" / f"{name}.jsonl") if item.codes]
        found[name] = _timed(index, texts)
    memory = psutil.Process().memory_full_info()
    pss = getattr(memory, "pss", memory.uss)  # only Linux counts shared pages by share
    return found | {"rss": memory.rss / 1_000_000, "pss": pss / 1_000_000}


def _timed(index: ProcedureIndex, texts: Sequence[str]) -> dict[str, float]:
    for text in texts[:_WARM]:
        index.search(text)
    times, by_vectors = [], 0
    for text in texts:
        began = time.process_time()
        by_vectors += index.search(text).by_vectors
        times.append(1000 * (time.process_time() - began))
    times.sort()
    mean, high = sum(times) / len(times), times[int(0.95 * (len(times) - 1))]
    return {"mean": mean, "high": high, "vectors": by_vectors / len(texts)}


if __name__ == "__main__":
    sys.exit(main())
