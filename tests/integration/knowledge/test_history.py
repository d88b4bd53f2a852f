"""Versions and loads: what there was is kept, compared and brought back, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import date, datetime, timezone

import pytest
from sqlalchemy import create_engine, text

from knowledge.answers import answer
from knowledge.codec import digest, dumps
from knowledge.comparing import compare, compare_days
from knowledge.errors import CatalogueUnreadableError, LoadNotUndoableError, ProcedureUnknownError
from knowledge.facts import Fact
from knowledge.importers.base import Incoming
from knowledge.models import Completeness, Decision, Origin, RecordStatus, Source
from knowledge.store import CatalogueStore, Load, WriteReport
from tests.fixtures.catalogue import procedure

JULY, AUGUST = date(2026, 7, 18), date(2026, 8, 20)


def portal(code="1.000001", title="Bản của Cổng", day=JULY, **changes):
    return procedure(
        code, title, origin=Origin.PORTAL, aliases=(), checked_on=day, source=Source("https://x", day), **changes
    )


def read(record, importer="portal-json", raw=b"{}"):
    return Incoming(record, importer=importer, raw=raw)


def test_every_version_stays_readable(store):
    store.write([read(portal(title="Một"), raw=b"first")], Origin.PORTAL)
    store.write([read(portal(title="Hai", day=AUGUST), raw=b"second")], Origin.PORTAL)
    first, second = store.history.versions("1.000001")
    assert (first.number, first.seen_on, second.number, second.seen_on) == (1, JULY, 2, AUGUST)
    assert store.history.record("1.000001", Origin.PORTAL, 1).title == "Một"
    assert store.history.raw("1.000001", Origin.PORTAL, 1) == b"first"
    assert store.get("1.000001").version == "portal:2"
    assert store.current_version("1.000001", Origin.PORTAL) == "portal:2"
    for unknown in (("1.000001", Origin.PORTAL, 3), ("1.000002", Origin.PORTAL, 1), ("1.000001", Origin.CURATED, 1)):
        with pytest.raises(ProcedureUnknownError):
            store.history.record(*unknown)


@pytest.mark.requirement("R-05")
def test_an_answer_cites_the_versions_it_was_built_from(store):
    store.write([portal()], Origin.PORTAL)
    store.write([procedure()], Origin.CURATED)
    store.write([procedure(summary="Dùng khi nuôi chim.")], Origin.CURATED)
    said = answer(store.get("1.000001"), (Fact.OVERVIEW,), AUGUST).payload("answered_procedure")
    assert said["record_version"] == "curated:2 portal:1"
    store.write([procedure(summary="Câu khác.")], Origin.CURATED)
    assert store.history.record("1.000001", Origin.CURATED, 2).summary == "Dùng khi nuôi chim."


@pytest.mark.requirement("R-05", "R-27")
def test_what_was_taken_off_or_replaced_answers_on_with_the_new_code(store):
    store.write([portal("2.002621"), portal("3.000722"), portal("1.000007")], Origin.PORTAL)
    store.write([procedure("3.000722", "Mới", old_codes=("2.002621",))], Origin.CURATED)
    store.write([], Origin.PORTAL, removed=["2.002621", "1.000007"])
    replaced = answer(store.get("2.002621"), (Fact.TIME,), JULY, asked_code="2.002621")
    assert replaced.procedure.code == "3.000722"
    assert "Quy định đã thay đổi: mã cũ 2.002621 nay là 3.000722." in replaced.text
    gone = answer(store.get("1.000007"), (Fact.TIME,), JULY, asked_code="1.000007").text
    assert "Quy định đã thay đổi: Cổng dịch vụ công quốc gia không còn công bố thủ tục này." in gone
    assert "3 ngày làm việc" in gone


@pytest.mark.requirement("R-05")
def test_seeing_a_record_again_moves_its_day_and_makes_no_version(store):
    store.write([portal()], Origin.PORTAL)
    revision = store.revision()
    assert store.write([portal(day=AUGUST)], Origin.PORTAL) == WriteReport(unchanged=1)
    assert store.get("1.000001").checked_on == store.get("1.000001").source.retrieved_on == AUGUST
    assert len(store.history.versions("1.000001")) == 1
    assert store.revision() == revision, "search has nothing to read again"
    store.write([portal(day=JULY)], Origin.PORTAL)
    assert store.get("1.000001").checked_on == AUGUST


@pytest.mark.parametrize(
    ("kept", "poorer", "said"),
    [
        (portal(), portal(title="x", completeness=Completeness.LISTED, day=AUGUST), "fuller record"),
        (portal(), portal(title="x", completeness=Completeness.GLUED, day=AUGUST), "fuller record"),
        (portal(day=AUGUST), portal(title="x", day=JULY), "older than"),
    ],
)
def test_what_is_poorer_or_older_is_not_taken_unless_forced(store, kept, poorer, said):
    store.write([kept], Origin.PORTAL)
    report = store.write([poorer], Origin.PORTAL)
    assert report == WriteReport(skipped=1)
    assert said in report.skips[0].reason
    assert store.get("1.000001").title == kept.title
    assert store.write([poorer], Origin.PORTAL, force=True) == WriteReport(changed=1)


def test_another_format_of_the_same_decision_does_not_replace_the_interfaces_record(store):
    store.write([read(portal())], Origin.PORTAL)
    report = store.write([read(portal(title="x", day=AUGUST), "page-text")], Origin.PORTAL)
    assert "own record of the same decision" in report.skips[0].reason
    newer = portal(title="x", day=AUGUST, decision=Decision("12/QĐ-BNV"))
    assert store.write([read(newer, "page-text")], Origin.PORTAL) == WriteReport(changed=1)


def test_a_dry_run_changes_nothing(store):
    assert store.write([portal()], Origin.PORTAL, keep=False) == WriteReport(added=1)
    assert store.counts()["procedures"] == 0
    assert store.history.loads() == []


@pytest.mark.requirement("R-05", "R-27")
def test_a_removed_record_answers_on_and_says_so(store):
    store.write([portal()], Origin.PORTAL)
    assert store.write([], Origin.PORTAL, removed=["1.000001", "1.000009"]) == WriteReport(removed=1)
    assert store.get("1.000001").status is RecordStatus.REMOVED
    assert [row.current for row in store.search_rows()] == [False]
    assert store.write([], Origin.PORTAL, removed=["1.000001"]) == WriteReport()
    assert store.write([portal(day=AUGUST)], Origin.PORTAL) == WriteReport(changed=1)
    assert store.get("1.000001").status is RecordStatus.CURRENT


@pytest.mark.requirement("R-05")
@pytest.mark.parametrize(("checked", "status"), [(JULY, RecordStatus.REMOVED), (AUGUST, RecordStatus.CURRENT)])
def test_a_removal_warns_until_an_editor_has_looked(store, checked, status):
    store.write([portal()], Origin.PORTAL)
    store.write([procedure(checked_on=checked)], Origin.CURATED)
    store.write([], Origin.PORTAL, removed=["1.000001"])
    assert store.get("1.000001").status is status


def test_a_load_is_kept_with_who_and_why(store):
    report = store.write(
        [portal()], Origin.PORTAL, load=Load("sync", "dichvucong.gov.vn", "Lan", "hằng ngày", ["fault"])
    )
    (load,) = store.history.loads()
    assert (load.id, load.kind, load.by, load.why) == (report.load_id, "sync", "Lan", "hằng ngày")
    assert load.counts == {"added": 1, "faults": 1}
    (item,) = store.history.items(load.id)
    assert (item.code, item.action, item.before, item.after) == ("1.000001", "added", None, 1)


def test_taking_a_load_back_restores_what_was(store):
    store.write([portal("1.000001", "Một"), portal("1.000002", "Hai")], Origin.PORTAL)
    before = [store.get(code) for code in ("1.000001", "1.000002")]
    load = store.write(
        [portal("1.000001", "Hỏng", AUGUST), portal("1.000003", "Ba", AUGUST, old_codes=("2.000009",))],
        Origin.PORTAL,
        removed=["1.000002"],
    ).load_id
    assert store.undo(load, "Lan", "Cổng trả dữ liệu hỏng") == WriteReport(changed=2, removed=1)
    assert [store.get(code) for code in ("1.000001", "1.000002")] == before
    for gone in ("1.000003", "2.000009"):
        with pytest.raises(ProcedureUnknownError):
            store.get(gone)
    assert store.history.loads()[1].undone_by == store.history.loads()[0].id
    assert store.history.loads()[0].by == "Lan"


def test_what_was_taken_back_does_not_come_in_again(store):
    store.write([portal()], Origin.PORTAL)
    bad = portal(title="Hỏng", day=AUGUST)
    store.undo(store.write([bad], Origin.PORTAL).load_id, "Lan", "hỏng")
    report = store.write([bad], Origin.PORTAL)
    assert report == WriteReport(skipped=1)
    assert "taken back by load 3" in report.skips[0].reason
    assert store.write([bad], Origin.PORTAL, force=True) == WriteReport(changed=1)


def test_a_load_that_others_stand_on_is_not_taken_back(store):
    first = store.write([portal()], Origin.PORTAL).load_id
    second = store.write([portal(title="Hai", day=AUGUST)], Origin.PORTAL).load_id
    with pytest.raises(LoadNotUndoableError, match=r"later load .* 1\.000001"):
        store.undo(first, "Lan", "x")
    store.undo(second, "Lan", "x")
    with pytest.raises(LoadNotUndoableError, match="already"):
        store.undo(second, "Lan", "x")
    with pytest.raises(LoadNotUndoableError, match="no load 99"):
        store.undo(99, "Lan", "x")
    assert store.get("1.000001").title == "Bản của Cổng"


def test_curated_loads_are_taken_back_in_their_files(store):
    load = store.write([procedure()], Origin.CURATED).load_id
    with pytest.raises(LoadNotUndoableError, match="revert"):
        store.undo(load, "Lan", "x")


@pytest.mark.requirement("R-06")
def test_two_states_are_compared_in_facts(catalogue_url):
    now = [datetime(2026, 8, 1, tzinfo=timezone.utc)]
    store = CatalogueStore(catalogue_url, now=lambda: now[0])
    store.create()
    store.write([portal("1.000001"), portal("1.000002"), portal("1.000003")], Origin.PORTAL)
    now[0] = datetime(2026, 9, 1, tzinfo=timezone.utc)
    store.write(
        [portal("1.000001", steps=("Điền tờ khai.", "Nộp."), day=AUGUST), portal("1.000004", day=AUGUST)],
        Origin.PORTAL,
        removed=["1.000003"],
    )
    found = {item.code: item for item in compare(store.history, 1, 2)}
    assert {code: item.action for code, item in found.items()} == {
        "1.000001": "changed",
        "1.000003": "removed",
        "1.000004": "added",
    }
    assert {fact.field for fact in found["1.000001"].facts} == {"steps"}
    assert list(compare_days(store.history, date(2026, 8, 15), date(2026, 9, 15))) == list(found.values())
    assert [item.action for item in compare_days(store.history, date(2026, 7, 1), date(2026, 8, 15))] == ["added"] * 3
    assert list(compare_days(store.history, date(2026, 8, 15), date(2026, 8, 20))) == []
    store.close()


def test_a_file_that_adds_to_the_portals_record_holds_only_what_it_changes(store):
    store.write([portal()], Origin.PORTAL)
    addition = procedure("1.000001", "", extends_portal=True, aliases=("chim bồ câu",))
    small = type(addition)(code="1.000001", title="", aliases=("chim bồ câu",), extends_portal=True)
    store.write([small, type(addition)(code="1.000009", title="", extends_portal=True)], Origin.CURATED)
    merged = store.get("1.000001")
    assert (merged.title, merged.aliases, merged.origin) == ("Bản của Cổng", ("chim bồ câu",), Origin.PORTAL)
    assert merged.version == "curated:1 portal:1"
    (row,) = store.search_rows()
    assert (row.title, row.aliases, row.curated) == ("Bản của Cổng", ("chim bồ câu",), False)
    with pytest.raises(ProcedureUnknownError):
        store.get("1.000009")


def test_a_catalogue_of_before_is_carried_over(catalogue_url):
    engine = create_engine(catalogue_url) if "postgresql" in catalogue_url else None
    if engine is None:
        CatalogueStore(catalogue_url).close()  # makes the folder
        engine = create_engine(catalogue_url)
    record = procedure("1.000005", "Có từ trước", origin=Origin.PORTAL, old_codes=("2.000005",))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE catalogue_meta (name VARCHAR(40) PRIMARY KEY, value TEXT NOT NULL)"))
        connection.execute(
            text(
                "CREATE TABLE record (code VARCHAR(20), origin VARCHAR(10), title TEXT NOT NULL, "
                "applies_to_city BOOLEAN NOT NULL, digest VARCHAR(20) NOT NULL, payload TEXT NOT NULL, "
                "search TEXT NOT NULL, changed_at TIMESTAMP NOT NULL, PRIMARY KEY (code, origin))"
            )
        )
        connection.execute(text("CREATE TABLE old_code (old_code VARCHAR(20) PRIMARY KEY, code VARCHAR(20) NOT NULL)"))
        connection.execute(text("INSERT INTO old_code VALUES ('2.000005', '1.000005')"))
        search = '{"title":"Có từ trước","city":true,"aliases":[],"samples":[],"sector":"","levels":[]}'
        values = {"payload": dumps(record), "digest": digest(dumps(record)), "search": search, "city": True}
        connection.execute(
            text(
                "INSERT INTO record VALUES "
                "('1.000005', 'portal', 'Có từ trước', :city, :digest, :payload, :search, CURRENT_TIMESTAMP)"
            ),
            values,
        )
    engine.dispose()
    store = CatalogueStore(catalogue_url)
    store.create()
    assert store.get("2.000005") == record
    assert [row.title for row in store.search_rows()] == ["Có từ trước"]
    assert [load.kind for load in store.history.loads()] == ["carried"]
    store.write([portal("1.000005", "Mới", AUGUST)], Origin.PORTAL)
    assert [version.number for version in store.history.versions("1.000005")] == [1, 2]
    store.close()


def test_a_newer_schema_is_refused(store, catalogue_url):
    engine = create_engine(catalogue_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE catalogue_version SET version_num = '999'"))
    engine.dispose()
    with pytest.raises(CatalogueUnreadableError, match="newer program"):
        CatalogueStore(catalogue_url).create()
