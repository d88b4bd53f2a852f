"""A record of a catalogue on PostgreSQL is kept, a second longer at most than the catalogue holds it."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from knowledge import kept_records
from knowledge.errors import CatalogueUnreadableError
from knowledge.models import Origin
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import procedure

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
CODE = "1.000001"


class Monotonic:
    now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Monotonic()
    monkeypatch.setattr(kept_records, "time", clock)
    return clock


@pytest.fixture
def records(store, clock):
    store.write([procedure(CODE, "Cũ")], Origin.CURATED)
    return store


@pytest.fixture
def asked(records):
    statements = []
    event.listen(records._engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    return statements


@pytest.fixture
def other(records, catalogue_url):
    other = CatalogueStore(catalogue_url)
    yield other
    other.close()


def test_within_a_second_nothing_is_asked(records, asked, clock):
    record = records.get(CODE)
    asked.clear()
    clock.now += 0.9
    assert records.kept(CODE) is record
    assert records.get(CODE) is record
    assert asked == []


def test_after_a_second_only_the_revision_is(records, asked, clock):
    record = records.get(CODE)
    asked.clear()
    clock.now += 1.1
    assert records.kept(CODE) is None  # which never waits for a server
    assert asked == []
    assert records.get(CODE) is record
    assert len(asked) == 1


def test_what_another_process_wrote_is_known_a_second_later(records, other, clock):
    records.get(CODE)
    other.write([procedure(CODE, "Mới")], Origin.CURATED)
    clock.now += 1.1
    assert records.get(CODE).title == "Mới"
    assert records.kept(CODE).title == "Mới"


def test_what_was_written_between_look_and_reading_is_not_kept_for_longer(records, other, clock):
    """The look was before it: what is read then is newer than the stamp it is kept with."""
    records.get(CODE)
    other.write([procedure("1.000002", "Mới")], Origin.CURATED)
    other.write([procedure("1.000002", "Mới hơn")], Origin.CURATED)
    assert records.get("1.000002").title == "Mới hơn"
    other.write([procedure("1.000002", "Mới nhất")], Origin.CURATED)
    clock.now += 1.1
    assert records.get("1.000002").title == "Mới nhất"


def test_what_it_wrote_itself_is_known_at_once(records, clock):
    code = "1.000002"
    records.write([procedure(code, "Cũ", origin=Origin.PORTAL)], Origin.PORTAL)
    assert records.get(code).title == "Cũ"
    report = records.write([procedure(code, "Mới", origin=Origin.PORTAL)], Origin.PORTAL)
    assert records.get(code).title == "Mới"
    records.undo(report.load_id, "editor", "wrong")
    assert records.get(code).title == "Cũ"


def test_a_server_that_is_away_is_asked_once(records, clock, monkeypatch):
    record = records.get(CODE)
    asked = []

    def away(name):
        asked.append(name)
        raise CatalogueUnreadableError("away")

    monkeypatch.setattr(records._kept, "_revision", lambda: away("revision"))
    monkeypatch.setattr("knowledge.store._read", lambda *_: away("record"))
    assert records.get(CODE) is record
    clock.now += 1.1
    with pytest.raises(CatalogueUnreadableError):
        records.get(CODE)
    assert asked == ["revision"]
