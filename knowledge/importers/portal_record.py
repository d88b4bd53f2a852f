"""One detail record of the national portal's interface → `Procedure`. Invents nothing: what is unclear stays as text.

Field names on the left are the portal's (`executionSteps`, …); docs/glossary.md gives ours.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from knowledge.importers.portal_dossier import dossier_of
from knowledge.importers.portal_lines import nested, unwrapped
from knowledge.importers.portal_methods import methods_of
from knowledge.importers.portal_steps import steps_of
from knowledge.importers.portal_values import is_number, kept_fold, text_of
from knowledge.importers.render_warnings import Notebook, RenderWarning
from knowledge.models import (
    AuthorityLevel,
    Decision,
    LegalBasis,
    Method,
    OnlineLevel,
    Origin,
    Procedure,
    ProcedureKind,
    ResultDocument,
    Source,
    SubmissionMethod,
)
from knowledge.scope import placed
from knowledge.text import clean_line

PAGE_URL = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/{id}"
CODE = re.compile(r"^(?=.{8,20}\Z)[0-9]\.[0-9]{6,12}(-[A-Za-z]{1,8})?\Z")

_PAGE_ID = re.compile(r"^[0-9A-Za-z-]{1,64}\Z")
_VIETNAM = timezone(timedelta(hours=7))
_KINDS = {
    "STANDARD": ProcedureKind.NATIONAL,
    "SPECIFIC": ProcedureKind.PROVINCIAL,
    "STANDARD_INTERNAL": ProcedureKind.INTERNAL,
}
_TYPES = {"ASSIGNED_REGULATION": "TTHC được luật giao quy định chi tiết"}
"""As the portal's page and exports word them; the words of the other types were not seen, so they stay as published."""
_LEVELS = {
    "isWard": AuthorityLevel.COMMUNE,
    "isProvince": AuthorityLevel.PROVINCE,
    "isMinistry": AuthorityLevel.MINISTRY,
    "isOtherAgency": AuthorityLevel.OTHER,
}
_NOTHING = re.compile(r"^(khong( co| quy dinh)?|khong co thong tin)\W*$")
_TITLE_LEAD = re.compile(r"^thủ tục\s*:?\s+(?=\S+\s+\S)", re.IGNORECASE)
_BULLET = re.compile(r"^\W*[-+*•–]\s*")
_GLUED_RESULT = re.compile(r"(?<=[.;])\s*(?=[-+•–] [^\W\d_])")
_DOTS = re.compile(r"(?:\s*\.){2,}$")


def _procedure_type(published: str) -> str:
    return _TYPES.get(published, published)


def parse(record: dict[str, Any], retrieved_on: date | None) -> Procedure:
    """Return the procedure in `record`; raise `ValueError` saying what is missing or misshapen."""
    return parse_with_warnings(record, retrieved_on)[0]


def parse_with_warnings(
    record: dict[str, Any], retrieved_on: date | None
) -> tuple[Procedure, tuple[RenderWarning, ...]]:
    """Return the procedure in `record`, and what was unclear in it."""
    notes = Notebook()
    code = text_of(record.get("code"))
    if not CODE.match(code):
        raise ValueError("the record has no procedure code" if not code else f"{code!r} is not a procedure code")
    title = _title(record)
    if not title:
        raise ValueError(f"{code} has no name")
    methods = methods_of(record, notes)
    procedure = Procedure(
        code=code,
        title=title,
        sector="; ".join(_names(record.get("categoriesDetails"))),
        authority_levels=tuple(level for name, level in _LEVELS.items() if record.get(name)),
        procedure_type=_procedure_type(text_of(record.get("formalityType"))),
        online_level=_online_level(record, methods),
        applicant_types=tuple(_names(record.get("subjectTypesDetails"))),
        handling_agency=_agency(record, "Executing", "executingAgencies"),
        competent_agency=_agency(record, "Authority", ""),
        coordinating_agency=_agency(record, "Coordinating", "coordinatingAgencies"),
        intake_address=_meaningful(record.get("dossierReceivingAddresses")),
        submission_methods=methods,
        dossier=dossier_of(record, notes),
        steps=steps_of(record, notes),
        result_documents=_results(record, notes),
        requirements=_lines(record.get("requirementsAndConditions")),
        legal_bases=_legal_bases(record, notes),
        decision=_decision(record),
        source=Source(url=_page_url(record.get("id")), retrieved_on=retrieved_on),
        checked_on=retrieved_on,
        origin=Origin.PORTAL,
        kind=_kind(record),
        promulgated_by=text_of(record.get("departmentPromulgateName")),
    )
    return replace(placed(procedure, executing_bodies(record)), raw_refs=tuple(notes.refs)), tuple(notes.warnings)


