"""An answer in pieces of a few lines, for who reads slowly: the same blocks in the same order, nothing left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from knowledge import blocks as b

LINE = 110
"""Characters that count as one line: about two on a phone with large letters."""
LINES = 3
"""Lines of one piece."""
_SENTENCE = re.compile(r"(?<=[.;:!?])\s+|\n+")


def paged(parts: Sequence[b.Block], lines: int = LINES) -> tuple[tuple[b.Block, ...], ...]:
    """Return `parts` in pieces of at most `lines` lines, the source with the last.

    A heading or a line that ends in a colon stays with what follows it. One item or sentence longer than a piece is a
    piece of its own.
    """
    pieces: list[list[b.Block]] = [[]]
    room = lines
    heading: list[b.Block] = []
    for unit in _units(parts, lines):
        if isinstance(unit, b.Text) and (unit.kind == "heading" or unit.text.endswith(":")):
            heading.append(unit)
            continue
        needed = _length(unit)
        if pieces[-1] and needed > room:
            pieces.append([])
            room = lines
        pieces[-1] += [*heading, unit]
        heading, room = [], room - needed
    pieces[-1] += heading
    return tuple(tuple(_joined(piece)) for piece in pieces if piece)


def _units(parts: Iterable[b.Block], lines: int) -> Iterator[b.Block]:
    """Yield one item or a few sentences at a time; an ordered item keeps its number."""
    for part in parts:
        if isinstance(part, b.ItemList):
            for place, item in enumerate(part.items, start=part.start):
                first, *more = _cut(item.text, lines)
                yield b.ItemList((b.Item(first, "" if more else item.detail),), part.ordered, start=place)
                yield from map(b.paragraph, more)
                if more and item.detail:
                    yield b.paragraph(item.detail)
        elif isinstance(part, b.Text) and part.kind != "heading":
            yield from (b.Text(part.kind, text) for text in _cut(part.text, lines))
        else:
            yield part


def _cut(text: str, lines: int) -> list[str]:
    """Return `text` in runs of whole sentences of at most `lines` lines each, where its sentences allow that."""
    runs = [""]
    for sentence in _SENTENCE.split(text):
        joined = f"{runs[-1]} {sentence}".strip()
        if runs[-1] and len(joined) > lines * LINE:
            runs.append(sentence)
        else:
            runs[-1] = joined
    return runs


def _length(unit: b.Block) -> int:
    if isinstance(unit, b.SourceNote):
        return 0  # three short lines in small print, which belong to what they are the source of
    text = unit.text if isinstance(unit, b.Text) else "".join(item.text + item.detail for item in unit.items)
    return max(1, -(-len(text) // LINE))


def _joined(piece: Iterable[b.Block]) -> Iterator[b.Block]:
    """Yield the blocks of a piece, neighbouring items of a list as one list again."""
    running: b.ItemList | None = None
    for block in piece:
        follows = isinstance(block, b.ItemList) and running is not None and _goes_on(running, block)
        if follows and running is not None and isinstance(block, b.ItemList):
            running = b.ItemList(running.items + block.items, running.ordered, start=running.start)
            continue
        if running is not None:
            yield running
        running = block if isinstance(block, b.ItemList) else None
        if running is None:
            yield block
    if running is not None:
        yield running


def _goes_on(before: b.ItemList, after: b.ItemList) -> bool:
    return before.ordered == after.ordered and after.start == before.start + len(before.items)
