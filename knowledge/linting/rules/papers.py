"""The dossier and the steps: what is a paper and what is not, order, and the household book (R-03, R-11)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.importers.render_warnings import WarningKind
from knowledge.linting.models import Context, Hit, Subject, seen
from knowledge.models import ComponentRole
from knowledge.vocabulary import shown_around, words

_STEP = re.compile(r"^\W*(?:bước\s+\d|(?:trình tự thực hiện|cách thức thực hiện|thời hạn giải quyết)\b)", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[^\W\d]{2}[.!?])\s+")
_BLOCK_WORDS = 60


def _read(subject: Subject, kind: WarningKind, otherwise: str = "") -> Iterator[Hit]:
    for warning in subject.warnings:
        if warning.kind is kind:
            yield seen(warning.text or otherwise, warning.raw)


def note_or_paper(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _read(subject, WarningKind.NOTE_OR_PAPER)


def paper_without_quantity(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _read(subject, WarningKind.PAPER_WITHOUT_QUANTITY)


def rows_shuffled(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _read(subject, WarningKind.ROWS_SHUFFLED, "nhóm giấy tờ không có tên")


def steps_out_of_order(subject: Subject, context: Context) -> Iterator[Hit]:
    yield from _read(subject, WarningKind.STEPS_OUT_OF_ORDER)


def steps_in_one_block(subject: Subject, context: Context) -> Iterator[Hit]:
    steps = subject.record.steps
    if len(steps) == 1 and len(steps[0].split()) > _BLOCK_WORDS:
        yield seen(steps[0], "steps/0")


def steps_in_dossier(subject: Subject, context: Context) -> Iterator[Hit]:
    for case in subject.record.dossier:
        for part in case.components:
            if _STEP.match(part.name):
                yield seen(part.name, f"dossier/{case.id}/{part.id}")


def household_book_required(subject: Subject, context: Context) -> Iterator[Hit]:
    """A household book among the papers; in a sentence that denies it, or asks for it only if kept, it may stand."""
    books = words("household_books")
    lawful = subject.record.code in books.lawful_in and not subject.curated
    if lawful or not any(needle in subject.all_text for needle in books.needles):
        return
    for case in subject.record.dossier:
        for part in case.components:
            said = f"{part.name}. {part.condition}".strip(". ")
            for sentence in _SENTENCE.split(said) if part.role is not ComponentRole.NOTE else ():
                found = books.found(sentence.lower())
                if found is not None:
                    yield Hit(shown_around(sentence, found), f"dossier/{case.id}/{part.id}", said)
                    break
