"""Places in a message, as people name them. How: docs/places.md."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.places.binding import Binder, Group
from knowledge.places.loading import load_places
from knowledge.places.meaning import mention_of
from knowledge.places.models import PlaceMention
from knowledge.places.names import Spans, load_names
from knowledge.places.pieces import Scanner
from knowledge.places.tokens import Token, tokens_of
from knowledge.places.ways import load_ways


def find_places(text: str, spans: Spans | None = None) -> tuple[PlaceMention, ...]:
    """Return the places in `text`, in reading order, without overlaps. spans: another finder of the same names."""
    tokens = tokens_of(text)
    names, ways = load_names(), load_ways()
    found = (spans or names.spans)([token.plain for token in tokens])
    groups = Binder(tokens, ways).groups(Scanner(tokens, names, ways, found).pieces())
    mentions = (_mention(group, text, tokens) for group in groups)
    return tuple(mention for mention in mentions if mention is not None)


def _mention(group: Group, text: str, tokens: Sequence[Token]) -> PlaceMention | None:
    start, end = tokens[group.start].start, tokens[group.end - 1].end
    at_home = bool(load_ways().home.length_before(list(tokens), group.start))
    return mention_of(group, text, start, end, load_places(), at_home)
