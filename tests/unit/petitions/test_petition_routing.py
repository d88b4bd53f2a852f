"""Routing as data: communes and rules resolve, the first that fits wins, what is unknown goes to the default."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import SettingInvalidError
from bot.petitions.communes import commune_codes, commune_name
from bot.petitions.models import PetitionKind
from bot.petitions.routing import ROUTING_FILE, Matter, load_routing
from tests.unit.petitions.routing_files import write_routing

SHIPPED = load_routing(ROUTING_FILE, commune_name)
BEHAVIOUR = Matter(PetitionKind.BEHAVIOUR, official=True, commune_code="26740", levels=("commune",), sector="Hộ tịch")


@pytest.mark.requirement("R-32")
def test_all_168_communes_and_all_rules_resolve():
    codes = commune_codes()
    assert len(codes) == 168
    assert SHIPPED.faults(codes) == []
    for code in codes:
        for kind in PetitionKind:
            for official in (True, False):
                for levels in (("unknown",), ("commune",), ("province",), ("ministry", "province")):
                    routed = SHIPPED.route(Matter(kind, official, code, levels=levels))
                    assert routed.unit.name
                    assert SHIPPED.unit(routed.unit.code) == routed.unit


@pytest.mark.parametrize(
    ("changes", "unit", "rule"),
    [
        ({}, "commune:26740", "commune"),
        ({"official": False}, "support_communes", "commune-record"),
        ({"commune_code": ""}, "support", "default"),
        ({"commune_code": "99999"}, "support", "default"),
        ({"levels": ("unknown",)}, "commune:26740", "commune"),
        ({"levels": ("province",)}, "support", "default"),
        ({"levels": ("province", "commune")}, "commune:26740", "commune"),
        ({"sector": "Đăng ký, quản lý cư trú"}, "support", "police-sectors"),
        ({"kind": PetitionKind.TECHNICAL}, "support_technical", "technical"),
        ({"kind": PetitionKind.RULE}, "support_rules", "rules"),
        (
            {"kind": PetitionKind.SUGGESTION, "text": "Bị Lỗi Hệ thống hoài"},
            "support_technical",
            "technical-words",
        ),
    ],
)
def test_which_unit_gets_what(changes, unit, rule):
    routed = SHIPPED.route(replace(BEHAVIOUR, **changes))
    assert (routed.unit.code, routed.rule) == (unit, rule)


def test_an_office_names_its_own_units_persons_and_heads(tmp_path):
    file = write_routing(
        tmp_path,
        units={"support": {"name": "Văn phòng", "person": "Trực ban", "head": "Chánh văn phòng"}},
        heads={"26740": "Chủ tịch"},
        rules=[{"id": "all", "to": "commune", "when": {"communes": ["26740"], "procedures": ["1.00"]}}],
    )
    routing = load_routing(file, commune_name)
    matter = replace(BEHAVIOUR, procedure_code="1.001193")
    assert routing.route(matter).unit.head == "Chủ tịch"
    assert routing.route(replace(matter, commune_code="26743")).unit.person == "Trực ban"
    assert routing.route(replace(matter, procedure_code="2.000815")).rule == "default"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"default": "nobody"}, "default: no unit 'nobody'"),
        ({"rules": [{"id": "x", "to": "nobody"}]}, "rule x: no unit 'nobody'"),
        ({"rules": [{"id": "x", "to": "support"}, {"id": "x", "to": "support"}]}, "rule x: stands there twice"),
        ({"rules": [{"id": "x", "to": "support", "when": {"weather": ["rain"]}}]}, "unknown weather"),
        ({"rules": [{"id": "x", "to": "support", "when": {"kinds": ["rain"]}}]}, "no kind rain"),
        ({"units": {"support": {"title": "x"}}}, "title"),
    ],
)
def test_a_file_that_leads_nowhere_stops_the_start_and_says_why(tmp_path, changes, said):
    with pytest.raises(SettingInvalidError, match=said):
        load_routing(write_routing(tmp_path, **changes))


@pytest.mark.parametrize("text", ["", "- a", "units: [", "\x00"])
def test_a_damaged_file_is_named(tmp_path, text):
    file = tmp_path / "broken.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingInvalidError, match=r"broken\.yml"):
        load_routing(file)
    with pytest.raises(SettingInvalidError, match=r"missing\.yml"):
        load_routing(tmp_path / "missing.yml")


def test_the_check_names_communes_that_there_are_not(tmp_path):
    routing = load_routing(write_routing(tmp_path, heads={"00001": "Ai đó"}), commune_name)
    assert routing.faults(commune_codes()) == ["commune 00001: there is none"]
    assert load_routing(ROUTING_FILE).faults(["26740"]) == ["commune 26740: no unit"]
