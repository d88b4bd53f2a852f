"""A part of a catalogue's records: all that questions ask for, and one in twelve of the others, each time the same."""

from __future__ import annotations

import gzip
import json

import pytest

from knowledge.search.evaluation import read_set
from tools import evaluate_sets

ASKED = next(code for item in read_set(evaluate_sets.SETS / "hard.jsonl") for code in sorted(item.codes))


@pytest.mark.parametrize("opens", [open, gzip.open])
def test_a_part_is_what_is_asked_for_and_some_others(tmp_path, opens):
    records, part = tmp_path / "all.jsonl", tmp_path / "part" / "all.jsonl"
    codes = [f"9.{number:06}" for number in range(400)] + [ASKED]
    with opens(records, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"code": code, "name": "Đăng ký"}, ensure_ascii=False) + "\n" for code in codes)
    taken = []
    for _ in range(2):
        evaluate_sets._write_part(records, part)
        with opens(part, "rt", encoding="utf-8") as lines:
            taken.append([json.loads(line)["code"] for line in lines])
    assert taken[0] == taken[1]
    assert ASKED in taken[0]
    assert 15 < len(taken[0]) < 60


def test_a_part_of_nothing_is_refused(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["evaluate_sets", "--part"])
    with pytest.raises(SystemExit):
        evaluate_sets.main()
    assert "--catalogue" in capsys.readouterr().err
