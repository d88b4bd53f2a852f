"""Sentences about people's data. Texts are in wording.yml."""

from __future__ import annotations

from pathlib import Path

from knowledge.wording import Wording, load_wording

WORDING_FILE = Path(__file__).with_name("wording.yml")


def privacy_wording() -> Wording:
    """The sentences, read once."""
    return load_wording(WORDING_FILE)
