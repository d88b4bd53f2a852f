"""Sealed backups: nothing in them can be read, they come back with their key, and with nothing else."""

from __future__ import annotations

import asyncio
import io
import os

import pytest

from bot.errors import PrivacyStepError
from bot.privacy.__main__ import main
from bot.privacy.backup_seal import BackupSeal
from tests.integration.privacy.conftest import CANARY, dump

OLD, NEW = "0123456789abcdef" * 4, "fedcba9876543210" * 4
PIECE = 1 << 20


@pytest.fixture(autouse=True)
def own_settings(command_settings, monkeypatch):
    monkeypatch.setenv("MOTCUA_BACKUP_KEYS", OLD)


def run(*arguments):
    return asyncio.to_thread(main, [str(one) for one in arguments])


def sealed(plain, keys=(OLD,)):
    target = io.BytesIO()
    BackupSeal(keys).seal(io.BytesIO(plain), target)
    return target.getvalue()


def opened(data, keys=(OLD,)):
    target = io.BytesIO()
    BackupSeal(keys).open(io.BytesIO(data), target)
    return target.getvalue()


async def test_nobody_reads_a_sealed_backup_and_it_comes_back_with_its_key(
    database, known, tmp_path, monkeypatch, capsys
):
    await known()
    folder = tmp_path / "backup"
    assert await run("backup", folder) == 0
    assert "not sealed" not in capsys.readouterr().out
    files = [file for file in folder.iterdir() if file.name != "manifest.json"]
    assert [file.suffix for file in files] == [".sealed"]
    assert all(CANARY.encode() not in file.read_bytes() for file in folder.iterdir())
    before = await database.run(dump)

    monkeypatch.setenv("MOTCUA_BACKUP_KEYS", NEW)
    assert await run("restore", folder, "--force") == 1
    assert "no key of MOTCUA_BACKUP_KEYS" in capsys.readouterr().err
    monkeypatch.delenv("MOTCUA_BACKUP_KEYS")
    assert await run("restore", folder, "--force") == 1
    assert "set MOTCUA_BACKUP_KEYS" in capsys.readouterr().err
    assert await database.run(dump) == before, "a restore that cannot open the backup has changed nothing"

    monkeypatch.setenv("MOTCUA_BACKUP_KEYS", f"{NEW},{OLD}")  # the key was changed since
    database.engine.dispose()
    await run("restore", folder, "--force")  # 1: the photos of this fixture are none
    assert "restored; erased again: 0" in capsys.readouterr().out
    assert CANARY in str(await database.run(dump))


async def test_without_a_key_the_command_says_that_the_backup_lies_open(database, known, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("MOTCUA_BACKUP_KEYS")
    assert await run("backup", tmp_path / "backup") == 0
    assert "not sealed" in capsys.readouterr().out


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_was_sealed_opens_as_it_was(size):
    plain = os.urandom(size)
    data = sealed(plain)
    assert opened(data) == plain
    assert opened(data, (NEW, OLD)) == plain
    assert sealed(plain) != data, "a key of its own for every file"


@pytest.mark.parametrize("how", ["bit", "cut", "piece_left_away", "swapped", "longer", "head", "empty"])
def test_a_change_is_noticed(how):
    data = sealed(os.urandom(2 * PIECE + 5))
    head, size = 32, PIECE + 16
    first, second, rest = data[head : head + size], data[head + size : head + 2 * size], data[head + 2 * size :]
    changed = {
        "bit": data[:-1] + bytes([data[-1] ^ 1]),
        "cut": data[:-3],
        "piece_left_away": data[: head + 2 * size],
        "swapped": data[:head] + second + first + rest,
        "longer": data + b"x",
        "head": b"x" + data[1:],
        "empty": b"",
    }[how]
    with pytest.raises(PrivacyStepError):
        opened(changed)
