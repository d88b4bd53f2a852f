"""States, clocks, drafts, likeness, templates and sentences of petitions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from bot.petitions.clocks import after_waiting, begin, take_up_by
from bot.petitions.drafts import cleaned, faults_of, hidden, parse_contact
from bot.petitions.models import Contact, ContactKind, EventKind, PetitionKind, PetitionState
from bot.petitions.officer_steps import StepFault
from bot.petitions.refusals import load_refusals
from bot.petitions.retention import months_before
from bot.petitions.similarity import ALIKE, likeness_of
from bot.petitions.states import ANY_STATE, TRANSITIONS, state_after
from bot.petitions.store import TOLD
from bot.petitions.telling import Word, buttons, petition_wording, tell
from bot.petitions.templates import STEPS, has_blanks, load_templates
from bot.petitions.watching import AlertKind
from knowledge.plain_yaml import plain_yaml
from knowledge.working_days import load_calendar
from tests.fixtures.petitions import draft

CALENDAR = load_calendar()
ENDED = {PetitionState.CLOSED, PetitionState.REFUSED, PetitionState.WITHDRAWN}


def test_every_step_has_its_row_and_only_opening_again_leads_out_of_an_end():
    assert set(EventKind) == set(TRANSITIONS) | ANY_STATE | {EventKind.LODGED}
    for kind, row in TRANSITIONS.items():
        for before, after in row.items():
            if before in ENDED and after is not before:
                assert kind is EventKind.REOPENED
    assert state_after(EventKind.CLOSED, PetitionState.IN_PROGRESS) is None
    assert state_after(EventKind.REOPENED, PetitionState.WITHDRAWN) is None


def test_every_state_leads_on_to_an_end():
    def ends(state, seen=()):
        following = {row[state] for row in TRANSITIONS.values() if state in row} - {state, *seen}
        return state in ENDED or any(ends(after, (*seen, state)) for after in following)

    assert all(ends(state) for state in PetitionState)


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        # Friday 20 November 10:00; the 24th is a day off (law brief B.6)
        ((2026, 11, 20, 3), ((2026, 11, 20), (2026, 11, 25), (2026, 11, 30), (2026, 12, 14))),
        ((2026, 11, 21, 3), ((2026, 11, 23), (2026, 11, 26), (2026, 12, 1), (2026, 12, 15))),
        # 20 November 23:30 in the city is still that day
        ((2026, 11, 20, 16, 30), ((2026, 11, 20), (2026, 11, 25), (2026, 11, 30), (2026, 12, 14))),
    ],
)
def test_clocks_count_working_days_of_the_city(moment, days):
    dues = begin(CALENDAR, datetime(*moment, tzinfo=timezone.utc))
    assert tuple(vars(dues).values()) == tuple(date(*day) for day in days)


def test_the_answer_waits_as_many_working_days_as_the_citizen_took():
    due = date(2026, 12, 14)
    assert after_waiting(CALENDAR, due, date(2026, 11, 23), date(2026, 11, 23)) == due
    assert after_waiting(CALENDAR, due, date(2026, 11, 23), date(2026, 11, 24)) == due  # a day off
    assert after_waiting(CALENDAR, due, date(2026, 11, 23), date(2026, 11, 25)) == date(2026, 12, 15)
    assert take_up_by(CALENDAR, datetime(2026, 11, 23, 3, tzinfo=timezone.utc)) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0901 234 567", "0901234567"),
        ("+84 901.234.567", "0901234567"),
        ("84-901-234-567", "0901234567"),
        ("(028) 3829 1234", "02838291234"),
        ("sđt em là 0901234567 nha", "0901234567"),
        ("Ten.Toi+1@Example.COM", "ten.toi+1@example.com"),
        ("mail của tôi: a@b.vn.", "a@b.vn"),
        ("0901234567, 0901234567", "0901234567"),
    ],
)
def test_contacts_are_read_as_they_are_typed(typed, value):
    assert parse_contact(typed).value == value


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "0401234567", "090123456", "09012345678", "a@b", "0901234567 0907654321", "0901234567 a@b.vn"],
)
def test_what_is_no_contact_or_two_is_none(typed):
    assert parse_contact(typed) is None


def test_contacts_are_shown_hidden():
    assert hidden(Contact(ContactKind.PHONE, "0901234567")) == "…567"
    assert hidden(Contact(ContactKind.EMAIL, "an@example.vn")) == "a…@example.vn"


def test_a_draft_is_made_clean_before_it_is_judged():
    dirty = draft(
        content="  Chờ lâu\r\nquá,\u202e gọi 0907654321 \x07 ", sender_name="\n Nguyễn\x00  An ", commune_code="Q1"
    )
    clean = cleaned(dirty)
    assert clean.content == "Chờ lâu\nquá, gọi [đã che: số điện thoại]"
    assert (clean.sender_name, clean.commune_code) == ("Nguyễn An", "")
    assert faults_of(clean, dirty) == ()
    nameless = replace(dirty, sender_name="079123456789")
    assert [fault.value for fault in faults_of(cleaned(nameless), nameless)] == ["no_name"]


PAIRS = plain_yaml(Path(__file__).with_name("alike.yml").read_text("utf-8"))


@pytest.mark.parametrize(("title", "one", "other", "same"), PAIRS)
def test_petitions_about_the_same_are_told_from_others(title, one, other, same):
    assert (likeness_of(one, other, title) >= ALIKE) is same
    assert likeness_of(one, other, title) == likeness_of(other, one, title)


def test_every_name_has_its_sentence():
    say = petition_wording()
    for section, names in (
        ("state", PetitionState),
        ("kind", PetitionKind),
        ("noun", PetitionKind),
        ("event", EventKind),
        ("alert", AlertKind),
        ("fault", StepFault),
    ):
        for name in names:
            assert say(f"{section}.{name.value}")
    for kind in TOLD - {EventKind.REFUSED}:
        assert say(f"head.{kind.value}")
        assert say(f"word.{kind.value}")


@pytest.mark.parametrize("kind", sorted(TOLD, key=lambda kind: kind.value))
@pytest.mark.parametrize("asked", [True, False])
def test_every_word_can_be_said_whatever_was_typed(kind, asked):
    word = Word(
        id="1",
        sender="web-1",
        code="PA-7K4M-2X9C",
        kind=kind,
        petition_kind=PetitionKind.SUGGESTION,
        text="{unit} {0} % <b>",
        unit_name="Tổ hỗ trợ",
        contact_name="Đầu mối",
        reason="complaint",
        place="1022",
        due_answer=date(2026, 12, 14),
        until=date(2026, 12, 31),
        asked=asked,
    )
    text = "\n".join(block.text for block in tell(word))
    assert "iến nghị PA-7K4M-2X9C" in text
    assert "{noun}" not in text
    assert len(buttons(word)) == 1


def test_templates_are_for_steps_and_kinds_that_there_are():
    templates = load_templates()
    assert len({one.id for one in templates}) == len(templates)
    assert {one.step for one in templates} == set(STEPS)
    assert {kind for one in templates for kind in one.kinds} <= {kind.value for kind in PetitionKind}
    for kind in PetitionKind:
        assert any(one.step == "answer" and kind.value in (one.kinds or (kind.value,)) for one in templates)
    assert all(has_blanks(one.text) for one in templates if one.step == "answer")
    assert not has_blanks("Kết quả < 3 ngày và > 1 ngày\nlà tốt")


def test_refusals_say_why_and_where_unless_the_officer_has_to():
    for refusal in load_refusals().reasons.values():
        assert refusal.why or refusal.needs_text
        assert refusal.place or refusal.needs_place


@pytest.mark.parametrize(
    ("now", "before"),
    [((2028, 11, 20), (2026, 11, 20)), ((2028, 2, 29), (2026, 2, 28)), ((2027, 1, 31), (2025, 1, 31))],
)
def test_months_are_counted_back(now, before):
    assert months_before(datetime(*now, tzinfo=timezone.utc), 24) == datetime(*before, tzinfo=timezone.utc)
