"""The editors' guide in Vietnamese: what it shows is what the commands take and say."""

from __future__ import annotations

import re
import shlex

import pytest

from knowledge import __main__ as command_line
from knowledge.settings import ROOT

GUIDE = (ROOT / "docs" / "vi" / "bien-tap-danh-muc.md").read_text("utf-8")
SHOWN = sorted(set(re.findall(r"^ *\$ python -m knowledge (.+)$", GUIDE, re.MULTILINE)))


@pytest.fixture
def nothing_is_run(monkeypatch):
    """Every command is parsed, none is run."""

    def stop(*_):
        raise ValueError("parsed")

    monkeypatch.setattr(command_line.CatalogueSettings, "from_env", stop)


@pytest.mark.usefixtures("nothing_is_run")
@pytest.mark.parametrize("shown", SHOWN)
def test_every_command_shown_is_one(shown, capsys):
    assert command_line.main(shlex.split(shown)) == 2
    assert capsys.readouterr().err == "error: parsed\n"


def test_the_guide_shows_every_task_of_an_editor():
    named = {shlex.split(shown)[0] for shown in SHOWN}
    tasks = {"edit", "adopt", "alias", "checked", "supersede", "diff", "history", "revert", "undo", "check", "accept"}
    assert tasks | {"sync", "import", "clock", "build"} <= named


def test_the_words_of_citizens_in_the_guide_are_those_of_the_answers():
    wording = (ROOT / "knowledge" / "content" / "wording.yml").read_text("utf-8")
    for said in ("Quy định đã thay đổi: Cổng dịch vụ công quốc gia không còn công bố thủ tục này.", "Đối chiếu ngày"):
        assert said in GUIDE
        assert said in wording
