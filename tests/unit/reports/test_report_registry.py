"""The registry of figures: whole, and the page is made of it."""

from __future__ import annotations

from bot.reports.metrics import Shape, as_page, metrics, sections
from bot.reports.sessions import Result
from knowledge.settings import ROOT


def test_the_page_is_that_of_the_registry():
    assert (ROOT / "docs" / "metrics.md").read_text("utf-8") == as_page(), "run python -m bot.reports metrics"


def test_every_figure_is_defined():
    for key, one in metrics().items():
        assert one.section in sections(), key
        assert one.title, key
        assert one.definition, key
        assert one.source, key
        assert one.unit, key
        if one.shape is Shape.PARTITION:
            assert one.cells or one.names in ("day", "unit", "text", "bottleneck"), key
        for other, cells in one.linked.items():
            assert set(cells) <= set(metrics()[other].cells), key
            assert list(metrics()).index(other) < list(metrics()).index(key), "hidden before it is asked"
        if one.shape is Shape.SHARE:
            assert set(one.part) | set(one.without) <= set(metrics()[one.of].cells), key


def test_results_of_sessions_are_the_cells_of_their_figure():
    assert {one.value for one in Result} == set(metrics()["sessions_by_result"].cells)
