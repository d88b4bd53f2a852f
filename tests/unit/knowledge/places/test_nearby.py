"""Which units are named for a point on the map."""

from __future__ import annotations

import pytest

from knowledge.errors import RecordInvalidError
from knowledge.places.loading import PLACES_DIR, load_places
from knowledge.places.nearby import load_centres, near


def test_every_unit_has_one_middle():
    centres = [one.unit.code for one in load_centres()]
    assert len(centres) == len(set(centres))
    assert set(centres) == {unit.code for unit in load_places().units}


def test_every_unit_is_the_first_that_is_named_for_its_own_middle():
    for one in load_centres():
        assert near(one.latitude, one.longitude)[0] == one.unit


def test_far_away_nothing_is_named():
    assert near(21.03, 105.85) == ()
    assert near(0.0, 0.0) == ()


@pytest.mark.parametrize(
    "row", ['{unit: "00000", at: [10.7, 106.7], km2: 5}', '{unit: "27673", at: [50, 106.7], km2: 5}', "{unit: 1}"]
)
def test_a_row_that_cannot_be_right_is_refused(tmp_path, row):
    for file in PLACES_DIR.glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (tmp_path / "centres.yml").write_text(f"source: x\nas_of: 2025-07-01\ncentres:\n  - {row}\n", "utf-8")
    with pytest.raises(RecordInvalidError):
        load_centres(tmp_path)
