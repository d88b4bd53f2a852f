"""Charts of the report as PNG, the same bytes for the same numbers. matplotlib is loaded with the first chart."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

from bot.reports.publishing import Figure

_COLOUR, _GREY = "#1f5c99", "#d0d5db"
_DOTS = 150
_WIDTH = 6.3
"""Inches: what an A4 page leaves between its margins."""
_LINE = 34
"""Characters of a name on one line."""


def bars(figure: Figure, hidden_word: str) -> bytes:
    """Return lying bars, one for each row that is not nought."""
    shown = [row for row in figure.rows if row.numbers["number"] != 0]
    names = ["\n".join(textwrap.wrap(row.name, _LINE, max_lines=2, placeholder=" …")) for row in shown]
    numbers = [row.numbers["number"] for row in shown]
    height = 0.55 + 0.36 * len(names)
    with _Drawing(height) as drawing:
        axes = drawing.axes
        places = list(range(len(names)))
        axes.barh(places, [number or 0 for number in numbers], color=_COLOUR, height=0.6)
        for place, number in zip(places, numbers, strict=True):
            said = hidden_word if number is None else f"{number:,}".replace(",", ".")
            axes.annotate(said, (number or 0, place), xytext=(4, 0), textcoords="offset points", va="center", size=8)
        axes.set_yticks(places, names, size=8)
        axes.invert_yaxis()
        axes.set_xlim(0, _room(numbers) * 1.12)
        axes.tick_params(axis="x", labelsize=7)
        return drawing.png()


def columns(figure: Figure) -> bytes:
    """Return standing columns, one for each day; a hidden day is a grey tick under the line."""
    numbers = [row.numbers["number"] for row in figure.rows]
    with _Drawing(2.1) as drawing:
        axes = drawing.axes
        places = list(range(1, len(numbers) + 1))
        axes.bar(places, [number or 0 for number in numbers], color=_COLOUR, width=0.7)
        hidden = [place for place, number in zip(places, numbers, strict=True) if number is None]
        axes.plot(hidden, [0] * len(hidden), "s", color=_GREY, markersize=4, clip_on=False)
        labels = [place for place in places if place == 1 or place % 5 == 0]
        axes.set_xticks(labels, [str(place) for place in labels], size=8)
        axes.set_ylim(0, _room(numbers) * 1.1)
        axes.tick_params(axis="y", labelsize=7)
        return drawing.png()


def _room(numbers: Sequence[int | None]) -> int:
    return max([number or 0 for number in numbers] + [1])


class _Drawing:
    """One picture, drawn with matplotlib's own defaults, whatever the machine's are."""

    def __init__(self, height: float) -> None:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Picture

        self._defaults = mpl.rc_context(rc=mpl.rcParamsDefault)
        self._make = lambda: FigureCanvasAgg(Picture(figsize=(_WIDTH, height), dpi=_DOTS))

    def __enter__(self) -> _Drawing:
        self._defaults.__enter__()
        self._canvas = self._make()
        self.axes = self._canvas.figure.add_subplot()
        for side in ("top", "right"):
            self.axes.spines[side].set_visible(False)
        return self

    def __exit__(self, *error: object) -> None:
        self._defaults.__exit__(None, None, None)

    def png(self) -> bytes:
        """Return the picture, without the name and version of the program in it."""
        self._canvas.figure.tight_layout()
        file = io.BytesIO()
        self._canvas.print_png(file, metadata={"Software": None})
        return file.getvalue()
