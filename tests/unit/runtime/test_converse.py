from __future__ import annotations

import json

import pytest

from bot.converse import ConversationFileError, Script, main, play_all, read_scripts, write_atomically
from bot.rasa_runtime.replies import Button, Reply


class Echo:
    """Says back what it hears, and remembers how it was asked."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []

    async def say(self, sender: str, text: str) -> list[Reply]:
        self.heard.append(("say", sender, text))
        if text == "bug":
            raise KeyError("x")
        return [Reply(text=text, buttons=(Button("A", "/a"),)), Reply(custom={"answer": {"outcome": "ok"}})]

    async def press(self, sender: str, payload: str) -> list[Reply]:
        self.heard.append(("press", sender, payload))
        return []


@pytest.fixture
def write(tmp_path):
    def _write(text: str):
        path = tmp_path / "in.jsonl"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


async def test_each_conversation_has_a_sender_of_its_own_and_payloads_are_pressed():
    echo = Echo()
    results, failures = await play_all(echo, [Script("1", ("xin chào", '/choose{"a":1}')), Script("2", ("chào",))])
    assert failures == []
    (_, first, _), (how, same, payload), (_, second, _) = echo.heard
    assert (how, payload) == ("press", '/choose{"a":1}')
    assert first == same
    assert first != second
    assert results[0]["turns"][0] == {
        "user": "xin chào",
        "texts": ["xin chào"],
        "buttons": [{"title": "A", "payload": "/a"}],
        "answer": {"outcome": "ok"},
    }
    assert results[0]["turns"][1] == {"user": '/choose{"a":1}', "texts": [], "buttons": [], "answer": None}


async def test_a_turn_that_fails_is_named_and_the_rest_is_played():
    results, failures = await play_all(Echo(), [Script("x7", ("bug", "xin chào"))])
    assert failures == ["conversation x7, turn 1: KeyError: 'x'"]
    assert [turn["texts"] for turn in results[0]["turns"]] == [[], ["xin chào"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": "1", "turns": ["a"]}\n{"id": "2", \n', "line 2: not JSON"),
        ('\n\n{"turns": ["a"]}\n', 'line 3: .*"id" is missing'),
        ('{"id": "1", "turns": []}\n', 'line 1: "turns"'),
        ('{"id": "1", "turns": ["a", 5]}\n', 'line 1: "turns"'),
        ('{"id": "1", "turns": "a"}\n', 'line 1: "turns"'),
        ('["a"]\n', "line 1"),
        ("\n", "no conversation"),
    ],
)
def test_a_broken_line_is_named(write, text, message):
    with pytest.raises(ConversationFileError, match=message):
        read_scripts(write(text))


def test_ids_may_be_numbers_and_a_byte_order_mark_does_not_matter(write):
    assert read_scripts(write('\ufeff{"id": 7, "turns": ["a"]}\n')) == [Script("7", ("a",))]


def test_a_missing_file_is_a_sentence_and_an_exit_code(tmp_path, capsys):
    assert main([str(tmp_path / "none.jsonl"), str(tmp_path / "out.jsonl")]) == 1
    assert "No such file" in capsys.readouterr().err


def test_a_missing_folder_for_the_output_is_said_before_anything_is_loaded(write, tmp_path, capsys):
    assert main([str(write('{"id": "1", "turns": ["a"]}\n')), str(tmp_path / "none" / "out.jsonl")]) == 1
    assert "folder does not exist" in capsys.readouterr().err


def test_output_is_whole_or_not_there(tmp_path):
    target = tmp_path / "out.jsonl"
    target.write_text("before")
    with pytest.raises(TypeError):
        write_atomically(target, [{"id": "1"}, {"id": object()}])
    assert target.read_text() == "before"
    write_atomically(target, [{"id": "ạ"}])
    assert json.loads(target.read_text(encoding="utf-8")) == {"id": "ạ"}
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
