"""The list of data classes (inventory.yml), and the page that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.settings import Settings
from knowledge.curated import read_yaml

YES, IN_PETITION = "yes", "petition"
"""Reached; reached by the erasure of a petition, which a person in charge carries out."""
INVENTORY_FILE = Path(__file__).with_name("inventory.yml")


@dataclass(frozen=True)
class DataClass:
    """One class. label: as a citizen reads it, empty where nothing of it belongs to a conversation.

    kept: how long, with `{days}` where `setting` says it: ask `kept_for`.
    """

    name: str
    tables: tuple[str, ...]
    personal: bool
    label: str
    what: str
    why: str
    kept: str
    asked: str
    setting: str = ""
    limit: str = ""

    def kept_for(self, days: Mapping[str, int]) -> str:
        """Return how long, in words. days: of `kept_days`."""
        return self.kept.replace("{days}", str(days.get(self.setting, "?")))


def kept_days(settings: Settings) -> dict[str, int]:
    """Return the periods that are settings, in days, by variable."""
    return {
        "MOTCUA_CONVERSATION_KEPT_DAYS": settings.conversation_kept_days,
        "MOTCUA_FEEDBACK_KEPT_DAYS": settings.feedback_kept_days,
    }


@dataclass(frozen=True)
class Reach:
    """What reaches a table with personal data. shown: by look-up and copy; erased: `YES`, `IN_PETITION` or why not."""

    shown: str
    erased: str


@lru_cache(maxsize=1)
def reach() -> dict[str, Reach]:
    """Return table → what reaches it, for the tables of the classes that are personal."""
    rows = read_yaml(INVENTORY_FILE)["reach"]
    return {str(table): Reach(row["shown"], row["erased"]) for table, row in rows.items()}


@lru_cache(maxsize=1)
def data_classes() -> dict[str, DataClass]:
    """Return all classes by name, in the order of the file."""
    rows = read_yaml(INVENTORY_FILE)["classes"]
    return {row["name"]: DataClass(**{**row, "tables": tuple(row["tables"])}) for row in rows}


def to_page() -> str:
    """Return docs/data-inventory.md, with the periods as they are where nothing is set."""
    days = kept_days(Settings.from_env({}))
    page = read_yaml(INVENTORY_FILE)["page"]
    lines = [page["head"]]
    for one in data_classes().values():
        tables = ", ".join(f"`{table}`" for table in one.tables)
        kept = one.kept_for(days) + (f" (`{one.setting}`)" if one.setting else "")
        name = f"`{one.name}`" + (" (có thông tin cá nhân)" if one.personal else "")
        lines.append(_row(name, tables, one.what, one.why, kept, one.asked))
    lines.append(page["reach"])
    words: dict[str, str] = page["reached"]
    lines += [
        _row(f"`{table}`", words.get(one.shown, one.shown), words.get(one.erased, one.erased))
        for table, one in reach().items()
    ]
    lines.append(page["elsewhere"])
    elsewhere: list[dict[str, Any]] = read_yaml(INVENTORY_FILE)["elsewhere"]
    lines += [_row(f"`{one['name']}`", one["where"], one["what"], one["kept"], one["asked"]) for one in elsewhere]
    return "".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"
