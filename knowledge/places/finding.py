"""Places in a message, as people name them. How: docs/places.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge.places.binding import Binder, Group
from knowledge.places.loading import load_places
from knowledge.places.meaning import mention_of
from knowledge.places.models import MentionKind, PlaceMention
from knowledge.places.names import Spans, load_names
from knowledge.places.pieces import pieces_of
from knowledge.places.reading import Reader
from knowledge.places.tokens import Token, tokens_of
from knowledge.places.ways import load_ways


def find_places(text: str, spans: Spans | None = None) -> tuple[PlaceMention, ...]:
    """Return the places in `text`, in reading order, without overlaps. spans: another finder of the same names."""
    tokens = tokens_of(text)
    names, ways = load_names(), load_ways()
    found = (spans or names.spans)([token.plain for token in tokens])
    groups = Binder(tokens, ways).groups(pieces_of(Reader(tokens, names, ways, found)))
    mentions = (_mention(group, text, tokens) for group in groups)
    return tuple(_without_repeats([mention for mention in mentions if mention is not None], text))


def _without_repeats(mentions: list[PlaceMention], text: str) -> Iterator[PlaceMention]:
    """ "Biên Hòa, Đồng Nai" is one place outside the city."""
    last: PlaceMention | None = None
    for mention in mentions:
        outside = last is not None and last.kind is mention.kind is MentionKind.OUTSIDE
        if last is not None and outside and not text[last.end : mention.start].strip(" ,-–."):
            last = replace(last, end=mention.end, said=text[last.start : mention.end])
            continue
        if last is not None:
            yield last
        last = mention
    if last is not None:
        yield last


def _mention(group: Group, text: str, tokens: Sequence[Token]) -> PlaceMention | None:
    start, end = tokens[group.start].start, tokens[group.end - 1].end
    at_home = bool(load_ways().home.length_before(list(tokens), group.start))
    return mention_of(group, text, start, end, load_places(), at_home)
