"""The words of wording.yml, for officers."""

from __future__ import annotations

from pathlib import Path

from bot.errors import StaffRefusedError
from knowledge.wording import Wording, load_wording

WORDING_FILE = Path(__file__).with_name("wording.yml")


def staff_wording() -> Wording:
    """The sentences about staff, read once."""
    return load_wording(WORDING_FILE)


def said_of(error: StaffRefusedError) -> str:
    """What the reader of a refusal reads."""
    facts = {name: value for name, value in error.context.items() if name != "fault"}
    return staff_wording()(f"fault.{error.context['fault']}", **facts)
