"""A restore is rehearsed beside what runs, and wrong keys are noticed."""

from __future__ import annotations

import json

import pytest

from bot.attachments.build import build_cipher
from bot.attachments.tables import ATTACHMENT, ATTACHMENT_DATA
from bot.privacy.__main__ import main
from bot.privacy.drill import RECORD
from bot.reports.__main__ import main as reports
from bot.settings import Settings
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from tests.integration.privacy.conftest import fill

BY = ("--by", "Chị Lan")


@pytest.fixture
def url(monkeypatch, tmp_path):
    """An operations store with a sealed photo in it; its keys are in the data folder."""
    for name in ("data", "backups"):
        (tmp_path / name).mkdir()
    address = f"sqlite:///{tmp_path / 'data' / 'operations.db'}"
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("MOTCUA_DATABASE_URL", raising=False)
    monkeypatch.delenv("MOTCUA_TRACKER_URL", raising=False)
    migrate(address)
    database = Database(make_engine(address))
    with database.engine.begin() as connection:
        fill(connection, ATTACHMENT, id="photo", sender="web-1", state="pending", kind="photo")
        sealed = build_cipher(Settings.from_env()).encrypt("photo", b"a picture")
        fill(connection, ATTACHMENT_DATA, attachment_id="photo", data=sealed)
    database.close()
    return address


def drill(folder, *more):
    return main(["drill", str(folder), *BY, *more])


def test_a_drill_looks_at_everything_leaves_what_runs_alone_and_is_remembered(url, tmp_path, capsys):
    backup = tmp_path / "backups" / "today"
    assert main(["backup", str(backup)]) == 0
    before = (tmp_path / "data" / "operations.db").read_bytes()
    assert drill(backup) == 0
    assert "0 conversations, 1 photos opened" in capsys.readouterr().out
    assert (tmp_path / "data" / "operations.db").read_bytes() == before
    line = json.loads((tmp_path / "backups" / RECORD).read_text("utf-8"))
    assert (line["backup"], line["by"], line["photos"]) == ("today", "Chị Lan", 1)


def test_a_drill_that_fails_is_not_remembered(url, tmp_path, capsys):
    backup = tmp_path / "backups" / "today"
    assert main(["backup", str(backup)]) == 0
    assert drill(tmp_path / "backups" / "missing") == 1
    assert drill(backup, "--by", " ") == 1
    (tmp_path / "data" / "photo_key").unlink()
    assert drill(backup) == 1
    assert "keys here are not the backup's" in capsys.readouterr().err
    file = backup / "operations.db"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert drill(backup) == 1
    assert not (tmp_path / "backups" / RECORD).exists()


def test_a_restore_with_other_keys_says_so(url, tmp_path, capsys, monkeypatch):
    backup = tmp_path / "backups" / "today"
    assert main(["backup", str(backup), "--keys", str(tmp_path / "keys")]) == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(elsewhere))
    assert main(["restore", str(backup)]) == 1
    assert "WRONG KEYS: 1 of 1 photos" in capsys.readouterr().out
    for key in (tmp_path / "keys").iterdir():
        (elsewhere / key.name).write_bytes(key.read_bytes())
    assert main(["restore", str(backup), "--force"]) == 0


def test_a_restore_that_breaks_off_leaves_what_was_there(url, tmp_path, monkeypatch):
    backup, here = tmp_path / "backups" / "today", tmp_path / "data" / "operations.db"
    assert main(["backup", str(backup)]) == 0
    before = here.read_bytes()

    def full(_source, target):
        target.write(b"half")
        if str(target.name).endswith(".restoring"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.privacy.backup.shutil.copyfileobj", full)
    assert main(["restore", str(backup), "--force"]) == 2
    assert here.read_bytes() == before
    assert [one.name for one in here.parent.iterdir() if "restoring" in one.name] == []


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"nguyen van a, 0912345678\n"])
def test_a_list_that_is_none_is_refused_before_anything_is_changed(url, tmp_path, capsys, content):
    backup, listed = tmp_path / "backups" / "today", tmp_path / "list.txt"
    assert main(["backup", str(backup)]) == 0
    listed.write_bytes(content)
    assert main(["restore", str(backup), "--erased", str(listed), "--force"]) == 1
    assert "is no list of conversations" in capsys.readouterr().err


def test_a_store_that_is_away_is_said_in_a_line(url, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MOTCUA_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/nothing")
    for command, arguments in ((main, ["backup", str(tmp_path / "b")]), (reports, ["months"])):
        assert command(arguments) == 3
        said = capsys.readouterr().err
        assert "STORE_DOWN: OperationalError" in said
        assert "Traceback" not in said
        assert "secret" not in said
