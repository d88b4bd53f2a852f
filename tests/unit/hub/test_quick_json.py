"""What is read and written quickly means what it means to Python's own reader and writer."""

from __future__ import annotations

import json
from enum import Enum

import pytest

from bot.ops import quick_json


class Kind(str, Enum):
    SAY = "say"


@pytest.mark.parametrize(
    "value",
    [
        {"type": "message", "seq": 3, "content": {"text": 'Lệ phí 7.000 đồng\n\t"\\/\x7f\u2028😀', "blocks": []}},
        [None, True, False, 0, -1, 2**63, 2**64, -(2**80), 0.1, 1e300, 1e-7, 1.0],
        {"half of a character": "a\ud83d b", "a\udc00": 1},
        {1: "a", None: "b", 2.5: "c"},
        {"kind": Kind.SAY, Kind.SAY: ("a", ("b",))},
        "",
    ],
)
def test_python_reads_what_is_written_as_what_it_writes(value):
    assert json.loads(quick_json.write(value).encode()) == json.loads(json.dumps(value))
    assert quick_json.read(json.dumps(value)) == json.loads(json.dumps(value))


def test_letters_stay_as_they_are_without_blanks():
    assert quick_json.write({"a": "Lệ phí", "b": [1, 2]}) == '{"a":"Lệ phí","b":[1,2]}'


@pytest.mark.parametrize("value", [{1, 2}, object(), {"at": b"bytes"}])
def test_what_is_no_json_is_refused(value):
    with pytest.raises(TypeError):
        quick_json.write(value)


@pytest.mark.parametrize("text", ["", "{", '{"a": 1,}', b"\xff", '"\x01"', "\ud800", "nul"])
def test_what_does_not_read_is_refused(text):
    with pytest.raises(ValueError):
        quick_json.read(text)


@pytest.mark.parametrize("text", ['{"a": NaN}', '"\\ud83d"', '{"a": 1, "a": 2}', '["Lệ"]'.encode()])
def test_what_python_reads_beyond_the_standard_is_read(text):
    assert repr(quick_json.read(text)) == repr(json.loads(text))


def test_what_is_nested_without_end_is_refused():
    with pytest.raises(RecursionError):
        quick_json.read("[" * 100_000)
