"""Which record wins: the curated one, with the portal's facts in its gaps."""

from __future__ import annotations

from dataclasses import replace

from knowledge.models import Procedure

# Facts of the portal's record that fill a gap in the curated one; all other facts stay as curated.
_FILLED_FIELDS = (
    "handling_agency",
    "competent_agency",
    "coordinating_agency",
    "applicant_types",
    "legal_bases",
    "result_documents",
)


def merge(curated: Procedure | None, portal: Procedure | None) -> Procedure:
    """Return the record to answer from: curated facts win, the portal's fill its gaps.

    Where the portal's record cites a later decision, `newer_decision` says so, and answers warn.
    """
    if curated is None or portal is None:
        record = curated or portal
        assert record is not None  # noqa: S101 - callers pass at least one
        return record
    gaps = {name: getattr(portal, name) for name in _FILLED_FIELDS if not getattr(curated, name)}
    newer = portal.decision if _later(portal, curated) else None
    return replace(curated, **gaps, newer_decision=newer)


def _later(portal: Procedure, curated: Procedure) -> bool:
    ours, theirs = curated.decision.date, portal.decision.date
    return ours is not None and theirs is not None and theirs > ours
