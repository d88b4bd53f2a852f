"""Passwords, codes of six digits, who sees what."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from argon2 import PasswordHasher

from bot.console.petition_sheet import hidden_name
from bot.console.scope import feedback_desks, sees_case_unit
from bot.feedback.models import Desk
from bot.staff.models import CITY, Feature, Person, Role, StaffFault, SwitchChange
from bot.staff.passwords import Passwords, one_time_password, password_faults
from bot.staff.switches import LONGEST, SHORTEST, told
from bot.staff.telling import staff_wording
from bot.staff.totp import step_of

# RFC 6238, appendix B, SHA-1: the secret "12345678901234567890" in base32; the last six of its eight digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"))


def person(*roles, units=(CITY,)):
    return Person("1", "canbo", "Nguyễn Văn A", frozenset(roles), tuple(units))


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_codes_are_those_of_the_rfc(second, code):
    now = datetime.fromtimestamp(second, timezone.utc)
    step = second // 30
    assert step_of(SECRET, code, now, step - 2) == step
    assert step_of(SECRET, f"{code[:3]} {code[3:]}", now + timedelta(seconds=30), step - 2) == step
    assert step_of(SECRET, code, now, step) is None  # used before
    assert step_of(SECRET, code, now + timedelta(seconds=90), 0) is None
    assert step_of(SECRET, "", now, 0) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("mười một ký", StaffFault.PASSWORD_SHORT),
        ("a" * 201, StaffFault.PASSWORD_LONG),
        ("aaaaaaaaaaaaaaaa", StaffFault.PASSWORD_PLAIN),
        ("Mật khẩu 123456", StaffFault.PASSWORD_PLAIN),
        ("password123456", StaffFault.PASSWORD_PLAIN),
        ("NguyễnVănAnh123", StaffFault.PASSWORD_PLAIN),
        ("con-trâu-ăn-cỏ-xanh", None),
    ],
)
def test_plain_passwords_are_refused(password, fault):
    assert password_faults(password, ("nguyenvananh", "Nguyễn", "Văn", "Anh")) is fault


def test_passwords_that_are_given_are_no_plain_ones_and_never_twice():
    given = {one_time_password() for _ in range(200)}
    assert len(given) == 200
    assert {password_faults(one, ("canbo",)) for one in given} == {None}


async def test_a_hash_costs_64_megabytes_and_fits_its_password_alone():
    passwords = Passwords()
    stored = await passwords.hash("con-trâu-ăn-cỏ-xanh")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.hash("con-trâu-ăn-cỏ-xanh") != stored
    assert await passwords.fits("con-trâu-ăn-cỏ-xanh", stored)
    assert not await passwords.fits("con-trâu-ăn-cỏ-xanh ", stored)
    assert not await passwords.fits("con-trâu-ăn-cỏ-xanh", None)
    assert not await passwords.fits("con-trâu-ăn-cỏ-xanh", "no hash")


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_check_costs_the_same_whether_or_not_there_is_such_a_person(is_there):
    asked = []

    class Counting(PasswordHasher):
        def hash(self, *args, **kwargs):
            asked.append("hash")
            return super().hash(*args, **kwargs)

        def verify(self, *args, **kwargs):
            asked.append("verify")
            return super().verify(*args, **kwargs)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    stored = await passwords.hash("con-trâu-ăn-cỏ-xanh") if is_there else None
    asked.clear()
    for costs in (["hash", "verify"], ["verify"]):
        assert await passwords.fits("con-trâu-ăn-cỏ-xanh", stored) is is_there
        assert asked == costs
        asked.clear()


def test_whose_feedback_is_whose():
    assert feedback_desks(person(Role.OFFICER)) == {Desk.SUPPORT}
    assert feedback_desks(person(Role.OFFICER, units=("26740",))) == frozenset()
    assert feedback_desks(person(Role.EDITOR)) == {Desk.EDITOR}
    assert feedback_desks(person(Role.ADMINISTRATOR)) == set(Desk)
    assert feedback_desks(person(Role.REVIEWER)) == frozenset()


def test_a_dossier_is_of_the_commune_that_its_unit_ends_with():
    from bot.petitions.communes import commune_name

    ward, name = person(Role.OFFICER, units=("26740",)), commune_name("26740")
    assert name
    assert sees_case_unit(ward, f"UBND {name.upper()}")
    assert not sees_case_unit(ward, f"UBND {name} Đông")
    assert not sees_case_unit(ward, "")
    assert sees_case_unit(person(Role.OFFICER), "UBND phường bất kỳ")


def test_a_hidden_name_is_its_first_letters():
    assert hidden_name("Nguyễn Văn An") == "N. V. A."
    assert hidden_name("") == ""


@pytest.mark.parametrize(
    ("sentence", "known"),
    [
        ("Tạm dừng đến 15 giờ ngày 26/11/2026.", False),
        ("Tạm dừng, gọi 1022 nhé.", True),
        ("Tạm dừng, gọi 028 3829 1022 nhé.", True),
        ("Tạm dừng, gọi 1900 1234 nhé.", True),
        ("Tạm dừng, xem dichvucong.gov.vn.", True),
        ("Tạm dừng theo Quyết định 10220/QĐ.", False),
    ],
)
def test_a_sentence_that_names_no_place_to_ask_is_followed_by_one(sentence, known):
    change = SwitchChange(Feature.CASES, True, sentence, "", "", datetime(2026, 11, 26, tzinfo=timezone.utc))
    assert told(change) == (sentence if known else f"{sentence} Cần hỏi thêm, anh/chị gọi 1022.")
    assert told(replace(change, feature=Feature.ASSISTANT)) == sentence


@pytest.mark.parametrize("feature", list(Feature))
def test_every_feature_has_its_words_and_a_sentence_that_could_be_used(feature):
    words = staff_wording()
    assert words(f"feature.{feature.value}")
    assert words(f"effect.{feature.value}")
    assert SHORTEST <= len(words(f"sentence.{feature.value}")) <= LONGEST
    assert "1022" in words(f"sentence.{feature.value}")
