"""What is known of places, and what is found of them in a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any


class UnitKind(str, Enum):
    WARD = "ward"
    COMMUNE = "commune"
    SPECIAL_ZONE = "special_zone"


_TITLES = {UnitKind.WARD: "Phường", UnitKind.COMMUNE: "Xã", UnitKind.SPECIAL_ZONE: "Đặc khu"}


@dataclass(frozen=True)
class Unit:
    """One of the 168 units of today. code: five digits of the State's list. name: in full, "Phường Hòa Hưng"."""

    code: str
    name: str
    kind: UnitKind

    @property
    def bare_name(self) -> str:
        """The name without its kind: "Hòa Hưng"."""
        return self.name[len(_TITLES[self.kind]) + 1 :]


def title_of(kind: UnitKind, bare_name: str) -> str:
    """Return a unit's name in full."""
    return f"{_TITLES[kind]} {bare_name}"


@dataclass(frozen=True)
class FormerWard:
    """A ward, commune or township of before 1 July 2025. now: codes of the units of today, several where it was split.

    single_source: only one of the two tables that were compared says so. say: other spellings of its name.
    """

    code: str
    name: str
    district: str
    province: str
    now: tuple[str, ...]
    single_source: bool = False
    say: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """ "Phường 12, Quận 10"; the district alone where it had no wards (Côn Đảo)."""
        return self.name if self.name == self.district else f"{self.name}, {self.district}"


@dataclass(frozen=True)
class FormerDistrict:
    """A district, town or city below the province, of before 1 July 2025, or earlier still.

    now: codes of the units that took over its wards. earlier: gone even before 2025 ("Quận 2"), part of `district`.
    wards: codes of its former wards. say: other spellings.
    """

    name: str
    province: str
    now: tuple[str, ...]
    wards: tuple[str, ...]
    say: tuple[str, ...] = ()
    earlier: bool = False


@dataclass(frozen=True)
class Outside:
    """A province or town that is not in this city, today's name or a former one."""

    name: str
    say: tuple[str, ...] = ()


@dataclass(frozen=True)
class Places:
    """All units of today, and all former ones; and what is known to lie outside the city."""

    units: tuple[Unit, ...]
    former_wards: tuple[FormerWard, ...]
    former_districts: tuple[FormerDistrict, ...]
    former_provinces: tuple[FormerDistrict, ...] = ()
    outside: tuple[Outside, ...] = ()

    @cached_property
    def by_code(self) -> dict[str, Unit]:
        return {one.code: one for one in self.units}


class MentionKind(str, Enum):
    """CERTAIN: one unit. AMBIGUOUS: several places have the name. SPLIT: a former ward that several units took over.

    FORMER_DISTRICT: a former district or province, nothing narrower. OUTSIDE: not in this city.
    """

    CERTAIN = "certain"
    AMBIGUOUS = "ambiguous"
    SPLIT = "split"
    FORMER_DISTRICT = "former_district"
    OUTSIDE = "outside"


class SenseKind(str, Enum):
    UNIT = "unit"
    FORMER_WARD = "former_ward"
    FORMER_DISTRICT = "former_district"
    FORMER_PROVINCE = "former_province"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Sense:
    """One thing that a name can mean. name: in full ("Phường 12, Quận 10"). codes: units of today that it leads to."""

    kind: SenseKind
    name: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaceMention:
    """A place in a message: `text[start:end]` is `said`.

    candidates: units of today that can be meant; exactly one where CERTAIN, none where OUTSIDE.
    former: the former name in full, where the citizen used one ("Phường 12, Quận 10", "Quận 3"); of an OUTSIDE place,
    its name. senses: what the name can mean; more than one where AMBIGUOUS, so that one question can tell them apart.
    """

    start: int
    end: int
    said: str
    kind: MentionKind
    candidates: tuple[Unit, ...] = ()
    former: str = ""
    senses: tuple[Sense, ...] = field(default=())

    @property
    def unit(self) -> Unit | None:
        """The unit of today, where there is no doubt."""
        return self.candidates[0] if self.kind is MentionKind.CERTAIN else None

    def to_json(self) -> dict[str, Any]:
        """The mention as it travels in `message["places"]` (bot/nlu/place_matcher.py)."""
        return {
            "start": self.start,
            "end": self.end,
            "said": self.said,
            "kind": self.kind.value,
            "candidates": [one.code for one in self.candidates],
            "former": self.former,
            "senses": [{"kind": one.kind.value, "name": one.name, "codes": list(one.codes)} for one in self.senses],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], places: Places) -> PlaceMention:
        """Read what `to_json` wrote; codes that are no unit are left out."""
        known = places.by_code
        return cls(
            int(data["start"]),
            int(data["end"]),
            str(data["said"]),
            MentionKind(data["kind"]),
            tuple(known[code] for code in data["candidates"] if code in known),
            str(data.get("former") or ""),
            tuple(
                Sense(SenseKind(one["kind"]), str(one["name"]), tuple(map(str, one["codes"])))
                for one in data.get("senses") or ()
            ),
        )
