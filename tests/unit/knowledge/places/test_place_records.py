"""The place records name their source, and faults in them are told with their line."""

from __future__ import annotations

import shutil

import pytest

from knowledge.curated import read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.places.loading import PLACES_DIR, load_places


def test_every_file_of_facts_names_its_source_and_day():
    for name in ("units.yml", "former_units.yml", "outside.yml"):
        data = read_yaml(PLACES_DIR / name)
        assert data["source"]
        assert data["as_of"] == "2025-07-01"
    for province in read_yaml(PLACES_DIR / "former_units.yml")["provinces"]:
        for district in province["districts"]:
            assert all(earlier["source"] for earlier in district.get("earlier") or ())


@pytest.fixture
def copy(tmp_path):
    for name in ("units.yml", "former_units.yml", "outside.yml"):
        shutil.copy(PLACES_DIR / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "before", "after", "reason"),
    [
        ("units.yml", 'code: "25747"', 'code: "2574"', r"units.yml:\d+.*not five digits"),
        ("units.yml", 'code: "25750"', 'code: "25747"', r"units.yml:\d+.*stands twice"),
        ("units.yml", "kind: ward, name: Phú Lợi", "kind: town, name: Phú Lợi", r"units.yml:\d+"),
        ("former_units.yml", 'now: ["26740"]', 'now: ["11111"]', r"former_units.yml:\d+.*11111"),
        ("former_units.yml", 'now: ["26740"]', "now: []", r"former_units.yml:\d+.*none given"),
    ],
)
def test_faults_are_told_with_file_and_line(copy, file, before, after, reason):
    text = (copy / file).read_text("utf-8")
    assert before in text
    (copy / file).write_text(text.replace(before, after, 1), "utf-8")
    load_places.cache_clear()
    try:
        with pytest.raises(RecordInvalidError, match=reason):
            load_places(copy)
    finally:
        load_places.cache_clear()


def test_earlier_districts_share_the_wards_of_the_one_that_took_them_over():
    places = load_places()
    of = {district.name: set(district.wards) for district in places.former_districts}
    assert of["Quận 2"] | of["Quận 9"] | of["Quận Thủ Đức"] == of["Thành phố Thủ Đức"]
    assert not of["Quận 2"] & of["Quận 9"]
    assert of["Huyện Long Điền"] | of["Huyện Đất Đỏ"] == of["Huyện Long Đất"]
