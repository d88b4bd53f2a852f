"""Zalo's events, read from bodies of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ZaloPayloadError
from bot.zalo.events import INTERACTIONS, SAID, EventKind, ZaloEvent, read_body, read_event

KINDS = {
    "console_oa_send_file": EventKind.ECHO,
    "console_oa_send_gif": EventKind.ECHO,
    "console_oa_send_image": EventKind.ECHO,
    "console_oa_send_list": EventKind.ECHO,
    "console_oa_send_text": EventKind.ECHO,
    "console_user_send_audio": EventKind.AUDIO,
    "console_user_send_file": EventKind.FILE,
    "console_user_send_gif": EventKind.GIF,
    "console_user_send_image": EventKind.IMAGE,
    "console_user_send_link": EventKind.LINK,
    "console_user_send_sticker": EventKind.STICKER,
    "console_user_send_text": EventKind.TEXT,
    "console_user_send_video": EventKind.VIDEO,
    "docs_add_user_to_tag": EventKind.OTHER,
    "docs_anonymous_send_text": EventKind.ANONYMOUS,
    "docs_follow": EventKind.FOLLOW,
    "docs_oa_send_text_admin": EventKind.ECHO,
    "docs_oa_send_text_template": EventKind.ECHO,
    "docs_unfollow": EventKind.UNFOLLOW,
    "docs_user_click_chatnow": EventKind.OPENED,
    "docs_user_feedback": EventKind.RATING,
    "docs_user_reacted_message": EventKind.REACTION,
    "docs_user_received_message": EventKind.RECEIVED,
    "docs_user_seen_message": EventKind.SEEN,
    "docs_user_send_business_card": EventKind.BUSINESS_CARD,
    "docs_user_send_image": EventKind.IMAGE,
    "docs_user_send_text": EventKind.TEXT,
    "docs_user_submit_info": EventKind.SHARED_INFO,
    "docs_user_withdraw": EventKind.WITHDRAW,
    "docs_zns_user_received_message": EventKind.RECEIVED,
    "recorded_user_send_location": EventKind.LOCATION,
    "synthetic_button_click": EventKind.TEXT,
    "thirdparty_user_send_image_quote": EventKind.IMAGE,
    "thirdparty_user_send_text_newfield": EventKind.TEXT,
    "thirdparty_user_send_unknown_kind": EventKind.OTHER,
}


def event(**payload: Any) -> ZaloEvent:
    body = json.dumps(payload).encode()
    return read_event(read_body(body), body)


def said(**message: Any) -> ZaloEvent:
    return event(
        app_id="1",
        event_name="user_send_text",
        sender={"id": "7"},
        recipient={"id": "9"},
        message=message,
        timestamp="1",
    )


def test_every_recorded_webhook_body_is_read(shared_data: Path) -> None:
    files = sorted((shared_data / "zalo" / "webhook").glob("*.json"))
    assert {file.stem for file in files} == set(KINDS)
    for file in files:
        body = file.read_bytes()
        found = read_event(read_body(body), body)
        assert found.kind is KINDS[file.stem], file.stem
        assert found.user_id or found.kind in (EventKind.OTHER, EventKind.RATING), file.stem
        if found.kind in SAID:
            assert found.message_id or found.kind is EventKind.SHARED_INFO, file.stem


def test_the_bot_platforms_body_is_no_event_of_an_official_account() -> None:
    body = b'{"event_name":"message.text.received","message":{"text":"Xin chao"}}'
    with pytest.raises(ZaloPayloadError):
        read_event(read_body(body), body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ZaloPayloadError):
        read_body(body)


@pytest.mark.parametrize(
    "message",
    [None, [], "x", 5, {"text": {"a": 1}}, {"attachments": "x"}, {"attachments": [None, 3, {"payload": []}]}],
)
def test_parts_of_the_wrong_shape_count_as_missing(message: Any) -> None:
    found = event(event_name="user_send_text", sender={"id": "7"}, message=message, timestamp=True)
    assert found.user_id == "7"
    assert found.text == ""
    assert found.at is None


def test_ids_beyond_53_bits_stay_as_they_are() -> None:
    body = b'{"event_name":"user_send_text","sender":{"id":9007199254740993123},"message":{"msg_id":"m","text":"a"}}'
    assert read_event(read_body(body), body).user_id == "9007199254740993123"


def test_the_same_message_has_the_same_id_when_it_comes_again() -> None:
    assert said(msg_id="m1", text="a").id == said(msg_id="m1", text="a", extra=1).id
    assert said(msg_id="m1", text="a").id != said(msg_id="m2", text="a").id


def test_an_event_without_message_is_known_by_its_bytes() -> None:
    first = event(event_name="follow", follower={"id": "7"}, timestamp="1700000000000")
    assert first.id == event(event_name="follow", follower={"id": "7"}, timestamp="1700000000000").id
    assert first.id != event(event_name="follow", follower={"id": "7"}, timestamp="1700000000001").id


def test_console_tests_all_carry_one_message_id_and_are_told_apart() -> None:
    first = said(msg_id="This is message id", text="a")
    assert first.is_console_test
    assert first.id != said(msg_id="This is message id", text="b").id


def test_who_is_the_citizen_depends_on_the_kind() -> None:
    sides = {"sender": {"id": "oa"}, "recipient": {"id": "7"}, "message": {"msg_id": "m"}}
    assert event(event_name="oa_send_text", **sides).user_id == "7"
    assert event(event_name="user_received_message", **sides).user_id == "7"
    seen = {"event_name": "user_seen_message", "message": {"msg_ids": ["a", "b"]}}
    assert event(**seen, sender={"id": "oa"}, recipient={"id": "7"}).user_id == "7"
    assert event(**seen, sender={"id": "7"}, recipient={"id": "oa"}, oa_id="oa").user_id == "7"
    assert event(**seen, sender={"id": "oa"}, recipient={"id": "7"}).message_ids == ("a", "b")


def test_what_an_officer_wrote_in_zalos_desk_is_known() -> None:
    found = event(event_name="oa_send_text", sender={"id": "oa", "admin_id": "55"}, recipient={"id": "7"}, message={})
    assert (found.kind, found.officer_id) == (EventKind.ECHO, "55")


def test_a_place_has_degrees_only_where_they_can_be() -> None:
    def place(latitude: Any, longitude: Any) -> tuple[float | None, float | None]:
        part = {"type": "location", "payload": {"coordinates": {"latitude": latitude, "longitude": longitude}}}
        found = event(event_name="user_send_location", sender={"id": "7"}, message={"attachments": [part]})
        return found.attachments[0].latitude, found.attachments[0].longitude

    assert place("10.79", "106.78") == (10.79, 106.78)
    assert place("910", "nan") == (None, None)
    assert place({}, None) == (None, None)


def test_only_name_and_phone_are_taken_of_shared_details() -> None:
    found = event(
        event_name="user_submit_info", sender={"id": "7"}, info={"name": "A", "phone": "84912345678", "user_dob": "x"}
    )
    assert dict(found.info) == {"name": "A", "phone": "84912345678"}


def test_times_in_seconds_or_nonsense_are_no_times() -> None:
    def at(timestamp: Any) -> Any:
        return event(event_name="user_send_text", sender={"id": "7"}, timestamp=timestamp).at

    assert at("1785672000000").year == 2026
    assert at(1785672000000).year == 2026
    assert at("154390853474") is None
    assert at("99999999999999999999") is None
    assert at(None) is None


def test_what_opens_the_window() -> None:
    assert EventKind.FOLLOW in INTERACTIONS
    assert not INTERACTIONS & {EventKind.SEEN, EventKind.RECEIVED, EventKind.ECHO, EventKind.UNFOLLOW}
