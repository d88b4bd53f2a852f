"""What the catalogue's store promises, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
import time
from datetime import date

import pytest
from sqlalchemy import create_engine, text

from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.holding import KINDS, Holding
from knowledge.models import Completeness, Decision, Origin
from knowledge.store import CatalogueStore, WriteReport
from tests.fixtures.catalogue import procedure


def portal(code="1.000001", title="Bản của Cổng", **changes):
    return procedure(code, title, origin=Origin.PORTAL, aliases=(), sample_questions=(), **changes)


def test_an_empty_catalogue_says_so(store):
    assert store.counts() == {"procedures": 0, "curated": 0, "portal": 0, "applies_to_city": 0}
    assert store.revision() == store.curated_stamp() == ""
    assert list(store.search_rows()) == []
    assert store.origins("1.000001") == {}
    with pytest.raises(ProcedureUnknownError):
        store.get("1.000001")


@pytest.mark.requirement("R-22")
def test_what_is_held_for_the_city_is_counted_by_what_answers(store):
    assert store.holding() == Holding(dict.fromkeys(KINDS, 0))
    store.write([procedure("1.000001"), procedure("1.000002")], Origin.CURATED)
    assert store.holding() == Holding({"curated": 2, "published": 0, "run_together": 0, "listed": 0})
    seen = {"checked_on": date(2026, 7, 18)}
    store.write(
        [
            portal("1.000001"),
            portal("1.000002", applies_to_city=False),
            portal("1.000003", **seen),
            portal("1.000004", completeness=Completeness.LISTED),
            portal("1.000005", completeness=Completeness.GLUED),
            portal("1.000006"),
            portal("1.000007", applies_to_city=False),
        ],
        Origin.PORTAL,
    )
    store.write([], Origin.PORTAL, removed=["1.000006"])
    found = store.holding()
    assert found.kinds == {"curated": 1, "published": 1, "run_together": 1, "listed": 1}
    assert found.of_portal == 7
    assert found.seen_on == date(2026, 7, 18)


def test_creating_twice_changes_nothing(store):
    store.write([procedure()], Origin.CURATED)
    store.create()
    assert store.get("1.000001") == procedure()


def test_what_is_written_is_read_back(store):
    record = procedure(notes=("Dấu 'nháy', \"kép\", \\ và 🕊",))
    assert store.write([record], Origin.CURATED) == WriteReport(added=1)
    assert store.get("1.000001") == record


def test_writing_again_reports_what_changed(store):
    store.write([procedure("1.000001"), procedure("1.000002")], Origin.CURATED)
    report = store.write([procedure("1.000001"), procedure("1.000002", "Tên mới")], Origin.CURATED)
    assert report == WriteReport(changed=1, unchanged=1)
    assert store.get("1.000002").title == "Tên mới"


def test_an_unchanged_write_keeps_the_revision_and_a_change_moves_it(store):
    store.write([procedure()], Origin.CURATED)
    before = store.revision()
    store.write([procedure()], Origin.CURATED)
    assert store.revision() == before
    store.write([procedure(title="Tên mới")], Origin.CURATED)
    assert store.revision() != before


def test_the_last_of_two_records_with_one_code_stays(store):
    assert store.write([portal(title="Một"), portal(title="Hai")], Origin.PORTAL) == WriteReport(added=1, changed=1)
    assert store.get("1.000001").title == "Hai"


def test_replacing_all_removes_what_is_no_longer_there_but_only_of_that_origin(store):
    store.write([procedure("1.000001"), procedure("1.000002")], Origin.CURATED)
    store.write([portal("1.000002"), portal("1.000003")], Origin.PORTAL)
    assert store.write([procedure("1.000001")], Origin.CURATED, replace_all=True) == WriteReport(unchanged=1, removed=1)
    assert store.get("1.000002").origin is Origin.PORTAL
    assert store.counts() == {"procedures": 3, "curated": 1, "portal": 2, "applies_to_city": 3}


@pytest.mark.requirement("R-03", "R-05")
def test_curated_facts_win_and_a_newer_decision_warns(store):
    store.write([portal(decision=Decision("99/QĐ", date(2026, 9, 1)))], Origin.PORTAL)
    store.write([procedure()], Origin.CURATED)
    merged = store.get("1.000001")
    assert merged.title == procedure().title
    assert merged.newer_decision == Decision("99/QĐ", date(2026, 9, 1))
    assert set(store.origins("1.000001")) == {Origin.CURATED, Origin.PORTAL}


def test_search_takes_the_curated_row_where_there_are_two(store):
    store.write([portal(), portal("1.000002", applies_to_city=False)], Origin.PORTAL)
    store.write([procedure()], Origin.CURATED)
    rows = {row.code: row for row in store.search_rows()}
    assert rows["1.000001"].curated
    assert rows["1.000001"].aliases == procedure().aliases
    assert (rows["1.000002"].curated, rows["1.000002"].applies_to_city) == (False, False)


@pytest.mark.requirement("R-27")
def test_an_old_code_leads_to_its_successor_even_where_the_portal_still_has_it(store):
    store.write([portal("2.000001", "Thủ tục đã thay")], Origin.PORTAL)
    store.write([procedure(old_codes=("2.000001", "2.000002"))], Origin.CURATED)
    assert store.get("2.000001").code == "1.000001"
    assert store.get("2.000002").code == "1.000001"
    assert [row.code for row in store.search_rows()] == ["1.000001"]


@pytest.mark.requirement("R-27")
def test_old_codes_follow_the_record(store):
    store.write([procedure(old_codes=("2.000001",))], Origin.CURATED)
    store.write([procedure(old_codes=("2.000002",))], Origin.CURATED)
    store.write([portal()], Origin.PORTAL)
    assert store.get("2.000002").code == "1.000001"
    with pytest.raises(ProcedureUnknownError):
        store.get("2.000001")
    store.write([], Origin.CURATED, replace_all=True)
    with pytest.raises(ProcedureUnknownError):
        store.get("2.000002")


def test_a_write_that_breaks_in_the_middle_leaves_everything_as_it_was(store):
    store.write([procedure("1.000001")], Origin.CURATED)
    before = store.revision()

    def breaking():
        yield procedure("1.000001", "Tên mới")
        yield procedure("1.000002")
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError):
        store.write(breaking(), Origin.CURATED, replace_all=True)
    assert store.get("1.000001").title == procedure().title
    assert store.counts()["procedures"] == 1
    assert store.revision() == before


def test_readers_see_the_old_catalogue_while_it_is_being_written(store, catalogue_url):
    store.write([procedure()], Origin.CURATED)
    reader, seen = CatalogueStore(catalogue_url), []

    def slow():
        yield procedure(title="Tên mới")
        reader.create()
        seen.append(reader.get("1.000001").title)

    store.write(slow(), Origin.CURATED)
    assert seen == [procedure().title]
    end = time.monotonic() + 10
    while reader.get("1.000001").title != "Tên mới":  # on a server a second later at most
        assert time.monotonic() < end
        time.sleep(0.05)
    reader.close()


def test_two_writers_at_once_take_turns(catalogue_url):
    start, reports, faults = threading.Barrier(2), [], []

    def write():
        store = CatalogueStore(catalogue_url)
        start.wait()
        try:
            store.create()
            reports.append(store.write((portal(f"1.{number:06}") for number in range(150)), Origin.PORTAL))
        except Exception as error:
            faults.append(error)
        store.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(report.added for report in reports) == [0, 150]
    assert sorted(report.unchanged for report in reports) == [0, 150]


@pytest.mark.parametrize("code", ["'; DROP TABLE record; --", "1.000001' OR '1'='1", "%", "", "ă" * 5_000])
def test_a_hostile_code_is_an_unknown_one(store, code):
    store.write([procedure()], Origin.CURATED)
    with pytest.raises(ProcedureUnknownError):
        store.get(code)
    assert store.counts()["procedures"] == 1


def test_missing_tables_are_an_unreadable_catalogue(store, catalogue_url):
    engine = create_engine(catalogue_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE record"))
    engine.dispose()
    with pytest.raises(CatalogueUnreadableError):
        store.get("1.000001")
    with pytest.raises(CatalogueUnreadableError):
        list(store.search_rows())


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/nowhere/catalogue.db", "oracle17://x/y"])
def test_an_address_of_no_use_is_an_unreadable_catalogue(url):
    with pytest.raises(CatalogueUnreadableError):
        CatalogueStore(url).create()


def test_a_file_that_is_no_database_is_an_unreadable_catalogue(tmp_path):
    (tmp_path / "catalogue.db").write_text("no database " * 100)
    store = CatalogueStore(f"sqlite:///{tmp_path / 'catalogue.db'}")
    with pytest.raises(CatalogueUnreadableError):
        store.create()
    with pytest.raises(CatalogueUnreadableError):
        store.get("1.000001")


def test_a_server_that_is_down_is_an_unreadable_catalogue():
    store = CatalogueStore("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(CatalogueUnreadableError):
        store.get("1.000001")
    assert store.revision() == ""
