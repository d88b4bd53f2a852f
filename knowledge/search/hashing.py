"""The columns of features, as scikit-learn's FeatureHasher finds them, without its matrices around a single text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np

Array = np.ndarray
_ONCE = repeat(1)


def columns(features: Iterable[str], dimensions: int) -> Array:
    """Return the column of each of `features`, in their order; `dimensions` is a power of two.

    By scikit-learn's own kernel: hashed one by one from Python, a feature takes ten times as long.
    """
    found, _, _ = _kernel()(iter((zip(features, _ONCE, strict=False),)), dimensions, np.float32, False, 0)
    return np.asarray(found)


def counted(found: Array) -> tuple[Array, Array]:
    """Return the columns of `found`, each once and ascending, and how often each stands there, as a whole of length 1.

    This is a row of scikit-learn's HashingVectorizer; values are float32.
    """
    found = np.sort(found)
    is_last = np.ones(len(found), dtype=bool)  # `np.unique` takes thrice as long on so few
    np.not_equal(found[1:], found[:-1], out=is_last[:-1])
    ends = is_last.nonzero()[0]
    counts = ends + 1
    counts[1:] -= counts[:-1].copy()
    each = found[ends]
    return each, (counts / (np.sqrt(float(counts @ counts)) or 1.0)).astype(np.float32)


@lru_cache(maxsize=1)
def _kernel() -> Any:
    """Imported where a text is first read: not all that search import it."""
    from sklearn.feature_extraction._hashing_fast import transform

    return transform
