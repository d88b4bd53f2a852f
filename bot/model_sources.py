"""What a model is trained from, and the fingerprint of it. Imports no Rasa."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

# What a model depends on: a change in any of these means training again.
INPUTS = (
    "config.yml",
    "domain.yml",
    "domain",
    "data",
    "bot/nlu",
    "bot/domain_importer.py",
    "bot/ops/screening/clauses.py",
    "knowledge/text.py",
    "knowledge/search/hashing.py",
    "knowledge/search/normalise.py",
    "knowledge/content/lexicon",
    "knowledge/content/samples",
    "knowledge/content/fact_questions*.yml",
)
PACKAGES = ("rasa", "spacy", "underthesea", "scikit-learn", "numpy", "scipy")


def fingerprint(root: Path) -> str:
    """16 hex digits over the contents of all inputs under `root` and the versions of the libraries."""
    digest = hashlib.sha256()
    for path in sorted(_input_files(root)):
        _add(digest, path.relative_to(root).as_posix().encode(), path.read_bytes())
    for package in PACKAGES:
        _add(digest, package.encode(), _version(package).encode())
    return digest.hexdigest()[:16]


def _input_files(root: Path, names: Iterable[str] = INPUTS) -> Iterator[Path]:
    for path in (found for name in names for found in root.glob(name)):
        candidates = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in candidates if file.is_file() and "__pycache__" not in file.parts)


def _add(digest: hashlib._Hash, *parts: bytes) -> None:
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"
