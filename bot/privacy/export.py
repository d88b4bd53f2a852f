"""What is held about a conversation as a page to read and as JSON to take along."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, Template, select_autoescape

from bot.ops.clock import CITY_TIME
from bot.privacy.desk import Seen
from bot.privacy.finding import Entry
from bot.privacy.inventory import data_classes
from bot.privacy.look import STYLE
from bot.privacy.words import privacy_wording

VERSION = 1


def to_html(seen: Seen, days: Mapping[str, int]) -> str:
    """Return the page. days: how long things are kept here, as `kept_days` says."""
    say = privacy_wording()
    facts = {name: say(f"page.{name}") for name in ("title", "masked", "take")}
    made = say("page.made", at=f"{seen.at.astimezone(CITY_TIME):%H:%M %d/%m/%Y}")
    look = {"style": STYLE, "brand": say("page.brand")}
    return _template("export.html.j2").render(**facts, **look, made=made, classes=_classes(seen, days))


def to_json(seen: Seen, days: Mapping[str, int]) -> str:
    """Return `{"version": 1, "made_at": …, "classes": [{name, label, why, kept, entries: [{at, text}]}]}`."""
    body = {"version": VERSION, "made_at": seen.at.isoformat(), "classes": _classes(seen, days)}
    return json.dumps(body, ensure_ascii=False, indent=1)


def copy_page(note: str, seen: Seen | None = None, title: str = "title") -> str:
    """Return the page of a copy: `seen`, or before it is opened (note "once") a button, or (note "gone") neither.

    title: "title" of a petition's, "title_conversation".
    """
    say = privacy_wording()
    made = say("copy_page.made", at=f"{seen.at.astimezone(CITY_TIME):%H:%M %d/%m/%Y}") if seen else ""
    entries = [_entry(entry) for found in seen.held.values() for entry in found] if seen else []
    button = say("copy_page.open") if note == "once" and seen is None else ""
    facts = {"title": say(f"copy_page.{title}"), "note": say(f"copy_page.{note}")}
    look = {"style": STYLE, "brand": say("page.brand")}
    return _template("copy.html.j2").render(**facts, **look, made=made, open=button, entries=entries)


def _entry(entry: Entry) -> dict[str, Any]:
    at = entry.at.astimezone(CITY_TIME).isoformat("T", "minutes") if entry.at else None
    return {"at": at, "text": entry.text}


def _classes(seen: Seen, days: Mapping[str, int]) -> list[dict[str, Any]]:
    known = data_classes()
    return [
        {
            "name": name,
            "label": known[name].label,
            "why": known[name].why,
            "kept": known[name].kept_for(days),
            "entries": [_entry(entry) for entry in entries],
        }
        for name, entries in seen.held.items()
    ]


@lru_cache(maxsize=2)
def _template(name: str) -> Template:
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["j2"]))
    return environment.get_template(name)
