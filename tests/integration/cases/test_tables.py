"""The tables of the code are those that the migrations make."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.approval.tables import METADATA as APPROVAL
from bot.cases.tables import METADATA as CASES
from bot.handoff.tables import METADATA as HANDOFF
from bot.jobs.tables import METADATA as JOBS
from bot.links.tables import METADATA as LINKS
from bot.privacy.tables import METADATA as PRIVACY
from bot.referrals.tables import METADATA as REFERRALS
from bot.reports.tables import METADATA as REPORTS
from bot.zalo.tables import METADATA as ZALO


@pytest.mark.parametrize(
    "metadata",
    [APPROVAL, CASES, HANDOFF, JOBS, LINKS, PRIVACY, REFERRALS, REPORTS, ZALO],
    ids=["approval", "cases", "handoff", "jobs", "links", "privacy", "referrals", "reports", "zalo"],
)
def test_migrations_make_the_tables_of_the_code(operations, metadata):
    with operations().engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [
            entry
            for entry in compare_metadata(context, metadata)
            if not isinstance(entry, tuple) or entry[0] not in ("remove_index", "remove_table")
        ]
    assert differences == []
