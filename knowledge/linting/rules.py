"""The linter's rules: one per class of defect. Each yields what it sees; texts and gravity are in content/linting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from knowledge.catalogue import freshness
from knowledge.curated import read_yaml
from knowledge.importers.portal_values import text_of
from knowledge.importers.render_warnings import WarningKind
from knowledge.linting.models import Context, Hit, Subject
from knowledge.models import ComponentRole, FeeStatus, Method, OnlineLevel, Procedure, RecordStatus
from knowledge.settings import CONTENT_DIR
from knowledge.text import fold

Rule = Callable[[Subject, Context], Iterator[Hit]]
RULES: dict[str, Rule] = {}

_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+\s*(?:đồng|đ\b|vnđ)", re.IGNORECASE)
_COUNCIL = re.compile(r"hội đồng nhân dân|hđnd", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"^(QĐ/|Demo|Test|0+/|x+/)|^\W*$", re.IGNORECASE)
_STEP = re.compile(r"^\W*bước\s+\d", re.IGNORECASE)
_ODD = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u0300-\u0309\u0323]"
)
_ESCAPED_ODD = re.compile(rb"\\u(0000|200[bcdef]|202[a-e]|feff|030[0-9]|0323)")
_SENTENCE_WORDS = 30
_SHOWN = 160
_OF_READING = {
    WarningKind.NOTE_OR_PAPER: "note_or_paper",
    WarningKind.PAPER_WITHOUT_QUANTITY: "paper_without_quantity",
    WarningKind.ROWS_SHUFFLED: "rows_shuffled",
    WarningKind.STEPS_OUT_OF_ORDER: "steps_out_of_order",
    WarningKind.FEE_PERIODS: "fee_periods",
    WarningKind.FEE_CELL_AND_NOTE: "fee_cell_and_note",
    WarningKind.TIME_WITHOUT_UNIT: "time_without_unit",
    WarningKind.TIMES_DIFFER: "times_differ",
}


def rule(function: Rule) -> Rule:
    """Register a rule under its function's name."""
    RULES[function.__name__] = function
    return function


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, Any]:
    return dict(read_yaml(CONTENT_DIR / "linting" / "vocabulary.yml"))


def _raw_fees(subject: Subject) -> Iterator[tuple[Any, str, str]]:
    """Yield (value, words, pointer) of each fee in the raw record."""
    for place, way in enumerate(subject.raw.get("executionMethods") or []):
        for number, fee in enumerate(way.get("fees") or [] if isinstance(way, dict) else []):
            if isinstance(fee, dict):
                where = f"/executionMethods/{place}/fees/{number}"
                yield fee.get("value"), text_of(fee.get("description")), where


@rule
def fee_zero_with_amount(subject: Subject, context: Context) -> Iterator[Hit]:
    for value, words, where in _raw_fees(subject):
        if value == 0 and _AMOUNT.search(words):
            yield Hit(words[:_SHOWN], where)
    for way in subject.record.submission_methods if subject.curated else ():
        for fee in way.fees:
            if fee.status in (FeeStatus.FREE, FeeStatus.NOT_PUBLISHED) and _AMOUNT.search(fee.note):
                yield Hit(fee.note[:_SHOWN], f"submission_methods/{way.method.value}")


@rule
def fee_zero_with_council(subject: Subject, context: Context) -> Iterator[Hit]:
    for value, words, where in _raw_fees(subject):
        if value == 0 and _COUNCIL.search(words):
            yield Hit(words[:_SHOWN], where)


@rule
def fee_zero_unexplained(subject: Subject, context: Context) -> Iterator[Hit]:
    for value, words, where in _raw_fees(subject):
        if value == 0 and not words:
            yield Hit("0", where)
            return


@rule
def fee_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    ways = subject.record.submission_methods
    if ways and not any(way.fees for way in ways):
        yield Hit("không có dòng phí")


@rule
def fee_ended(subject: Subject, context: Context) -> Iterator[Hit]:
    for way in subject.record.submission_methods:
        for fee in way.fees:
            if fee.valid_to is not None and fee.valid_to < context.day:
                others = [item for item in way.fees if item.holds_on(context.day) and item.case == fee.case]
                if not (subject.curated and others):
                    text = f"đến {fee.valid_to:%d/%m/%Y}: {fee.amount or ''} {fee.note or fee.case}"
                    yield Hit(text[:_SHOWN], f"submission_methods/{way.method.value}")


