"""The index on disk: one folder a catalogue's revision, whole or not there, made by one process at a time."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.codec import digest
from knowledge.search.corpus import entries
from knowledge.search.fact_model import FACT_QUESTIONS, FactModel
from knowledge.search.index import ProcedureIndex
from knowledge.search.life import examples, load_life
from knowledge.search.matrices import Matrices
from knowledge.search.normalise import LEXICON_DIR
from knowledge.search.restoring import Restorer
from knowledge.search.samples import SAMPLES_DIR, load_samples
from knowledge.search.vectors import SentenceEncoder
from knowledge.search_rows import SearchRow
from knowledge.settings import CONTENT_DIR
from knowledge.store import CatalogueStore

logger = logging.getLogger(__name__)

_FORMAT = 2
"""Raise when the arrays change shape or meaning: older folders are then made anew."""
_ARRAYS, _ROWS, _VECTORS, _LOCK = "arrays.npz", "rows.json", "vectors.npz", "lock"
_KEPT = 2
_BROKEN = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile)
"""What comes of reading a file that was cut short, overwritten or written by another version."""


@lru_cache(maxsize=1)
def content_stamp() -> str:
    """Return the fingerprint of lexicon and samples; they do not change while a process runs."""
    found = [str(_FORMAT)]
    for folder, pattern in ((LEXICON_DIR, "*.yml"), (SAMPLES_DIR, "*.yml"), (CONTENT_DIR, FACT_QUESTIONS)):
        found += [f"{path.name}:{digest(path.read_text('utf-8'))}" for path in sorted(folder.glob(pattern))]
    return digest("|".join(found))


def index_name(revision: str, encoder: SentenceEncoder | None) -> str:
    """Return the folder's name for a catalogue's revision."""
    return digest(f"{revision}|{content_stamp()}|{encoder.name if encoder else 'none'}")


def load_index(folder: Path, revision: str, encoder: SentenceEncoder | None) -> ProcedureIndex | None:
    """Return the index of `revision`, or None where it has not been made (or cannot be read: it is made again)."""
    place = folder / index_name(revision, encoder)
    try:
        return read_index(place, encoder)
    except FileNotFoundError:
        return None
    except _BROKEN:
        logger.warning("the index in %s cannot be read and is made anew", place, exc_info=True)
        shutil.rmtree(place, ignore_errors=True)
        return None


def read_index(place: Path, encoder: SentenceEncoder | None) -> ProcedureIndex:
    """Return the index kept in the folder `place`; what is raised where it is not whole varies."""
    rows = [SearchRow(**_tuples(row)) for row in json.loads((place / _ROWS).read_text("utf-8"))]
    with np.load(place / _ARRAYS) as arrays:  # each is read when it is asked for, not all at once
        matrices, restorer = Matrices.from_arrays(arrays), Restorer.from_arrays(_part(arrays, "restorer."))
        fact_model = FactModel.from_arrays(_part(arrays, "facts_asked."))
    if len(rows) != matrices.words.count:
        raise ValueError(f"{len(rows)} rows beside arrays of {matrices.words.count}")
    return ProcedureIndex(rows, matrices, restorer, encoder, fact_model=fact_model)


def _part(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def ensure_index(store: CatalogueStore, folder: Path, encoder: SentenceEncoder | None) -> ProcedureIndex:
    """Return the index of the catalogue as it is now, made first where there is none."""
    revision = store.revision()
    found = load_index(folder, revision, encoder)
    if found is not None:
        return found
    with _only_one(folder):
        return load_index(folder, revision, encoder) or _make(store, folder, revision, encoder)


def _make(store: CatalogueStore, folder: Path, revision: str, encoder: SentenceEncoder | None) -> ProcedureIndex:
    index = build_index(store, encoder, known_vectors(folder, encoder))
    place = folder / index_name(revision, encoder)
    part = place.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    write_index(index, part, encoder)
    shutil.rmtree(place, ignore_errors=True)  # half a folder, which a name of its own cannot take the place of
    os.replace(part, place)
    _drop_old(folder, keep=place)
    return index


def write_index(index: ProcedureIndex, place: Path, encoder: SentenceEncoder | None) -> None:
    """Keep the index in the folder `place`, which must not be there yet; encoder: whose vectors it has."""
    place.mkdir(parents=True)
    arrays = index.matrices.arrays() | {f"restorer.{name}": value for name, value in index.restorer.arrays().items()}
    if index.fact_model is not None:
        arrays |= {f"facts_asked.{name}": value for name, value in index.fact_model.arrays().items()}
    np.savez(place / _ARRAYS, **arrays)
    (place / _ROWS).write_text(json.dumps(index.to_json(), ensure_ascii=False), "utf-8")
    if encoder is not None:
        kept = index.vectors
        vectors = np.array(list(kept.values()), dtype=np.float16)
        np.savez(place / _VECTORS, name=np.array(encoder.name), keys=np.array(list(kept)), vectors=vectors)


def build_index(
    store: CatalogueStore, encoder: SentenceEncoder | None, known: Mapping[str, np.ndarray] | None = None
) -> ProcedureIndex:
    """Make the index in memory."""
    records = {record.code: record for record in store.merged()}
    listed = entries(store.search_rows(), records, load_samples(), examples(load_life()))
    return ProcedureIndex.build(listed, encoder, known)


def known_vectors(folder: Path, encoder: SentenceEncoder | None) -> dict[str, np.ndarray]:
    """Return the vectors of the newest index, whatever catalogue it was of: a text keeps its vector."""
    if encoder is None or not folder.is_dir():
        return {}
    files = sorted(folder.glob(f"*/{_VECTORS}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files:
        try:
            with np.load(path) as arrays:
                if str(arrays["name"]) == encoder.name:
                    keys = arrays["keys"].tolist()
                    return dict(zip(keys, arrays["vectors"].astype(np.float32), strict=True))
        except _BROKEN:
            logger.warning("the vectors in %s cannot be read and are made anew", path)
    return {}


def _drop_old(folder: Path, keep: Path) -> None:
    """Keep the newest few: another process may still be reading the one before. What a killed maker left goes."""
    for path in folder.glob("*.part"):
        shutil.rmtree(path, ignore_errors=True)
    places = [path for path in folder.iterdir() if path.is_dir() and path != keep]
    for path in sorted(places, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when a process dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