def _page_url(page_id: Any) -> str:
    return PAGE_URL.format(id=page_id) if isinstance(page_id, str) and _PAGE_ID.match(page_id) else ""


def _title(record: dict[str, Any]) -> str:
    title = _TITLE_LEAD.sub("", text_of(record.get("name")))
    return title[:1].upper() + title[1:]


def _kind(record: dict[str, Any]) -> ProcedureKind:
    if record.get("isInternal"):
        return ProcedureKind.INTERNAL
    return _KINDS.get(str(record.get("type")), ProcedureKind.UNKNOWN)


def _names(items: Any) -> list[str]:
    names = (text_of(item.get("name")) for item in items or [] if isinstance(item, dict))
    return list(dict.fromkeys(name for name in names if name))


def executing_bodies(record: dict[str, Any]) -> list[str]:
    """Every body that the record names as executing it, whichever of its three fields says so."""
    names = [*_names(record.get("departmentsExecuting")), *_names(record.get("unitGroupsExecuting"))]
    return [*names, *re.split(r"[,;\n]", text_of(record.get("executingAgencies")))]


def _agency(record: dict[str, Any], kind: str, text_field: str) -> str:
    for field in (f"departments{kind}", f"unitGroups{kind}"):
        names = _names(record.get(field))
        if names:
            return "; ".join(names)
    return _meaningful(record.get(text_field)) if text_field else ""


def _meaningful(value: Any) -> str:
    text = clean_line(value) if isinstance(value, str) else ""
    return "" if _NOTHING.match(kept_fold(text)) else text


def _lines(value: Any) -> tuple[str, ...]:
    if not isinstance(value, str) or _NOTHING.match(kept_fold(clean_line(value))):
        return ()
    return tuple(nested([line for line in unwrapped(value) if line.strip(" -+*•.")]))


def _online_level(record: dict[str, Any], methods: tuple[SubmissionMethod, ...]) -> OnlineLevel:
    if record.get("isFullProcess"):
        return OnlineLevel.FULL
    if record.get("isOfflineOnly"):
        return OnlineLevel.NONE
    return OnlineLevel.PARTIAL if any(m.method is Method.ONLINE for m in methods) else OnlineLevel.UNKNOWN


def _results(record: dict[str, Any], notes: Notebook) -> tuple[ResultDocument, ...]:
    found: list[ResultDocument] = []
    for place, raw in enumerate(record.get("resultsDetails") or []):
        for name in _GLUED_RESULT.split(text_of(raw.get("name"))):
            said = _DOTS.sub(".", _BULLET.sub("", name)).strip()
            if said:
                notes.refer(f"result_documents/{len(found)}", f"/resultsDetails/{place}")
                found.append(ResultDocument(name=said, code=text_of(raw.get("code"))))
    return tuple(found)


def _legal_bases(record: dict[str, Any], notes: Notebook) -> tuple[LegalBasis, ...]:
    found: list[LegalBasis] = []
    for place, raw in enumerate(record.get("legalBasisesDetails") or []):
        number, title = text_of(raw.get("code")), text_of(raw.get("name"))
        if not number and not title:
            continue
        basis = LegalBasis(number=number or title, title=title if number and title != number else "")
        if basis not in found:
            found.append(basis)
        notes.refer(f"legal_bases/{found.index(basis)}", text_of(raw.get("_at")) or f"/legalBasisesDetails/{place}")
    return tuple(found)


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
