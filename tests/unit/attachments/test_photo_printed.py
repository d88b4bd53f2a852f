"""Identity papers told by what is printed on them, and papers that are none."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from bot.attachments import printed
from bot.attachments.models import PhotoRefusal
from bot.attachments.photo import PhotoUnfitError, prepare
from bot.attachments.printed import is_identity_paper, refusal_for_words
from tests.fixtures import photos


@pytest.mark.parametrize("turned", [0, 5, 90, 180, 270])
@pytest.mark.parametrize("make", [photos.card_front, photos.card_back])
def test_a_card_without_a_code_is_recognised_however_it_lies(make, turned):
    assert refusal_for_words(make(turned)) is PhotoRefusal.IDENTITY_PAPER


def test_the_whole_way_refuses_it():
    with pytest.raises(PhotoUnfitError) as caught:
        prepare(photos.encode(photos.card_back().filter(ImageFilter.GaussianBlur(1)), quality=80))
    assert caught.value.reason is PhotoRefusal.IDENTITY_PAPER


def test_a_form_a_street_and_noise_pass():
    noise = np.random.default_rng(2).integers(0, 255, (600, 800), dtype=np.uint8)
    for picture in (photos.paper_form(), photos.scene(1600, 1200), Image.fromarray(noise), Image.new("L", (3, 3))):
        assert refusal_for_words(picture) is None


def test_reading_ends_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(printed, "SECONDS", 0.0)
    assert refusal_for_words(photos.card_front()) is None


@pytest.mark.parametrize(
    "text",
    [
        "IDVNM0900123456079090012345<<8",
        "P<VNMNGUYEN<<VAN<AN<<<<<<<<<<<<<<<<<<<<<<<<<",
        "9001011M3001017VNM<<<<<<<<<<<4",
        "NGUYEN << VAN < AN",
        "SOCIALIST REPUBLIC OF VIET NAM\nCitizen |\n\ndentity Card\nFull name",
        "S0CIALIST REPUBL1C OF VIET NAM\nIDENTTY CARD",
        "PASSPORT\nFull name\nNationality\nDate of birth\nPlace of birth",
        "DRIVER'S LICENSE\nFull name: A\nDate of Birth: 1/1/1990",
    ],
)
def test_papers_are_told_although_reading_makes_mistakes(text):
    assert is_identity_paper(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "na",
        "Quan hệ với người được khai sinh: <<<....",
        "HO TEN <<<< xem trang sau >>>>",
        "Mang theo Căn cước công dân hoặc hộ chiếu (passport) bản chính",
        "Full name: ........ Nationality: ........",
        "SOCIALIST REPUBLIC OF VIET NAM\nIndependence - Freedom - Happiness\nCERTIFICATE OF MARRIAGE",
        "if a << b { return }",
        "Independence Palace, open 7:30-17:00, identity card required",
    ],
)
def test_words_that_only_sound_like_it_are_no_paper(text):
    assert not is_identity_paper(text)
