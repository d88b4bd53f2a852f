"""Which procedures apply to Ho Chi Minh City, and which of them a ward, commune or special zone receives.

One rule from what the record says of itself: whose procedure it is, and who executes it. Where the rule is wrong,
`content/scope/exceptions.yml` says so, with source and date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from knowledge.models import AuthorityLevel, Origin, Procedure, ProcedureKind
from knowledge.scope_exceptions import Applies, ScopeException, load_exceptions
from knowledge.text import fold

MERGED_ON = date(2025, 7, 1)
"""Day on which Bình Dương and Bà Rịa–Vũng Tàu became part of the city."""

_LOCAL_BODY = re.compile(r"^(ubnd|uy ban nhan dan|hdnd|hoi dong nhan dan|so|trung tam phuc vu hanh chinh cong)\b")
_NAMED_PLACE = re.compile(r"(?<!\bcap )\b(tinh|thanh pho|tp)\b[.\s]*\w")
_CITY = re.compile(r"\bho chi minh\b|\b(tp)?\W*hcm\b")
_FORMER = re.compile(r"\b(binh duong|ba ria|vung tau)\b")
_COMMUNE_BODY = re.compile(
    r"\bcap xa\b"
    r"|^(uy ban nhan dan|ubnd|cong an|ban chi huy quan su|trung tam phuc vu hanh chinh cong) "
    r"(cac )?(xa|phuong|thi tran|dac khu)\b"
)
_SPACES = re.compile(r"\s+")


class ScopeRule(str, Enum):
    """Why a procedure is in or out."""

    EXCEPTION = "exception"
    INTERNAL = "internal"
    CITY_OWN = "city_own"
    FORMER_PROVINCE = "former_province"
    OTHER_PROVINCE = "other_province"
    MISLABELLED = "mislabelled"
    NATIONAL = "national"
    CURATED = "curated"
    UNSTATED = "unstated"


class WardRule(str, Enum):
    """Why a ward receives a procedure, or does not."""

    EXCEPTION = "exception"
    LEVEL = "level"
    EXECUTING_BODY = "executing_body"
    NOT_COMMUNE = "not_commune"
    OUT_OF_SCOPE = "out_of_scope"


REASONS: Mapping[Enum, str] = {
    ScopeRule.EXCEPTION: "an exception to the rule",
    ScopeRule.INTERNAL: "inside the administration: nobody outside files it",
    ScopeRule.CITY_OWN: "the city's own procedure",
    ScopeRule.FORMER_PROVINCE: "announced by a province that is now part of the city; if it still holds is not known",
    ScopeRule.OTHER_PROVINCE: "another province's own procedure",
    ScopeRule.MISLABELLED: "published as national, but announced by another province's own body",
    ScopeRule.NATIONAL: "announced by a ministry or another national body for the whole country",
    ScopeRule.CURATED: "a curated record: an editor of the city chose it",
    ScopeRule.UNSTATED: "the source does not say whose procedure it is",
    WardRule.EXCEPTION: "an exception to the rule",
    WardRule.LEVEL: "the record names the commune level",
    WardRule.EXECUTING_BODY: "the record names a body of the commune as executing it",
    WardRule.NOT_COMMUNE: "the record names neither the commune level nor a body of the commune",
    WardRule.OUT_OF_SCOPE: "the procedure does not apply to the city",
}


@dataclass(frozen=True)
class Standing:
    """Where a procedure stands towards the city and its wards. `remark`: what the data do not tell, else empty."""

    applies: Applies
    rule: ScopeRule
    ward: bool
    ward_rule: WardRule
    exception: ScopeException | None = None
    remark: str = ""

    @property
    def in_scope(self) -> bool:
        return self.applies is not Applies.NO


def standing(
    record: Procedure,
    executing: Iterable[str] = (),
    exceptions: Mapping[str, ScopeException] | None = None,
) -> Standing:
    """Say where `record` stands. `executing`: all executing bodies where the record itself keeps fewer."""
    found = (load_exceptions() if exceptions is None else exceptions).get(record.code)
    applies, rule = _applies(record)
    if found is not None and found.applies is not None:
        applies, rule = found.applies, ScopeRule.EXCEPTION
    ward, ward_rule = _ward(record, tuple(executing))
    if found is not None and found.ward is not None:
        ward, ward_rule = found.ward, WardRule.EXCEPTION
    if applies is Applies.NO:
        ward, ward_rule = False, WardRule.OUT_OF_SCOPE
    return Standing(applies, rule, ward, ward_rule, found, _remark(record, rule))


def placed(record: Procedure, executing: Iterable[str] = ()) -> Procedure:
    """Return `record` with what follows from its standing: whether it applies, and whether a ward receives it."""
    found = standing(record, executing)
    return replace(record, applies_to_city=found.in_scope, ward_receives=found.ward)


def _applies(record: Procedure) -> tuple[Applies, ScopeRule]:
    issuer = _plain(record.promulgated_by)
    if record.kind is ProcedureKind.INTERNAL:
        return Applies.NO, ScopeRule.INTERNAL
    if record.kind is ProcedureKind.PROVINCIAL or is_local_body(record.promulgated_by):
        if _CITY.search(issuer):
            return Applies.YES, ScopeRule.CITY_OWN
        if _FORMER.search(issuer):
            return Applies.UNKNOWN, ScopeRule.FORMER_PROVINCE
        mislabelled = record.kind is ProcedureKind.NATIONAL
        return Applies.NO, ScopeRule.MISLABELLED if mislabelled else ScopeRule.OTHER_PROVINCE
    if record.kind is ProcedureKind.NATIONAL or issuer:
        return Applies.YES, ScopeRule.NATIONAL
    if record.origin is Origin.CURATED:
        return Applies.YES, ScopeRule.CURATED
    return Applies.UNKNOWN, ScopeRule.UNSTATED


def _ward(record: Procedure, executing: tuple[str, ...]) -> tuple[bool, WardRule]:
    if AuthorityLevel.COMMUNE in record.authority_levels:
        return True, WardRule.LEVEL
    bodies = executing or tuple(record.handling_agency.split(";"))
    if any(is_commune_body(name) for name in bodies):
        return True, WardRule.EXECUTING_BODY
    return False, WardRule.NOT_COMMUNE


def _remark(record: Procedure, rule: ScopeRule) -> str:
    decided = record.decision.date
    if rule is ScopeRule.CITY_OWN and decided is not None and decided < MERGED_ON:
        return f"decided on {decided}, before the merger: the data do not say if it holds in the former provinces too"
    return ""


def is_local_body(name: str) -> bool:
    """Say whether `name` is a body of one named province or city, not of "the province" at large."""
    plain = _plain(name)
    return bool(_LOCAL_BODY.match(plain) and _NAMED_PLACE.search(plain))


def is_commune_body(name: str) -> bool:
    """Say whether `name` is a body of the commune: "Công an cấp Xã", "Ủy ban nhân dân xã, phường, đặc khu"."""
    return bool(_COMMUNE_BODY.search(_plain(name)))


def _plain(name: str) -> str:
    return _SPACES.sub(" ", fold(name)).strip()
