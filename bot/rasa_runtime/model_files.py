"""Model files: which one belongs to the present sources, which is the newest, which may go. Imports no Rasa."""

from __future__ import annotations

import hashlib
import os
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
    "knowledge/text.py",
    "knowledge/search/normalise.py",
    "knowledge/content/lexicon",
    "knowledge/content/samples",
)
PACKAGES = ("rasa", "spacy", "underthesea", "scikit-learn", "numpy", "scipy")
SUFFIX = ".tar.gz"
MODELS_KEPT = 2


def fingerprint(root: Path) -> str:
    """16 hex digits over the contents of all inputs under `root` and the versions of the libraries."""
    digest = hashlib.sha256()
    for path in sorted(_input_files(root)):
        _add(digest, path.relative_to(root).as_posix().encode(), path.read_bytes())
    for package in PACKAGES:
        _add(digest, package.encode(), _version(package).encode())
    return digest.hexdigest()[:16]


def model_path(model_dir: Path, mark: str) -> Path:
    """Where the model with the fingerprint `mark` stands, once trained."""
    return model_dir / f"{mark}{SUFFIX}"


def find_current_model(root: Path, model_dir: Path) -> Path | None:
    """The model trained from the present sources, or None. It is made the newest, as Rasa takes the newest."""
    path = model_path(model_dir, fingerprint(root))
    if not path.is_file():
        return None
    os.utime(path)
    return path


def find_newest_model(model_dir: Path) -> Path | None:
    """The model that any Rasa command would take, or None."""
    models = _by_age(model_dir)
    return models[0] if models else None


def remove_old_models(model_dir: Path, keep: int = MODELS_KEPT) -> list[Path]:
    """Remove all but the newest `keep` models; returns what went."""
    gone = _by_age(model_dir)[keep:]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _by_age(model_dir: Path) -> list[Path]:
    return sorted(model_dir.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)


def _input_files(root: Path, names: Iterable[str] = INPUTS) -> Iterator[Path]:
    for name in names:
        path = root / name
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
