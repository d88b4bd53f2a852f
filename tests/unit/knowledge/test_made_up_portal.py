"""The benchmark's made-up records: as plausible as the real ones, always the same, and really different afterwards."""

from __future__ import annotations

import json
from datetime import date

import pytest

from knowledge.comparing import difference
from knowledge.importers.portal_json import read_with_warnings
from tests.fixtures.made_up_portal import MOST, announced_again, list_item, made_up

DAY = date(2026, 7, 18)


def read(record):
    return read_with_warnings(json.dumps(record).encode(), DAY)[0]


def test_made_up_records_are_whole_distinct_and_repeat():
    records = list(made_up(200))
    assert records == list(made_up(200))
    assert len({record["code"] for record in records}) == len({record["name"] for record in records}) == 200
    for record in records[:50]:
        parsed = read(record)
        assert parsed.title
        assert all((parsed.steps, parsed.dossier, parsed.submission_methods, parsed.decision.number))


def test_they_are_about_as_large_as_the_portals():
    sizes = [len(json.dumps(record, ensure_ascii=False)) for record in made_up(200)]
    assert 8_000 < sum(sizes) / len(sizes) < 14_000  # the portal's: 12 049 on average


def test_the_second_version_differs_in_several_facts():
    for record in made_up(50):
        found = difference(read(record), read(announced_again(record)))
        assert {"decision", "time", "steps", "paper"} <= {fact.field for fact in found.facts}
        assert list_item(record)["code"] == record["code"]


@pytest.mark.parametrize("count", [0, MOST + 1])
def test_no_more_can_be_made_up_than_there_are_names(count):
    with pytest.raises(ValueError, match="can be made up"):
        list(made_up(count))
