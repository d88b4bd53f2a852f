"""The list of data classes (inventory.yml), and the page that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml

INVENTORY_FILE = Path(__file__).with_name("inventory.yml")


@dataclass(frozen=True)
class DataClass:
    """One class. label: as a citizen reads it, empty where nothing of it belongs to a conversation."""

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


@lru_cache(maxsize=1)
def data_classes() -> dict[str, DataClass]:
    """Return all classes by name, in the order of the file."""
    rows = read_yaml(INVENTORY_FILE)["classes"]
    return {row["name"]: DataClass(**{**row, "tables": tuple(row["tables"])}) for row in rows}


def to_page() -> str:
    """Return docs/data-inventory.md."""
    page = read_yaml(INVENTORY_FILE)["page"]
    lines = [page["head"]]
    for one in data_classes().values():
        tables = ", ".join(f"`{table}`" for table in one.tables)
        kept = f"{one.kept} (`{one.setting}`)" if one.setting else one.kept
        name = f"`{one.name}`" + (" (có thông tin cá nhân)" if one.personal else "")
        lines.append(_row(name, tables, one.what, one.why, kept, one.asked))
    lines.append(page["elsewhere"])
    elsewhere: list[dict[str, Any]] = read_yaml(INVENTORY_FILE)["elsewhere"]
    lines += [_row(f"`{one['name']}`", one["where"], one["what"], one["kept"], one["asked"]) for one in elsewhere]
    return "".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"
