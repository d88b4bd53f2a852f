"""The sentences of the reports."""

from __future__ import annotations

from pathlib import Path

from knowledge.wording import Wording, load_wording

WORDING_FILE = Path(__file__).with_name("wording.yml")


def report_wording() -> Wording:
    """What the report and the console say, read once."""
    return load_wording(WORDING_FILE)
