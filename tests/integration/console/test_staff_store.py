"""Tables, what is only added to, the command line, the demonstration."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from bot.errors import SealBrokenError, SettingInvalidError, TuningRefusedError
from bot.ops.clock import SystemClock
from bot.staff.__main__ import main
from bot.staff.audit import add_line
from bot.staff.build import build_staff
from bot.staff.demo import make_sample_people
from bot.staff.models import Deed, Feature, Role, SignInKind
from bot.staff.people import PersonDraft
from bot.staff.sessions import begin_session
from bot.staff.tables import METADATA, STAFF_PERSON
from bot.staff.totp import TotpSeal
from bot.store.operations import OperationsStore
from bot.tuning.models import Setting

GIVEN = "con-trâu-ăn-cỏ-xanh"


@pytest.fixture
def store(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()


@pytest.fixture
def staff(settings, store):
    return build_staff(settings, store, SystemClock())


@pytest.fixture
def run(settings, monkeypatch, capsys):
    monkeypatch.setenv("MOTCUA_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("MOTCUA_SECRET", settings.secret)

    def command(*arguments):
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_migrations_make_the_tables_of_the_code(store):
    with store().engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [
            entry
            for entry in compare_metadata(context, METADATA)
            if not isinstance(entry, tuple) or entry[0] not in ("remove_index", "remove_table")
        ]
    assert differences == []


@pytest.mark.parametrize("what", ["UPDATE staff_audit SET by = 'x'", "DELETE FROM staff_audit"])
async def test_nobody_changes_the_audit(staff, store, what):
    await staff.audit.write("Ai Đó", Deed.CONTACT_SEEN, "PA-1", "lý do")
    with pytest.raises(DBAPIError):
        await store().write(lambda connection: connection.execute(text(what)))
    (row,) = await staff.audit.read()
    assert (row.by, row.reason) == ("Ai Đó", "lý do")


async def test_nobody_changes_the_history_of_a_switch(staff, store):
    await staff.switches.set(Feature.ASSISTANT, True, "Tạm dừng ít phút.", "Cập nhật dữ liệu", "Ai Đó")
    with pytest.raises(DBAPIError):
        await store().write(lambda connection: connection.execute(text("DELETE FROM staff_switch")))
    assert await staff.switches.is_off(Feature.ASSISTANT) == "Tạm dừng ít phút."


def test_the_first_administrator_and_what_else_is_commanded(run):
    code, said, _ = run("first-administrator", "quantri", "Nguyễn Quản Trị")
    assert code == 0
    password = said.rpartition(" ")[2].strip()
    assert len(password) == 19
    code, _, complaint = run("first-administrator", "khac", "Người Khác")
    assert (code, "Đã có quản trị viên" in complaint) == (1, True)
    assert run("add", "canbo", "Cán Bộ", "--role", "officer", "--unit", "26740")[0] == 0
    assert run("add", "canbo2", "Cán Bộ Hai", "--role", "officer")[0] == 1
    assert run("disable", "canbo") == (0, "disabled; all sessions ended\n", "")
    assert run("disable", "quantri")[0] == 1
    assert run("revoke", "canbo")[1] == "0 sessions ended\n"
    assert run("sessions") == (0, "", "")
    code, said, _ = run("audit", "--about", "canbo")
    assert [line.split("  ")[2] for line in said.splitlines()] == ["person_disabled", "person_added"]
    assert password not in said


async def test_sample_people_have_new_passwords_and_never_live_beside_real_ones(staff):
    first = {one.name: one.password for one in await make_sample_people(staff)}
    second = {one.name: one.password for one in await make_sample_people(staff)}
    assert set(first) == set(second)
    assert not set(first.values()) & set(second.values())
    tried = await staff.service.sign_in("mau.canbo", second["mau.canbo"], "", "10.0.0.1")
    assert (tried.kind, tried.person.must_change) == (SignInKind.IN, False)
    assert (await staff.service.sign_in("mau.canbo", first["mau.canbo"], "", "10.0.0.1")).kind is SignInKind.WRONG

    await staff.people.add(PersonDraft("that", "Người Thật", frozenset({Role.EDITOR}), ("city",)), "command")
    with pytest.raises(SettingInvalidError):
        await make_sample_people(staff)


async def test_secrets_of_telephones_are_sealed_also_those_of_before(staff, store, settings):
    people, seal = staff.people, TotpSeal(settings.secret.encode())
    await people.add(PersonDraft("canbo", "Cán Bộ", frozenset({Role.EDITOR}), ("city",)), "command", GIVEN, demo=True)
    person = await people.find("canbo")
    secret = await staff.service.begin_totp(person)
    assert await staff.service.begin_totp(person) == secret
    await staff.service.confirm_totp(person, pyotp.TOTP(secret).now())
    stored = await store().run(lambda c: c.execute(select(STAFF_PERSON.c.totp_secret)).scalar_one())
    assert secret not in stored
    assert seal.open(stored) == secret
    with pytest.raises(SealBrokenError):
        TotpSeal(b"another").open(stored)

    plain = {"totp_secret": secret, "totp_step": 0}  # as it was stored before
    await store().write(lambda c: c.execute(update(STAFF_PERSON).values(**plain)))
    assert (await staff.keeping.keep())["sealed"] == 1
    assert (await staff.keeping.keep())["sealed"] == 0
    stored = await store().run(lambda c: c.execute(select(STAFF_PERSON.c.totp_secret)).scalar_one())
    assert seal.open(stored) == secret
    tried = await staff.service.sign_in("canbo", GIVEN, pyotp.TOTP(secret).now(), "10.0.0.1")
    assert tried.kind is SignInKind.IN

    other = build_staff(replace(settings, secret="another"), store, SystemClock())
    tried = await other.service.sign_in("canbo", GIVEN, pyotp.TOTP(secret).now(), "10.0.0.1")
    assert tried.kind is SignInKind.WRONG  # and no fault of the page


async def test_what_is_kept_long_enough_goes_and_nothing_else(staff, store):
    now = SystemClock().now()

    def fill(connection):
        for days in (1, 370, 800):
            add_line(connection, now - timedelta(days=days), "Ai Đó", Deed.SEARCHED, f"d-{days}")
            begin_session(connection, f"p-{days}", "x", now - timedelta(days=days))

    await store().write(fill)
    assert (await staff.keeping.keep()) == {"sealed": 0, "sessions": 2, "tries": 0, "audit": 0}
    await staff.tuner.change(Setting.AUDIT_KEPT_DAYS, "", 400, 0, "Quy chế lưu trữ của thành phố", "Quản Trị")
    assert (await staff.keeping.keep())["audit"] == 1
    rows = await staff.audit.read()
    assert [row.about for row in rows if row.deed is Deed.SEARCHED] == ["d-370", "d-1"]
    assert [(row.by, row.reason) for row in rows if row.deed is Deed.AUDIT_FORGOTTEN] == [("job", "1")]
    for value in (1, 365, 4000):
        with pytest.raises(TuningRefusedError):
            await staff.tuner.change(Setting.AUDIT_KEPT_DAYS, "", value, 1, "Quy chế lưu trữ", "Quản Trị")
    with pytest.raises(DBAPIError):  # whoever asks: a young line stays
        await store().write(lambda connection: connection.execute(text("DELETE FROM staff_audit WHERE about = 'd-1'")))
