"""The phrases of knowledge/content/wording.yml, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml
from knowledge.settings import CONTENT_DIR


class Wording:
    """Looks up a phrase by "section.name" and fills in its facts."""

    def __init__(self, phrases: dict[str, Any]) -> None:
        self._phrases = phrases

    def __call__(self, key: str, **facts: object) -> str:
        """Return the phrase `key` with `facts` filled in; raise KeyError for an unknown one."""
        section, _, name = key.partition(".")
        phrase = self._phrases[section][name] if name else self._phrases[section]
        return str(phrase).format(**facts) if facts else str(phrase)

    def list(self, key: str) -> tuple[str, ...]:
        """Return the phrases of a list; none where there is no such list."""
        section, _, name = key.partition(".")
        return tuple(map(str, self._phrases.get(section, {}).get(name) or ()))


@cache
def load_wording(path: Path = CONTENT_DIR / "wording.yml") -> Wording:
    """Return the wording; later calls return the same object."""
    return Wording(read_yaml(path))
