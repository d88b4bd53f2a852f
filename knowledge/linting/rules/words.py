"""Words: of yesterday, too many in a sentence, invisible, or typed as a test."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from knowledge.linting.models import Context, Hit, Subject, seen, texts_of
from knowledge.vocabulary import Words, repealed_laws, shown_around, words

_ODD = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u0300-\u0309\u0323]"
)
_ESCAPED_ODD = re.compile(rb"\\u(00[01][0-9a-f]|00ad|200[b-f]|202[a-e]|206[0-4]|feff|030[0-9]|0323)", re.IGNORECASE)
_AROUND = 24
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+")
_SENTENCE_WORDS = 30
_TEST = re.compile(r"^\W*(test|demo|thử nghiệm)\W*\d*\W*$", re.IGNORECASE)
_NAMES = ("title", "sector", "handling_agency", "competent_agency")
_RAW_NAMES = ("name", "executingAgencies")


def abolished_body(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _hits(words("abolished_bodies"), subject)


def old_paper(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _hits(words("old_papers"), subject)


def old_portal(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _hits(words("old_portals"), subject)


def _hits(group: Words, subject: Subject) -> Iterator[Hit]:
    """Yield the first use in each text that is not allowed where it stands."""
    if not any(needle in subject.all_text for needle in group.needles):
        return
    for where, text, lowered in subject.texts:
        found = group.found(lowered)
        if found is not None:
            yield Hit(shown_around(text, found), where, text)


def repealed_law(subject: Subject, context: Context) -> Iterator[Hit]:
    numbers = {basis.number: basis.number.lower() for basis in subject.record.legal_bases}
    for law in repealed_laws() if numbers else ():
        for number, lowered in numbers.items():
            named = law.short in lowered and (law.pattern.search(lowered) or lowered == law.short)
            if named and law.since <= context.day:
                yield Hit(f"{number}: nay là {law.by}", "legal_bases")


def repealed_law_in_text(subject: Subject, context: Context) -> Iterator[Hit]:
    for law in repealed_laws():
        if law.since > context.day or law.number.lower() not in subject.all_text:
            continue
        for where, text, lowered in subject.texts:
            if law.pattern.search(lowered):
                yield Hit(f"{law.number}: nay là {law.by}", where, text)


def long_sentence(subject: Subject, context: Context) -> Iterator[Hit]:
    """In what we wrote ourselves, and read aloud (R-01). A colon or semicolon ends a sentence, as it does in a list."""
    record = subject.record
    texts = {"summary": (record.summary,), "who": (record.who,), "steps": record.steps, "notes": record.notes}
    for where, parts in {**texts, "recheck_reason": (record.recheck_reason,)}.items() if subject.curated else ():
        for sentence in (sentence for text in parts for sentence in _SENTENCE.split(text)):
            if len(sentence.split()) > _SENTENCE_WORDS:
                yield seen(sentence, where)


def invisible_characters(subject: Subject, context: Context) -> Iterator[Hit]:
    """Invisible or loose characters: in our own texts, or in the portal's before they were cleaned."""
    found: Iterator[tuple[str, str]] = iter(())
    if subject.curated:
        found = ((where, text) for where, text in texts_of(subject.record) if _ODD.search(text))
    elif _ESCAPED_ODD.search(subject.content) or _ODD.search(subject.content.decode("utf-8", "replace")):
        texts = _strings(subject.raw, "") if subject.raw else iter([("", subject.content.decode("utf-8", "replace"))])
        found = ((where, text) for where, text in texts if _ODD.search(text))
    for where, text in found:
        odd = _ODD.search(text)
        if odd is not None:
            name = unicodedata.name(odd[0], "ký tự điều khiển")
            around = text[max(0, odd.start() - _AROUND) : odd.end() + _AROUND]
            yield Hit(f"U+{ord(odd[0]):04X} {name}: “{_ODD.sub('▯', ' '.join(around.split()))}”", where)
            return


def _strings(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, f"{where}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _strings(inner, f"{where}/{place}")


def double_blanks(subject: Subject, context: Context) -> Iterator[Hit]:
    """Runs of blanks within names; elsewhere they harm nothing."""
    names: dict[str, Any] = {f"/{name}": subject.raw.get(name) for name in _RAW_NAMES}
    if subject.curated:
        names = {name: getattr(subject.record, name) for name in _NAMES}
    for where, name in names.items():
        if isinstance(name, str) and "  " in name.strip():
            yield seen(re.sub(r" {2,}", "␣␣", name.strip()), where)


def trial_record(subject: Subject, context: Context) -> Iterator[Hit]:
    """A record that somebody typed to try the portal out."""
    record = subject.record
    for where, text in (
        ("title", record.title),
        *((f"steps/{place}", text) for place, text in enumerate(record.steps)),
    ):
        if _TEST.match(text):
            yield Hit(text.strip(), where)
            return
