"""The verdict on a paper: what a procedure's published list says of it.

`NOT_ON_LIST` is the gravest thing to say, so it is said only of a paper whose other names are known, where the list is
published, holds nothing in general words, and nothing in the whole record resembles or mentions the paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.models import Completeness, ComponentRole, Procedure
from knowledge.paper_check.clauses import Segment, Weight, application_head, segments, weigh
from knowledge.paper_check.conditions import in_every_case, is_alternative, verdict_of
from knowledge.paper_check.lexicon import load_papers, plain
from knowledge.paper_check.marked import marked
from knowledge.paper_check.models import AskedPaper, Finding, Place, Reason, Verdict
from knowledge.paper_check.openness import is_open
from knowledge.text import words

_NOT_PUBLISHED = re.compile(r"\b(?:chua co quy dinh|chua quy dinh|khong quy dinh)\b")
_BY_DATA = re.compile(
    r"\b(?:tra cuu|cho biet thong tin|khai thac|khong phai (?:nop|xuat trinh)|khong co trong danh muc)\b"
)
_DATA_ENOUGH = re.compile(r"\b(?:chi can cung cap|tra cuu|cho biet thong tin)\b")
_GENERIC = frozenset(
    words(
        " viec ho ve giay to van ban don khai mau so phieu chung nhan xac minh ban sao de nghi xin"
        " dang ky cap cua theo cho cac mot co nguoi ca bo chinh quyet dinh hop dong bien thu tuc lam cong"
        " hai ba dua toi tui em minh"
    )
)
"""Words that many papers share; the others tell papers apart."""
_OLD_ASKED = re.compile(r"\b(?:cu|da cap)\b")
_OLD = re.compile(r"\b(?:cu|gan nhat|da duoc cap|da cap|truoc do|truoc day)\b")
_MOST_PLACES = 4
_MOST_SHOWN = 6


@dataclass(frozen=True)
class _Hit:
    place: Place
    segment: Segment
    weight: Weight


def check_paper(paper: AskedPaper, procedure: Procedure) -> Finding:
    """Return what the record of `procedure` says of `paper`."""
    if paper.replaced:
        return _replaced(paper, procedure)
    places = list(_places(procedure))
    if not _published(places, procedure):
        return Finding(Verdict.UNSURE, Reason.NOT_PUBLISHED)
    hits = _hits(paper, places)
    heads = [hit for hit in hits if hit.weight is Weight.HEAD]
    if heads:
        if _alternatives(heads):
            return _verdict([*_kind_hits(paper, places), *heads], procedure, Reason.OF_A_KIND, "")
        return _settled(paper, _meant(paper, heads), procedure)
    kind = _kind_hits(paper, places)
    if kind:
        return _verdict(kind, procedure, Reason.OF_A_KIND, "")
    note = _note_on(paper, procedure)
    if note:
        by_data = _BY_DATA.search(plain(note))
        return Finding(Verdict.LOOKED_UP if by_data else Verdict.UNSURE, Reason.IN_NOTES, note=note)
    return _absent(paper, hits, places, procedure)


def _places(procedure: Procedure) -> Iterator[Place]:
    for case in procedure.dossier:
        yield from (Place(case, part) for part in case.components if part.role is not ComponentRole.NOTE)


def _published(places: list[Place], procedure: Procedure) -> bool:
    full = procedure.completeness is Completeness.FULL
    return full and any(not _NOT_PUBLISHED.search(plain(place.component.name)) for place in places)


def _replaced(paper: AskedPaper, procedure: Procedure) -> Finding:
    """The household book and its like (R-11): never required; evidence where the lexicon names the component."""
    for place in _places(procedure):
        if f"{procedure.code}/{place.component.id}" in paper.optional_in:
            return Finding(Verdict.ONLY_IN_CASE, Reason.OPTIONAL_EVIDENCE, (place,))
    return Finding(Verdict.LOOKED_UP, Reason.REPLACED)


def _hits(paper: AskedPaper, places: list[Place]) -> list[_Hit]:
    by_form = [hit for place in places for hit in _of_form(paper.form, place)] if paper.form else []
    if by_form:
        return by_form
    found = [hit for place in places for hit in _of_name(paper, place)]
    if paper.known or any(hit.weight is Weight.HEAD for hit in found):
        return found
    return [hit for place in places for hit in _of_words(paper.phrases[0], place)] or found


def _of_form(number: str, place: Place) -> Iterator[_Hit]:
    text = re.sub(r"[\s-]", "", plain(f"{place.component.form} {place.component.name}").replace("mau", " mau"))
    if number in text:
        yield _Hit(place, segments(place.component.name)[0], Weight.HEAD)


def _of_name(paper: AskedPaper, place: Place) -> Iterator[_Hit]:
    """The best segment of a component's name in which one of the paper's names stands."""
    found = [
        _Hit(place, segment, weight)
        for segment in segments(place.component.name)
        for phrase in paper.phrases
        if len(phrase) > len("abc") and (weight := weigh(phrase, segment)) is not Weight.NONE
    ]
    if not found and paper.apart:  # a photograph by no name that is known ("03 ảnh chụp thẳng") may be the one
        short = (phrase for phrase in paper.phrases if " " not in phrase)
        found = [_Hit(place, part, Weight.MENTIONED) for phrase in short for part in _holding(phrase, place)]
    if found:
        yield max(found, key=lambda hit: hit.weight)


def _holding(phrase: str, place: Place) -> Iterator[Segment]:
    return (segment for segment in segments(place.component.name) if segment.holds(phrase))


def _of_words(said: str, place: Place) -> Iterator[_Hit]:
    """A paper in free words: its telling words all in one segment of the same sort of paper, or some of them."""
    phrase = plain(said)
    head = application_head(phrase)
    asked = set(phrase.split())
    telling = asked - _GENERIC
    for segment in segments(place.component.name)[:1] if head else segments(place.component.name):
        same = segment.head and (segment.head == head or bool(telling)) if head else _same_sort(phrase, segment)
        if same and telling <= set(segment.text.split()):
            yield _Hit(place, segment, Weight.HEAD)
            return
    if telling & set(plain(place.component.name).split()) or (head and segments(place.component.name)[0].head):
        yield _Hit(place, segments(place.component.name)[0], Weight.MENTIONED)


def _same_sort(phrase: str, segment: Segment) -> bool:
    """The word that the paper's name begins with begins a part too, or, beside several telling words, stands there."""
    first, telling = phrase.split()[0], set(phrase.split()) - _GENERIC
    if segment.head:
        return False
    near = any(first in part.split()[:4] for part in segment.parts)
    return near or (len(telling) > 1 and first in segment.text.split())


