"""What was unclear in a raw record while it was read: for the figures of quality, the linter and an editor."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from knowledge.models import RawRef


class WarningKind(str, Enum):
    """What kind of thing is unclear."""

    NOTE_OR_PAPER = "note_or_paper"
    """A row without a quantity that might be a paper or a remark; kept as a remark."""
    PAPER_WITHOUT_QUANTITY = "paper_without_quantity"
    """A row that names a paper, with 0 originals and 0 copies."""
    ROWS_SHUFFLED = "rows_shuffled"
    """Numbered rows of one group do not come in their order."""
    STEPS_OUT_OF_ORDER = "steps_out_of_order"
    TIME_WITHOUT_UNIT = "time_without_unit"
    TIME_ELSEWHERE = "time_elsewhere"
    """A time cell that only points to other words, none of which name a time."""
    TIME_CELL_AND_NOTE = "time_cell_and_note"
    """The number and unit in the cell are not among those in its note; both are told."""
    TIMES_DIFFER = "times_differ"
    """The ways of filing, or the rows of one way, have different times, and no case says why."""
    FEE_PERIODS = "fee_periods"
    """A fee's note holds several periods; each is told only while it holds."""
    FEE_CELL_AND_NOTE = "fee_cell_and_note"
    """The amount in the cell is not among those in its note."""
    FEE_TOO_SMALL = "fee_too_small"
    """A cell of a few dong that no words explain: typed in thousands or in another currency, not told as an amount."""


@dataclass(frozen=True)
class RenderWarning:
    """`raw` is a JSON pointer into the raw record, `text` the words it is about."""

    kind: WarningKind
    raw: str
    text: str


@dataclass
class Notebook:
    """Collects, while a record is read, which fact came from which raw row, and what was unclear."""

    refs: list[RawRef] = field(default_factory=list)
    warnings: list[RenderWarning] = field(default_factory=list)

    def refer(self, fact: str, raw: str) -> None:
        self.refs.append(RawRef(fact, raw))

    def warn(self, kind: WarningKind, raw: str, text: str) -> None:
        self.warnings.append(RenderWarning(kind, raw, text[:200]))
