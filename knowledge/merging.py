"""Which record answers: the curated one with the portal's facts in its gaps, or the portal's with what a file adds."""

from __future__ import annotations

from dataclasses import replace

from knowledge.codec import to_dict
from knowledge.models import Procedure, RecordStatus

# Facts of the portal's record that fill a gap in the curated one; all other facts stay as curated.
_FILLED_FIELDS = (
    "handling_agency",
    "competent_agency",
    "coordinating_agency",
    "applicant_types",
    "legal_bases",
    "result_documents",
    "ward_receives",
)
_OF_THE_FILE = {"code", "origin", "extends_portal", "version", "checked_on"}


def merge(curated: Procedure | None, portal: Procedure | None) -> Procedure | None:
    """Return the record to answer from; None where there is none, or a file that adds to a record that is not there.

    Curated facts win, the portal's fill gaps. Where the portal's record cites a later decision, `newer_decision` says
    so, and answers warn; where the portal has taken the procedure off since the last check, its status says so.
    """
    if curated is None:
        return portal
    if curated.extends_portal:
        return _added(curated, portal) if portal else None
    if portal is None:
        return curated
    gaps = {name: getattr(portal, name) for name in _FILLED_FIELDS if not getattr(curated, name)}
    newer = portal.decision if _later(portal, curated) else None
    status = portal.status if _taken_off(portal, curated) else curated.status
    return replace(
        curated, **gaps, status=status, newer_decision=newer, version=f"{curated.version} {portal.version}".strip()
    )


def _added(file: Procedure, portal: Procedure) -> Procedure:
    """The portal's record with every field that the file holds put in its place."""
    own = {name: getattr(file, name) for name in to_dict(file) if name not in _OF_THE_FILE}
    own = {name: value for name, value in own.items() if value not in ("", None)}
    days = [day for day in (file.checked_on, portal.checked_on) if day is not None]
    version = f"{file.version} {portal.version}".strip()
    return replace(portal, **own, checked_on=max(days) if days else None, version=version)


def _later(portal: Procedure, curated: Procedure) -> bool:
    ours, theirs = curated.decision.date, portal.decision.date
    return ours is not None and theirs is not None and theirs > ours


def _taken_off(portal: Procedure, curated: Procedure) -> bool:
    """Say whether the portal's removal is news to the curated record: seen after the editor's last check."""
    if portal.status is not RecordStatus.REMOVED or curated.status is not RecordStatus.CURRENT:
        return False
    checked, gone = curated.checked_on, portal.checked_on
    return checked is None or gone is None or checked <= gone