def _kind_hits(paper: AskedPaper, places: list[Place]) -> list[_Hit]:
    return [hit for place in places for hit in _of_kind(paper, place)]


def _of_kind(paper: AskedPaper, place: Place) -> Iterator[_Hit]:
    kinds = load_papers().kinds
    for segment in segments(place.component.name):
        if segment.head:
            continue
        if any(segment.holds(phrase) for kind in paper.kinds for phrase in kinds[kind]):
            yield _Hit(place, segment, Weight.HEAD)
            return


def _meant(paper: AskedPaper, heads: list[_Hit]) -> list[_Hit]:
    """The old one where an old one is asked for."""
    if not _OLD_ASKED.search(plain(paper.said)):
        return heads
    return [hit for hit in heads if _OLD.search(plain(hit.place.component.name))] or heads


def _alternatives(hits: list[_Hit]) -> bool:
    """Say whether all stand in a case that only lists what will do for another component."""
    return all(is_alternative(hit.place.case) for hit in hits)


def _settled(paper: AskedPaper, heads: list[_Hit], procedure: Procedure) -> Finding:
    """Several different papers under one loose name are asked about; a known paper may well stand in several places."""
    names = {plain(hit.place.component.name) for hit in heads}
    loose = not paper.known and not paper.form and not _telling(paper)
    if loose and len(names) > 1 and not in_every_case([hit.place for hit in heads], procedure):
        return Finding(Verdict.UNSURE, Reason.SEVERAL, tuple(hit.place for hit in heads[:_MOST_PLACES]))
    return _verdict(heads, procedure, Reason.NAMED, _note_on(paper, procedure))


