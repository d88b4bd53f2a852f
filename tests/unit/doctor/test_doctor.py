"""Every check of the doctor, well and ill, and what is said of each."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import sysconfig
from collections import namedtuple
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from zoneinfo import ZoneInfoNotFoundError

import pytest
import yaml
from sqlalchemy import insert, text

from bot.doctor import command, configuration, machine, neighbours, software, stores
from bot.doctor.findings import Level, warning
from bot.jobs.tables import JOB
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from bot.zalo.tables import TOKEN
from knowledge.models import Origin
from knowledge.settings import ROOT
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import procedure

NOW = datetime.now(timezone.utc)
STRONG = "7f3a9c1e5b2d8046"
PREFIX = "MOTCUA_"
CITY_TOKEN = {PREFIX + "CASE_TOKEN_CITY": "a token"}
SEEN = []


def found(check, deployment):
    findings = list(check(deployment))
    SEEN.extend(findings)
    for finding in findings:
        for language in command.LANGUAGES:
            what, todo = command.sentences(finding, language)
            assert what
            assert "{" not in what + todo
            assert bool(todo) or finding.level in (Level.OK, Level.SKIPPED)
    return [(finding.level.value, finding.what) for finding in findings]


def test_python(at, monkeypatch):
    built = {"CONFIG_ARGS": "'--enable-shared' '--enable-optimizations'"}
    monkeypatch.setattr(sysconfig, "get_config_var", built.get)
    assert found(software.python, at()) == [("ok", "python_ok")]
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    assert found(software.python, at()) == [("error", "python_other")]


def test_packages(at, tmp_path):
    assert found(software.packages, at()) == [("ok", "packages_ok")]
    listed = 'dependencies = [\n    "rasa==3.6.20",\n    "no-such-package==1",\n]\n'
    (tmp_path / "pyproject.toml").write_text(listed)
    assert found(software.packages, at(root=tmp_path)) == [("error", "packages_other")]
    said = command.sentences(SEEN[-1], "en")[0]
    assert "rasa 3.6.21 (3.6.20)" in said
    assert "no-such-package" in said


def test_model(at, tmp_path):
    deployment = at(MOTCUA_MODEL_DIR=str(tmp_path / "models"))
    assert found(software.model, deployment) == [("error", "model_missing")]
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "other.tar.gz").touch()
    assert found(software.model, deployment) == [("warning", "model_other")]
    right = software.model_path(tmp_path / "models", software.fingerprint(ROOT))
    right.touch()
    os.utime(right, (NOW.timestamp() + 3600, NOW.timestamp() + 3600))
    assert found(software.model, deployment) == [("ok", "model_ok")]


def test_names_of_settings(at):
    good = at(MOTCUA_WEB_PORT="8081", MOTCUA_VECTORS="off", PATH="/bin", **CITY_TOKEN)
    assert found(configuration.names, good) == [("ok", "setting_names_ok")]
    assert found(configuration.names, at(**{PREFIX + "WEB_PROT": "8081"})) == [("error", "setting_unknown")]
    assert "MOTCUA_WEB_PORT" in command.sentences(SEEN[-1], "vi")[1]


def test_what_only_tests_read_is_no_misspelt_setting(at):
    assert found(configuration.names, at(MOTCUA_GUIDE_PICTURES="out")) == [("ok", "setting_names_ok")]


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, [("ok", "secrets_ok")]),
        ({"MOTCUA_SECRET": STRONG * 2, "MOTCUA_PHOTO_KEYS": f"{STRONG * 2},{STRONG * 3}"}, [("ok", "secrets_ok")]),
        ({"MOTCUA_SECRET": "short"}, [("error", "secret_weak")]),
        ({"MOTCUA_SECRET": "a" * 64}, [("error", "secret_weak")]),
        ({"MOTCUA_PHOTO_KEYS": f"{STRONG * 2} old"}, [("error", "secret_weak")]),
        ({"MOTCUA_METRICS_TOKEN": "abc"}, [("warning", "secret_weak")]),
        ({"MOTCUA_DATABASE_URL": "postgresql://db/x"}, [("error", "secret_missing")] * 2),
    ],
)
def test_secrets(at, env, expected):
    assert found(configuration.secrets, at(**env)) == expected
    for finding in SEEN[-len(expected) :]:
        said = "".join(command.sentences(finding, "en")) + command.as_json([finding], "vi")
        assert "short" not in said.replace("too short", "")
        assert STRONG not in said


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"MOTCUA_CASE_GATEWAYS": "none"}, [("ok", "public_ok")]),
        ({}, [("warning", "sample_cases")]),
        ({"MOTCUA_CASE_GATEWAYS": "none", "MOTCUA_DESK_DEMO": "on"}, [("warning", "demo_people")]),
        (
            {"MOTCUA_CASE_GATEWAYS": "none", "MOTCUA_DESK_DEMO": "on", "MOTCUA_WEB_HOST": "0.0.0.0"},
            [("error", "demo_people")],
        ),
        (
            {"MOTCUA_CASE_GATEWAYS": "none", "MOTCUA_ALLOWED_ORIGINS": "http://portal.example https://b.example"},
            [("warning", "origin_plain")],
        ),
    ],
)
def test_fit_for_the_public(at, env, expected):
    assert found(configuration.public, at(**env)) == expected


def test_who_answers_for_data(at):
    assert found(configuration.data_officer, at()) == [("warning", "data_officer_missing")]
    assert found(configuration.data_officer, at(**{PREFIX + "DATA_OFFICER": "Chị Lan"})) == [("ok", "data_officer_ok")]


def test_gateways(at, tmp_path):
    assert found(configuration.gateways, at()) == [("ok", "gateways_ok")]
    assert found(configuration.gateways, at(MOTCUA_CASE_GATEWAYS="nowhere.yml")) == [("error", "gateways_broken")]
    entry = {"name": "CITY", "kind": "city", "units": [""], "address": "https://motcua.example"}
    (tmp_path / "gateways.yml").write_text(yaml.safe_dump({"gateways": [entry]}))
    env = {"MOTCUA_CASE_GATEWAYS": str(tmp_path / "gateways.yml")}
    assert found(configuration.gateways, at(**env)) == [("warning", "gateway_token_missing")]
    assert found(configuration.gateways, at(**env, **CITY_TOKEN)) == [("ok", "gateways_ok")]


@pytest.mark.parametrize(("gigabytes", "expected"), [(0.5, "disk_full"), (3, "disk_little"), (50, "disk_ok")])
def test_disk(at, monkeypatch, gigabytes, expected):
    usage = namedtuple("usage", "total used free")(100, 0, int(gigabytes * machine.GIGABYTE))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert [what for _, what in found(machine.disk, at())] == [expected]


def test_files(at, tmp_path, monkeypatch):
    deployment = at()
    assert found(machine.files, deployment) == [("ok", "files_ok")]
    for name, mode in (("secret", 0o644), ("operations.db", 0o640)):
        (tmp_path / "data" / name).touch(mode)
        (tmp_path / "data" / name).chmod(mode)
    assert found(machine.files, deployment) == [("error", "file_readable"), ("warning", "file_readable")]
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert found(machine.files, deployment) == [("error", "data_dir_readonly")]
    shutil.rmtree(tmp_path / "data")
    assert found(machine.files, deployment) == [("skipped", "data_dir_missing")]


def test_time_zone(at, monkeypatch):
    assert found(machine.time_zone, at()) == [("ok", "time_zone_ok")]

    def nowhere(_):
        raise ZoneInfoNotFoundError

    monkeypatch.setattr(machine, "ZoneInfo", nowhere)
    assert found(machine.time_zone, at()) == [("error", "time_zone_missing")]


def test_database(at, tmp_path):
    deployment = at()
    assert found(stores.database, deployment) == [("error", "database_new")]
    assert not (tmp_path / "data" / "operations.db").exists()
    engine = make_engine(deployment.settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE x (y INTEGER)"))
    assert [what for _, what in found(stores.database, deployment)] == ["database_old", "clock_same"]
    migrate(deployment.settings.database_url)
    assert [what for _, what in found(stores.database, deployment)] == ["database_ok", "clock_same"]
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert found(stores.database, deployment)[0] == ("error", "database_old")
    engine.dispose()
    away = at(MOTCUA_DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert found(stores.database, away) == [("error", "database_down")]
    assert "Connection refused" in command.sentences(SEEN[-1], "vi")[0]


@pytest.mark.parametrize(("seconds", "level"), [(0.5, "ok"), (-5, "warning"), (5, "warning"), (90, "error")])
def test_clock_against_the_database(at, seconds, level):
    deployment = at(clock=SimpleNamespace(now=lambda: NOW))
    finding = stores._clock(deployment, "postgresql", NOW + timedelta(seconds=seconds))
    assert finding.level.value == level
    assert found(lambda _: [finding], deployment)


def test_tracker(at, tmp_path):
    assert found(stores.tracker, at()) == [("skipped", "tracker_new")]
    (tmp_path / "data" / "tracker.db").touch()
    assert found(stores.tracker, at()) == [("ok", "tracker_ok")]
    assert found(stores.tracker, at(MOTCUA_TRACKER_URL="postgresql://127.0.0.1:1/x")) == [("error", "database_down")]


def test_catalogue_and_index(at, tmp_path):
    deployment = at(MOTCUA_VECTORS="off")
    assert found(stores.catalogue, deployment) == [("error", "catalogue_missing")]
    assert not (tmp_path / "data" / "catalogue.db").exists()
    store = CatalogueStore(deployment.settings.catalogue.catalogue_url)
    store.create()
    assert found(stores.catalogue, deployment) == [("error", "catalogue_missing")]
    store.write([procedure()], Origin.CURATED)
    whats = [what for _, what in found(stores.catalogue, deployment)]
    assert whats in (["catalogue_ok", "index_missing"], ["catalogue_stale", "index_missing"])
    name = stores.index_name(store.revision(), None)
    (deployment.settings.catalogue.index_dir / name).mkdir(parents=True)
    assert found(stores.catalogue, deployment)[-1] == ("ok", "index_ok")
    later = at(MOTCUA_VECTORS="off", clock=SimpleNamespace(now=lambda: NOW + timedelta(days=4000)))
    assert found(stores.catalogue, later)[0] == ("warning", "catalogue_stale")
    fresh = at(MOTCUA_VECTORS="off", MOTCUA_STALE_AFTER_DAYS=str((NOW.date() - date(2000, 1, 1)).days))
    assert found(stores.catalogue, fresh)[0] == ("ok", "catalogue_ok")
    for path in (tmp_path / "data").glob("catalogue.db-*"):
        path.unlink()
    file = tmp_path / "data" / "catalogue.db"
    file.write_bytes(file.read_bytes()[:8192] + b"\0" * 4096 + file.read_bytes()[12288:])
    assert found(stores.catalogue, deployment)[0][0] == "error"


def test_jobs(at):
    deployment = at()
    assert found(stores.jobs, deployment) == [("skipped", "not_without_database")]
    migrate(deployment.settings.database_url)
    assert found(stores.jobs, deployment) == [("skipped", "jobs_never")]
    rows = {
        "good": {"ended_at": NOW, "succeeded_at": NOW, "result": {}},
        "failed": {"ended_at": NOW, "succeeded_at": NOW, "result": {"error": "OSError"}},
        "late": {"ended_at": NOW, "succeeded_at": NOW - timedelta(days=3), "result": {}},
        "never": {"result": None},
    }
    engine = make_engine(deployment.settings.database_url)
    with engine.begin() as connection:
        connection.execute(insert(JOB).values(name="good", **rows["good"]))
    assert found(stores.jobs, deployment) == [("ok", "jobs_ok")]
    with engine.begin() as connection:
        for name in ("failed", "late", "never"):
            connection.execute(insert(JOB).values(name=name, **rows[name]))
    engine.dispose()
    expected = [("warning", "job_failed"), ("warning", "job_late"), ("warning", "job_late")]
    assert found(stores.jobs, deployment) == expected
    away = at(MOTCUA_DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert found(stores.jobs, away) == [("skipped", "not_without_database")]


def test_zalo(at):
    assert found(stores.zalo, at()) == [("skipped", "zalo_off")]
    on = {"MOTCUA_ZALO_APP_ID": "1", "MOTCUA_ZALO_APP_SECRET": "s", "MOTCUA_ZALO_OA_SECRET": "o"}
    deployment = at(**on)
    assert found(stores.zalo, deployment) == [("skipped", "not_without_database")]
    migrate(deployment.settings.database_url)
    assert found(stores.zalo, deployment) == [("error", "zalo_no_token")]
    engine = make_engine(deployment.settings.database_url)
    row = {"app_id": "1", "access": "x", "refresh": "y", "generation": 1, "refreshed_at": NOW}
    for until, dead, expected in (
        (NOW + timedelta(hours=20), None, ("ok", "zalo_ok")),
        (NOW + timedelta(hours=1), None, ("warning", "zalo_token_ends")),
        (NOW + timedelta(hours=20), NOW, ("error", "zalo_no_token")),
    ):
        with engine.begin() as connection:
            connection.execute(TOKEN.delete())
            connection.execute(insert(TOKEN).values(**row, access_until=until, dead_at=dead))
        assert found(stores.zalo, deployment) == [expected]
    engine.dispose()
    away = at(MOTCUA_DATABASE_URL="postgresql://127.0.0.1:1/x", **on)
    assert found(stores.zalo, away) == [("skipped", "not_without_database")]


def test_locks(at, tmp_path, monkeypatch):
    assert found(neighbours.locks, at()) == [("skipped", "locks_of_one")]
    far = at(MOTCUA_RASA_URL="http://rasa.internal:5005")
    assert found(neighbours.locks, far) == [("warning", "locks_in_memory")]
    lock_store = {"type": "bot.rasa_runtime.lock_store.QuickRedisLockStore", "url": "127.0.0.1", "port": 1}
    (tmp_path / "endpoints.yml").write_text(yaml.safe_dump({"lock_store": lock_store}))
    by_file = at(MOTCUA_ENDPOINTS=str(tmp_path / "endpoints.yml"))
    by_setting = at(MOTCUA_REDIS_URL="redis://:s3cret@127.0.0.1:1/0")
    for deployment in (by_file, by_setting):
        assert found(neighbours.locks, deployment) == [("error", "redis_down")]
        assert "s3cret" not in command.as_json(SEEN[-1:], "vi")
    for name in ("_redis_of_file", "_redis_of_setting"):
        monkeypatch.setattr(neighbours, name, lambda _: SimpleNamespace(ping=lambda: True))
    for deployment in (by_file, by_setting):
        assert found(neighbours.locks, deployment) == [("ok", "locks_ok")]


def test_events(at, tmp_path):
    assert found(neighbours.events, at()) == [("skipped", "events_off")]
    file = tmp_path / "endpoints.yml"
    for broker, expected in (
        ({"type": "kafka", "url": "k:9092"}, ("error", "events_with_words")),
        ({"url": "rabbit"}, ("error", "events_with_words")),
        ({"type": "bot.rasa_runtime.event_broker.ScreenedEventBroker", "broker": "kafka"}, ("ok", "events_ok")),
    ):
        file.write_text(yaml.safe_dump({"event_broker": broker}))
        assert found(neighbours.events, at(MOTCUA_ENDPOINTS=str(file))) == [expected]


def test_rasa(at, neighbour):
    deployment = at(MOTCUA_RASA_URL=neighbour.url)
    assert found(neighbours.rasa, deployment) == [("error", "rasa_other")]
    assert found(neighbours.rasa, at(MOTCUA_RASA_URL="http://127.0.0.1:1")) == [("error", "rasa_down")]
    neighbour.paths["/status"] = (200, {})  # a stock Rasa has no /readyz
    assert found(neighbours.rasa, deployment) == [("ok", "rasa_ok")]
    neighbour.paths["/readyz"] = (503, {"model": True, "tracker_store": False})
    assert found(neighbours.rasa, deployment) == [("error", "rasa_part")]
    assert "tracker_store" in command.sentences(SEEN[-1], "vi")[0]
    neighbour.paths["/readyz"] = (503, b"<html>")
    assert found(neighbours.rasa, deployment) == [("error", "rasa_part")]
    neighbour.paths["/readyz"] = (200, {"model": True})
    assert found(neighbours.rasa, deployment) == [("ok", "rasa_ok")]


def test_actions(at, neighbour):
    assert found(neighbours.actions, at()) == [("skipped", "actions_in_process")]
    deployment = at(MOTCUA_ACTIONS="http", MOTCUA_ACTIONS_URL=f"{neighbour.url}/webhook")
    assert found(neighbours.actions, deployment) == [("error", "actions_down")]
    neighbour.paths["/health"] = (200, {"status": "ok"})
    assert found(neighbours.actions, deployment) == [("ok", "actions_ok")]


def test_hub(at, neighbour):
    deployment = at(MOTCUA_WEB_PORT=str(neighbour.port), MOTCUA_WEB_HOST="0.0.0.0")
    assert found(neighbours.hub, deployment) == [("error", "hub_other")]  # another program's port
    assert found(neighbours.hub, at(MOTCUA_WEB_PORT="1")) == [("error", "hub_down")]
    neighbour.paths["/readyz"] = (503, {"database": True, "assistant": False})
    assert found(neighbours.hub, deployment) == [("error", "hub_part")]
    neighbour.paths["/readyz"] = (200, {"database": True, "assistant": True})
    assert found(neighbours.hub, deployment) == [("ok", "hub_ok")]


def test_a_wrong_setting_is_said_and_ends_it(capsys):
    assert command.main(["doctor"], {"MOTCUA_WEB_PORT": "many"}) == 1
    said = capsys.readouterr().out
    assert "MOTCUA_WEB_PORT" in said
    assert "docs/settings.md" in said


def test_a_check_that_breaks_does_not_end_the_others(tmp_path):
    def broken(_):
        raise RuntimeError("Nguyễn Văn Bí Mật")
        yield

    env = {"MOTCUA_DATA_DIR": str(tmp_path)}
    findings = list(command.examine(env, [broken, machine.time_zone]))
    assert [finding.what for finding in findings] == ["check_broken", "time_zone_ok"]
    assert "Bí Mật" not in command.as_json(findings, "vi")


def test_exit_codes_and_json(capsys, monkeypatch, tmp_path):
    env = {"MOTCUA_DATA_DIR": str(tmp_path)}
    monkeypatch.setattr(command, "examine", lambda _env: [warning("public", "sample_cases")])
    assert command.main(["doctor"], env) == 0
    monkeypatch.undo()
    assert command.main(["doctor", "--json", "--lang", "en"], env) == 1
    out = capsys.readouterr().out
    said = json.loads(out[out.index("{\n") :])
    assert said["healthy"] is False
    assert {"check", "level", "what", "facts", "says", "do"} == set(said["findings"][0])
    with pytest.raises(SystemExit) as ended:
        command.main(["docter"], env)
    assert ended.value.code == 2


def test_every_page_that_is_named_exists():
    for path in set(re.findall(r"docs/[\w./-]+\.md", command.WORDING.read_text("utf-8"))):
        assert (ROOT / path).is_file(), path


def test_sentences_are_said_in_both_languages_and_none_is_left_over():
    sources = "".join(path.read_text("utf-8") for path in command.WORDING.parent.glob("*.py"))
    for what, said in command.wording().items():
        assert set(said) == {"vi", "en"}, what
        assert len(set(map(type, said.values()))) == 1, what
        assert f'"{what}"' in sources or (what.endswith("_ok") and f'ok("{what[:-3]}"' in sources), what
