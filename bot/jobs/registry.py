"""All jobs, in one list."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from bot.jobs.cases import CaseJobs
from bot.jobs.referrals import ReferralJobs
from bot.jobs.runner import Job, JobRunner
from bot.services import CaseServices
from knowledge.working_days import load_calendar


def build_runner(services: CaseServices) -> JobRunner:
    """Return the runner of all jobs over the operations store."""
    return JobRunner(jobs_of(services), services.operations, services.clock, f"{socket.gethostname()}:{os.getpid()}")


def jobs_of(services: CaseServices) -> list[Job]:
    """Return every job there is."""
    cases = CaseJobs(
        services.cases, services.follows, services.case_answers, services.operations, services.clock, load_calendar()
    )
    of = services.referrals
    referrals = ReferralJobs(of.ageing, of.words, services.operations, services.clock)
    return [
        Job(
            "case_changes", timedelta(minutes=5), "reads followed dossiers, notes what changed", cases.look_for_changes
        ),
        Job("case_words", timedelta(seconds=30), "tells followers what is new", cases.say_words),
        Job("case_tries", timedelta(hours=1), "forgets tries that are over", cases.forget_tries),
        Job("referral_words", timedelta(seconds=30), "tells citizens of their requests for help", referrals.say_words),
        Job("referral_climb", timedelta(hours=1), "hands on requests that nobody takes", referrals.climb),
        Job("referral_forget", timedelta(hours=1), "forgets drafts, erased conversations", referrals.forget),
    ]
