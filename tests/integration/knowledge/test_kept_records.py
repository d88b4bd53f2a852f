"""A record that was read is kept, and never longer than the catalogue holds it."""

from __future__ import annotations

import os
import shutil
import time

import pytest

from knowledge.errors import ProcedureUnknownError
from knowledge.models import Origin
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import procedure

CODE = "1.000001"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "catalogue.db"


@pytest.fixture
def store(file):
    store = CatalogueStore(f"sqlite:///{file}")
    store.create()
    store.write([procedure(CODE, "Cũ")], Origin.CURATED)
    yield store
    store.close()


def grow_old(file, seconds=60):
    for each in file.parent.glob(f"{file.name}*"):
        os.utime(each, (time.time() - seconds,) * 2)


def test_what_was_read_is_kept(store, file):
    grow_old(file)
    assert store.kept(CODE) is None
    record = store.get(CODE)
    assert store.kept(CODE) is record
    assert store.get(CODE) is record


def test_after_a_load_it_is_read_anew(store, file):
    grow_old(file)
    store.get(CODE)
    other = CatalogueStore(f"sqlite:///{file}")
    other.write([procedure(CODE, "Mới")], Origin.CURATED)
    other.close()
    assert store.kept(CODE) is None
    assert store.get(CODE).title == "Mới"


def test_a_load_in_the_log_alone_counts(store, file):
    """As long as another process has the file open, what is written stays in the log."""
    grow_old(file)
    other = CatalogueStore(f"sqlite:///{file}")
    with other._engine.connect() as reader:
        store.get(CODE)
        assert reader.exec_driver_sql("SELECT count(*) FROM record").scalar() == 1
        untouched = file.stat().st_mtime_ns
        other.write([procedure(CODE, "Mới")], Origin.CURATED)
        assert file.stat().st_mtime_ns == untouched
        assert store.get(CODE).title == "Mới"
    other.close()


def test_nothing_is_kept_of_a_file_that_was_written_just_now(store):
    store.get(CODE)
    assert store.kept(CODE) is None


def test_a_file_put_in_its_place_counts(store, file):
    whole = shutil.copy(file, file.parent / "whole")
    older = CatalogueStore(f"sqlite:///{whole}")
    older.write([procedure(CODE, "Bản khác")], Origin.CURATED)
    older.close()
    grow_old(file)
    store.get(CODE)
    os.replace(whole, file)
    os.utime(file, (time.time() - 30,) * 2)
    assert store.get(CODE).title == "Bản khác"


def test_what_is_not_there_is_not_kept(store, file):
    grow_old(file)
    for _ in range(2):
        with pytest.raises(ProcedureUnknownError):
            store.get("9.999999")
    assert store.kept("9.999999") is None


def test_the_number_is_bounded(file, store, monkeypatch):
    monkeypatch.setattr("knowledge.kept_records._MOST", 2)
    store.write([procedure(code) for code in ("1.000002", "1.000003")], Origin.CURATED)
    grow_old(file)
    for code in (CODE, "1.000002", "1.000003"):
        store.get(code)
    assert [store.kept(code) is not None for code in (CODE, "1.000002", "1.000003")] == [False, True, True]
