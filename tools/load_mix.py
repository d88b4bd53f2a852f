"""The conversations that are played under load, tools/load_mix.yml, and how their turns are read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from knowledge.plain_yaml import plain_yaml

MIX_FILE = Path(__file__).with_name("load_mix.yml")


class Kind(str, Enum):
    """What a turn is. AWAIT: for an officer, or for the assistant again; TELL: words that an officer reads."""

    SAY = "say"
    PRESS = "press"
    AWAIT = "await"
    TELL = "tell"


@dataclass(frozen=True)
class Step:
    """One turn; text: the words, the button's place or words, or who is waited for."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Talk:
    """A conversation to be played. officer: only where officers serve."""

    weight: float
    turns: tuple[str, ...]
    officer: bool = False

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its turns, read."""
        return tuple(map(read_step, self.turns))


def load_mix(path: Path = MIX_FILE, *, officers: bool = False) -> list[Talk]:
    """Read the conversations and how likely each is; those with officers only where asked for."""
    entries = plain_yaml(path.read_text("utf-8"))
    talks = [
        Talk(float(entry["weight"]), tuple(map(str, entry["turns"])), bool(entry.get("officer"))) for entry in entries
    ]
    return [talk for talk in talks if officers or not talk.officer]


def read_step(turn: str) -> Step:
    """Return a turn as it is written in the file, read."""
    head, mark, rest = turn.partition(":")
    if mark and head in (Kind.PRESS.value, Kind.AWAIT.value, Kind.TELL.value):
        return Step(Kind(head), rest)
    return Step(Kind.SAY, turn)


def button_of(wanted: str, titles: Sequence[str]) -> int | None:
    """Return the place of the button that is to be pressed; None where there is none such."""
    if wanted.isdecimal():
        return int(wanted) if int(wanted) < len(titles) else None
    return titles.index(wanted) if wanted in titles else None
