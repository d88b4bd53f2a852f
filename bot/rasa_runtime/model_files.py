"""Model files: which one belongs to the present sources, which is the newest, which may go. Imports no Rasa."""

from __future__ import annotations

import os
from pathlib import Path

from bot.model_sources import fingerprint

SUFFIX = ".tar.gz"
MODELS_KEPT = 2


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
