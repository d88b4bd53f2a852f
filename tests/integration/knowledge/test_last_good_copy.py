"""A catalogue whose file breaks while it is being used: its last whole copy answers."""

from __future__ import annotations

import os
import shutil

import pytest

from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.models import Origin
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import procedure

MANY = [procedure(f"1.{number:06}", f"Thủ tục {number}") for number in range(1, 200)]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "catalogue.db"


@pytest.fixture
def store(file):
    store = CatalogueStore(f"sqlite:///{file}")
    store.create()
    store.write(MANY, Origin.CURATED)
    yield store
    store.close()


def cut(file):
    """What a full disk or a broken copy leaves; the log of the database goes with it."""
    os.truncate(file, file.stat().st_size // 2)
    for log in file.parent.glob(f"{file.name}-*"):
        log.write_bytes(b"")


def test_every_record_is_read_from_the_copy(store, file):
    store.get(MANY[0].code)
    cut(file)
    assert [store.get(record.code).title for record in MANY] == [record.title for record in MANY]
    with pytest.raises(ProcedureUnknownError):
        store.get("9.999999")


def test_without_the_copy_it_is_unreadable(store, file):
    (file.parent / f"{file.name}.good").unlink()
    file.write_text("no database " * 100)
    with pytest.raises(CatalogueUnreadableError):
        store.get(MANY[0].code)


def test_what_was_put_right_is_used_without_a_restart(store, file):
    store.close()
    whole = shutil.copy(file, file.parent / "whole")
    store.get(MANY[0].code)
    file.write_text("no database " * 100)
    assert store.get(MANY[0].code).title == MANY[0].title
    os.replace(whole, file)
    (file.parent / f"{file.name}.good").unlink()
    assert store.get(MANY[0].code).title == MANY[0].title


def test_a_broken_catalogue_never_becomes_the_copy(store, file):
    good = (file.parent / f"{file.name}.good").read_bytes()
    store.close()
    file.write_text("no database " * 100)
    with pytest.raises(CatalogueUnreadableError):
        store.write(MANY, Origin.CURATED)
    assert (file.parent / f"{file.name}.good").read_bytes() == good


def test_a_copy_that_cannot_be_made_does_not_fail_the_load(store, file, monkeypatch):
    monkeypatch.setattr("knowledge.last_good.os.replace", _no_room)
    store.write([procedure("2.000001", "Mới")], Origin.CURATED)
    assert store.get("2.000001").title == "Mới"
    assert not list(file.parent.glob("*.part"))


def _no_room(*_):
    raise OSError(28, "No space left on device")


def test_a_catalogue_from_before_gets_its_copy(store, file):
    copy = file.parent / f"{file.name}.good"
    copy.unlink()
    store.create()
    assert copy.is_file()