@rule
def fee_cell_and_note(subject: Subject, context: Context) -> Iterator[Hit]:
    for way in subject.record.submission_methods if subject.curated else ():
        for fee in way.fees:
            amounts = {int(re.sub(r"\D", "", text)) for text in re.findall(r"\d{1,3}(?:[.,]\d{3})+", fee.note)}
            if fee.amount and amounts and fee.amount not in amounts:
                yield Hit(f"{fee.amount}: {fee.note}"[:_SHOWN], f"submission_methods/{way.method.value}")


@rule
def time_without_unit(subject: Subject, context: Context) -> Iterator[Hit]:
    for way in subject.record.submission_methods if subject.curated else ():
        for time in way.times:
            if time.amount and time.unit is None:
                yield Hit(str(time.amount), f"submission_methods/{way.method.value}")


@rule
def times_differ(subject: Subject, context: Context) -> Iterator[Hit]:
    ways = [way for way in subject.record.submission_methods if way.times] if subject.curated else []
    if len({way.times for way in ways}) > 1 and not any(time.case or time.text for way in ways for time in way.times):
        yield Hit("; ".join(f"{way.method.value} {time.amount}" for way in ways for time in way.times))


@rule
def time_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    ways = subject.record.submission_methods
    if ways and not any(way.times for way in ways):
        yield Hit("không có thời hạn")


@rule
def steps_in_dossier(subject: Subject, context: Context) -> Iterator[Hit]:
    for where, name, _ in _papers(subject.record):
        if _STEP.match(name):
            yield Hit(name[:_SHOWN], where)


@rule
def decision_placeholder(subject: Subject, context: Context) -> Iterator[Hit]:
    number = subject.record.decision.number
    if number and _PLACEHOLDER.search(number):
        yield Hit(number, "decision")


@rule
def decision_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    if not subject.record.decision.number:
        yield Hit("không có số quyết định", "decision")


@rule
def decision_without_date(subject: Subject, context: Context) -> Iterator[Hit]:
    if subject.record.decision.number and subject.record.decision.date is None:
        yield Hit(subject.record.decision.number, "decision")


def _words_hit(subject: Subject, words: list[str]) -> Iterator[Hit]:
    for where, text in _texts(subject.record):
        lowered = text.lower()
        found = next((word for word in words if word in lowered), None)
        if found is not None:
            start = max(0, lowered.index(found) - 60)
            yield Hit(text[start : start + _SHOWN], where)


