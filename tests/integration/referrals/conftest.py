"""Requests for help on SQLite and on a real PostgreSQL, with a clock that the test moves."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from bot.hub.tables import CONVERSATION
from bot.jobs.referrals import ReferralJobs
from bot.referrals.building import build_referrals
from bot.store.operations import OperationsStore
from knowledge.working_days import load_calendar

WITH_TEAM, WITHOUT_TEAM = "26743", "26740"
TEAMS = """
default: {name: Đầu mối chung}
units:
  - commune_code: "26743"
    name: Tổ công nghệ số phường Bến Thành
    head: Lãnh đạo phường Bến Thành
    verified_on: 2026-11-20
    verified_by: Văn phòng phường
"""


@pytest.fixture
def operations(database_url):
    store = OperationsStore(database_url)
    yield store
    store.close()


@pytest.fixture
def teams_file(tmp_path):
    path = tmp_path / "teams.yml"
    path.write_text(TEAMS, "utf-8")
    return path


@pytest.fixture
def referrals(operations, clock, teams_file):
    return build_referrals(operations, clock, load_calendar(), lambda: b"key", teams_file)


@pytest.fixture
def jobs(referrals, operations, clock):
    return ReferralJobs(referrals.ageing, referrals.words, operations, clock)


async def open_conversation(operations, clock, sender):
    """Make the conversation that a job speaks into."""

    def work(connection):
        now = clock.now()
        row = {"id": f"id-{sender}", "channel": "web", "status": "assistant", "rasa_sender": sender, "created_at": now}
        connection.execute(insert(CONVERSATION).values(**row, updated_at=now, last_seq=0, token_version=1))

    await operations().write(work)
