"""The pipeline's matcher finds what the plain finder finds; which entities a message gets."""

from __future__ import annotations

import json

import pytest

from bot.nlu.place_matcher import place_entities, spacy_spans
from knowledge.places import find_places
from knowledge.settings import ROOT


def test_spacy_finds_what_the_plain_finder_finds():
    for name in ("places.jsonl", "places_blind.jsonl", "colloquial.jsonl", "hard.jsonl"):
        for line in (ROOT / "tests" / "evaluation" / name).read_text("utf-8").splitlines():
            text = json.loads(line)["text"]
            assert find_places(text, spacy_spans()) == find_places(text), text


def test_spacy_keeps_no_word_that_it_has_seen():
    spans = spacy_spans()
    before = len(spans._vocab.strings)
    for number in range(200):
        find_places(f"từ lạ {number}xyz ở phường 12 quận 10", spans)
    assert len(spans._vocab.strings) == before


def entities(text: str) -> dict[str, str]:
    return {one["entity"]: one["value"] for one in place_entities(text, find_places(text))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tôi ở phường 12 quận 10", {"commune_code": "27163", "commune_name": "Phường Hòa Hưng"}),
        ("quê Nghệ An, đang ở trọ p12 q10", {"commune_code": "27163", "commune_name": "Phường Hòa Hưng"}),
        ("không phải p12 q10, tôi ở p5 gò vấp", {"commune_code": "26876", "commune_name": "Phường An Nhơn"}),
        ("chuyển từ p12 q10 về p5 gò vấp", {}),
        ("tôi ở phường 14 quận 10", {}),
        ("tôi ở Gò Vấp", {}),
        ("tôi ở Bến Tre", {}),
        ("đăng ký tạm trú cần gì", {}),
    ],
)
def test_only_one_certain_unit_is_taken_as_the_citizens(text, expected):
    found = entities(text)
    assert {name: found[name] for name in found if name.startswith("commune")} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p12 q10", "place_told"),
        ("dạ em ở Thảo Điền, quận 2 ạ", "place_told"),
        ("không phải, tôi ở phường 5 gò vấp", "place_told"),
        ("nhà tôi khu phố 3 phường Tân Chánh Hiệp", "place_told"),
        ("12/3 hẻm 4 phường 5 quận 3", "place_told"),
        ("phường 12 quận 10 giờ thuộc phường nào", "place_asked"),
        ("ủy ban phường Hòa Hưng ở đâu", None),
        ("ủy ban phường Hòa Hưng", None),
        ("địa chỉ phường Hòa Hưng", None),
        ("tôi ở Dĩ An, khai sinh cho con nộp ở đâu", None),
        ("phường nào nhận hồ sơ", None),
    ],
)
def test_what_a_message_does_with_a_place(text, expected):
    found = {name for name in entities(text) if name.startswith("place")}
    assert found == ({expected} if expected else set())
