from __future__ import annotations

import pytest

from knowledge.curated import PROCEDURES_DIR, read_all
from knowledge.models import Procedure


@pytest.fixture(scope="session")
def curated() -> dict[str, Procedure]:
    """The records that ship with the project, by code."""
    records = {record.code: record for record in read_all(PROCEDURES_DIR)}
    assert len(records) >= 40
    return records
