"""Whether a component is asked of everybody, in some cases only, or found by the office itself."""

from __future__ import annotations

import re

from knowledge.models import DossierCase, Procedure, VneidEquivalent
from knowledge.paper_check.lexicon import plain
from knowledge.paper_check.models import Place, Verdict
from knowledge.text import fold

_ALTERNATIVES = ("mot trong", "chi can mot")
_EVERYBODY = (*_ALTERNATIVES, "moi truong hop", "tat ca truong hop")
"""Words of a label that narrows nothing: alternatives of one paper, or everybody."""
_RESTRICTS = re.compile(
    r"^(?:chi )?(?:neu|khi|truong hop|doi voi|tru (?:khi|truong hop)|khong can|chi khi|khong ap dung)\b"
)
_HOW = re.compile(r"^(?:khi (?:nop|lam|den nop|khai|gui)|neu khong co .* thi )")
"""Conditions on the way of filing, or on what to bring instead: the paper is asked of everybody all the same."""
_IN_NAME = re.compile(r"\b(?:truong hop|doi voi|neu|tru khi|tru nguoi|tru nhung)\b")
_IF_ANY = re.compile(r"\b(?:neu co|neu con)\b")


def verdict_of(
    place: Place, procedure: Procedure, segment_text: str, is_application: bool, everywhere: bool
) -> Verdict:
    """Return ON_LIST, ONLY_IN_CASE or LOOKED_UP for one place.

    segment_text: folded words of the part of its name that matched. everywhere: it stands in every case.
    """
    part = place.component
    if part.reusable_from or part.vneid_equivalent in (VneidEquivalent.YES, VneidEquivalent.IF_INTEGRATED):
        return Verdict.LOOKED_UP
    special = is_special(place.case) and not everywhere
    if special or restricted(part.condition) or (not is_application and _IN_NAME.search(segment_text)):
        return Verdict.ONLY_IN_CASE
    return Verdict.ONLY_IN_CASE if _IF_ANY.search(plain(part.name)) and not is_application else Verdict.ON_LIST


def restricted(condition: str) -> bool:
    """Say whether a condition narrows who needs the paper, not only how it is handed in."""
    parts = (" ".join(fold(part).split()) for part in condition.split(";"))
    return any(_RESTRICTS.match(part) and not _HOW.match(part) for part in parts)


def is_special(case: DossierCase) -> bool:
    """Say whether a case is one of some people only; alternatives of one paper are everybody's."""
    label = fold(case.case)
    return bool(label) and not any(words in label for words in _EVERYBODY)


def is_alternative(case: DossierCase) -> bool:
    """Say whether a case only lists what will do for one paper."""
    return any(words in fold(case.case) for words in _ALTERNATIVES)


def in_every_case(places: list[Place], procedure: Procedure) -> bool:
    """Say whether `places` cover all special cases; who falls under one without papers needs none."""
    special = {case.id for case in procedure.dossier if is_special(case) and case.components}
    return bool(special) and special <= {place.case.id for place in places}
