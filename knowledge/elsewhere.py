"""Agencies that belong to another province: national procedures are often published with one province's office."""

from __future__ import annotations

import re

_OF_A_PROVINCE = re.compile(r"\b(?:thành phố|tỉnh|tp\.?)\s+(\w+(?:\s\w+)?)", re.IGNORECASE)
_CITY = ("hồ chí", "hcm")


def is_elsewhere(agency: str) -> bool:
    """Say whether an agency's name holds that of a province or city, and not this city's."""
    found = [name for name in _OF_A_PROVINCE.findall(agency) if name[:1].isupper()]
    return bool(found) and not any(name.lower().startswith(_CITY) for name in found)


def agencies_here(agencies: str) -> str:
    """Return those of "A; B" that are not another province's; empty where all are."""
    return "; ".join(name for name in agencies.split("; ") if not is_elsewhere(name))
