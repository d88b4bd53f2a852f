"""The best index there is, without a citizen waiting: words at once, vectors when made, the old one meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from knowledge.errors import CatalogueUnreadableError
from knowledge.models import Origin
from knowledge.search import index_source
from knowledge.search.index_files import ensure_index, load_index
from knowledge.search.index_source import IndexSource
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import procedure
from tests.fixtures.small_catalogue import FakeEncoder, hand_ranker, small_records


class Maker:
    """Starts a process that does what it is told; counts the starts."""

    def __init__(self, code="pass"):
        self.code, self.started = code, []

    def __call__(self):
        self.started.append(subprocess.Popen([sys.executable, "-c", self.code]))
        return self.started[-1]

    def end(self):
        for process in self.started:
            process.wait(60)


@pytest.fixture(autouse=True)
def _ranker(monkeypatch):
    monkeypatch.setattr("knowledge.search.index.load_ranker", hand_ranker)


@pytest.fixture
def store(tmp_path):
    store = CatalogueStore(f"sqlite:///{tmp_path / 'catalogue.db'}")
    store.create()
    store.write(small_records(), Origin.CURATED)
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def later(monkeypatch):
    ahead = [0.0]
    real = time.monotonic
    monkeypatch.setattr(index_source.time, "monotonic", lambda: real() + ahead[0])

    def wait(seconds):
        ahead[0] += seconds

    return wait


def revise(store, title="Thả diều đêm"):
    store.write([procedure("9.000999", title)], Origin.CURATED)


def first(index, text="đăng ký tạm trú"):
    return index.search(text).hits[0].code


def test_the_first_start_gives_words_at_once_and_starts_the_maker(store, folder):
    make, encoder = Maker(), FakeEncoder()
    index = IndexSource(store, folder, encoder, make).current()
    assert first(index) == "9.000001"
    assert not index.matrices.has_vectors
    assert encoder.encoded == []
    assert len(make.started) == 1
    make.end()


def test_a_running_maker_is_not_started_again(store, folder):
    make = Maker("import time; time.sleep(60)")
    source = IndexSource(store, folder, FakeEncoder(), make)
    try:
        for _ in range(4):
            source.current()
        revise(store)
        source.current()
        assert len(make.started) == 1
    finally:
        for process in make.started:
            process.kill()
            process.wait()


def test_the_one_with_vectors_is_taken_up_when_it_is_there(store, folder):
    make, encoder = Maker(), FakeEncoder()
    source = IndexSource(store, folder, encoder, make)
    words = source.current()
    assert source.current() is words
    ensure_index(store, folder, encoder)  # what the maker does
    found = source.current()
    assert found.matrices.has_vectors
    assert first(found) == "9.000001"
    assert source.current() is found  # read once
    assert len(make.started) == 1
    make.end()


def test_one_that_is_there_already_is_taken_without_a_maker(store, folder):
    encoder, make = FakeEncoder(), Maker()
    ensure_index(store, folder, encoder)
    assert IndexSource(store, folder, encoder, make).current().matrices.has_vectors
    assert make.started == []


def test_without_an_encoder_words_are_all_there_is_and_no_maker_starts(store, folder):
    make = Maker()
    source = IndexSource(store, folder, None, make)
    assert first(source.current()) == "9.000001"
    assert source.current() is source.current()
    assert make.started == []


@pytest.mark.parametrize("encoder", [None, FakeEncoder()], ids=["words", "vectors"])
def test_the_old_one_stays_while_a_new_revision_is_being_made(store, folder, encoder):
    ensure_index(store, folder, encoder)
    make = Maker()
    source = IndexSource(store, folder, encoder, make)
    old = source.current()
    revise(store)
    assert source.current() is old
    assert len(make.started) == 1
    ensure_index(store, folder, encoder)
    new = source.current()
    assert first(new, "thả diều đêm") == "9.000999"
    assert "9.000999" not in old
    make.end()


def test_each_revision_is_made_as_soon_as_the_one_before_is(store, folder):
    make, encoder = Maker(), FakeEncoder()
    source = IndexSource(store, folder, encoder, make)
    source.current()
    for number in range(3):
        make.end()
        ensure_index(store, folder, encoder)
        source.current()
        revise(store, f"Thả diều {number}")
        source.current()
    assert len(make.started) == 4
    make.end()


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)"], ids=["fails", "killed"])
def test_a_maker_that_fails_is_not_started_again_at_once(store, folder, later, code):
    make = Maker(code)
    source = IndexSource(store, folder, FakeEncoder(), make)
    for _ in range(4):
        assert first(source.current()) == "9.000001"
        make.end()
    assert len(make.started) == 1
    later(601)
    source.current()
    assert len(make.started) == 2
    make.end()


def test_a_maker_that_ends_well_but_makes_nothing_is_not_started_over_and_over(store, folder, later):
    """As where it reads other files of content than this process did when it started."""
    make = Maker()
    source = IndexSource(store, folder, FakeEncoder(), make)
    for _ in range(4):
        source.current()
        make.end()
    assert len(make.started) == 1
    later(601)
    source.current()
    assert len(make.started) == 2
    make.end()


def test_a_maker_that_cannot_be_started_keeps_nobody_from_searching(store, folder):
    def make():
        raise FileNotFoundError("nice")

    source = IndexSource(store, folder, FakeEncoder(), make)
    assert first(source.current()) == "9.000001"
    assert first(source.current()) == "9.000001"


def test_without_a_maker_a_new_revision_is_made_on_the_spot(store, folder):
    source = IndexSource(store, folder, None, None)
    source.current()
    revise(store)
    assert first(source.current(), "thả diều đêm") == "9.000999"


def test_a_folder_that_cannot_be_written_keeps_nobody_from_searching(store, folder):
    folder.write_text("a file, not a folder", "utf-8")
    source = IndexSource(store, folder, None)
    index = source.current()
    assert first(index) == "9.000001"
    assert source.current() is index  # not made for every message


def test_a_catalogue_that_cannot_be_read_from_the_start_is_said(tmp_path, folder):
    (tmp_path / "broken.db").write_bytes(b"no database" * 400)
    with pytest.raises(CatalogueUnreadableError):
        IndexSource(CatalogueStore(f"sqlite:///{tmp_path / 'broken.db'}"), folder, None, None).current()


@pytest.mark.parametrize("make", [None, Maker()], ids=["on the spot", "in the background"])
def test_the_old_one_stays_while_the_catalogue_does_not_answer(store, folder, make, monkeypatch):
    source = IndexSource(store, folder, None, make)
    old = source.current()
    monkeypatch.setattr(store, "revision", lambda: "")
    assert source.current() is old
    monkeypatch.undo()
    monkeypatch.setattr("knowledge.search.index.load_ranker", hand_ranker)
    assert source.current() is old


def test_a_catalogue_that_is_filled_after_the_start_is_searched_at_once(tmp_path, folder):
    store, make = CatalogueStore(f"sqlite:///{tmp_path / 'new.db'}"), Maker()
    store.create()
    source = IndexSource(store, folder, FakeEncoder(), make)
    assert source.current().search("đăng ký tạm trú").hits == ()
    store.write(small_records(), Origin.CURATED)
    assert first(source.current()) == "9.000001"
    make.end()


def test_the_real_maker_makes_the_index_of_this_catalogue(store, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MOTCUA_VECTORS", "off")
    monkeypatch.delenv("MOTCUA_CATALOGUE_URL", raising=False)
    assert index_source.start_maker().wait(100) == 0
    assert first(load_index(folder, store.revision(), None)) == "9.000001"