def _verdict(hits: list[_Hit], procedure: Procedure, reason: Reason, note: str) -> Finding:
    application = all(hit.segment.head for hit in hits)
    everywhere = in_every_case([hit.place for hit in hits], procedure, application, reason is Reason.OF_A_KIND)
    said = [(verdict_of(hit.place, procedure, hit.segment, everywhere), hit.place) for hit in hits]
    found_first = (
        (Verdict.LOOKED_UP, Verdict.ON_LIST) if reason is Reason.OF_A_KIND else (Verdict.ON_LIST, Verdict.LOOKED_UP)
    )
    for verdict in (*found_first, Verdict.ONLY_IN_CASE):
        places = tuple(place for found, place in said if found is verdict)
        places += tuple(place for found, place in said if found is not verdict) if places else ()
        if places:
            shown = places[0].component.role is ComponentRole.PRESENT and _DATA_ENOUGH.search(plain(note))
            return Finding(Verdict.LOOKED_UP if shown else verdict, reason, places[:_MOST_PLACES], note)
    raise AssertionError("every place has a verdict")


def _note_on(paper: AskedPaper, procedure: Procedure) -> str:
    """The record's own remark on the paper, if there is one."""
    notes = [*procedure.notes]
    for case in procedure.dossier:
        notes += [part.name for part in case.components if part.role is ComponentRole.NOTE]
    return next((note for note in notes if _mentions(paper, note)), "")


def _mentions(paper: AskedPaper, text: str) -> bool:
    read = marked(text)
    return any(" " in phrase and read.holds(phrase) for phrase in paper.phrases)


def _absent(paper: AskedPaper, hits: list[_Hit], places: list[Place], procedure: Procedure) -> Finding:
    near = tuple(hit.place for hit in hits) or tuple(
        place for place in places if not paper.apart and _resembles(paper, place)
    )
    near = near[:_MOST_PLACES]
    if near:
        return Finding(Verdict.UNSURE, Reason.RESEMBLES, near)
    general = tuple(place for place in places if is_open(place.component))
    if general and not paper.apart:
        return Finding(Verdict.UNSURE, Reason.OPEN_LIST, general[:_MOST_PLACES])
    beside = [*procedure.requirements, *procedure.steps, *(place.component.condition for place in places)]
    beside += [place.case.case for place in places]
    if any(_mentions(paper, text) for text in beside):
        return Finding(Verdict.UNSURE, Reason.RESEMBLES)
    if not paper.known:
        return Finding(Verdict.UNSURE, Reason.OTHER_NAME, tuple(places[:_MOST_SHOWN]))
    return Finding(Verdict.NOT_ON_LIST, Reason.ABSENT)


def _resembles(paper: AskedPaper, place: Place) -> bool:
    """Say whether a component shares most of the telling words of one of the paper's names, and two at least."""
    named = {word for segment in segments(place.component.name) if not segment.head for word in segment.text.split()}
    telling = (set(plain(phrase).split()) - _GENERIC for phrase in paper.phrases)
    return any(len(words_of & named) >= max(2, len(words_of) // 2 + 1) for words_of in telling)


def _telling(paper: AskedPaper) -> bool:
    """Not finding free words means something only where one of them tells the paper from others."""
    return paper.known or bool(set(plain(paper.phrases[0]).split()) - _GENERIC)
