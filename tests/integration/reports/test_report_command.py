"""The command line and the job: files, refusals, closing by itself."""

from __future__ import annotations

import json

import pytest

from bot.jobs.reports import ReportJobs
from bot.reports.__main__ import main
from bot.reports.building import build_reports
from bot.settings import Settings
from bot.store.operations import OperationsStore
from tests.fixtures.report_month import MONTH, fill_catalogue, fill_talks


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'operations.db'}"


@pytest.fixture
def environment(tmp_path, database_url, monkeypatch):
    found = {
        "MOTCUA_DATA_DIR": str(tmp_path),
        "MOTCUA_DATABASE_URL": database_url,
        "MOTCUA_CATALOGUE_URL": f"sqlite:///{tmp_path / 'catalogue.db'}",
        "MOTCUA_OPEN_DATA_LICENCE": "CC BY 4.0",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


async def test_the_job_closes_what_is_due_and_the_commands_write_it(operations, environment, clock, tmp_path, capsys):
    await operations().write(fill_talks)
    parts = build_reports(Settings.from_env(environment), operations, clock)
    job = ReportJobs(parts.months)
    assert await job.close_months() == {"put_off": 1}, "without a catalogue nothing is closed"
    fill_catalogue(environment["MOTCUA_CATALOGUE_URL"]).close()
    assert await job.close_months() == {"closed": 2}, "September and October"
    assert await job.close_months() == {"closed": 0}
    assert await parts.months.closed_months() == [MONTH, "2026-09"]
    parts.counting.catalogue.close()


def test_commands_write_files_and_say_what_is_wrong(environment, tmp_path, capsys, monkeypatch, clock):
    monkeypatch.setattr("bot.reports.__main__.SystemClock", lambda: clock)
    fill_catalogue(environment["MOTCUA_CATALOGUE_URL"]).close()
    out = tmp_path / "out"
    assert main(["month", MONTH, "--out", str(out)]) == 0
    assert "provisional until 2026-11-08; 13 files" in capsys.readouterr().out
    assert json.loads((out / f"bao-cao-{MONTH}.json").read_text("utf-8"))["provisional"] is True
    assert main(["close", MONTH]) == 0
    assert main(["months"]) == 0
    assert MONTH in capsys.readouterr().out
    assert main(["open-data", "--out", str(out)]) == 0
    assert json.loads((out / "tro-ly-mot-cua.json").read_text("utf-8"))["licence"] == "CC BY 4.0"
    assert main(["close", "2026-11"]) == 1
    assert main(["month", "2026-13", "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "phải chờ đến ngày 08/12/2026" in said
    assert "Không có tháng “2026-13”" in said
    (tmp_path / "file").write_text("in the way")
    assert main(["month", MONTH, "--out", str(tmp_path / "file")]) == 2
    assert main(["metrics"]) == 0
    assert capsys.readouterr().out.startswith("# Figures of the reports")


def test_the_job_is_on_the_list(environment, operations):
    from bot.jobs.registry import jobs_of
    from bot.services import build_case_services

    services = build_case_services(Settings.from_env(environment))
    assert "report_months" in {job.name for job in jobs_of(services)}
    assert isinstance(services.operations, OperationsStore)
    services.operations.close()
