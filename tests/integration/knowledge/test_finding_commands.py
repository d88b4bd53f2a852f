"""`python -m knowledge search | index | fit | eval` on a small catalogue: what they say, and their exit codes."""

from __future__ import annotations

import json

import pytest

from knowledge.models import Origin
from knowledge.search import ranking, vectors
from knowledge.search.ranking import load_ranker
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import write_lines
from tests.fixtures.small_catalogue import FakeEncoder, hand_ranker, small_records


@pytest.fixture
def run(tmp_path, monkeypatch, call):
    """`run("search", "…")` → exit code, what was printed, what was complained of."""
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MOTCUA_VECTORS", "off")
    monkeypatch.delenv("MOTCUA_CATALOGUE_URL", raising=False)
    monkeypatch.setattr("knowledge.search.index.load_ranker", hand_ranker)
    store = CatalogueStore(f"sqlite:///{tmp_path / 'catalogue.db'}")
    store.create()
    store.write(small_records(), Origin.CURATED)
    store.close()

    return call


@pytest.fixture
def with_vectors(monkeypatch):
    encoder = FakeEncoder()
    monkeypatch.setenv("MOTCUA_VECTORS", "auto")
    monkeypatch.setattr(vectors, "installed_encoder", lambda: encoder)
    return encoder


QUESTIONS = [
    {"text": "đăng ký tạm trú", "codes": ["9.000001"], "expect": "answer"},
    {"text": "nuôi cá kiểng", "codes": ["9.000011"], "expect": "answer"},
    {"text": "???", "codes": ["9.000001"]},
    {"text": "trời mưa quá", "expect": "outside"},
]


def test_search_lists_procedures_best_first(run):
    code, out, err = run("search", "dk tam tru", "--limit", 2)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split()[1] == "9.000001"
    assert "Đăng ký tạm trú" in lines[0]
    assert len(lines) == 3
    assert lines[-1].startswith("right: 9")


def test_search_as_json(run):
    code, out, _ = run("search", "nuôi bồ câu", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["hits"][0]["code"] == "9.000008"
    assert len(found["hits"]) == 5
    assert 0.0 <= found["sure"] <= 1.0
    assert found["by_vectors"] is False


@pytest.mark.parametrize("text", ["", "???", "\x00"])
def test_search_for_nothing_finds_nothing(run, text):
    assert run("search", text)[:2] == (0, "nothing found\n")


def test_search_with_a_limit_of_nought_gives_one(run):
    assert len(run("search", "tạm trú", "--limit", 0)[1].splitlines()) == 2


def test_index_says_what_it_made(run, tmp_path):
    assert run("index")[:2] == (0, "index of 24 procedures and 48 names and questions, without sentence vectors\n")
    assert [path for path in (tmp_path / "index").iterdir() if path.is_dir()]


def test_index_makes_vectors_where_their_package_is_and_words_only_where_asked(run, with_vectors):
    assert "without sentence vectors" in run("index", "--words-only")[1]
    assert with_vectors.encoded == []
    assert ", with sentence vectors" in run("index")[1]
    assert with_vectors.encoded


def test_eval_prints_figures_for_each_noise(run, tmp_path):
    code, out, err = run("eval", write_lines(tmp_path / "set.jsonl", *QUESTIONS))
    assert (code, err) == (0, "")
    assert "as typed: 3 questions  hit_1 0.333  hit_3 0.667" in out
    assert "two slips: 3 questions" in out
    assert "inside from outside, AUC: " in out
    assert "9.000011 taken for 9.000009" in out
    assert "???  wanted 9.000001; nothing found" in out


def test_eval_as_json(run, tmp_path):
    code, out, _ = run("eval", write_lines(tmp_path / "set.jsonl", *QUESTIONS), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["figures"]["as typed"]["hit_1"] == pytest.approx(1 / 3)
    assert found["figures"]["as typed"]["expected"]["answer"]["questions"] == 2


def test_eval_of_an_empty_file_is_no_fault(run, tmp_path):
    code, out, _ = run("eval", write_lines(tmp_path / "set.jsonl"))
    assert code == 0
    assert "as typed: 0 questions" in out


def test_eval_names_a_bad_line(run, tmp_path):
    code, out, err = run("eval", write_lines(tmp_path / "set.jsonl", QUESTIONS[0], '{"text": 3}'))
    assert (code, out) == (2, "")
    assert "set.jsonl:2: " in err


@pytest.mark.parametrize("command", ["eval", "fit"])
def test_a_missing_file_is_said(run, tmp_path, command):
    arguments = [tmp_path / "none.jsonl"] if command == "eval" else ["--beside", tmp_path / "none.jsonl"]
    code, _, err = run(command, *arguments)
    assert code == 2
    assert "none.jsonl" in err


@pytest.fixture
def beside(tmp_path):
    lines = ["trời hôm nay mưa to quá", "hát cho tôi nghe một bài", "con mèo nhà tôi kêu hoài", "", "mấy giờ đá banh"]
    path = tmp_path / "beside.txt"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture
def few_made(monkeypatch):
    monkeypatch.setattr("knowledge.search.fitting._MADE", 120)
    monkeypatch.setattr("knowledge.search.fitting._ROUNDS", 40)


def fitted(path):
    load_ranker.cache_clear()
    try:
        return load_ranker(path)
    finally:
        load_ranker.cache_clear()


@pytest.mark.usefixtures("few_made")
def test_fit_learns_numbers_that_search_can_use(run, tmp_path, beside, monkeypatch):
    out = tmp_path / "ranker.json"
    assert run("fit", "--beside", beside, "--out", out) == (0, f"written: {out}\n", "")
    ranker = fitted(out)
    assert set(ranker.networks) == {"without_vectors"}
    monkeypatch.setattr("knowledge.search.index.load_ranker", lambda: ranker)
    found = json.loads(run("search", "đăng ký tạm trú", "--json")[1])
    assert found["hits"][0]["code"] == "9.000001"
    outside = json.loads(run("search", "hát cho tôi nghe một bài", "--json")[1])
    assert outside["inside"] < found["inside"]


@pytest.mark.usefixtures("few_made")
def test_fit_with_vectors_learns_all_kinds(run, tmp_path, beside, with_vectors):
    out = tmp_path / "ranker.json"
    assert run("fit", "--beside", beside, "--out", out)[0] == 0
    assert set(fitted(out).networks) == set(ranking.KINDS)
    assert with_vectors.encoded


@pytest.mark.usefixtures("few_made")
def test_fit_gives_the_same_numbers_again(run, tmp_path, beside):
    for name in ("one.json", "two.json"):
        run("fit", "--beside", beside, "--out", tmp_path / name)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_fit_without_anything_beside_is_refused(run, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        run("fit", "--out", tmp_path / "ranker.json")
    assert stopped.value.code == 2
    assert "--beside" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("search", "tạm trú"), ("index",), ("fit", "--beside", "/dev/null")])
def test_a_catalogue_that_cannot_be_read_is_said(run, tmp_path, command):
    (tmp_path / "catalogue.db").write_bytes(b"no database" * 500)
    code, out, err = run(*command)
    assert (code, out) == (2, "")
    assert "catalogue.db" in err


def test_a_ranker_of_other_signals_is_said(run, monkeypatch, tmp_path):
    path = tmp_path / "ranker.json"
    path.write_text('{"signals": ["words"]}', "utf-8")
    monkeypatch.setattr("knowledge.search.index.load_ranker", lambda: load_ranker(path))
    code, _, err = run("search", "tạm trú")
    assert code == 2
    assert "python -m knowledge fit" in err