@rule
def abolished_body(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _words_hit(subject, vocabulary()["abolished_bodies"]["words"])


@rule
def old_paper(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _words_hit(subject, vocabulary()["old_papers"]["words"])


@rule
def household_book_required(subject: Subject, context: Context) -> Iterator[Hit]:
    """A household book among the papers; as optional evidence, or in a sentence that denies it, it may stand (R-11)."""
    books = vocabulary()["household_books"]
    if subject.record.code in books["exceptions"]:
        return
    for where, name, condition in _papers(subject.record):
        said = f"{name} {condition}".lower()
        if any(word in said for word in books["words"]) and not any(word in said for word in books["allowed_with"]):
            yield Hit(name[:_SHOWN], where)


@rule
def repealed_law(subject: Subject, context: Context) -> Iterator[Hit]:
    for law in vocabulary()["repealed_laws"]:
        short = law["number"].rsplit("/", 1)[0]
        for basis in subject.record.legal_bases:
            if law["number"] in f"{basis.number} {basis.title}" or basis.number == short:
                yield Hit(f"{basis.number}: nay là {law['by']}", "legal_bases")


@rule
def wrong_record(subject: Subject, context: Context) -> Iterator[Hit]:
    raw = subject.raw
    if raw and raw.get("code") != subject.record.code:
        yield Hit(f"mã trong nội dung: {str(raw.get('code'))[:20]}", "/code")


@rule
def invisible_characters(subject: Subject, context: Context) -> Iterator[Hit]:
    content = subject.content
    found = _ODD.search(content.decode("utf-8", "replace")) or _ESCAPED_ODD.search(content)
    if found:
        yield Hit(f"ký tự {found.group(0)!r}"[:40])


@rule
def near_duplicate(subject: Subject, context: Context) -> Iterator[Hit]:
    record = subject.record
    others = context.by_title.get((fold(record.title), fold(record.sector)), [])
    same = [code for code in others if code != record.code]
    if same and record.applies_to_city:
        yield Hit(", ".join(same[:6]), "title")


@rule
def mandatory_part_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    """Parts by Decree 63/2010 Article 8.2: steps, ways of filing, dossier, audience, agency (time has its own rule)."""
    record = subject.record
    parts = {
        "trình tự thực hiện": record.steps,
        "cách thức thực hiện": record.submission_methods,
        "thành phần hồ sơ": [part for case in record.dossier for part in case.components] or record.notes,
        "đối tượng": record.applicant_types or record.who,
        "cơ quan thực hiện": record.handling_agency or record.intake_address,
    }
    if record.extends_portal:
        return
    missing = [name for name, value in parts.items() if not value]
    if missing:
        yield Hit(", ".join(missing))


@rule
def online_without_channel(subject: Subject, context: Context) -> Iterator[Hit]:
    ways = {way.method for way in subject.record.submission_methods}
    if subject.record.online_level is OnlineLevel.FULL and ways and Method.ONLINE not in ways:
        yield Hit("không có cách nộp trực tuyến", "submission_methods")


@rule
def newer_decision(subject: Subject, context: Context) -> Iterator[Hit]:
    ours, theirs = subject.record.decision.date, subject.portal.decision.date if subject.portal else None
    if ours and theirs and theirs > ours and subject.portal:
        yield Hit(f"{subject.portal.decision.number} ngày {theirs:%d/%m/%Y}", "decision")


@rule
def no_longer_published(subject: Subject, context: Context) -> Iterator[Hit]:
    portal = subject.portal if subject.curated else subject.record
    looked = subject.curated and not freshness(subject.record, context.day, context.stale_after_days).stale
    if portal is not None and portal.status is RecordStatus.REMOVED and not looked:
        yield Hit("không còn trong danh mục của Cổng", "status")


@rule
def addition_outdated(subject: Subject, context: Context) -> Iterator[Hit]:
    changes = subject.record.changes
    if subject.record.extends_portal and changes and subject.changed_on:
        last = max(change.on for change in changes)
        if subject.changed_on > last:
            yield Hit(f"Cổng đổi ngày {subject.changed_on:%d/%m/%Y}, sửa lần cuối {last:%d/%m/%Y}")


@rule
def unknown_reference(subject: Subject, context: Context) -> Iterator[Hit]:
    for sibling in subject.record.siblings if context.codes else ():
        if sibling.code not in context.codes:
            yield Hit(sibling.code, "siblings")


@rule
def shared_alias(subject: Subject, context: Context) -> Iterator[Hit]:
    for alias in subject.record.aliases:
        others = [code for code in context.by_alias.get(fold(alias), []) if code != subject.record.code]
        if others:
            yield Hit(f"{alias}: {', '.join(others[:4])}", "aliases")


@rule
def long_sentence(subject: Subject, context: Context) -> Iterator[Hit]:
    record = subject.record
    texts = (record.summary, record.who, record.recheck_reason) if subject.curated else ()
    for text in texts:
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            if len(sentence.split()) > _SENTENCE_WORDS:
                yield Hit(sentence[:_SHOWN])


def of_reading(subject: Subject) -> Iterator[tuple[str, Hit]]:
    """Yield what reading the raw record left unclear, each with the rule that it belongs to."""
    for warning in subject.warnings:
        yield _OF_READING[warning.kind], Hit(warning.text[:_SHOWN], warning.raw)


READING_RULES = tuple(dict.fromkeys(_OF_READING.values()))


def _papers(record: Procedure) -> Iterator[tuple[str, str, str]]:
    for case in record.dossier:
        for part in case.components:
            if part.role is not ComponentRole.NOTE:
                yield f"dossier/{case.id}/{part.id}", part.name, part.condition


def _texts(record: Procedure) -> Iterator[tuple[str, str]]:
    """Every text of a record that a citizen may read, with its place."""
    for name in ("title", "who", "summary", "handling_agency", "competent_agency", "coordinating_agency"):
        yield name, getattr(record, name)
    yield "intake_address", record.intake_address
    for name in ("steps", "requirements", "notes"):
        yield from ((f"{name}/{place}", text) for place, text in enumerate(getattr(record, name)))
    for case in record.dossier:
        yield f"dossier/{case.id}", case.case
        yield from (
            (f"dossier/{case.id}/{part.id}", f"{part.name} {part.condition}".strip()) for part in case.components
        )
    for way in record.submission_methods:
        yield f"submission_methods/{way.method.value}", f"{way.where} {way.note}".strip()
