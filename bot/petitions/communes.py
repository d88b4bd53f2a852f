"""The 168 communes, as far as routing needs them."""

from __future__ import annotations

from knowledge.places import load_places, unit


def commune_name(code: str) -> str:
    """Return a commune's name as it stands within a sentence ("phường Hòa Hưng"); "" for a code that is none's."""
    found = unit(code)
    return found.name[:1].lower() + found.name[1:] if found else ""


def commune_codes() -> tuple[str, ...]:
    """Return the codes of all communes."""
    return tuple(load_places().by_code)
