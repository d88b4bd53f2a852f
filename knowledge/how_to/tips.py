"""Tips after something went well: data, one at most a conversation (R-30)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.settings import CONTENT_DIR

TIPS_PATH = CONTENT_DIR / "tips.yml"
_LONGEST = 180


class Moment(str, Enum):
    """After what a tip may come."""

    CHECKLIST = "checklist"
    HOW_TO_DONE = "how_to_done"
    HELP_CAME = "help_came"


@dataclass(frozen=True)
class Tip:
    id: str
    text: str
    after: tuple[Moment, ...]


@lru_cache(maxsize=2)
def load_tips(path: Path = TIPS_PATH) -> tuple[Tip, ...]:
    """Return the tips; raise `RecordInvalidError` with file and line."""
    tips = []
    for place, entry in enumerate(read_yaml(path)["tips"]):
        try:
            tip = Tip(str(entry["id"]), str(entry["text"]), tuple(Moment(name) for name in entry["after"]))
        except (KeyError, TypeError, ValueError) as error:
            raise RecordInvalidError(f"{path}:{line_of(path, ['tips', place])}", f"a tip needs {error}") from error
        if len(tip.text) > _LONGEST:
            raise RecordInvalidError(f"{path}:{line_of(path, ['tips', place])}", f"longer than {_LONGEST} characters")
        tips.append(tip)
    return tuple(tips)


def tip_for(moment: Moment) -> Tip | None:
    """Return the first tip that fits after `moment`."""
    return next((tip for tip in load_tips() if moment in tip.after), None)
