"""What the place action says and remembers; offices are made up."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import place as place_module
from actions.place import ActionTellPlace
from actions.place_slots import commune_of
from knowledge.places import find_places
from knowledge.places.contacts import Directory, Office, OfficeKind, Verification
from tests.fixtures.services import services_with
from tests.unit.actions.test_procedure import FakeClock
from tests.unit.actions.test_wider_than_one import Curated

CLOCK = FakeClock()
TODAY = CLOCK.now().date()


def office(kind=OfficeKind.ONE_STOP, on=TODAY):
    return Office("27163", kind, "Trung tâm thử", "1 đường Thử", ("1022",), None, Verification(on, "Trần B"))


@pytest.fixture
def play(monkeypatch):
    """`await play(text, intent, slots…)` → the message said, and the slots after it."""

    async def run(text, intent="give_place", offices=(), entities=(), events=(), **slots):
        monkeypatch.setattr(place_module, "load_directory", lambda: Directory(tuple(offices)))
        message = {
            "text": text,
            "intent": {"name": intent},
            "entities": list(entities),
            "places": [mention.to_json() for mention in find_places(text)],
        }
        dispatcher = CollectingDispatcher()
        tracker = Tracker("someone", slots, message, list(events), False, None, {}, "action_listen")
        changed = await ActionTellPlace(services_with(Curated(), CLOCK)).run(dispatcher, tracker, {})
        (said,) = dispatcher.messages
        return said, {**slots, **{event["name"]: event["value"] for event in changed}}

    return run


async def test_a_verified_office_answers_the_question(play):
    said, slots = await play("ủy ban phường Hòa Hưng ở đâu", "ask_office", [office()])
    assert said["response"] == "utter_place__office"
    assert "1 đường Thử" in said["office"]
    assert said["custom"]["answer"]["outcome"] == "answered_place"
    assert slots["commune_code"] == "27163"


@pytest.mark.parametrize("offices", [(), (office(on=None),), (office(OfficeKind.POLICE),)])
async def test_without_a_verified_office_nothing_is_invented(play, offices):
    said, _ = await play("ủy ban phường Hòa Hưng ở đâu", "ask_office", offices)
    assert "1022" in said["office"]
    assert "dichvucong.gov.vn" in said["office"]
    assert "Thử" not in said["office"]
    assert said["custom"]["answer"]["outcome"] == "unanswered_office"


async def test_the_police_is_told_where_it_is_asked_for(play):
    agency = {"entity": "agency", "value": "Công an cấp xã"}
    said, _ = await play("công an phường Hòa Hưng", "ask_office", [office(OfficeKind.POLICE)], [agency])
    assert "Trung tâm thử" in said["office"]


async def test_a_doubtful_place_forgets_the_unit_known_before(play):
    said, slots = await play("tôi ở phường 14 quận 10", commune_code="27163", commune_name="Phường Hòa Hưng")
    assert slots["commune_code"] is None
    assert slots["commune_name"] is None
    assert [button["title"] for button in said["buttons"]] == ["Phường Diên Hồng", "Phường Hòa Hưng", "Tôi chưa rõ"]


async def test_a_question_is_open_only_while_this_action_spoke_last(play):
    _, slots = await play("tôi ở phường 3")
    spoken = [{"event": "action", "name": "action_tell_place"}, {"event": "user", "text": "gò vấp"}]
    _, after = await play("gò vấp", events=spoken, **slots)
    assert after["commune_code"] == "26890"
    other = [{"event": "action", "name": "utter_smalltalk__greet"}, {"event": "user", "text": "gò vấp"}]
    _, after = await play("gò vấp", events=other, **slots)
    assert after["commune_code"] is None


@pytest.mark.parametrize("forged", ["99999", "", "27163'--", "x" * 10_000])
async def test_a_forged_button_tells_nothing(play, forged):
    entity = {"entity": "commune_code", "value": forged}
    said, _ = await play("", "choose_place", entities=[entity], commune_code=forged)
    assert said["response"] == "utter_place__no_place"


@pytest.mark.parametrize("held", [None, "", "99999", "<b>"])
def test_a_slot_that_holds_no_unit_names_none(held):
    assert commune_of(Tracker("someone", {"commune_code": held}, {}, [], False, None, {}, "")) is None


async def test_a_message_without_its_parts_is_no_fault(play):
    said, _ = await play("", "None")
    assert said["response"] == "utter_place__no_place"


async def test_everything_a_place_can_lead_to_is_a_response_of_the_domain(play):
    from knowledge.curated import read_yaml
    from knowledge.settings import ROOT

    responses = read_yaml(ROOT / "domain" / "place.yml")["responses"]
    kinds = place_module.PlaceStepKind
    for kind in kinds:
        if kind not in (kinds.DIGRESS, kinds.TOLD, kinds.OF_PROCEDURE):  # others answer these
            assert f"utter_place__{kind.value}" in responses
