"""People who say who they are, through the whole understanding: nobody's name is taken for danger or an insult."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from bot.nlu.arbiter import SAFETY
from knowledge.settings import ROOT
from knowledge.text import fold

NAMES = (ROOT / "tests" / "unit" / "screening" / "full_names.txt").read_text("utf-8").splitlines()
SENTENCES = (
    "tôi tên là {}",
    "em là {}",
    "{} đây",
    "người liên hệ: {}",
    "dạ em chào anh chị, em là {}, em muốn hỏi thủ tục khai sinh",
)
NEVER = SAFETY | {"insult", "goodbye", "file_complaint", "report_trouble"}


def test_no_name_is_taken_for_danger(stage: Any) -> None:
    """Every name in one sentence with its marks and in the next one without, so that all of them are met."""
    sentences, taken = cycle(SENTENCES), []
    for name in NAMES:
        for text in (next(sentences).format(name), fold(next(sentences).format(name))):
            found = stage.run(stage.talker.understand(text))["intent"]["name"]
            if found in NEVER:
                taken.append((text, found))
    assert taken == []


def test_every_sentence_with_the_names_that_once_were(stage: Any) -> None:
    for name in ("Hoàng Anh", "Trần Hoàng Anh", "Ngô Hoàng Anh", "Hoàng Đức Cường", "Đặng Hoàng Châu", "Hoàng Thu Đào"):
        for sentence in SENTENCES:
            text = fold(sentence.format(name))
            assert stage.run(stage.talker.understand(text))["intent"]["name"] not in NEVER, text
