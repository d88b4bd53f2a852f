"""The index on disk: made once, whole or not there, never in the way of a newer one."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import time

import numpy as np
import pytest

from knowledge.models import Origin
from knowledge.search import index_files
from knowledge.search.index_files import content_stamp, ensure_index, index_name, load_index
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import procedure
from tests.fixtures.small_catalogue import MADE_UP, FakeEncoder, hand_ranker, small_records

FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def _ranker(monkeypatch):
    """The ranker made by hand, also in processes that these tests fork."""
    monkeypatch.setattr("knowledge.search.index.load_ranker", hand_ranker)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'catalogue.db'}"


@pytest.fixture
def store(url):
    store = CatalogueStore(url)
    store.create()
    store.write(small_records(), Origin.CURATED)
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def folders(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def place_of(folder, store, encoder=None):
    return folder / index_name(store.revision(), encoder)


def first(index, text="đăng ký tạm trú"):
    return index.search(text).hits[0].code


def refuse_to_build(*_):
    raise AssertionError("made anew")


@pytest.mark.parametrize("encoder", [None, FakeEncoder()], ids=["words", "vectors"])
def test_made_once_it_is_read_from_then_on_and_finds_the_same(store, folder, encoder, monkeypatch):
    made = ensure_index(store, folder, encoder)
    monkeypatch.setattr(index_files, "build_index", refuse_to_build)
    read = ensure_index(store, folder, encoder)
    assert read.matrices.has_vectors is (encoder is not None)
    assert read.rows == made.rows
    for text in ("đăng ký tạm trú", "nuoi bo cau", "giấy", "dk kt3"):
        assert [hit.code for hit in read.search(text).hits[:3]] == [hit.code for hit in made.search(text).hits[:3]]
        assert read.search(text).sure == pytest.approx(made.search(text).sure, abs=0.02)
        assert read.read(text) == made.read(text)


def test_one_that_was_never_made_is_not_there(store, folder):
    assert load_index(folder, store.revision(), None) is None
    assert not folder.exists()


def _make_in_a_process(url, folder, counted):
    real = index_files.build_index

    def slowly(*arguments):
        with counted.get_lock():
            counted.value += 1
        time.sleep(0.5)
        return real(*arguments)

    index_files.build_index = slowly
    store = CatalogueStore(url)
    found = ensure_index(store, folder, None)
    os._exit(0 if first(found) == "9.000001" else 1)


def test_processes_that_need_it_at_once_make_it_once(store, url, folder):
    counted = FORK.Value("i", 0)
    processes = [FORK.Process(target=_make_in_a_process, args=(url, folder, counted)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert counted.value == 1
    assert folders(folder) == [place_of(folder, store).name]


def _killed_while_writing(url, folder, ready):
    def stuck(*_, **__):
        ready.set()
        time.sleep(60)

    index_files.np.savez = stuck
    ensure_index(CatalogueStore(url), folder, None)


def test_a_maker_that_is_killed_leaves_nothing_half_and_the_lock_free(store, url, folder):
    ready = FORK.Event()
    maker = FORK.Process(target=_killed_while_writing, args=(url, folder, ready))
    maker.start()
    assert ready.wait(60)
    maker.kill()
    maker.join(60)
    assert folders(folder) == [f"{place_of(folder, store).name}.part"]
    assert load_index(folder, store.revision(), None) is None
    assert first(ensure_index(store, folder, None)) == "9.000001"
    assert folders(folder) == [place_of(folder, store).name]


@pytest.mark.parametrize("missing", ["rows.json", "arrays.npz"])
def test_half_a_folder_is_made_anew(store, folder, missing):
    ensure_index(store, folder, None)
    (place_of(folder, store) / missing).unlink()
    assert load_index(folder, store.revision(), None) is None
    assert first(ensure_index(store, folder, None)) == "9.000001"
    assert first(load_index(folder, store.revision(), None)) == "9.000001"


def damage(path, how):
    content = path.read_bytes()
    path.write_bytes({"cut": content[: len(content) // 2], "empty": b"", "other": b"\x00hello" * 99}[how])


@pytest.mark.parametrize("how", ["cut", "empty", "other"])
@pytest.mark.parametrize("name", ["rows.json", "arrays.npz"])
def test_a_damaged_file_is_made_anew(store, folder, name, how):
    ensure_index(store, folder, None)
    damage(place_of(folder, store) / name, how)
    assert load_index(folder, store.revision(), None) is None
    assert first(ensure_index(store, folder, None)) == "9.000001"
    assert first(load_index(folder, store.revision(), None)) == "9.000001"


@pytest.mark.parametrize("rows", ["[]x", "{}", '[{"strange": 1}]', "[1]", "null"])
def test_rows_of_another_shape_are_made_anew(store, folder, rows):
    ensure_index(store, folder, None)
    (place_of(folder, store) / "rows.json").write_text(rows, "utf-8")
    assert first(ensure_index(store, folder, None)) == "9.000001"


def test_arrays_of_another_version_are_made_anew(store, folder):
    ensure_index(store, folder, None)
    np.savez(place_of(folder, store) / "arrays.npz", words=np.zeros(3))
    assert load_index(folder, store.revision(), None) is None
    assert first(ensure_index(store, folder, None)) == "9.000001"


def revise(store, number):
    store.write([procedure(f"9.0009{number:02}", f"Thả diều cỡ {number}")], Origin.CURATED)


def test_of_old_ones_the_newest_stays_and_the_others_go(store, folder):
    names = []
    for number in range(4):
        revise(store, number)
        ensure_index(store, folder, None)
        names.append(place_of(folder, store).name)
        moment = time.time() - 100 + number
        os.utime(folder / names[-1], (moment, moment))
    assert folders(folder) == sorted(names[-2:])


@pytest.mark.parametrize("damaged", [None, "cut", "empty", "other"])
def test_vectors_are_taken_over_from_one_revision_to_the_next(store, folder, damaged):
    encoder = FakeEncoder()
    ensure_index(store, folder, encoder)
    texts = len(set(encoder.encoded))
    assert len(encoder.encoded) == texts > len(MADE_UP)
    if damaged:
        damage(place_of(folder, store, encoder) / "vectors.npz", damaged)
    revise(store, 1)
    encoder.encoded.clear()
    found = ensure_index(store, folder, encoder)
    assert "9.000901" in found
    if damaged:
        assert len(encoder.encoded) > texts
    else:
        new = (*procedure().aliases, *procedure().sample_questions)
        assert {"Thả diều cỡ 1"} < set(encoder.encoded) <= {"Thả diều cỡ 1"} | {found.read(text).marked for text in new}


def test_vectors_of_another_encoder_are_not_mixed_in(store, folder):
    ensure_index(store, folder, FakeEncoder("one"))
    other = FakeEncoder("two")
    ensure_index(store, folder, other)
    assert len(other.encoded) > len(MADE_UP)


def test_the_name_tells_revision_encoder_and_content(store, tmp_path, monkeypatch):
    names = {
        index_name("r1", None),
        index_name("r2", None),
        index_name("r1", FakeEncoder("one")),
        index_name("r1", FakeEncoder("two")),
    }
    assert len(names) == 4
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "a.yml").write_text('"9.000001":\n  aliases: [ở ké]\n', "utf-8")
    monkeypatch.setattr(index_files, "SAMPLES_DIR", samples)
    try:
        content_stamp.cache_clear()
        one = index_name("r1", None)
        (samples / "a.yml").write_text('"9.000001":\n  aliases: [ở đậu]\n', "utf-8")
        content_stamp.cache_clear()
        assert len(names | {one, index_name("r1", None)}) == 6
    finally:
        monkeypatch.undo()
        content_stamp.cache_clear()


def test_a_file_where_the_folder_should_be_is_said(store, folder):
    folder.write_text("", "utf-8")
    with pytest.raises(OSError, match="index"):
        ensure_index(store, folder, None)


def test_an_empty_catalogue_has_an_index_that_finds_nothing(url, folder):
    store = CatalogueStore(url)
    store.create()
    assert ensure_index(store, folder, FakeEncoder()).search("tạm trú").hits == ()
    assert load_index(folder, store.revision(), FakeEncoder()).search("tạm trú").hits == ()
    assert json.loads((place_of(folder, store, FakeEncoder()) / "rows.json").read_text("utf-8")) == []
    shutil.rmtree(folder)
