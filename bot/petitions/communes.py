"""The 168 communes, as far as routing needs them."""

from __future__ import annotations

from knowledge.places import load_places, unit


def commune_name(code: str) -> str:
    """Return a commune's name in full ("Phường Hòa Hưng"); "" where there is none with this code."""
    found = unit(code)
    return found.name if found else ""


def commune_codes() -> tuple[str, ...]:
    """Return the codes of all communes."""
    return tuple(load_places().by_code)
