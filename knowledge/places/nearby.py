"""Which units of today are near a point on the map. There are no borders here: it names candidates, never the one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.curated import read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.places.loading import PLACES_DIR, load_places
from knowledge.places.models import Unit

FILE = "centres.yml"
MOST = 4
"""Candidates; a question shows them and one button more."""
REACH = 3.0
"""How far from its middle, in radii of a circle of its area, a unit may still lie: the longest ones are about that."""
_KM_A_DEGREE = 111.2


@dataclass(frozen=True)
class Centre:
    """A point in the middle of a unit, in degrees; radius: kilometres, of a circle with the unit's area."""

    unit: Unit
    latitude: float
    longitude: float
    radius: float

    def reach(self, latitude: float, longitude: float) -> float:
        """Return the distance to a point, in radii."""
        north = (latitude - self.latitude) * _KM_A_DEGREE
        east = (longitude - self.longitude) * _KM_A_DEGREE * math.cos(math.radians(self.latitude))
        return math.hypot(north, east) / self.radius


def near(latitude: float, longitude: float, folder: Path = PLACES_DIR) -> tuple[Unit, ...]:
    """Return the units that the point may lie in, likeliest first; none where the point is outside the city."""
    reaches = sorted((one.reach(latitude, longitude), one.unit.code, one.unit) for one in load_centres(folder))
    return tuple(unit for reach, _, unit in reaches[:MOST] if reach <= REACH)


@lru_cache(maxsize=4)
def load_centres(folder: Path = PLACES_DIR) -> tuple[Centre, ...]:
    """Read the file; raise `RecordInvalidError` where a row names no unit or no point on the map."""
    return tuple(_centres(folder))


def _centres(folder: Path) -> Iterator[Centre]:
    path, units = folder / FILE, {unit.code: unit for unit in load_places(folder).units}
    for row in read_yaml(path)["centres"]:
        try:
            (latitude, longitude), area = map(float, row["at"]), float(row["km2"])
            centre = Centre(units[row["unit"]], latitude, longitude, math.sqrt(area / math.pi))
        except (KeyError, TypeError, ValueError) as error:
            raise RecordInvalidError(str(path), f"{row}: no unit, point or area") from error
        if not (8 <= latitude <= 12 and 105 <= longitude <= 108 and area > 0):
            raise RecordInvalidError(str(path), f"{row}: not in the city")
        yield centre
