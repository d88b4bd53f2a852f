"""What is less plain to see: keys, systems, ports, addresses and interpreters that are the wrong ones."""

from __future__ import annotations

import sysconfig

import pytest
import yaml

from bot.attachments.build import build_cipher
from bot.attachments.tables import ATTACHMENT, ATTACHMENT_DATA
from bot.doctor import command, neighbours, software, stores
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from tests.integration.privacy.conftest import fill
from tests.unit.doctor.test_doctor import SEEN, STRONG, found


@pytest.mark.parametrize(
    ("built", "slow"),
    [
        ({"CONFIG_ARGS": "'--enable-shared'", "PY_CFLAGS_NODIST": "-std=c99"}, True),
        ({"CONFIG_ARGS": "'--enable-shared'", "PY_CFLAGS_NODIST": "-fprofile-use"}, False),
        ({}, False),  # Windows says nothing
    ],
)
def test_an_interpreter_that_was_built_without_optimisation_is_told(at, monkeypatch, built, slow):
    monkeypatch.setattr(sysconfig, "get_config_var", built.get)
    told = [("warning", "python_slow")] if slow else []
    assert found(software.python, at()) == [("ok", "python_ok"), *told]


def test_photos_that_do_not_open_with_the_keys_are_told(at, tmp_path):
    deployment = at(MOTCUA_PHOTO_KEYS=STRONG * 2)
    assert found(stores.photos, deployment) == [("skipped", "not_without_database")]
    migrate(deployment.settings.database_url)
    assert found(stores.photos, at()) == [("skipped", "photos_none")]
    engine = make_engine(deployment.settings.database_url)
    with engine.begin() as connection:
        fill(connection, ATTACHMENT, id="photo", sender="web-1", state="pending", kind="photo")
        sealed = build_cipher(deployment.settings).encrypt("photo", b"a picture")
        fill(connection, ATTACHMENT_DATA, attachment_id="photo", data=sealed)
    engine.dispose()
    assert found(stores.photos, deployment) == [("ok", "photos_ok")]
    for wrong in (at(MOTCUA_PHOTO_KEYS=STRONG[::-1] * 2), at()):  # another key, and none at all
        assert found(stores.photos, wrong) == [("error", "photos_closed")]
    assert not (tmp_path / "data" / "photo_key").exists()  # a look makes none
    both = at(MOTCUA_PHOTO_KEYS=f"{STRONG[::-1] * 2} {STRONG * 2}")
    assert found(stores.photos, both) == [("ok", "photos_ok")]


def test_one_stop_systems_that_take_no_connection_are_told(at, tmp_path, neighbour):
    assert found(neighbours.systems, at()) == [("skipped", "systems_none")]
    assert found(neighbours.systems, at(MOTCUA_CASE_GATEWAYS="nowhere.yml")) == [("skipped", "systems_unknown")]
    entries = [{"name": "NEAR", "kind": "city", "units": [""], "address": neighbour.url}]
    entries.append({"name": "FAR", "kind": "city", "units": ["H29"], "address": "http://127.0.0.1:1/api"})
    file = tmp_path / "gateways.yml"
    file.write_text(yaml.safe_dump({"gateways": entries}))
    assert found(neighbours.systems, at(MOTCUA_CASE_GATEWAYS=str(file))) == [("error", "system_away")]
    assert "FAR" in command.sentences(SEEN[-1], "vi")[0]
    file.write_text(yaml.safe_dump({"gateways": entries[:1]}))
    assert found(neighbours.systems, at(MOTCUA_CASE_GATEWAYS=str(file))) == [("ok", "systems_ok")]


def test_an_address_that_no_driver_can_use_is_told_as_such(at):
    for url in ("mysql://u:s3cret@127.0.0.1/x", "no address at all", "nosuch://127.0.0.1/x"):
        unusable = at(MOTCUA_DATABASE_URL=url, MOTCUA_TRACKER_URL=url)
        assert found(stores.database, unusable) == [("error", "database_unusable")]
        assert found(stores.tracker, unusable) == [("error", "database_unusable")]
        assert found(stores.jobs, unusable) == [("skipped", "not_without_database")]
        assert found(stores.photos, unusable) == [("skipped", "not_without_database")]
        assert "s3cret" not in command.as_json(SEEN[-4:], "vi")
