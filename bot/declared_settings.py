"""The list of all variables (declared_settings.yml), and the page that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.curated import read_yaml

LIST_FILE = Path(__file__).with_name("declared_settings.yml")
_SAID = "<!-- Made from bot/declared_settings.yml by `python -m tools.settings_page`: change it there. -->"


@dataclass(frozen=True)
class DeclaredSetting:
    """One variable. default: what holds where it is not set, as it would be set; empty where `unset` says it in words.

    meaning: Markdown, as it stands on the page.
    """

    name: str
    meaning: str
    default: str = ""
    unset: str = ""


@dataclass(frozen=True)
class SettingGroup:
    """One section of the page. after: a paragraph behind its table. tests_only: nothing that a deployment sets."""

    title: str
    settings: tuple[DeclaredSetting, ...]
    after: str = ""
    tests_only: bool = False


@lru_cache(maxsize=1)
def setting_groups() -> tuple[SettingGroup, ...]:
    """Return all groups in the order of the file."""
    return tuple(
        SettingGroup(**{**group, "settings": tuple(DeclaredSetting(**one) for one in group["settings"])})
        for group in read_yaml(LIST_FILE)["groups"]
    )


def declared_settings() -> dict[str, DeclaredSetting]:
    """Return what a deployment may set, by name."""
    return {one.name: one for group in setting_groups() if not group.tests_only for one in group.settings}


def variables_of_tests() -> frozenset[str]:
    """Return the names of the variables that only tests read."""
    return frozenset(one.name for group in setting_groups() if group.tests_only for one in group.settings)


def to_page() -> str:
    """Return docs/settings.md."""
    parts = ["# Settings", _SAID, read_yaml(LIST_FILE)["head"]]
    for group in setting_groups():
        parts += [f"## {group.title}", _table(group)] + ([group.after] if group.after else [])
    return "\n\n".join(parts) + "\n"


def _table(group: SettingGroup) -> str:
    titles = ["variable", "meaning"] if group.tests_only else ["variable", "default", "meaning"]
    rows = [[f"`{one.name}`", f"`{one.default}`" if one.default else one.unset, one.meaning] for one in group.settings]
    if group.tests_only:
        rows = [[name, meaning] for name, _, meaning in rows]
    lines = [f"| {' | '.join(cells)} |" for cells in (titles, *rows)]
    return "\n".join([lines[0], "|---" * len(titles) + "|", *lines[1:]])
