"""Nobody changes the words of a consent without raising its version."""

from __future__ import annotations

import re

import pytest

from bot.privacy.consents import consents
from bot.store.operations import OperationsStore
from knowledge.settings import ROOT


@pytest.mark.parametrize("consent", consents(), ids=lambda one: one.id)
def test_the_version_is_that_of_the_words(consent):
    *_, (newest, digest) = consent.versions.items()
    assert consent.version == newest, "the code stores another version than consents.yml lists last"
    assert consent.digest == digest, "the words have changed: raise the version and add it under `versions`"
    assert len(set(consent.versions.values())) == len(consent.versions)


def test_every_version_in_the_code_is_listed():
    found = set()
    for folder in ("bot", "actions"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(re.findall(r'^(?:CONSENT_)?VERSION = "([a-z]+-\d+)"', path.read_text("utf-8"), re.MULTILINE))
    assert found == {consent.version for consent in consents()}


def test_what_is_stored_with_a_consent_is_a_column(tmp_path):
    from sqlalchemy import inspect

    store = OperationsStore(f"sqlite:///{tmp_path / 'operations.db'}")
    inspected = inspect(store().engine)
    for consent in consents():
        table, _, column = consent.stored.partition(".")
        assert column in {one["name"] for one in inspected.get_columns(table)}
    store.close()


def test_the_page_lists_every_consent():
    page = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    assert [one.id for one in consents() if f"`{one.version}`" not in page or f"`{one.stored}`" not in page] == []


def test_the_draft_of_the_impact_assessment_names_every_consent_as_it_is_asked_now():
    page = (ROOT / "docs" / "vi" / "danh-gia-tac-dong.md").read_text("utf-8")
    assert [one.version for one in consents() if f"`{one.version}`" not in page] == []
