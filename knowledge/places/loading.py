"""The place records (knowledge/content/places) as dataclasses, each checked against the others, faults by line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.places.models import FormerDistrict, FormerWard, Outside, Places, Unit, UnitKind, title_of
from knowledge.settings import CONTENT_DIR

PLACES_DIR = CONTENT_DIR / "places"
UNITS, FORMER, OUTSIDE = "units.yml", "former_units.yml", "outside.yml"


@lru_cache(maxsize=2)
def load_places(folder: Path = PLACES_DIR) -> Places:
    """Return all places in `folder`; raise `RecordInvalidError` with file and line. Read once."""
    units = tuple(_units(folder / UNITS))
    known = {one.code for one in units}
    former = read_yaml(folder / FORMER)
    wards = tuple(_wards(folder / FORMER, former, known))
    return Places(
        units,
        wards,
        tuple(_districts(former, wards)),
        tuple(_provinces(former, wards)),
        tuple(_outside(read_yaml(folder / OUTSIDE))),
    )


def unit(code: str) -> Unit | None:
    """Return the unit of today with this code (five digits), None where there is none."""
    return load_places().by_code.get(code)


def _units(path: Path) -> Iterator[Unit]:
    seen: dict[str, int] = {}
    for place, row in enumerate(read_yaml(path)["units"]):
        try:
            kind = UnitKind(row["kind"])
            code, name = str(row["code"]), str(row["name"])
        except (KeyError, ValueError) as error:
            raise _fault(path, ["units", place], f"a unit needs code, kind and name: {error}") from error
        if len(code) != 5 or not code.isdecimal():
            raise _fault(path, ["units", place], f"code {code} is not five digits")
        if code in seen:
            raise _fault(path, ["units", place], f"code {code} stands twice")
        seen[code] = place
        yield Unit(code, title_of(kind, name), kind)


def _wards(path: Path, former: dict[str, Any], known: set[str]) -> Iterator[FormerWard]:
    for p, province in enumerate(former["provinces"]):
        for d, district in enumerate(province["districts"]):
            for w, row in enumerate(district["wards"]):
                at = ["provinces", p, "districts", d, "wards", w]
                now = tuple(map(str, row.get("now") or ()))
                unknown = [code for code in now if code not in known]
                if not now or unknown:
                    raise _fault(path, at, f"now: no unit of today has the code {', '.join(unknown) or '(none given)'}")
                yield FormerWard(
                    str(row["code"]),
                    row["name"],
                    district["name"],
                    province["name"],
                    now,
                    bool(row.get("single_source")),
                    tuple(map(str, row.get("say") or ())),
                )


def _districts(former: dict[str, Any], wards: tuple[FormerWard, ...]) -> Iterator[FormerDistrict]:
    for province in former["provinces"]:
        for district in province["districts"]:
            own = [ward for ward in wards if (ward.province, ward.district) == (province["name"], district["name"])]
            say = tuple(map(str, district.get("say") or ()))
            yield FormerDistrict(district["name"], province["name"], _now(own), _codes(own), say)
            for earlier in district.get("earlier") or ():
                part = set(map(str, earlier.get("wards") or [ward.code for ward in own]))
                before = [ward for ward in own if ward.code in part]
                yield FormerDistrict(earlier["name"], province["name"], _now(before), _codes(before), earlier=True)


def _provinces(former: dict[str, Any], wards: tuple[FormerWard, ...]) -> Iterator[FormerDistrict]:
    for province in former["provinces"][1:]:  # the first is the city itself
        own = [ward for ward in wards if ward.province == province["name"]]
        say = tuple(map(str, province.get("say") or ()))
        yield FormerDistrict(province["name"], province["name"], _now(own), _codes(own), say)


def _outside(data: dict[str, Any]) -> Iterator[Outside]:
    say = data.get("say") or {}
    for group in ("provinces", "former_provinces", "towns"):
        yield from (Outside(str(name), tuple(map(str, say.get(name) or ()))) for name in data[group])


def _now(wards: list[FormerWard]) -> tuple[str, ...]:
    return tuple(sorted({code for ward in wards for code in ward.now}))


def _codes(wards: list[FormerWard]) -> tuple[str, ...]:
    return tuple(ward.code for ward in wards)


def _fault(path: Path, keys: list[Any], reason: str) -> RecordInvalidError:
    return RecordInvalidError(f"{path}:{line_of(path, keys)}", reason)
