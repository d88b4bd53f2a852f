"""A list against the catalogue: every entry is put into exactly one class."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from knowledge.coverage.confirmations import Confirmed
from knowledge.coverage.matching import Candidate, Match, NameIndex
from knowledge.coverage.models import Confirmation, Coverage, CoverageClass, Found, ListEntry, Parts
from knowledge.coverage.names import name_of
from knowledge.errors import ProcedureUnknownError
from knowledge.models import ComponentRole, FeeStatus, Procedure, RecordStatus
from knowledge.search_rows import SearchRow
from knowledge.store import CatalogueStore

_SURE = {CoverageClass.EXACT, CoverageClass.HIGH}
_SAME_CODE_FROM = 60.0
"""Likeness below which a code and a name that stand side by side are not of one procedure: one of them is misread."""
_WITHOUT_ZEROS = re.compile(r"^\d\.\d{1,5}\Z")
_DIGITS = len("1.000000")
_PLACEHOLDER = re.compile(r"^(QĐ/|Demo)", re.IGNORECASE)


class Coverer:
    """Holds lists against one state of the catalogue. `ward`: the lists are a ward's own."""

    def __init__(self, store: CatalogueStore, confirmations: Iterable[Confirmation] = (), ward: bool = False) -> None:
        self._store = store
        self._rows: dict[str, SearchRow] = {row.code: row for row in store.search_rows()}
        current = [row for row in self._rows.values() if row.current and row.applies_to_city]
        self._index = NameIndex((Candidate(row.code, row.title, row.ward_receives) for row in current), ward)
        self._confirmed = Confirmed(confirmations, {row.code: row.title for row in current})
        self._by_code: dict[str, Procedure] = {}

    def cover(self, entries: Iterable[ListEntry]) -> Coverage:
        """Return what the catalogue has for each entry, in their order."""
        return Coverage(tuple(map(self._find, entries)), tuple(self._confirmed.lapsed))

    def _find(self, entry: ListEntry) -> Found:
        entry = self._with_zeros(entry)
        record = self._record(entry.code) if entry.code else None
        found = self._by_name(entry) if record is None else self._by_its_code(entry, record)
        if found.covered and found.code:
            return replace(found, parts=parts_of(self._get(found.code)))
        return found

    def _with_zeros(self, entry: ListEntry) -> ListEntry:
        """Give a code back the zeros that a spreadsheet cut off its end, where the name says that it is the one."""
        code = entry.code_text.ljust(_DIGITS, "0")
        if entry.code or not _WITHOUT_ZEROS.match(entry.code_text) or code not in self._rows or not entry.name:
            return entry
        row = self._rows[code]
        match = self._index.compare(name_of(entry.name), Candidate(code, row.title, True))
        return replace(entry, code=code) if match.result in _SURE else entry

    def _by_its_code(self, entry: ListEntry, record: Procedure) -> Found:
        if record.code != entry.code:
            return Found(entry, CoverageClass.SUPERSEDED, record.code, record.title, why="the code was replaced")
        if record.status is not RecordStatus.CURRENT:
            return Found(entry, CoverageClass.SUPERSEDED, "", record.title, why=f"the record is {record.status.value}")
        if not record.applies_to_city:
            return self._not_the_citys(entry, record)
        return self._checked_by_name(entry, record)

    def _not_the_citys(self, entry: ListEntry, record: Procedure) -> Found:
        """A code of somebody else's procedure answers nothing; a name that leads elsewhere is to be looked at."""
        lead = f"the code is a procedure of {record.promulgated_by or 'another body'}, not the city's; "
        found = self._by_name(replace(entry, code=""))
        result = CoverageClass.REVIEW if found.result in _SURE else found.result
        return replace(found, entry=entry, result=result, why=f"{lead}{found.why}".rstrip("; "))

    def _checked_by_name(self, entry: ListEntry, record: Procedure) -> Found:
        """Code and name must be of one procedure: a digit misread makes another code, and a real one."""
        sure = Found(entry, CoverageClass.ANSWERABLE, record.code, record.title)
        confirmed = self._confirmed.of(entry.name)
        if not entry.name or (confirmed and confirmed.code == record.code):
            return sure
        match = self._index.compare(name_of(entry.name), Candidate(record.code, record.title, True))
        sure = replace(sure, score=match.score)
        if match.result in _SURE:
            return sure
        other = self._index.find(entry.name)
        if other is not None and other.result in _SURE and other.candidate.code != record.code:
            why = f"the code is «{record.title}», but the name is {other.candidate.code}"
            return Found(entry, CoverageClass.REVIEW, record.code, record.title, match.score, why)
        if match.score < _SAME_CODE_FROM:
            return replace(sure, result=CoverageClass.REVIEW, why=f"the code is «{record.title}»: {match.why}")
        return replace(sure, why=f"by its code; {match.why}")

    def _by_name(self, entry: ListEntry) -> Found:
        unknown = f"the code {entry.code} is not in the data; " if entry.code else ""
        if not entry.name:
            return Found(entry, CoverageClass.MISSING, why=f"{unknown or 'no code and no name; '}".rstrip("; "))
        confirmed = self._confirmed.of(entry.name)
        if confirmed is not None:
            title = self._rows[confirmed.code].title
            why = f"confirmed by {confirmed.by} on {confirmed.on}: {confirmed.why}"
            return Found(entry, CoverageClass.CONFIRMED, confirmed.code, title, 100.0, why)
        match = self._index.find(entry.name, without=self._confirmed.ruled_out(entry.name))
        return _of_match(entry, match, unknown)

    def _record(self, code: str) -> Procedure | None:
        try:
            return self._get(code)
        except ProcedureUnknownError:
            return None

    def _get(self, code: str) -> Procedure:
        if code not in self._by_code:
            self._by_code[code] = self._store.get(code)
        return self._by_code[code]


def _of_match(entry: ListEntry, match: Match | None, unknown: str) -> Found:
    if match is None:
        return Found(entry, CoverageClass.MISSING, why=f"{unknown}nothing is near this name")
    candidate = match.candidate
    near = "nearest, but " if match.result is CoverageClass.MISSING else ""
    why = f"{unknown}{near}{match.why}" if match.why else unknown.rstrip("; ")
    return Found(entry, match.result, candidate.code, candidate.title, match.score, why)


def parts_of(record: Procedure) -> Parts:
    """Say which parts of a record are published: a fee that only says nothing is none, nor a placeholder decision."""
    ways = record.submission_methods
    return Parts(
        decision=bool(record.decision.number) and not _PLACEHOLDER.match(record.decision.number),
        dossier=any(part.role is not ComponentRole.NOTE for case in record.dossier for part in case.components),
        time=any(time.amount is not None or time.text or time.unit for way in ways for time in way.times),
        fee=any(fee.status is not FeeStatus.NOT_PUBLISHED for way in ways for fee in way.fees),
    )
