"""`python -m knowledge lexicon check` and `lexicon try`: exit codes, faults with lines, figures before and after."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from knowledge import __main__ as command_line
from knowledge.models import Origin
from knowledge.search import index as search_index
from knowledge.search import life as life_module
from knowledge.settings import ROOT
from knowledge.store import CatalogueStore
from tests.fixtures.lexicon import BEES, LIFE, PIGEONS, plain_ranker, write_life, write_questions


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    url = f"sqlite:///{tmp_path / 'catalogue.db'}"
    store = CatalogueStore(url)
    store.create()
    store.write([PIGEONS, BEES], Origin.CURATED)
    store.close()
    monkeypatch.setenv("MOTCUA_CATALOGUE_URL", url)
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(search_index, "load_ranker", plain_ranker)
    ours = life_module.load_life.__wrapped__(write_life(tmp_path))
    monkeypatch.setattr(life_module, "load_life", lambda *_: ours)

    def call(*arguments):
        capsys.readouterr()
        code = command_line.main([str(argument) for argument in ("lexicon", *arguments)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return call


@pytest.fixture
def questions(tmp_path):
    return write_questions(tmp_path, ("cho bọ vẽ về", BEES.code), ("nuôi bồ câu", PIGEONS.code))


def test_the_shipped_lexicon_is_well_formed():
    command = [sys.executable, "-m", "knowledge", "lexicon", "check", "--shape"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no fault" in done.stdout


def test_codes_are_looked_up_in_the_catalogue_unless_only_the_shape_is_asked(run, tmp_path):
    path = write_life(tmp_path, LIFE.replace('"1.000002", ', '"1.999999", '))
    code, out, err = run("check", "--file", path)
    assert (code, out) == (1, "1 faults\n")
    assert err == f"{path}:8: no procedure of the catalogue has the code 1.999999\n"
    assert run("check", "--file", path, "--shape")[0] == 0
    assert run("check", "--file", write_life(tmp_path))[0] == 0


def test_a_file_that_is_not_there_is_told(run, tmp_path):
    code, _, err = run("check", "--file", tmp_path / "none.yml", "--shape")
    assert code == 2
    assert "none.yml" in err


def test_trying_a_phrase_shows_what_it_changes(run, questions):
    rest = ("--codes", BEES.code, "--means", "nuôi ong lấy mật", "--set", questions, "--words-only")
    told = json.loads(run("try", "--say", "bọ vẽ", "--say", "bọ dừa", *rest, "--json")[1])
    assert (told["before"]["hit_1"], told["after"]["hit_1"]) == (0.5, 1.0)
    assert [(item["text"], item["after"]["first"]) for item in told["changed"]] == [("cho bọ vẽ về", BEES.code)]
    code, out, _ = run("try", "--say", "bọ vẽ", *rest)
    assert code == 0
    assert "hit_1                   0.5000  1.0000 +0.5000" in out


def test_a_phrase_that_finds_the_procedure_is_missed_when_left_out(run, tmp_path):
    questions = write_questions(tmp_path, ("về vườn", BEES.code), ("nuôi bồ câu", PIGEONS.code))
    told = json.loads(run("try", "--without", "Về vườn", "--set", questions, "--words-only", "--json")[1])
    assert (told["before"]["hit_1"], told["after"]["hit_1"]) == (1.0, 0.5)
    (changed,) = told["changed"]
    assert changed["text"] == "về vườn"
    assert changed["wanted"] == [BEES.code]
    assert (changed["before"]["rank"], changed["after"]["rank"]) == (1, 2)
    assert (changed["before"]["first"], changed["after"]["first"]) == (BEES.code, PIGEONS.code)
    _, out, _ = run("try", "--without", "về vườn", "--set", questions, "--words-only")
    assert "1 questions changed" in out
    assert " 1 clear →  2 none   về vườn" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--say", "bọ vẽ"), "say which procedures are meant"),
        (("--say", "bọ vẽ", "--codes", "1.999999"), "no procedure of the catalogue has the code 1.999999"),
        (("--say", "bọ vẽ", "--codes", "xyz"), "no procedure of the catalogue has the code xyz"),
        (("--say", "NUÔI CU", "--codes", "1.000001"), "stands in the entry of «cất chuồng cu» already"),
        (("--without", "bọ vẽ"), "stands in no entry of the lexicon"),
    ],
)
def test_what_cannot_be_tried_is_refused(run, questions, arguments, told):
    code, out, err = run("try", *arguments, "--set", questions, "--words-only")
    assert (code, out) == (2, "")
    assert told in err


def test_a_broken_set_names_its_line(run, tmp_path):
    path = tmp_path / "broken.jsonl"
    path.write_text('{"text": "nuôi ong", "codes": ["1.000002"]}\n{"txt": 1}\n', "utf-8")
    code, _, err = run("try", "--without", "về vườn", "--set", path, "--words-only")
    assert code == 2
    assert "broken.jsonl:2" in err
