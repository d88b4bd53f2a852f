"""What only the whole catalogue shows: wrong records, newer decisions, references that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.catalogue import freshness
from knowledge.linting.models import Context, Hit, Subject
from knowledge.models import RecordStatus
from knowledge.text import fold


def wrong_record(subject: Subject, context: Context) -> Iterator[Hit]:
    """Another procedure behind the code: in the document, or on the page that our record links to."""
    raw, record = subject.raw, subject.record
    if raw and raw.get("code") != record.code:
        yield Hit(f"mã trong nội dung: {str(raw.get('code'))[:20]}", "/code")
    behind = context.pages.get(record.source.url, record.code)
    if behind != record.code:
        yield Hit(f"trang dẫn tới là của {behind}", "source")


def newer_decision(subject: Subject, context: Context) -> Iterator[Hit]:
    ours, theirs = subject.record.decision.date, subject.portal.decision.date if subject.portal else None
    if ours and theirs and theirs > ours and subject.portal:
        yield Hit(f"{subject.portal.decision.number} ngày {theirs:%d/%m/%Y}", "decision")


def no_longer_published(subject: Subject, context: Context) -> Iterator[Hit]:
    """Gone from the portal's list; of our own records, unless somebody has looked since."""
    portal = subject.portal if subject.curated else subject.record
    looked = subject.curated and not freshness(subject.record, context.day, context.stale_after_days).stale
    if portal is not None and portal.status is RecordStatus.REMOVED and not looked:
        yield Hit("không còn trong danh mục của Cổng", "status")


def addition_outdated(subject: Subject, context: Context) -> Iterator[Hit]:
    changes = subject.record.changes
    if subject.record.extends_portal and changes and subject.changed_on:
        last = max(change.on for change in changes)
        if subject.changed_on > last:
            yield Hit(f"Cổng đổi ngày {subject.changed_on:%d/%m/%Y}, sửa lần cuối {last:%d/%m/%Y}")


def unknown_reference(subject: Subject, context: Context) -> Iterator[Hit]:
    for sibling in subject.record.siblings if context.codes else ():
        if sibling.code not in context.codes:
            yield Hit(sibling.code, "siblings")


def old_code_published(subject: Subject, context: Context) -> Iterator[Hit]:
    for code in subject.record.old_codes:
        if code in context.published:
            yield Hit(f"{code} vẫn còn trên Cổng", "old_codes")


def shared_alias(subject: Subject, context: Context) -> Iterator[Hit]:
    for alias in subject.record.aliases:
        others = [code for code in context.by_alias.get(fold(alias), []) if code != subject.record.code]
        if others:
            yield Hit(f"{alias}: {', '.join(others[:4])}", "aliases")
