"""Identity papers told by the codes on them, and what looks like them."""

from __future__ import annotations

import pytest
from PIL import ImageFilter

from bot.attachments.codes import judge_code
from bot.attachments.models import PhotoRefusal
from bot.attachments.photo import PhotoUnfitError, prepare
from tests.fixtures import photos


def verdict(picture, kind="JPEG"):
    try:
        prepare(photos.encode(picture, kind))
    except PhotoUnfitError as error:
        return error.reason
    return None


@pytest.mark.parametrize("turned", [0, 8, 90, 180, 271])
def test_the_code_of_a_chip_card_is_found_however_the_card_lies(turned):
    picture = photos.code_on_scene(photos.CARD).rotate(turned, expand=True)
    assert verdict(picture) is PhotoRefusal.IDENTITY_PAPER


def test_the_code_is_found_in_a_large_photo_before_it_is_made_smaller():
    picture = photos.scene(4000, 3000)
    picture.paste(photos.code_on_scene(photos.CARD).crop((40, 40, 340, 340)), (2500, 1800))
    assert verdict(picture) is PhotoRefusal.IDENTITY_PAPER


def test_a_blurred_code_is_refused_because_nobody_can_tell_what_it_is():
    picture = photos.code_on_scene(photos.CARD, module=6).filter(ImageFilter.GaussianBlur(3.2))
    assert verdict(picture) in (PhotoRefusal.UNREADABLE_CODE, PhotoRefusal.IDENTITY_PAPER)


@pytest.mark.parametrize("kind", ["PDF417", "DataMatrix", "Aztec"])
def test_a_card_is_told_in_other_codes_too(kind):
    assert verdict(photos.code_on_scene("079090012345|NGUYEN VAN AN|01011990", kind)) is PhotoRefusal.IDENTITY_PAPER


def test_a_code_for_paying_is_refused_with_its_own_words():
    assert verdict(photos.code_on_scene(photos.PAYING)) is PhotoRefusal.ACCOUNT_CODE


@pytest.mark.parametrize(
    "text",
    [
        "https://dichvucong.gov.vn/p/home/dvc-tra-cuu-ho-so.html?code=H29.12-261126-0001",
        "H29.12-261126-000123",
        "Trung tâm Phục vụ hành chính công phường Bến Thành, giờ làm việc 7:30-17:00",
        "https://zalo.me/1234567890",
        "WIFI:S:mot-cua;T:WPA;P:12345678;;",
    ],
)
def test_a_code_that_is_nobody_s_paper_is_no_obstacle(text):
    assert verdict(photos.code_on_scene(text)) is None


def test_photos_without_codes_pass():
    assert [verdict(photos.scene(1200, 900, seed)) for seed in range(6)] == [None] * 6


@pytest.mark.parametrize(
    ("format_name", "text", "expected"),
    [
        ("QRCode", photos.CARD, PhotoRefusal.IDENTITY_PAPER),
        ("QRCode", "023456789|NGUYEN VAN AN|1990", PhotoRefusal.IDENTITY_PAPER),
        ("QRCode", "So dinh danh: 079090012345", PhotoRefusal.IDENTITY_PAPER),
        ("QRCode", "IDVNM0900123456079090012345<<8", PhotoRefusal.IDENTITY_PAPER),
        ("QRCode", "P<VNMNGUYEN<<VAN<AN<<<<<<<<<<<<<<<<<<<<<<<<<", PhotoRefusal.IDENTITY_PAPER),
        ("PDF417", "anything", PhotoRefusal.IDENTITY_PAPER),
        ("QRCode", photos.PAYING, PhotoRefusal.ACCOUNT_CODE),
        ("QRCode", "0901234567", None),
        ("QRCode", "8930790900123456", None),
        ("DataMatrix", "(01)08934567890123", None),
        ("QRCode", "", None),
    ],
)
def test_a_code_is_judged_by_what_it_holds(format_name, text, expected):
    assert judge_code(format_name, text) is expected
