"""One detail record of the national portal's interface → `Procedure`. Invents nothing: what is unclear stays as text.

Field names on the left are the portal's (`executionSteps`, …); docs/glossary.md gives ours.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from knowledge.importers.portal_fees import fees_of
from knowledge.importers.portal_values import is_number, text_of
from knowledge.models import (
    AuthorityLevel,
    ComponentRole,
    Decision,
    DossierCase,
    DossierComponent,
    LegalBasis,
    Method,
    OnlineLevel,
    Origin,
    Procedure,
    ProcedureKind,
    ProcessingTime,
    ResultDocument,
    Source,
    SubmissionMethod,
    TimeUnit,
)
from knowledge.text import clean, clean_line, fold

PAGE_URL = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/{id}"
CODE = re.compile(r"^(?=.{8,20}\Z)[0-9]\.[0-9]{6,12}(-[A-Za-z]{1,8})?\Z")

_PAGE_ID = re.compile(r"^[0-9A-Za-z-]{1,64}\Z")
_VIETNAM = timezone(timedelta(hours=7))
_CITY = "ho chi minh"
_METHODS = {"ONLINE": Method.ONLINE, "DIRECT": Method.IN_PERSON, "POSTAL": Method.POSTAL}
_KINDS = {
    "STANDARD": ProcedureKind.NATIONAL,
    "SPECIFIC": ProcedureKind.PROVINCIAL,
    "STANDARD_INTERNAL": ProcedureKind.INTERNAL,
}
_METHOD_ORDER = [Method.ONLINE, Method.IN_PERSON, Method.POSTAL]
_UNITS = {
    "WORKING_DAY": TimeUnit.WORKING_DAY,
    "DAY": TimeUnit.DAY,
    "HOUR": TimeUnit.HOUR,
    "MONTH": TimeUnit.MONTH,
    "YEAR": TimeUnit.YEAR,
}
_LEVELS = {
    "isWard": AuthorityLevel.COMMUNE,
    "isProvince": AuthorityLevel.PROVINCE,
    "isMinistry": AuthorityLevel.MINISTRY,
    "isOtherAgency": AuthorityLevel.OTHER,
}
_NOTHING = re.compile(r"^(khong( co| quy dinh)?|khong co thong tin)\W*$")
_TITLE_LEAD = re.compile(r"^thủ tục\s*:?\s+(?=\S+\s+\S)", re.IGNORECASE)
_NOTE_GROUP = re.compile(r"^\W*(luu y|ghi chu)")
_PRESENT_GROUP = re.compile(r"xuat trinh")
_PLAIN_GROUP = re.compile(
    r"^(\W*|([a-z0-9][).] )?((giay to|thanh phan ho so) phai (nop|xuat trinh)|luu y|ghi chu|"
    r"thanh phan( va so luong)? ho so|ho so( gom)?|(so luong ho so: )?0?1 (bo|\(mot\) bo)( ho so)?)\W*)$"
)
_NOTE_ROW = re.compile(r"^\W*(luu y|vi du|ghi chu|chu thich)")
_STEP_BREAK = re.compile(r"\n+|(?<=[.;:])\s+(?=Bước\s+\d)|(?<=\S)\s+(?=Bước\s+\d+\s*[:.])")
_BULLET = re.compile(r"^[-+*•–]\s*")


def parse(record: dict[str, Any], retrieved_on: date | None) -> Procedure:
    """Return the procedure in `record`; raise `ValueError` saying what is missing or misshapen."""
    code = text_of(record.get("code"))
    if not CODE.match(code):
        raise ValueError("the record has no procedure code" if not code else f"{code!r} is not a procedure code")
    title = _title(record)
    if not title:
        raise ValueError(f"{code} has no name")
    methods = _methods(record)
    return Procedure(
        code=code,
        title=title,
        sector="; ".join(_names(record.get("categoriesDetails"))),
        authority_levels=tuple(level for name, level in _LEVELS.items() if record.get(name)),
        procedure_type=text_of(record.get("formalityType")),
        online_level=_online_level(record, methods),
        applicant_types=tuple(_names(record.get("subjectTypesDetails"))),
        handling_agency=_agency(record, "Executing", "executingAgencies"),
        competent_agency=_agency(record, "Authority", ""),
        coordinating_agency=_agency(record, "Coordinating", "coordinatingAgencies"),
        intake_address=_meaningful(record.get("dossierReceivingAddresses")),
        submission_methods=methods,
        dossier=_dossier(record),
        steps=_steps(record),
        result_documents=_results(record),
        requirements=_lines(record.get("requirementsAndConditions")),
        legal_bases=_legal_bases(record),
        decision=_decision(record),
        source=Source(url=_page_url(record.get("id")), retrieved_on=retrieved_on),
        checked_on=retrieved_on,
        origin=Origin.PORTAL,
        kind=_kind(record),
        promulgated_by=text_of(record.get("departmentPromulgateName")),
        applies_to_city=applies_to_city(_kind(record), text_of(record.get("departmentPromulgateName"))),
    )


def _page_url(page_id: Any) -> str:
    return PAGE_URL.format(id=page_id) if isinstance(page_id, str) and _PAGE_ID.match(page_id) else ""


def _title(record: dict[str, Any]) -> str:
    title = _TITLE_LEAD.sub("", text_of(record.get("name")))
    return title[:1].upper() + title[1:]


def applies_to_city(kind: ProcedureKind, promulgated_by: str) -> bool:
    """National procedures apply; a province's own only if it is the city's; internal ones never."""
    if kind is ProcedureKind.PROVINCIAL:
        return _CITY in fold(promulgated_by)
    return kind is not ProcedureKind.INTERNAL


def _kind(record: dict[str, Any]) -> ProcedureKind:
    if record.get("isInternal"):
        return ProcedureKind.INTERNAL
    return _KINDS.get(str(record.get("type")), ProcedureKind.UNKNOWN)


def _names(items: Any) -> list[str]:
    names = (text_of(item.get("name")) for item in items or [] if isinstance(item, dict))
    return list(dict.fromkeys(name for name in names if name))


def _agency(record: dict[str, Any], kind: str, text_field: str) -> str:
    for field in (f"departments{kind}", f"unitGroups{kind}"):
        names = _names(record.get(field))
        if names:
            return "; ".join(names)
    return _meaningful(record.get(text_field)) if text_field else ""


def _meaningful(value: Any) -> str:
    text = clean_line(value) if isinstance(value, str) else ""
    return "" if _NOTHING.match(fold(text)) else text


def _lines(value: Any) -> tuple[str, ...]:
    if not isinstance(value, str) or _NOTHING.match(fold(clean_line(value))):
        return ()
    return tuple(_BULLET.sub("", line) for line in clean(value).split("\n") if line.strip(" -+*•."))


def _online_level(record: dict[str, Any], methods: tuple[SubmissionMethod, ...]) -> OnlineLevel:
    if record.get("isFullProcess"):
        return OnlineLevel.FULL
    if record.get("isOfflineOnly"):
        return OnlineLevel.NONE
    return OnlineLevel.PARTIAL if any(m.method is Method.ONLINE for m in methods) else OnlineLevel.UNKNOWN


def _methods(record: dict[str, Any]) -> tuple[SubmissionMethod, ...]:
    found = []
    for raw in record.get("executionMethods") or []:
        method = _METHODS.get(str(raw.get("submissionMethod")))
        if method is not None:
            note = text_of(raw.get("description"))
            found.append(SubmissionMethod(method, note=note, times=_times(raw), fees=fees_of(raw)))
    return tuple(sorted(found, key=lambda item: _METHOD_ORDER.index(item.method)))


def _times(raw: dict[str, Any]) -> tuple[ProcessingTime, ...]:
    value, unit = raw.get("processingTime"), _UNITS.get(str(raw.get("processingTimeUnit")))
    text = text_of(value)
    try:
        amount = float(text)
    except ValueError:
        return (ProcessingTime(text=text),) if _meaningful(text) else ()
    # The unit OTHER gives a bare number whose meaning stands only in the steps: not a time to state.
    stated = unit is not None and math.isfinite(amount) and amount > 0
    return (ProcessingTime(amount=amount, unit=unit),) if stated else ()


def _dossier(record: dict[str, Any]) -> tuple[DossierCase, ...]:
    cases = []
    for number, raw in enumerate(record.get("executionCases") or [], start=1):
        group = text_of(raw.get("name"))
        rows = raw.get("profileComponents") or []
        parts = [_component(row, place, group) for place, row in enumerate(rows, start=1)]
        components = tuple(sorted((part for part in parts if part), key=lambda part: part.role is ComponentRole.NOTE))
        if components:
            cases.append(DossierCase(f"case{number}", _case_label(group), components))
    return _joined(cases)


def _joined(cases: list[DossierCase]) -> tuple[DossierCase, ...]:
    """Put the papers of all groups without a case into one: the portal splits one list into several groups."""
    plain = [case for case in cases if not case.case]
    if len(plain) < 2:
        return tuple(cases)
    parts = (replace(part, id=f"{case.id}_{part.id}") for case in plain for part in case.components)
    ordered = sorted(parts, key=lambda part: part.role is ComponentRole.NOTE)
    return (DossierCase("always", "", tuple(ordered)), *(case for case in cases if case.case))


def _case_label(group: str) -> str:
    """The group's name as a case, empty where it only says that papers follow."""
    label = group.strip("*-+ :.").strip()
    return "" if _PLAIN_GROUP.match(fold(label)) else label


