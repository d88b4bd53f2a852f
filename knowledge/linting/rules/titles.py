"""Procedures that are alike by title: the same, the same at another level, another province's, or one word apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from knowledge.linting.models import Context, Hit, Subject, Twin
from knowledge.models import AuthorityLevel, Procedure
from knowledge.text import words

_LEAD = re.compile(r"^thu tuc ")
_BODY = r"(?:chu tich |uy ban nhan dan |ubnd |cong an |co quan |phong |so )*"
_LEVEL = re.compile(
    r"(?: (?:thuc hien |giai quyet )?(?:thuoc tham quyen (?:phe duyet |giai quyet |quyet dinh )?)?"
    rf"(?:cua |tai |o |do )?{_BODY}cap (?:trung uong|tinh|xa|bo|huyen)(?: thuc hien| giai quyet)?| trung uong)$"
)
_PROVINCE = re.compile(r" tren dia ban (?:tinh|thanh pho) [a-z ]{2,24}$")
_SHORTEST = 4
_SHOWN = 6
_LEVELS = {
    AuthorityLevel.MINISTRY: "bộ",
    AuthorityLevel.PROVINCE: "tỉnh",
    AuthorityLevel.COMMUNE: "xã",
    AuthorityLevel.OTHER: "cơ quan khác",
}


@lru_cache(maxsize=20_000)
def plain(title: str) -> str:
    """Return the words of a title, folded, without "Thủ tục", punctuation and the province it holds in."""
    return _PROVINCE.sub("", _LEAD.sub("", " ".join(words(title))))


@lru_cache(maxsize=20_000)
def without_level(title: str) -> str:
    """Return `plain` words without what says at which level: "(thực hiện tại cấp xã)", "cấp Bộ"."""
    text = plain(title)
    while (shorter := _LEVEL.sub("", text)) != text:
        text = shorter
    return text


def gaps(title: str) -> Iterator[str]:
    """Yield the title with each word left open, and with one more: two titles one word apart have one in common."""
    parts = plain(title).split()
    if len(parts) < _SHORTEST:
        return
    for place in range(len(parts)):
        yield " ".join((*parts[:place], "*", *parts[place + 1 :]))
    for place in range(len(parts) + 1):
        yield " ".join((*parts[:place], "*", *parts[place:]))


def gather(records: Iterable[tuple[Procedure, bool]], context: Context) -> None:
    """Put into `context` which records (each with whether it is curated) share a title, a plain title, or a gap."""
    twins = {
        record.code: Twin(record.code, record.title, record.authority_levels, record.applies_to_city)
        for record, _ in records
    }
    for twin in twins.values():
        context.by_title.setdefault(plain(twin.title), []).append(twin)
        context.by_plain_title.setdefault(without_level(twin.title), []).append(twin)
    wanted = {gap for record, curated in records if curated for gap in gaps(record.title)}
    for twin in (twin for twin in twins.values() if twin.applies_to_city):
        for gap in wanted.intersection(gaps(twin.title)):
            context.by_gap.setdefault(gap, []).append(twin)


def near_duplicate(subject: Subject, context: Context) -> Iterator[Hit]:
    """The same words in another procedure that applies to the city: nothing tells a citizen which is meant."""
    record = subject.record
    if record.applies_to_city:
        yield from _named(
            record, (twin for twin in context.by_title.get(plain(record.title), ()) if twin.applies_to_city)
        )


def level_twin(subject: Subject, context: Context) -> Iterator[Hit]:
    """The same procedure at another level, by its title."""
    record = subject.record
    same = {twin.code for twin in context.by_title.get(plain(record.title), ())}
    twins = context.by_plain_title.get(without_level(record.title), ())
    if record.applies_to_city:
        yield from _named(record, (twin for twin in twins if twin.applies_to_city and twin.code not in same))


def provincial_copy(subject: Subject, context: Context) -> Iterator[Hit]:
    """A province's own procedure under the title of another: a copy under a code of its own."""
    record = subject.record
    if not record.applies_to_city:
        yield from _named(record, context.by_plain_title.get(without_level(record.title), ()))


def sibling_unnamed(subject: Subject, context: Context) -> Iterator[Hit]:
    """A title one word apart from ours, and our record does not say in words when that one is meant."""
    record = subject.record
    known = {sibling.code for sibling in record.siblings} | {record.code}
    near = {twin for gap in gaps(record.title) for twin in context.by_gap.get(gap, ())} if subject.curated else set()
    for twin in sorted(near, key=lambda item: item.code):
        if twin.code not in known and plain(twin.title) != plain(record.title):
            yield Hit(f"{twin.code}: {twin.title}", "siblings")


def _named(record: Procedure, twins: Iterable[Twin]) -> Iterator[Hit]:
    """Yield the twins in one hit, but for those that the record itself tells apart as siblings."""
    known = {record.code, *(sibling.code for sibling in record.siblings)}
    others = sorted({twin for twin in twins if twin.code not in known}, key=lambda twin: twin.code)
    named = [f"{twin.code} ({'/'.join(_LEVELS[level] for level in twin.levels) or 'không rõ cấp'})" for twin in others]
    if named:
        more = f" và {len(named) - _SHOWN} thủ tục nữa" if len(named) > _SHOWN else ""
        yield Hit(", ".join(named[:_SHOWN]) + more, "title", ", ".join(named))
