"""Sample questions and everyday names: the shape of their files, and what the shipped ones promise."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

import pytest

from knowledge.search.samples import SAMPLES_DIR, Samples, SamplesInvalidError, load_samples, read_samples
from knowledge.text import fold, typed_words

FILES = sorted(SAMPLES_DIR.glob("*.yml"))


def folded(text):
    return " ".join(typed_words(fold(text)))


@pytest.fixture
def written(tmp_path):
    """Write a file of samples (unit tests touch no disk but for a file of their own)."""

    def write(text, name="some.yml"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    yield write
    load_samples.cache_clear()


def test_files_add_up(written):
    first = written('"9.000001":\n  aliases: [tạm trú]\n  questions: [ở trọ thì sao]\n', "a.yml")
    written('"9.000001":\n  aliases: [kt ba]\n"9.000002":\n  questions: [nhập khẩu]\n', "b.yml")
    assert load_samples(first.parent) == {
        "9.000001": Samples(("tạm trú", "kt ba"), ("ở trọ thì sao",)),
        "9.000002": Samples((), ("nhập khẩu",)),
    }


def test_no_files_no_samples(tmp_path):
    assert load_samples(tmp_path) == {}
    load_samples.cache_clear()


def test_a_file_with_comments_alone_has_none(written):
    assert list(read_samples(written("# sau này\n"))) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[]", "the whole file"),
        ('"1.1":\n  aliases: [abc]\n', "the whole file"),
        ("1.000001:\n  aliases: [abc]\n  more: [abc]\n", "1.000001"),
        ('"9.000001": {}\n', "9.000001"),
        ('"9.000001":\n  - abc\n', "9.000001"),
        ('"9.000001":\n  aliases: abc\n', "9.000001/aliases"),
        ('"9.000001":\n  aliases: []\n', "9.000001/aliases"),
        ('"9.000001":\n  aliases: [abc, x]\n', "9.000001/aliases/1"),
        ('"9.000001":\n  questions: [12]\n', "9.000001/questions/0"),
        ('"9.000001":\n  questions: [' + "a" * 401 + "]\n", "9.000001/questions/0"),
    ],
    ids=range(10),
)
def test_a_fault_is_named_by_file_and_place(written, text, place):
    with pytest.raises(SamplesInvalidError, match=rf"some\.yml: {re.escape(place)}: "):
        list(read_samples(written(text)))
    assert SamplesInvalidError.code == "SAMPLES_INVALID"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_shipped_file_is_well_formed(path):
    found = dict(read_samples(path))
    assert found
    assert all(re.fullmatch(r"\d\.\d{6}", code) for code in found)
    assert unicodedata.is_normalized("NFC", path.read_text("utf-8"))
    for said in found.values():
        assert [text for text in (*said.aliases, *said.questions) if text != text.strip() or not folded(text)] == []


def test_no_name_and_no_question_stands_twice(curated):
    places = defaultdict(list)
    for path in FILES:
        for code, said in read_samples(path):
            for text in (*said.aliases, *said.questions):
                places[folded(text)].append(f"{path.name}: {code}: {text}")
    for record in curated.values():
        for text in (*record.aliases, *record.sample_questions):
            places[folded(text)].append(f"record {record.code}: {text}")
    assert len(places) > 5000
    assert [found for found in places.values() if len(found) > 1] == []
