"""When a job last ended well is kept apart from how its last run ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.jobs.runner import Job, JobRunner, last_runs
from bot.monitoring.figures import read_figures
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate


@pytest.fixture
def database(database_url):
    migrate(database_url)
    database = Database(make_engine(database_url))
    yield database
    database.close()


async def test_a_failure_leaves_the_last_success_where_it_was(database, clock):
    faults = []

    async def work():
        if faults:
            raise faults[0]
        return {"done": 1}

    job = Job("a_job", timedelta(minutes=5), "works", work)
    runner = JobRunner([job], lambda: database, clock, "here")
    await runner.run("a_job")
    succeeded = clock.now()
    clock.pass_by(minutes=10)
    faults.append(OSError("Nguyễn Văn Bí Mật"))
    with pytest.raises(OSError):
        await runner.run("a_job")
    row = (await database.run(last_runs))["a_job"]
    assert (row.succeeded_at, row.ended_at, row.result) == (succeeded, clock.now(), {"error": "OSError"})
    figures = await database.run(read_figures, clock.now(), [job])
    told = {(figure.name, figure.labels): figure.value for figure in figures}
    assert told["motcua_job_failed", ("a_job",)] == 1
    assert told["motcua_job_last_success_seconds", ("a_job",)] == succeeded.timestamp()
    assert told["motcua_job_every_seconds", ("a_job",)] == 300
