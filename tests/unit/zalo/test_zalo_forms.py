"""What is said, in Zalo's forms and limits."""

from __future__ import annotations

import random
import unicodedata

import pytest

from bot.zalo.buttons import ButtonSigner, Press, looks_like_press
from bot.zalo.codes import Remedy, consent_fault, known_codes, known_template_codes, meaning_of, template_meaning_of
from bot.zalo.forms import HIDDEN, to_parts
from bot.zalo.splitting import LONGEST, split_text

LEAD_IN = "Anh/chị trả lời bằng số:"


def parts_of(text: str, titles: list[str], with_buttons: bool = True) -> list[dict]:
    content = {"text": text, "buttons": [{"title": title} for title in titles]}
    return [part.message for part in to_parts(content, lambda n: f"p{n}", with_buttons, LEAD_IN)]


def test_a_short_text_is_one_message() -> None:
    assert parts_of("Chào anh/chị.", []) == [{"text": "Chào anh/chị."}]


def test_five_choices_are_buttons_under_the_last_part() -> None:
    text = "\n".join(f"{n}. Giấy tờ số {n} " + "x" * 90 for n in range(40))
    found = parts_of(text, ["A", "B", "C", "D", "E"])
    assert len(found) > 1
    assert "attachment" not in found[0]
    buttons = found[-1]["attachment"]["payload"]["buttons"]
    assert [one["title"] for one in buttons] == ["A", "B", "C", "D", "E"]
    assert buttons[2] == {"title": "C", "type": HIDDEN, "payload": "p2"}
    assert "template_type" not in found[-1]["attachment"]["payload"]


def test_six_choices_are_numbered() -> None:
    content = {"text": "Việc nào ạ?", "buttons": [{"title": title} for title in "ABCDEF"]}
    (part,) = to_parts(content, str, True, LEAD_IN)
    assert part.message["text"].endswith("\n5. E\n6. F")
    assert LEAD_IN in part.message["text"]
    assert part.choices == 6


@pytest.mark.parametrize("titles", [["x" * 101], ["", "A"]])
def test_titles_that_no_button_takes_are_numbered(titles: list[str]) -> None:
    assert "attachment" not in parts_of("Chọn:", titles)[-1]


def test_an_account_without_buttons_gets_numbers() -> None:
    assert parts_of("Chọn:", ["A"], with_buttons=False) == [{"text": f"Chọn:\n\n{LEAD_IN}\n1. A"}]


def test_lines_stay_whole() -> None:
    lines = [f"- Bản sao giấy tờ số {n}: " + "chữ " * 60 for n in range(30)]
    found = split_text("\n".join(lines))
    assert all(len(part) <= LONGEST for part in found)
    kept = [line for part in found for line in part.split("\n")]
    assert kept == [line.rstrip() for line in lines]


def test_a_long_line_is_cut_between_sentences_then_words() -> None:
    sentence = "Anh/chị mang theo mã hồ sơ H29.12-261101-0042 khi tới nơi nhận. "
    found = split_text(sentence * 60)
    assert all(part.endswith(".") for part in found)
    assert sum(part.count("H29.12-261101-0042") for part in found) == 60
    words = split_text("từ " * 2000)
    assert all(len(part) <= LONGEST for part in words)
    assert " ".join(words).split() == ["từ"] * 2000


def test_nothing_is_lost_or_doubled_whatever_the_text() -> None:
    pick = random.Random(5)
    for _ in range(200):
        text = "".join(pick.choice("ab .\n?tiếng ộ") for _ in range(pick.randrange(1, 900)))
        parts = split_text(text, 50)
        assert all(0 < len(part) <= 50 for part in parts)
        assert "".join("".join(parts).split()) == "".join(unicodedata.normalize("NFC", text).split())


def test_length_counts_composed_letters() -> None:
    assert len(split_text("e\u0302\u0301" * 2000)) == 1


def test_a_press_is_known_only_in_its_own_conversation() -> None:
    signer = ButtonSigner(b"k")
    payload = signer.payload("talk-1", 12, 3)
    assert len(payload) < 1000
    assert signer.read("talk-1", f" {payload} ") == Press(12, 3)
    assert signer.read("talk-2", payload) is None
    assert ButtonSigner(b"other").read("talk-1", payload) is None
    assert signer.read("talk-1", payload.replace(".12.", ".13.")) is None
    assert looks_like_press("#mc.1.0." + "0" * 20)
    assert not looks_like_press("/choose_procedure{}")
    assert signer.read("talk-1", "#mc.1.0.zz") is None


def test_every_code_of_the_reference_has_a_row() -> None:
    named = {-32, -100, -200, -201, -202, -204, -205, -207, -208, -209, -210, -211, -212, -213, -214, -215, -216, -217}
    named |= {-218, -219, -220, -221, -223, -224, -227, -230, -232, -233, -234, -235, -237, -238, -240, -241, -242}
    named |= {-244, -248, -249, -305, -311, -320, -321, -403, -1340, -1341}
    assert known_codes() == named
    assert all(meaning_of(code).officer for code in named)


def test_every_code_of_template_messages_has_a_row() -> None:
    named = {*range(-101, -118, -1), *range(-118, -154, -1), -100, -158, -159, -160, -161, -162, -1091, -1121, -1122}
    named |= {-1123, -1124, -1131, -1132, -1201, -1202, -1241, -1351, -1381, -1441, -1471, -1472, -1491}
    assert known_template_codes() == named
    assert all(template_meaning_of(code).officer for code in named)
    assert template_meaning_of(-124).remedy is Remedy.REFRESH
    assert template_meaning_of(-100).remedy is Remedy.AGAIN  # an attachment that has expired, elsewhere
    assert meaning_of(-100).remedy is Remedy.UPLOAD
    assert template_meaning_of(-216).remedy is Remedy.REFRESH  # by user id: the account's own codes
    assert template_meaning_of(-118).remedy is Remedy.UNREACHABLE


def test_what_is_done_about_codes() -> None:
    assert meaning_of(-216).remedy is Remedy.REFRESH
    assert meaning_of(-230).remedy is Remedy.WAIT
    assert meaning_of(-32).remedy is Remedy.AGAIN
    assert meaning_of(-987654).remedy is Remedy.AGAIN
    assert "cấp quyền lại" in consent_fault(-14014)
    assert consent_fault(-1) == ""
