"""The columns of features, as scikit-learn's FeatureHasher finds them, without its matrices around a single text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

Array = np.ndarray


def columns(features: Iterable[str], dimensions: int) -> Array:
    """Return the column of each of `features`, in their order; `dimensions` is a power of two.

    By scikit-learn's own kernel: hashed one by one from Python, a feature takes ten times as long.
    """
    found, _, _ = _kernel()(iter([[(feature, 1) for feature in features]]), dimensions, np.float32, False, 0)
    return np.asarray(found)


def counted(found: Array) -> tuple[Array, Array]:
    """Return the columns of `found`, each once and ascending, and how often each stands there, as a whole of length 1.

    This is a row of scikit-learn's HashingVectorizer; values are float32.
    """
    each, counts = np.unique(found, return_counts=True)
    return each, (counts / (np.sqrt(float(counts @ counts)) or 1.0)).astype(np.float32)


@lru_cache(maxsize=1)
def _kernel() -> Any:
    """Imported where a text is first read: not all that search import it."""
    from sklearn.feature_extraction._hashing_fast import transform

    return transform
