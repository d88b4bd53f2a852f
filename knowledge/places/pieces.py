"""All parts of place names in a message, from left to right."""

from __future__ import annotations

from knowledge.places.misspelling import Guesser
from knowledge.places.names import Option
from knowledge.places.parts import Piece
from knowledge.places.reading import Reader


def pieces_of(reader: Reader) -> list[Piece]:
    """Return all pieces, also names without a word before them that may yet be ordinary words."""
    guesser = Guesser(reader)
    found: list[Piece] = []
    place = 0
    while place < len(reader.tokens):
        piece = _piece_at(place, reader, guesser, found[-1] if found else None)
        if piece is not None:
            found.append(piece)
        place = piece.end if piece else place + 1
    return found


def _piece_at(place: int, reader: Reader, guesser: Guesser, last: Piece | None) -> Piece | None:
    """As it is spelt first; a guess only where that says nothing, or leaves a word behind that is none."""
    before = _district_before(last, place)
    read = reader.with_level(place)
    if read is None or guesser.goes_on_unread(read):
        near = guesser.name_after_level(place, before)
        if near is not None and (read is None or near.end > read.end):
            return near
    return (
        read
        or guesser.level_itself(place, before)
        or reader.bare(place)
        or guesser.ward_before_district(place)
        or guesser.district_after_ward(place, last)
    )


def _district_before(last: Piece | None, place: int) -> Option | None:
    return last.district if last is not None and last.end == place else None
