"""Where machines share a database they must share their keys: nothing starts that would make its own."""

from __future__ import annotations

import pytest

from bot import web
from bot.errors import SettingInvalidError
from bot.jobs import __main__ as jobs_command
from bot.rasa_runtime import action_server, server
from bot.run import _keep_keys
from bot.settings import Settings

SHARED = {"MOTCUA_DATABASE_URL": "postgresql://db/operations"}
KEYS = {"MOTCUA_SECRET": "s" * 40, "MOTCUA_PHOTO_KEYS": "p" * 40}


def check(tmp_path, **env):
    Settings.from_env({"MOTCUA_DATA_DIR": str(tmp_path), **env}).require_shared_keys()


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_key_that_is_missing_is_named(tmp_path, name):
    env = {key: value for key, value in KEYS.items() if key != name}
    with pytest.raises(SettingInvalidError, match=name):
        check(tmp_path, **SHARED, **env)
    check(tmp_path, **env)  # SQLite: one machine, which makes its own


def test_keys_that_are_set_or_kept_from_before_are_enough(tmp_path):
    check(tmp_path, **SHARED, **KEYS)
    settings = Settings.from_env({"MOTCUA_DATA_DIR": str(tmp_path / "new"), **SHARED})
    _keep_keys(settings)  # `make run`: one machine
    settings.require_shared_keys()


def test_every_process_ends_with_the_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MOTCUA_DATABASE_URL", SHARED["MOTCUA_DATABASE_URL"])
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.argv", ["x"])
    for start in (web.main, lambda: server.main([]), lambda: jobs_command.main(["work"]), action_server.main):
        assert start() == 2
        assert "MOTCUA_PHOTO_KEYS" in capsys.readouterr().err
