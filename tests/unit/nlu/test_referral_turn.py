"""What to do with a turn about help by the team."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from bot.nlu.open_question import Moment, OpenQuestion, Takes, goes_to_asker
from bot.nlu.referral_fields import ORDER, Field, emptied, field_before, next_field, value_of
from bot.nlu.referral_turn import ReferralStepKind, plan_referral_turn, read_referral_turn
from bot.nlu.replies import Choice
from bot.referrals.models import Referral, ReferralState, TimeWish, Way
from knowledge.how_to import HelpKind

AT = datetime(2026, 11, 20, 3, tzinfo=timezone.utc)
EMPTY = Referral(id="d", state=ReferralState.DRAFT, person="p", begun_at=AT)
FULL = replace(
    EMPTY, commune_code="26743", neighbourhood="", way=Way.CHAT, wish=TimeWish.ANY, kind=HelpKind.IDENTITY
)  # fmt: skip
SENT = replace(FULL, id="s", state=ReferralState.NEW, reference="HT 482-137-2")
YES_NO = (Choice("yes", ("Đồng ý", "gửi")), Choice("no", ("Không đồng ý",)))


def planned(text, waiting=None, draft=None, latest=None, intent="nlu_fallback", choices=(), said="", **message):
    slots = {"referral__waiting": {"field": waiting, "said": said}} if waiting else {}
    read = {"text": text, "intent": {"name": intent}, **message}
    return plan_referral_turn(read_referral_turn(read, slots, choices if waiting else None, draft, latest))


def pressed(field, value, draft=None, latest=None, for_id=""):
    carried = {"referral_field": field, "referral_value": value, "referral_id": for_id}
    entities = [{"entity": name, "value": text} for name, text in carried.items() if text]
    return planned("/answer_referral{}", None, draft, latest, "answer_referral", entities=entities)


def test_each_field_is_asked_once_in_order():
    draft, asked = EMPTY, []
    answers = {
        Field.WARD: {"commune_code": "26743"},
        Field.NEIGHBOURHOOD: {"neighbourhood": ""},
        Field.CONTACT: {"way": Way.CHAT},
        Field.WISH: {"wish": TimeWish.ANY},
        Field.ABOUT: {"kind": HelpKind.DATA},
    }
    while (field := next_field(draft)) is not Field.CONFIRM:
        asked.append(field)
        draft = replace(draft, **answers[field])
    assert tuple(asked) == ORDER
    assert field_before(draft, Field.CONFIRM) is Field.ABOUT
    assert field_before(EMPTY, Field.WARD) is None
    assert all(emptied(field) for field in ORDER)


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("phường Bến Thành", ReferralStepKind.FILL, {"commune_code": "26743"}),
        ("p12 q10", ReferralStepKind.FILL, {"commune_code": "27163"}),
        ("quận 3", ReferralStepKind.WHICH_WARD, None),
        ("tôi ở Đà Nẵng", ReferralStepKind.OUTSIDE, None),
        ("hả", ReferralStepKind.NOT_UNDERSTOOD, None),
        ("thôi để sau", ReferralStepKind.PAUSE, None),
        ("hủy", ReferralStepKind.DISCARD, None),
    ],
)
def test_the_ward(text, kind, values):
    step = planned(text, "ward", EMPTY)
    assert (step.kind, step.values) == (kind, values)


def test_a_number_that_many_districts_had_is_read_with_what_was_said_before():
    first = planned("phường 12", "ward", EMPTY)
    assert first.kind is ReferralStepKind.WHICH_WARD
    assert first.said
    second = planned("quận 10", "ward", EMPTY, said=first.said)
    assert second.values == {"commune_code": "27163"}


@pytest.mark.parametrize(
    ("text", "expected"), [("khu phố 3", "khu phố 3"), ("ấp Bình Đông", "ấp Bình Đông"), ("không biết nữa", "")]
)
def test_the_neighbourhood_in_free_words(text, expected):
    assert planned(text, "neighbourhood", EMPTY).values == {"neighbourhood": expected}


def test_a_number_counts_whichever_question_is_open():
    for field in ("ward", "contact", "wish", "confirm"):
        step = planned("0901234567 cô Ba", field, FULL)
        assert step.values == {"way": "phone", "phone": "0901234567", "called": "cô Ba"}
    assert planned("09012", "contact", EMPTY).kind is ReferralStepKind.NOT_UNDERSTOOD


def test_consent_is_a_clear_yes_and_nothing_else():
    def to(text, intent="nlu_fallback"):
        return planned(text, "consent", choices=YES_NO, intent=intent).kind

    assert to("đồng ý") is ReferralStepKind.AGREE
    assert to("không") is ReferralStepKind.REFUSE
    assert to("thôi") is ReferralStepKind.REFUSE
    assert to("để coi") is ReferralStepKind.NOT_UNDERSTOOD
    assert to("tạm trú cần gì") is ReferralStepKind.NOT_UNDERSTOOD


def test_sending_and_correcting_at_the_end():
    assert planned("gửi", "confirm", FULL, choices=YES_NO).kind is ReferralStepKind.SEND
    assert planned("không", "confirm", FULL, choices=YES_NO).kind is ReferralStepKind.CHANGES
    assert planned("sửa", "confirm", FULL, choices=YES_NO).kind is ReferralStepKind.CHANGES
    back = planned("quay lại", "confirm", FULL, choices=YES_NO)
    assert (back.kind, back.field) == (ReferralStepKind.FILL, Field.ABOUT)


def test_buttons_of_before_and_forged_ones():
    assert pressed("confirm", "yes", None, SENT, "s").kind is ReferralStepKind.SEND
    assert pressed("wish", "morning", EMPTY).values == {"wish": "morning"}
    assert pressed("wish", "tomorrow", EMPTY).kind is ReferralStepKind.ASK
    assert pressed("ward", "'; DROP TABLE referral", EMPTY).kind is ReferralStepKind.ASK
    assert pressed("wish", "morning", None, SENT).kind is ReferralStepKind.MINE
    assert pressed("nothing", "yes", EMPTY).kind is ReferralStepKind.ASK
    assert value_of(None, "yes") is None


def test_what_is_wanted_without_an_open_question():
    assert planned("có ai giúp không", intent="ask_digital_help").kind is ReferralStepKind.INFORM
    assert planned("nhờ tổ gọi", intent="request_referral").kind is ReferralStepKind.ASK_CONSENT
    assert planned("nhờ tổ gọi", intent="request_referral", draft=EMPTY).kind is ReferralStepKind.ASK
    assert planned("nhờ tổ gọi", intent="request_referral", latest=SENT).kind is ReferralStepKind.MINE
    assert planned("hủy yêu cầu", intent="cancel_referral", latest=SENT).kind is ReferralStepKind.ASK_CANCEL
    assert planned("hủy yêu cầu", intent="cancel_referral").kind is ReferralStepKind.MINE
    over = replace(SENT, state=ReferralState.DONE, outcome="guided")
    assert planned("yêu cầu của tôi sao rồi", intent="ask_referral", latest=over).kind is ReferralStepKind.ASK_CAME
    told = planned("tổ chưa tới", intent="ask_referral", latest=over)
    assert (told.kind, told.yes) == (ReferralStepKind.CAME, False)
    answered = replace(over, came="yes")
    assert planned("tổ chưa tới", intent="ask_referral", latest=answered).kind is ReferralStepKind.MINE


@pytest.mark.parametrize(
    ("takes", "intent", "text", "mine"),
    [
        (Takes.PLACE, "give_place", "phường Bến Thành", True),
        (Takes.PLACE, "ask_office", "phường Bến Thành", True),
        (Takes.PLACE, "ask_office", "mấy giờ mở cửa", False),
        (Takes.PHONE, "ask_office", "0901234567", True),
        (Takes.FREE, "ask_office", "khu phố 3", True),
        (Takes.FREE, "report_emergency", "cháy nhà", False),
        (Takes.FREE, "request_human", "gặp cán bộ", False),
        (Takes.PLACE, "report_violence", "phường Bến Thành có người bị đánh", False),
        (Takes.PHONE, "share_credentials", "0901234567", True),
        (Takes.PHONE, "share_credentials", "09012345", True),
        (Takes.PHONE, "share_credentials", "482913", False),
        (Takes.PHONE, "share_credentials", "otp là [đã che: mã OTP]", False),
        (Takes.FREE, "share_credentials", "0901234567", False),
    ],
)
def test_who_gets_a_message_while_a_field_is_asked_for(takes, intent, text, mine):
    opened = OpenQuestion("action_refer_to_team", takes=takes)
    assert goes_to_asker(opened, intent, text, Moment("action_refer_to_team")) is mine
