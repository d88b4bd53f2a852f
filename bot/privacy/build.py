"""Puts the parts together on an operations store."""

from __future__ import annotations

from dataclasses import dataclass

from bot.privacy.applying import CorrectionTelling
from bot.privacy.carrying_out import Erasures
from bot.privacy.corrections import Corrections
from bot.privacy.desk import PrivacyDesk
from bot.privacy.retention import Retention
from bot.services import CaseServices
from knowledge.working_days import load_calendar


@dataclass(frozen=True)
class PrivacyParts:
    """For citizens, for the job that erases, and for the night's work."""

    desk: PrivacyDesk
    corrections: Corrections
    erasures: Erasures
    telling: CorrectionTelling
    retention: Retention


def build_privacy(services: CaseServices) -> PrivacyParts:
    """Return the parts over the store of `services`."""
    database, clock = services.operations, services.clock
    return PrivacyParts(
        PrivacyDesk(database, clock, load_calendar(), services.petition_parts.retention),
        Corrections(database, clock, load_calendar()),
        Erasures(database, clock),
        CorrectionTelling(database, clock),
        Retention(
            database,
            clock,
            services.conversation_days,
            services.petition_parts.retention,
            services.feedback_retention,
        ),
    )
