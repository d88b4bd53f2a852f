"""Every table is in the inventory, and the page is made of it."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect

from bot.privacy.finding import _LOOKS
from bot.privacy.inventory import data_classes, to_page
from bot.store.migrate import migrate
from knowledge.settings import ROOT


def test_every_table_of_the_operations_store_is_in_exactly_one_class(tmp_path):
    url = f"sqlite:///{tmp_path / 'operations.db'}"
    migrate(url)
    engine = create_engine(url)
    made = set(inspect(engine).get_table_names())
    engine.dispose()
    listed = [table for one in data_classes().values() for table in one.tables]
    assert sorted(listed) == sorted(set(listed))
    assert made - set(listed) == set(), "bot/privacy/inventory.yml: say what these tables hold, and until when"
    assert set(listed) - made == set()


def test_the_page_is_the_one_that_is_made():
    assert (ROOT / "docs" / "data-inventory.md").read_text("utf-8") == to_page()


def test_what_a_citizen_is_shown_has_a_label():
    classes = data_classes()
    assert [name for name in _LOOKS if not classes[name].label] == []
    assert [one.name for one in classes.values() if not (one.what and one.why and one.kept and one.asked)] == []
