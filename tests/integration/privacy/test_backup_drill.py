"""The drill: back up, erase somebody, lose the database, restore; whoever was erased is erased again."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.errors import PrivacyStepError
from bot.privacy.__main__ import main
from bot.privacy.backup import check_backup, is_empty, restore_backup, write_backup
from bot.privacy.drill import drills_in
from tests.fixtures.postgres import fresh_database
from tests.integration.privacy.conftest import CANARY, dump

pytestmark = pytest.mark.usefixtures("command_settings")


def lose(url):
    """The database is gone: an empty one stands in its place."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink()
        return
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def run(*arguments):
    """The command line, as an operator types it; outside of the test's event loop."""
    return asyncio.to_thread(main, [str(one) for one in arguments])


async def test_who_was_erased_after_the_backup_is_erased_after_the_restore(
    database, database_url, store, known, tmp_path, capsys
):
    me, other = await known(), await store.open("web")
    assert await run("backup", tmp_path / "backup", "--keys", tmp_path / "keys") == 0
    await store.erase(me.id)
    assert await run("erased") == 0
    ids = [line for line in capsys.readouterr().out.splitlines() if len(line) == 36]
    assert ids == [me.id]
    (tmp_path / "erased.txt").write_text("\n".join(ids), "utf-8")

    database.engine.dispose()
    lose(database_url)
    assert await run("restore", tmp_path / "backup", "--erased", tmp_path / "erased.txt") == 0
    assert "erased again: 1" in capsys.readouterr().out
    after = await database.run(dump)
    assert [name for name, rows in after.items() if CANARY in rows] == []
    assert (await store.find(me.id)).erased
    assert not (await store.find(other.id)).erased
    assert "PA-2611-000001" in after["petition_party"]


async def test_a_full_place_is_refused_and_overwritten_only_by_force(database, store, known, tmp_path, capsys):
    me = await known()
    assert await run("backup", tmp_path / "backup") == 0
    await store.erase(me.id)
    assert await run("restore", tmp_path / "backup") == 1
    assert "not empty" in capsys.readouterr().err
    database.engine.dispose()
    assert await run("restore", tmp_path / "backup", "--force") == 0  # the list is read from what is overwritten
    assert CANARY not in str(await database.run(dump))


EVENTS = "CREATE TABLE events (id INTEGER, sender_id VARCHAR(255))"


async def test_a_backup_of_postgresql_is_rehearsed_with_its_tracker(
    postgres, store, known, tmp_path, capsys, monkeypatch
):
    """Both of its databases come back, each into an empty one beside what runs."""
    await store.open("web")
    with fresh_database(postgres) as tracker, fresh_database(postgres) as into, fresh_database(postgres) as other:
        engine = create_engine(tracker)
        with engine.begin() as connection:
            connection.execute(text(EVENTS))
            connection.execute(text("INSERT INTO events VALUES (1, 'web-1'), (2, 'web-1'), (3, 'web-2')"))
        engine.dispose()
        monkeypatch.setenv("MOTCUA_TRACKER_URL", tracker)
        assert await run("backup", tmp_path / "backups" / "today") == 0
        drill = ("drill", tmp_path / "backups" / "today", "--by", "Chị Lan")
        if not os.environ["MOTCUA_DATABASE_URL"].startswith("sqlite"):
            drill = (*drill, "--into", into)
        assert await run(*drill, "--into-tracker", other) == 0
        assert "tracker: restored, 2 conversations" in capsys.readouterr().out
        (done,) = drills_in(tmp_path / "backups")
        assert done.remembered == 2
        assert await run(*drill, "--into-tracker", other) == 1  # nothing is written over
        assert "not empty" in capsys.readouterr().err
        with fresh_database(postgres) as again:
            drill = (*drill[:-1], again) if "--into" in drill else drill
            assert await run(*drill) == 0
            assert "the tracker was not tried" in capsys.readouterr().out


@pytest.mark.parametrize("how", ["changed", "missing", "no_manifest", "half"])
def test_a_damaged_backup_changes_nothing(how, tmp_path):
    source = f"sqlite:///{tmp_path / 'source.db'}"
    create_engine(source).execute(text("CREATE TABLE t (x INTEGER)"))
    folder = tmp_path / "backup"
    manifest = write_backup(folder, {"operations": source}, _now())
    assert oct(manifest.stat().st_mode & 0o777) == "0o600"
    file = check_backup(folder)["operations"]
    {
        "changed": lambda: file.write_bytes(file.read_bytes()[:-1] + b"?"),
        "missing": file.unlink,
        "no_manifest": manifest.unlink,
        "half": lambda: manifest.write_text('{"version": 1, "stores": {"operations": {}}}', "utf-8"),
    }[how]()
    target = f"sqlite:///{tmp_path / 'target.db'}"
    with pytest.raises(PrivacyStepError):
        restore_backup(folder, {"operations": target}, force=True)
    assert is_empty(target)
    with pytest.raises(PrivacyStepError):
        write_backup(folder, {"operations": source}, _now())  # never over another one


def _now():
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)
