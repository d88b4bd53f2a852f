"""Parts of an answer: paragraphs, lists, notices and the source, and the plain text that says the same.

Shapes of the JSON: docs/web-chat.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Item:
    """One entry of a list: what it is, and in smaller print what to know about it."""

    text: str
    detail: str = ""


@dataclass(frozen=True)
class Text:
    """A line of text; `kind` is heading, paragraph or notice."""

    kind: str
    text: str


@dataclass(frozen=True)
class ItemList:
    """start: number of the first item, where a list goes on from an earlier message."""

    items: tuple[Item, ...]
    ordered: bool = False
    kind: str = "list"
    start: int = 1


@dataclass(frozen=True)
class SourceNote:
    """Where an answer comes from, each part a ready line."""

    title: str
    code: str
    decision: str
    checked: str
    url: str
    kind: str = "source"


Block = Text | ItemList | SourceNote


def heading(text: str) -> Text:
    return Text("heading", text)


def paragraph(text: str) -> Text:
    return Text("paragraph", text)


def notice(text: str) -> Text:
    return Text("notice", text)


def to_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Return `blocks` as JSON values."""
    return [_block_json(block) for block in blocks]


def _block_json(block: Block) -> dict[str, Any]:
    if isinstance(block, ItemList):
        items = [{"text": item.text, "detail": item.detail} for item in block.items]
        start = {"start": block.start} if block.start > 1 and block.ordered else {}
        return {"kind": block.kind, "ordered": block.ordered, **start, "items": items}
    return dict(vars(block))


def to_text(blocks: Iterable[Block]) -> str:
    """Return the plain text of `blocks`: complete, one thing a line, no blank lines (Rasa splits at those)."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Block) -> list[str]:
    if isinstance(block, ItemList):
        return [_item_line(place, item, block.ordered) for place, item in enumerate(block.items, start=block.start)]
    if isinstance(block, SourceNote):
        return [block.title, f"{block.code} · {block.decision} · {block.checked}", *([block.url] if block.url else [])]
    return [block.text]


def _item_line(place: int, item: Item, ordered: bool) -> str:
    mark = f"{place}." if ordered else "•"
    return f"{mark} {item.text}" + (f" – {item.detail}" if item.detail else "")
