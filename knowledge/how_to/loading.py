"""Reads the guides; each file is checked against the schema, faults by file and line."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.how_to.models import HelpKind, HowToGuide, HowToStep
from knowledge.settings import CONTENT_DIR
from knowledge.topics import pattern_of, plain

GUIDES_DIR = CONTENT_DIR / "guides"
SCHEMA_PATH = CONTENT_DIR / "guides.schema.json"
WORDS_PATH = CONTENT_DIR / "how_to_words.yml"


@lru_cache(maxsize=4)
def load_guides(folder: Path = GUIDES_DIR) -> dict[str, HowToGuide]:
    """Return the guides of `folder` by id, in the order of need; raise `RecordInvalidError` with file and line."""
    guides: dict[str, HowToGuide] = {}
    for path in sorted(folder.glob("*.yml")):
        guide = read_guide(path)
        if path.stem != guide.id:
            raise RecordInvalidError(f"{path}:{line_of(path, ['id'])}", f"id {guide.id} does not match the file's name")
        guides[guide.id] = guide
    for guide in guides.values():
        unknown = [name for name in guide.next if name not in guides]
        if unknown:
            path = folder / f"{guide.id}.yml"
            raise RecordInvalidError(f"{path}:{line_of(path, ['next'])}", f"no guide {', '.join(unknown)}")
    return dict(sorted(guides.items(), key=lambda one: list(HelpKind).index(one[1].kind)))


def read_guide(path: Path) -> HowToGuide:
    """Return the guide in `path`."""
    data = read_yaml(path)
    for fault in jsonschema.Draft7Validator(json.loads(SCHEMA_PATH.read_text("utf-8"))).iter_errors(data):
        raise RecordInvalidError(f"{path}:{line_of(path, list(fault.path))}", fault.message[:200])
    ids = [step["id"] for step in data["steps"]]
    twice = [name for name in ids if ids.count(name) > 1]
    if twice:
        raise RecordInvalidError(f"{path}:{line_of(path, ['steps'])}", f"step {twice[0]} stands twice")
    try:
        checked_on = date.fromisoformat(data["checked_on"])
    except ValueError as error:
        raise RecordInvalidError(f"{path}:{line_of(path, ['checked_on'])}", str(error)) from error
    lists: dict[str, Any] = {name: tuple(data.get(name) or ()) for name in ("sources", "say", "next", "names_found")}
    texts: dict[str, Any] = {
        name: str(data.get(name) or "").strip() for name in ("title", "need", "never_share", "done", "recheck")
    }
    return HowToGuide(
        id=data["id"],
        kind=HelpKind(data["kind"]),
        checked_on=checked_on,
        steps=tuple(HowToStep(**step) for step in data["steps"]),
        pattern=pattern_of(data["say"], _words()["names"]),
        **lists,
        **texts,
    )


def guide_for(text: str) -> HowToGuide | None:
    """Return the guide that a message asks for: the one whose longest phrase stands in it; None where none does."""
    typed = plain(text)
    found = [
        (max(len(match[0]) for match in guide.pattern.finditer(typed)), guide)
        for guide in load_guides().values()
        if guide.pattern.search(typed)
    ]
    return max(found, key=lambda one: one[0])[1] if found else None


def reply_phrases(name: str) -> tuple[str, ...]:
    """Return the words with which people say that a step is `done`, or that they are `stuck`."""
    return tuple(map(str, _words()["replies"]["say"][name]))


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(WORDS_PATH)
    return data


def sentences(text: str) -> list[str]:
    """Return the sentences of a step; the dots of an address are none."""
    return [part for part in re.split(r"(?<=[.!?])\s+", text.strip()) if part]
