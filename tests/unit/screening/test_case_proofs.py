"""The proof of a dossier in a message: found where it is, and taken out of what is kept."""

from __future__ import annotations

import pytest

from bot.ops.outcomes import Outcome
from bot.ops.screening.case_proofs import find_proof, hide_proof, is_bare_proof
from bot.ops.screening.screening import after_answer

MASK = "[đã che: số xác nhận hồ sơ]"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("H29.12-261102-0004 đt cuối 5678", "5678"),
        ("số cuối là 5678 nha", "5678"),
        ("so cuoi 5678", "5678"),
        ("đuôi 5 6 7 8", "5678"),
        ("sđt 0912.345.678", "5678"),
        ("+84 912 345 678", "5678"),
        ("mã khóa K7PX", "K7PX"),
        ("khóa tra cứu: k7px", "K7PX"),
    ],
)
def test_a_proof_that_says_what_it_is(text, value):
    assert find_proof(text, asked=False).value == value


@pytest.mark.parametrize("text", ["5678", "5 6 7 8", "dạ 5678 ạ", "K7PX", "DEMO", "“k7px”"])
def test_a_bare_proof_counts_only_when_asked_for(text):
    assert find_proof(text, asked=False) is None
    assert find_proof(text, asked=True).value in ("5678", "K7PX", "DEMO")
    assert is_bare_proof(text)


@pytest.mark.parametrize(
    "text",
    [
        "thôi",
        "THÔI",
        "alo",
        "mã H29.12-261102-0004",
        "nộp năm 2026 rồi",
        "ngày 12/11/2026",
        "thủ tục 1.004194",
        "tôi quên mã khóa rồi",
        "56789",
        "567",
        "12 000 đồng",
        "5678 hay 8765",
        "",
    ],
)
def test_what_is_no_proof(text):
    assert find_proof(text, asked=True) is None
    assert hide_proof(text).text == text


def test_a_proof_is_hidden_and_the_code_stays():
    assert hide_proof("H29.12-261102-0004 đt cuối 5678 nhé").text == f"H29.12-261102-0004 đt cuối {MASK} nhé"
    assert hide_proof(MASK).text == MASK


def test_what_a_look_up_needed_is_not_kept():
    assert after_answer("số cuối 5678", [Outcome.ANSWERED_CASE_STATUS.value]).text == f"số cuối {MASK}"
    assert after_answer("sai rồi 5678", [Outcome.UNANSWERED_CASE_NOT_PROVEN.value]).text == f"sai rồi {MASK}"
    assert after_answer("số nhà 5678", [Outcome.ANSWERED_PROCEDURE.value]) is None
    assert after_answer("hồ sơ của tôi tới đâu", [Outcome.ANSWERED_CASE_STATUS.value]) is None