def _component(row: dict[str, Any], place: int, group: str) -> DossierComponent | None:
    name = text_of(row.get("name")).lstrip("-+*•– ").strip()
    if not name:
        return None
    originals, copies = _quantity(row.get("originalQty")), _quantity(row.get("copyQty"))
    forms = [text_of(item.get("fileName")) for item in row.get("attachments") or []]
    return DossierComponent(
        id=f"row{place}",
        name=name,
        role=_role(fold(name), fold(group), originals + copies),
        originals=originals,
        copies=copies,
        form="; ".join(form for form in forms if form),
    )


def _role(name: str, group: str, quantity: int) -> ComponentRole:
    if _NOTE_ROW.match(name) or _NOTE_GROUP.match(group) or quantity == 0:
        return ComponentRole.NOTE
    return ComponentRole.PRESENT if _PRESENT_GROUP.search(group) else ComponentRole.SUBMIT


def _quantity(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _steps(record: dict[str, Any]) -> tuple[str, ...]:
    steps: list[str] = []
    for raw in record.get("executionSteps") or []:
        text = clean("\n".join(part for part in (raw.get("name"), raw.get("description")) if isinstance(part, str)))
        steps += [_BULLET.sub("", part.strip()) for part in _STEP_BREAK.split(text) if part.strip(" -+*•.")]
    return tuple(steps)


def _results(record: dict[str, Any]) -> tuple[ResultDocument, ...]:
    found = []
    for raw in record.get("resultsDetails") or []:
        name = text_of(raw.get("name"))
        if name:
            found.append(ResultDocument(name=name, code=text_of(raw.get("code"))))
    return tuple(found)


def _legal_bases(record: dict[str, Any]) -> tuple[LegalBasis, ...]:
    found = []
    for raw in record.get("legalBasisesDetails") or []:
        number, title = text_of(raw.get("code")), text_of(raw.get("name"))
        if number or title:
            found.append(LegalBasis(number=number or title, title=title if number and title != number else ""))
    return tuple(dict.fromkeys(found))


def _decision(record: dict[str, Any]) -> Decision:
    proposal = record.get("procedureProposal") or {}
    number = text_of(proposal.get("proposalNumber")) or text_of(record.get("decisionNo"))
    issuer = text_of((proposal.get("issuingAgency") or {}).get("name"))
    return Decision(number=number, date=_day(proposal.get("decisionDate")), issuer=issuer)


def _day(milliseconds: Any) -> date | None:
    if not is_number(milliseconds) or milliseconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, _VIETNAM).date()
    except (OverflowError, ValueError, OSError):
        return None
