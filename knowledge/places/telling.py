"""Whose place a mention is: where the citizen lives, or one that is only spoken of."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.places.models import MentionKind, PlaceMention
from knowledge.places.tokens import Token, tokens_of
from knowledge.places.ways import load_ways


def home_of(text: str, mentions: Sequence[PlaceMention]) -> PlaceMention | None:
    """Return the mention of the one unit that is told; None where several places of the city are, or none is certain.

    What is denied ("không phải phường 12, tôi ở …") and what lies outside the city does not count.
    """
    ours = [one for one in without_denied(text, mentions) if one.kind is not MentionKind.OUTSIDE]
    codes = {one.candidates for one in ours}
    return ours[-1] if len(codes) == 1 and ours[-1].kind is MentionKind.CERTAIN else None


def without_denied(text: str, mentions: Sequence[PlaceMention]) -> list[PlaceMention]:
    """Return the mentions that are not denied: "không phải phường 12, tôi ở …" is not about the first."""
    if not mentions:
        return []
    tokens = tokens_of(text)
    return [one for one in mentions if not _is_denied(one, tokens)]


def is_only_told(text: str, mentions: Sequence[PlaceMention]) -> bool:
    """Say whether the message does nothing but name places: "p12 q10", "dạ em ở Thảo Điền, quận 2"."""
    tokens, ways = tokens_of(text), load_ways()
    lists = (ways.small, ways.between, ways.where, ways.former, ways.today, ways.detail)
    at = 0
    while at < len(tokens):
        inside = any(one.start <= tokens[at].start < one.end for one in mentions)
        size = 1 if inside or tokens[at].plain.isdecimal() else max(words.length_at(tokens, at) for words in lists)
        if not size:
            return False
        at += size
    return bool(mentions)


def _is_denied(mention: PlaceMention, tokens: list[Token]) -> bool:
    at = next((number for number, token in enumerate(tokens) if token.start >= mention.start), 0)
    ways = load_ways()
    while at and (size := max(words.length_before(tokens, at) for words in (ways.where, ways.between))):
        at -= size
    return bool(ways.denied.length_before(tokens, at)) and not (at < len(tokens) and tokens[at].break_before)


def asks_unit(text: str) -> bool:
    """Say whether a message asks what a place is today ("giờ thuộc phường nào", "nay tên gì")."""
    tokens, ways = tokens_of(text), load_ways()
    return any(ways.asks_unit.length_at(tokens, at) for at in range(len(tokens)))
