"""The guide to the lexicon in Vietnamese: its commands are ones, and its example is an entry."""

from __future__ import annotations

import re
import shlex

import pytest

from knowledge import __main__ as command_line
from knowledge.plain_yaml import plain_yaml
from knowledge.search.life import Kind, shape_faults
from knowledge.search.strangeness import list_faults
from knowledge.settings import ROOT

PAGE = ROOT / "docs" / "vi" / "tu-dien-doi-thuong.md"
GUIDE = PAGE.read_text("utf-8")
SHOWN = sorted(set(re.findall(r"^\$ python -m knowledge (.+)$", GUIDE, re.MULTILINE)))


@pytest.mark.parametrize("shown", SHOWN)
def test_every_command_shown_is_one(shown, capsys, monkeypatch):
    def stop(*_):
        raise ValueError("parsed")

    monkeypatch.setattr(command_line.CatalogueSettings, "from_env", stop)
    assert command_line.main(shlex.split(shown)) == 2
    assert capsys.readouterr().err == "error: parsed\n"


def test_the_examples_are_entries_and_every_kind_is_told():
    event, bare, outside = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert list(shape_faults(PAGE, plain_yaml(event) + plain_yaml(bare))) == []
    assert list(list_faults(plain_yaml(outside))) == []
    assert set(re.findall(r"^\| `(\w+)` \|", GUIDE, re.MULTILINE)) >= {kind.value for kind in Kind}


def test_both_parts_of_the_command_are_shown():
    assert {tuple(shlex.split(shown)[:2]) for shown in SHOWN} == {("lexicon", "check"), ("lexicon", "try")}
