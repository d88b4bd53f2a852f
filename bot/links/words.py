"""Sentences around linked channels. Texts are in wording.yml."""

from __future__ import annotations

from pathlib import Path

from knowledge.text import words
from knowledge.wording import Wording, load_wording

WORDING_FILE = Path(__file__).with_name("wording.yml")


def link_wording() -> Wording:
    """The sentences, read once."""
    return load_wording(WORDING_FILE)


def is_phrase(text: str, name: str) -> bool:
    """Say whether a whole message is one of the phrases below "typed", with or without diacritics."""
    return " ".join(words(text)) in link_wording().list(f"typed.{name}")
