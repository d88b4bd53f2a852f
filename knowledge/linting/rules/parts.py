"""Parts of a record that are missing, and the announcing decision."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.linting.models import Context, Hit, Subject
from knowledge.models import Method, OnlineLevel

_PLACEHOLDER = re.compile(r"^(QĐ/|0+/|x+/)|demo|test|^\W*$", re.IGNORECASE)
_DECISION = re.compile(r"^\D{0,20}\d[\d.]*\w?\s*/.*(QĐ|QD|NQ)|^QĐ-?\d", re.IGNORECASE)


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


def legal_basis_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    if not subject.record.legal_bases and not subject.record.extends_portal:
        yield Hit("không có căn cứ pháp lý", "legal_bases")


def result_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    if not subject.record.result_documents and not subject.record.extends_portal:
        yield Hit("không có kết quả thực hiện", "result_documents")


def online_without_channel(subject: Subject, context: Context) -> Iterator[Hit]:
    ways = {way.method for way in subject.record.submission_methods}
    if subject.record.online_level is OnlineLevel.FULL and ways and Method.ONLINE not in ways:
        yield Hit("không có cách nộp trực tuyến", "submission_methods")


def decision_placeholder(subject: Subject, context: Context) -> Iterator[Hit]:
    number = subject.record.decision.number
    if number and _PLACEHOLDER.search(number):
        yield Hit(number, "decision")


def decision_number_odd(subject: Subject, context: Context) -> Iterator[Hit]:
    """A bare number, or that of a proposal or a letter."""
    number = subject.record.decision.number
    if number and not _PLACEHOLDER.search(number) and not _DECISION.search(number):
        yield Hit(number, "decision")


def decision_missing(subject: Subject, context: Context) -> Iterator[Hit]:
    if not subject.record.decision.number and not subject.record.extends_portal:
        yield Hit("không có số quyết định", "decision")


def decision_without_date(subject: Subject, context: Context) -> Iterator[Hit]:
    if subject.record.decision.number and subject.record.decision.date is None:
        yield Hit(subject.record.decision.number, "decision")
