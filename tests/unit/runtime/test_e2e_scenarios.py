"""The runner of tests/e2e is itself tested: a runner that sees nothing would pass everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.rasa_runtime.replies import Button, Reply
from tests.e2e.scenarios import ScenarioError, compare, find_scenarios, play

REPLIES = [
    Reply(text="Lệ phí: 20.000 đồng [1]", buttons=(Button("Nơi nộp", "/where"),)),
    Reply(custom={"answer": {"outcome": "answered_procedure", "procedure_code": "1.004194", "fields": ["fees"]}}),
]


@pytest.mark.parametrize(
    ("expect", "problems"),
    [
        ({"contains": ["lệ phí", "20.000"], "not_contains": "miễn phí", "contains_any": ["a", "đồng"]}, 0),
        ({"contains": ["le phi", "30.000"]}, 2),
        ({"not_contains": ["lệ phí"]}, 1),
        ({"contains_any": ["x", "y"]}, 1),
        ({"buttons_include": ["Nơi nộp"], "buttons_exclude": ["Thời gian"]}, 0),
        ({"buttons_include": ["Thời gian"], "buttons_exclude": ["Nơi nộp"]}, 2),
        ({"answer": {"outcome": "answered_procedure", "procedure_code": "1.004194", "fields_include": ["fees"]}}, 0),
        ({"answer": {"procedure_code": "1.000000", "fields_include": ["steps"]}}, 2),
        ({"answer": None}, 1),
        ({"slots": {"procedure_code": "1.004194"}}, 0),
        ({"slots": {"procedure_code": None}}, 1),
        ({"bot": ["lệ phí: * đồng [1]"]}, 0),
        ({"bot": ["lệ phí: * đồng"]}, 1),
        ({"bot": ["*", "*"]}, 1),
    ],
)
def test_each_kind_of_expectation_sees_what_is_wrong(expect: dict[str, Any], problems: int):
    assert len(list(compare(expect, REPLIES, {"procedure_code": "1.004194"}))) == problems


def write(folder: Path, name: str, text: str) -> None:
    path = folder / "fees" / "happy_path" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_files_become_scenarios_with_their_variants(tmp_path):
    write(tmp_path, "a.yml", "requirements: [R-03]\nturns:\n- user: lệ phí\nalso: [le phi]\n")
    write(
        tmp_path, "b.txt", "# nothing\nuser: lệ phí\nbot: Lệ phí\n  20.000\nbutton: Nơi nộp\npress: Nơi nộp\nbot: *\n"
    )
    first, variant, dialogue = find_scenarios(tmp_path)
    assert (first.name, first.requirements) == ("fees/happy_path/a", ("R-03",))
    assert variant.turns[0].user == "le phi"
    assert dialogue.turns[0].expect == {"bot": ["Lệ phí\n20.000"], "buttons_include": ["Nơi nộp"]}
    assert dialogue.turns[1].press == "Nơi nộp"


@pytest.mark.parametrize(
    "text",
    ["turns: []", "turn:\n- user: a", "turns:\n- user: a\n  press: b", "turns:\n- user: a\n  expect: {contain: b}"],
)
def test_a_scenario_that_would_check_nothing_is_an_error(tmp_path, text):
    write(tmp_path, "a.yml", text)
    with pytest.raises(ScenarioError):
        find_scenarios(tmp_path)


async def test_a_press_needs_a_button_and_sends_its_payload(tmp_path):
    class Talker:
        async def say(self, sender: str, text: str) -> list[Reply]:
            return REPLIES

        async def press(self, sender: str, payload: str) -> list[Reply]:
            return [Reply(text=payload)]

    write(tmp_path, "a.yml", "turns:\n- user: a\n- press: Nơi nộp\n  expect: {contains: /where}\n- press: Khác\n")
    problems, transcript = await play(find_scenarios(tmp_path)[0], Talker(), "x")
    assert problems == ["turn 3: there is no button 'Khác' among ['Nơi nộp']"]
    assert "bot: /where" in transcript
