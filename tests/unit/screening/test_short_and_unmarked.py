"""Everyday words: short, or typed without marks, they raise no alarm; what is meant as one still does."""

from __future__ import annotations

import pytest

from bot.ops.screening.denunciations import is_denunciation
from bot.ops.screening.screening import PAYLOADS, matter_of, screen
from bot.ops.screening.short import says_too_little
from knowledge.search.samples import load_samples
from knowledge.text import fold

EVERYDAY = """
nha chong, me chong, chong toi, vo toi, con dau, danh, danh con, om con, song, mat, ba mat, chu no, chu nha, dam cuoi
nhau, dao, bom nuoc, gas, nhot, no, ep cuoi, tu tu, mau, mau len, mau don, sinh con, tre em, tien, phong bi, ca phe
nhà chồng, mẹ chồng, con dâu, đánh, con trai, sinh con, ông chủ, lúa, khó quá, khổ quá, cứu trợ
"""
CRIES = """
cháy, chay nha, cứu, cap cuu, 113, có cướp, bi cuop, bị đánh, chồng đánh, muốn chết, muon chet, te lau, dot quy, co giat
otp, mat khau, ma pin, lừa đảo, lua dao, bị lừa, hối lộ, hoi lo, tố cáo
"""
UNMARKED = (
    "vo oi giup anh hoi",
    "be oi cho co hoi",
    "treo co ngay le o nha",
    "tim tai lieu o dau",
    "tim tai khoan vneid",
    "de len mang nop duoc khong",
    "nga tu bay hien",
    "roi ho chieu",
    "xe buyt co chay khong",
    "bi ban be lua",
    "noi do co lam thu bay khong",
    "co khoi den phuong khong",
    "toi muon tu van",
    "chi de trung ten",
    "con bi hoc lai",
    "moi lua tuoi deu duoc",
    "em con nho xiu",
    "may buoc con oi",
    "tra cuu em voi",
    "thu bay phuong co lam khong",
    "phuong co ky khong",
    "noi chuyen tho lo voi dan",
    "bac si co lam thu bay khong",
    "go lim mua o dau",
    "nguoi anh ruot toi o que",
)


@pytest.mark.parametrize("text", [word.strip() for line in EVERYDAY.splitlines() for word in line.split(",") if word])
def test_an_everyday_word_says_too_little_for_an_alarm(text):
    assert says_too_little(text)
    assert screen(text).matter is None


@pytest.mark.parametrize("text", [word.strip() for line in CRIES.splitlines() for word in line.split(",") if word])
def test_a_short_cry_is_still_heard(text):
    assert not says_too_little(text)


def test_a_longer_message_is_never_too_short():
    assert not says_too_little("nha chong em o xa")


@pytest.mark.parametrize("text", UNMARKED)
def test_without_marks_everyday_words_are_no_alarm(text):
    screened = screen(text)
    assert screened.matter not in PAYLOADS
    assert not screened.dropped


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("vo em vo nuoc oi roi", "emergency"),
        ("co nguoi dinh treo co", "emergency"),
        ("cay do de trung nguoi", "emergency"),
        ("xe tong nguoi roi", "emergency"),
        ("em muon tu tu", "distress"),
        ("chong danh em hoai", "violence"),
    ],
)
def test_without_marks_danger_is_still_heard(text, matter):
    assert screen(text).matter == matter


def test_what_is_asked_of_procedures_is_no_alarm_for_lack_of_marks():
    """Sample questions, every third: typed without marks none may raise an alarm that it does not raise with them."""
    asked = sorted({text for said in load_samples().values() for text in said.questions})[::3]

    def alarms(text):
        return is_denunciation(text) or matter_of(text) in PAYLOADS

    raised = [text for text in asked if alarms(fold(text)) and not alarms(text)]
    assert len(asked) > 3000
    # What is left tells of a real accident that is over ("bị xe tông khi đi trực về, trợ cấp tính sao").
    assert len(raised) <= len(asked) // 1000, raised
