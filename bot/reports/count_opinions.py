"""What people say of the service: sections "satisfaction" and "bottlenecks"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.cases.tables import CASE_RATING
from bot.feedback.bottlenecks import bottlenecks
from bot.feedback.models import Source, Thumb
from bot.feedback.tables import FEEDBACK, SURVEY_ANSWER
from bot.ops.satisfaction import Satisfaction
from bot.petitions.tables import RATING
from bot.reports.periods import Span
from bot.reports.tallies import Values, partition

_GIVEN = frozenset(one.value for one in Satisfaction if one is not Satisfaction.SKIPPED)


@dataclass(frozen=True)
class Opinion:
    """One item of feedback, as far as figures need it."""

    source: str
    thumb: str | None
    reason: str | None
    bottleneck: str
    procedure_code: str

    @property
    def complains(self) -> bool:
        """Whether something is said to be wrong: no thumb up, and not one that was taken back."""
        withdrawn = self.source == Source.THUMB.value and self.thumb is None
        return self.thumb != Thumb.UP.value and not withdrawn


def opinions_of(connection: Connection, span: Span) -> list[Opinion]:
    """Return what was said about answers in a period."""
    of = FEEDBACK.c
    columns = [of[name] for name in Opinion.__dataclass_fields__]
    query = select(*columns).where(of.created_at >= span.begins, of.created_at < span.ends)
    return [Opinion(*row) for row in connection.execute(query.order_by(of.created_at, of.id))]


def count_opinions(connection: Connection, span: Span, opinions: list[Opinion]) -> Values:
    """Count ratings, reasons and codes."""
    of = SURVEY_ANSWER.c
    query = select(of.satisfaction, of.bottleneck, of.feedback_id).where(of.answered_on.between(span.since, span.until))
    surveys = connection.execute(query).all()
    moment, rated = CASE_RATING.c.rated_at, RATING.c.rated_at
    cases = connection.execute(select(CASE_RATING.c.rating).where(moment >= span.begins, moment < span.ends))
    petitions = connection.execute(select(RATING.c.rating).where(rated >= span.begins, rated < span.ends))
    codes = [one.bottleneck for one in opinions if one.complains]
    unhappy = _GIVEN - {Satisfaction.SATISFIED.value}
    codes += [row.bottleneck for row in surveys if row.satisfaction in unhappy and row.feedback_id is None]
    down = [one for one in opinions if one.thumb == Thumb.DOWN.value]
    return {
        "satisfaction_talks": partition("satisfaction_talks", _given(row.satisfaction for row in surveys)),
        "satisfaction_cases": partition("satisfaction_cases", _given(row.rating for row in cases)),
        "satisfaction_petitions": partition("satisfaction_petitions", _given(row.rating for row in petitions)),
        "thumbs": partition("thumbs", (one.thumb for one in opinions if one.thumb)),
        "dislike_reasons": partition("dislike_reasons", (one.reason or "unsaid" for one in down)),
        "bottlenecks": dict.fromkeys(bottlenecks(), 0) | partition("bottlenecks", codes),
    }


def _given(answers: Iterable[str]) -> list[str]:
    return [answer for answer in answers if answer in _GIVEN]
