"""Turns about places: what is told, what is asked, and how a reply is read with what was asked."""

from __future__ import annotations

import pytest

from bot.nlu.place_turn import Asked, PlaceStepKind, PlaceTurn, Wants, plan_place
from knowledge.places import find_places, unit


def turn(text: str, intent: str = "give_place", **others: object) -> PlaceTurn:
    return PlaceTurn(intent, text, find_places(text), **others)


def asked_by(text: str, wants: Wants = Wants.TELL) -> Asked:
    """What stays open after the step that `text` leads to, as the action keeps it."""
    from actions.place import _options

    step = plan_place(turn(text))
    said = step.former if step.kind is PlaceStepKind.ASK_WARD else step.said
    codes = tuple(one.code for one in step.units)
    split = step.kind is PlaceStepKind.ASK_SPLIT
    return Asked(said, step.former, codes, wants, split, _options(step))


@pytest.mark.parametrize(
    ("text", "intent", "kind", "wants"),
    [
        ("phường 12 quận 10 giờ thuộc phường nào", "ask_office", PlaceStepKind.TOLD, Wants.UNIT),
        ("ủy ban phường Hòa Hưng ở đâu", "ask_office", PlaceStepKind.TOLD, Wants.OFFICE),
        ("tôi ở phường Hòa Hưng", "give_place", PlaceStepKind.TOLD, Wants.TELL),
        ("phường 14 quận 10", "give_place", PlaceStepKind.ASK_SPLIT, Wants.TELL),
        ("Gò Vấp", "give_place", PlaceStepKind.ASK_WHICH, Wants.TELL),
        ("phường 3", "give_place", PlaceStepKind.ASK_DISTRICT, Wants.TELL),
        ("ủy ban quận 1 ở đâu", "ask_office", PlaceStepKind.ASK_WARD, Wants.OFFICE),
        ("tôi ở Bến Tre", "give_place", PlaceStepKind.OUTSIDE, Wants.TELL),
        ("ủy ban ở đâu", "ask_office", PlaceStepKind.NO_PLACE, Wants.OFFICE),
    ],
)
def test_the_step_of_a_message(text, intent, kind, wants):
    step = plan_place(turn(text, intent))
    assert (step.kind, step.wants) == (kind, wants)


def test_home_answers_a_question_that_names_no_place():
    step = plan_place(turn("ủy ban ở đâu", "ask_office", home=unit("27163")))
    assert (step.kind, step.units) == (PlaceStepKind.TOLD, (unit("27163"),))


def test_what_is_denied_is_not_meant():
    step = plan_place(turn("không phải phường 12 quận 10, tôi ở p5 gò vấp"))
    assert step.units == (unit("26876"),)


@pytest.mark.parametrize(
    ("question", "reply", "code"),
    [
        ("phường 14 quận 10", "diên hồng", "27169"),
        ("phường 14 quận 10", "2", "27163"),
        ("phường 14 quận 10", "cái đầu tiên", "27169"),
        ("nhà ở phường đa kao quận 1", "sài gòn", "26740"),
        ("phường 3", "gò vấp", "26890"),
        ("phường 3", "q4", "27286"),
        ("phường 3", "4", "27286"),
        ("quận 1", "phường bến nghé", "26740"),
        ("quận tân bình", "p11", "26983"),
        ("tỉnh Bình Dương", "phường an bình, dĩ an", "25942"),
        ("Gò Vấp", "phường 5", "26876"),
        ("Gò Vấp", "1", "26884"),
    ],
)
def test_a_reply_is_read_with_what_was_asked(question, reply, code):
    step = plan_place(turn(reply, asked=asked_by(question), replies=True))
    assert (step.kind, step.units) == (PlaceStepKind.TOLD, (unit(code),))


@pytest.mark.parametrize("reply", ["phường cầu ông lãnh", "cầu ông lãnh"])
def test_a_split_ward_in_a_reply_is_asked_about_though_a_unit_has_its_name(reply):
    step = plan_place(turn(reply, asked=asked_by("quận 1"), replies=True))
    assert step.kind is PlaceStepKind.ASK_SPLIT
    assert {one.name for one in step.units} == {"Phường Bến Thành", "Phường Cầu Ông Lãnh"}


def test_a_street_settles_nothing_and_is_kept():
    step = plan_place(turn("đường Tô Hiến Thành", "nlu_fallback", asked=asked_by("phường 14 quận 10"), replies=True))
    assert (step.kind, step.words) == (PlaceStepKind.UNSURE, "đường Tô Hiến Thành")
    assert len(step.units) == 2


@pytest.mark.parametrize("question", ["Phường Tân Định", "phường 14 quận 10", "phường 3"])
def test_a_yes_to_several_places_asks_once_more(question):
    asked, before = asked_by(question), plan_place(turn(question))
    step = plan_place(turn("đúng rồi", "affirm", asked=asked, replies=True))
    assert (step.kind, step.units) == (before.kind, before.units)


def test_another_place_is_taken_instead_of_a_reply():
    step = plan_place(turn("à nhầm, tôi ở phường Bảy Hiền", asked=asked_by("phường 14 quận 10"), replies=True))
    assert step.units == (unit("26983"),)


def test_a_question_on_a_procedure_goes_its_own_way():
    asked = asked_by("phường 14 quận 10")
    step = plan_place(turn("khai sinh cần giấy gì", "ask_procedure", asked=asked, replies=True, about_procedure=True))
    assert step.kind is PlaceStepKind.DIGRESS


def test_buttons_name_a_unit_or_a_former_place_and_forged_ones_nothing():
    asked = asked_by("phường 14 quận 10")
    step = plan_place(PlaceTurn("choose_place", "", pressed_code="27163", asked=asked))
    assert (step.kind, step.units, step.former) == (PlaceStepKind.TOLD, (unit("27163"),), "Phường 14, Quận 10")
    step = plan_place(PlaceTurn("choose_place", "", pressed_name="Quận Gò Vấp"))
    assert step.kind is PlaceStepKind.ASK_WARD
    for code, name in (("99999", ""), ("", "<script>"), ("", "phường " * 9999), ("", "")):
        forged = PlaceTurn("choose_place", "", pressed_code=code, pressed_name=name)
        assert plan_place(forged).kind is PlaceStepKind.NO_PLACE
    assert plan_place(PlaceTurn("unsure_place", "")).kind is PlaceStepKind.NO_PLACE


@pytest.mark.parametrize("slot", [None, "", [], {"x": 1}, 7])
def test_a_slot_that_holds_something_else_is_no_open_question(slot):
    assert Asked.of(slot) is None


def test_what_was_asked_survives_its_slot():
    asked = asked_by("phường 3", Wants.OFFICE)
    assert Asked.of(asked.to_slot()) == asked
    assert Asked.of({**asked.to_slot(), "codes": ["99999"], "wants": "x"}).codes == ()
