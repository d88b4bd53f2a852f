"""The monthly report to the city as DOCX (V.4, I.2c, IV.4a). Made of what may be published, of nothing else."""

from __future__ import annotations

from docx.document import Document as Paper

from bot.reports import docx_parts as parts
from bot.reports.charts import bars, columns
from bot.reports.metrics import Metric, Shape, metrics, sections
from bot.reports.months import closes_on
from bot.reports.numbers import SUMMARY, figure_text, number_text, percent_text
from bot.reports.periods import month_span
from bot.reports.publishing import Figure, Published, Row
from bot.reports.words import report_wording

CHARTS = ("sessions_by_day", "sessions_by_result", "bottlenecks")
_ONE_LINE = (Shape.SHARE, Shape.SPREAD, Shape.COUNT)
_LIST_WIDTHS = (1.9, 3.6, 1.8, 2.3, 2.0, 2.0, 1.4, 1.6)


def to_docx(published: Published) -> bytes:
    """Return the report of a month."""
    return parts.to_bytes(_Report(published).write())


class _Report:
    """Writes one document; tables and pictures are numbered through it."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._say = report_wording()
        self._month = f"{published.month[5:7]}/{published.month[:4]}"
        self._title = self._say("title", month=self._month)
        self._tables = self._pictures = 0
        self._paper = parts.new_paper(self._title, published.as_of)

    def write(self) -> Paper:
        self._head()
        self._summary()
        for number, (section, title) in enumerate(sections().items(), 1):
            self._paper.add_heading(f"{number}. {title}", 1)
            self._section(section)
        self._appendix()
        parts.add_footer(self._paper, self._say("footer", month=self._month), self._say("page"))
        return self._paper

    def _head(self) -> None:
        paper, say, of = self._paper, self._say, self._published
        parts.add_centred(paper, self._title, "Title", bold=True)
        parts.add_centred(paper, say("subtitle"))
        parts.add_text(paper, say("intro", since=_day(of.since), until=_day(of.until)))
        if of.closed:
            parts.add_text(paper, say("closed", day=_day(of.as_of)))
        else:
            closes = _day(closes_on(month_span(of.month)))
            parts.add_text(paper, say("provisional", day=_day(of.as_of), closes=closes), bold=True)
        parts.add_text(paper, say("privacy") if of.closed else say("rounded", base=str(of.rounded_to)))
        parts.add_text(paper, say("signed"))

    def _summary(self) -> None:
        self._paper.add_heading(self._say("summary"), 1)
        found = [(key, self._published.figures[key]) for key in SUMMARY if key in self._published.figures]
        rows = [(self._say(f"summary_of.{key}"), figure_text(figure)) for key, figure in found]
        self._one_line(self._say("summary_table"), rows)

    def _section(self, section: str) -> None:
        figures = self._published.of_section(section)
        if not figures and self._published.without_catalogue:
            parts.add_text(self._paper, self._say("no_catalogue"))
        lines = [one for one in figures if one.metric.shape in _ONE_LINE]
        if lines:
            title = self._say("main_figures", section=sections()[section])
            self._one_line(title, [(one.metric.title, figure_text(one)) for one in lines])
        for one in figures:
            if one.metric.shape not in _ONE_LINE:
                self._table(one)

    def _one_line(self, title: str, rows: list[tuple[str, str]]) -> None:
        self._caption(title)
        head = (self._say("figure"), self._say("value"))
        parts.add_table(self._paper, head, rows, (9.4, 6.6), numbers_from=2)

    def _table(self, figure: Figure) -> None:
        metric = figure.metric
        if figure.is_empty:
            parts.add_text(self._paper, self._say("nothing", title=metric.title))
            return
        if metric.key in CHARTS:
            self._picture(figure)
        if metric.shape is Shape.PARTITION and metric.names != "day":
            self._caption(f"{metric.title} ({metric.unit})")
            self._partition(figure)
        elif metric.shape is Shape.RANKING:
            self._caption(metric.title)
            self._ranking(figure)
        elif metric.shape is Shape.LIST:
            self._caption(metric.title)
            self._list(figure)

    def _partition(self, figure: Figure) -> None:
        say = self._say
        rows = [
            (row.name, number_text(row.numbers["number"], True), percent_text(row.numbers["number"], figure.total))
            for row in figure.rows
        ]
        rows.append((say("total"), number_text(figure.total, figure.hidden), ""))
        parts.add_table(self._paper, (say("item"), say("number"), say("share")), rows, (10.4, 2.8, 2.8))

    def _ranking(self, figure: Figure) -> None:
        say, names = self._say, figure.metric.columns
        head = (say("code"), say("name"), *names.values(), say("sum"))
        rows = [
            (row.key, row.name, *(number_text(row.numbers[name], True) for name in (*names, "sum")))
            for row in figure.rows
        ]
        parts.add_table(self._paper, head, rows, (2.0, 4.4, *(2.0,) * len(names), 1.6), numbers_from=2, size=10)

    def _list(self, figure: Figure) -> None:
        head = (self._say("code"), self._say("name"), *figure.metric.columns.values())
        rows = [(row.key, row.name, *self._list_cells(figure.metric, row)) for row in figure.rows]
        parts.add_table(self._paper, head, rows, _LIST_WIDTHS, numbers_from=8, size=9.5)

    def _list_cells(self, metric: Metric, row: Row) -> list[str]:
        return [list_cell(name, row) for name in metric.columns]

    def _picture(self, figure: Figure) -> None:
        self._pictures += 1
        drawn = columns(figure) if figure.metric.names == "day" else bars(figure, self._say("hidden"))
        cells = "; ".join(f"{row.name}: {number_text(row.numbers['number'], True)}" for row in figure.rows)
        parts.add_picture(self._paper, drawn, self._say("chart_about", cells=cells))
        title = f"{figure.metric.title} ({figure.metric.unit})"
        parts.add_caption(self._paper, self._say("chart", number=self._pictures, title=title))

    def _caption(self, title: str) -> None:
        self._tables += 1
        parts.add_caption(self._paper, self._say("table", number=self._tables, title=title))

    def _appendix(self) -> None:
        self._paper.add_heading(self._say("appendix"), 1)
        for one in metrics().values():
            if one.note:
                parts.add_text(self._paper, f"{one.title}: {one.note}")


def list_cell(name: str, row: Row) -> str:
    """Return a cell of the list of changes for people."""
    value = row.numbers[name]
    if value in (None, ""):
        return ""
    if name in ("action", "clock"):
        return report_wording()(f"{name}.{value}")
    if name in ("decision_date", "first_seen"):
        return f"{value[8:10]}/{value[5:7]}/{value[:4]}"
    return number_text(value)


def _day(day: object) -> str:
    return f"{day:%d/%m/%Y}"
