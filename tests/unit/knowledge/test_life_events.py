"""Life events: the file holds, the words of a message lead to the right one, faults are named with their line."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml

from knowledge import __main__ as command_line
from knowledge import blocks
from knowledge.curated import read_all
from knowledge.journeys import journey
from knowledge.plain_yaml import plain_yaml
from knowledge.search.life_events import (
    EVENTS_PATH,
    event_faults,
    event_named,
    linked_for,
    load_events,
    shape_faults,
    told_event,
)
from knowledge.settings import ROOT
from knowledge.text import words

CURATED = {record.code: record for record in read_all()}
PAGE = ROOT / "docs" / "vi" / "chuyen-trong-doi.md"
GUIDE = PAGE.read_text("utf-8")


def test_the_file_has_no_fault_and_enough_events():
    assert event_faults(EVENTS_PATH) == []
    assert len(load_events()) >= 14
    assert len({event.event for event in load_events()}) == len(load_events())


def test_every_event_can_be_told_over_the_curated_records_alone():
    """A catalogue without the records of the portal leaves steps out, never a whole event."""
    without = {event.event for event in load_events() if not set(event.codes) & set(CURATED)}
    assert without == set()


@pytest.mark.requirement("R-27")
def test_linked_procedures_stand_first_and_cover_what_they_save():
    linked = {event.event: event.codes[0] for event in load_events() if event.steps[0].linked}
    assert linked == {"birth": "3.000722", "death": "2.002913"}
    assert not any(step.linked for event in load_events() for step in event.steps[1:])
    assert linked_for(["1.000656", "1.003197"]).code == "2.002913"
    assert linked_for(["1.001193", "1.004222", "1.000894"]).code == "3.000722"
    assert linked_for(["1.000656"]) is None
    assert linked_for(["1.000656", "1.004194"]) is None


@pytest.mark.parametrize("event", load_events(), ids=lambda event: event.event)
def test_every_phrase_leads_to_its_event_with_marks_and_without(event):
    for phrase in event.say:
        for text in (phrase, f"em {phrase} thì phải làm gì trước", f"nhà tôi {phrase} cần làm những thủ tục gì"):
            told = told_event(words(text))
            assert (told.event.event, told.alone, told.asks_all) == (event.event, True, True), text


@pytest.mark.parametrize(
    ("text", "event", "alone", "asks_all"),
    [
        ("ba tui mới mất", "death", True, True),
        ("má em vừa mất hôm qua", "death", True, True),
        ("ba mất 3 bữa nay rồi giờ làm gì trước", "death", True, True),
        ("bà mất rồi có được trợ cấp mai táng không", "death", False, False),
        ("vợ em mới sinh bé đầu lòng", "birth", True, True),
        ("mới sinh con, làm khai sinh cần gì", "birth", False, True),
        ("sắp cưới cần giấy gì", "wedding", True, False),
        ("sắp cưới phải làm giấy tờ gì", "wedding", True, True),
        ("mất bóp mất luôn căn cước", "papers_lost", False, True),
        ("mua nhà ở xã hội nộp hồ sơ gì", "home_bought", False, False),
        ("sắp cưới vợ người Nhật", "wedding", False, True),
    ],
)
def test_an_event_is_told_alone_or_beside_another_matter(text, event, alone, asks_all):
    told = told_event(words(text))
    assert (told.event.event, told.alone, told.asks_all) == (event, alone, asks_all)


@pytest.mark.parametrize(
    "text",
    [
        "cuối tuần có làm việc không",
        "nhận cha con mất mấy ngày",
        "nhận cha mất 3 ngày không",
        "bằng lái của ba mất rồi",
        "chồng mất bằng lái rồi",
        "đăng ký tạm trú",
        "",
    ],
)
def test_other_words_tell_of_no_event(text):
    assert told_event(words(text)) is None


def test_the_list_is_numbered_says_what_each_is_for_and_marks_the_linked_one():
    event = event_named("birth")
    text = blocks.to_text(journey(event, [CURATED[code] for code in event.codes]))
    assert "1. Trọn gói giấy tờ cho bé dưới 6 tuổi – liên thông, làm một lần khai sinh" in text
    assert "2. Đăng ký khai sinh – nếu chỉ làm giấy khai sinh" in text
    assert "Mã thủ tục: 3.000722, 1.001193, 2.000693" in text


def test_faults_are_named_with_their_line(tmp_path):
    data = [
        {"event": "one", "title": "Một", "say": ["mua nhà"], "steps": [_step("1.000001"), _step("1.000002")]},
        {"event": "two", "title": "Hai", "say": ["mua nha"], "steps": [_step("1.000001"), _step("9.999999")]},
    ]
    path = tmp_path / "events.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    titles = {"1.000001": "Việc", "1.000002": "Liên thông điện tử: hai việc"}
    said = [str(fault) for fault in event_faults(path, titles)]
    assert len(said) == 3
    assert any("«mua nha» is read as a phrase of one" in fault for fault in said)
    assert any("9.999999" in fault for fault in said)
    assert any("1.000002 is a linked procedure" in fault for fault in said)
    assert all(re.search(r"events\.yml:\d+", fault) for fault in said)
    path.write_text("- event: One\n", "utf-8")
    assert event_faults(path)


def _step(code):
    return {"code": code, "for": "để thử"}


def test_the_guide_shows_commands_that_are_ones_and_an_example_that_holds(capsys, monkeypatch):
    (example,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert list(shape_faults(PAGE, plain_yaml(example))) == []

    def stop(*_):
        raise ValueError("parsed")

    monkeypatch.setattr(command_line.CatalogueSettings, "from_env", stop)
    shown = re.findall(r"^\$ python -m knowledge (.+)$", GUIDE, re.MULTILINE)
    assert len(shown) == 2
    for command in shown:
        assert command_line.main(shlex.split(command)) == 2
        assert capsys.readouterr().err == "error: parsed\n"
    steps = sum(len(event.steps) for event in load_events())
    assert f"{len(load_events())} events, {steps} steps, no fault" in GUIDE
