"""The words of wording.yml, by dotted names."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml

FILE = Path(__file__).resolve().parent / "wording.yml"


def label(name: str, **values: object) -> str:
    """Return the words of "part.name", filled in; raises `KeyError` where there are none."""
    entry: Any = _entries()
    for part in name.split("."):
        entry = entry[part]
    return str(entry).format(**values) if values else str(entry)


@lru_cache(maxsize=1)
def _entries() -> dict[str, Any]:
    return dict(read_yaml(FILE))
