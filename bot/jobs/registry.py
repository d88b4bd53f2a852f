"""All jobs, in one list."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from bot.jobs.cases import CaseJobs
from bot.jobs.feedback import FeedbackJobs
from bot.jobs.handoff import HandoffJobs
from bot.jobs.petitions import PetitionJobs
from bot.jobs.photos import PhotoJobs
from bot.jobs.privacy import PrivacyJobs, unless_held
from bot.jobs.referrals import ReferralJobs
from bot.jobs.reports import ReportJobs
from bot.jobs.runner import Job, JobRunner
from bot.jobs.staff import StaffJobs
from bot.privacy.build import build_privacy
from bot.privacy.retention import FEEDBACK_IS_FREE, PETITION_IS_FREE
from bot.services import CaseServices
from knowledge.working_days import load_calendar


def build_runner(services: CaseServices) -> JobRunner:
    """Return the runner of all jobs over the operations store."""
    return JobRunner(jobs_of(services), services.operations, services.clock, f"{socket.gethostname()}:{os.getpid()}")


def jobs_of(services: CaseServices) -> list[Job]:
    """Return every job there is."""
    cases = CaseJobs(
        services.cases,
        services.follows,
        services.case_answers,
        services.operations,
        services.clock,
        load_calendar(),
        services.switches,
    )
    petitions = PetitionJobs(services.petition_parts, services.operations, services.clock, (PETITION_IS_FREE,))
    photos = PhotoJobs(services.attachments)
    feedback = FeedbackJobs(
        services.feedback,
        services.clock,
        load_calendar(),
        services.tuned,
        services.feedback_retention,
        (FEEDBACK_IS_FREE,),
    )
    of = services.referrals
    referrals = ReferralJobs(of.ageing, of.words, services.operations, services.clock)
    staff = StaffJobs(services.staff_keeping)
    handoff = HandoffJobs(services.handoff, services.operations, services.clock)
    of_privacy = build_privacy(services)
    privacy = PrivacyJobs(of_privacy.erasures, of_privacy.telling, of_privacy.retention, services.clock)
    held = of_privacy.retention.is_held
    reports = ReportJobs(services.reports.months)
    return [
        Job(
            "case_changes", timedelta(minutes=5), "reads followed dossiers, notes what changed", cases.look_for_changes
        ),
        Job("case_words", timedelta(seconds=30), "tells followers what is new", cases.say_words),
        Job("case_tries", timedelta(hours=1), "forgets tries that are over", cases.forget_tries),
        Job("petition_clocks", timedelta(minutes=15), "reminds, escalates, closes petitions", petitions.look_at_clocks),
        Job("petition_words", timedelta(seconds=30), "tells people of each step", petitions.say_words),
        Job(
            "petition_forget",
            timedelta(hours=6),
            "takes people out of old petitions",
            unless_held(held, "petition", petitions.forget),
        ),
        Job("stale_photos", timedelta(hours=1), "removes photos that belong to nothing", photos.remove_stale),
        Job(
            "feedback_overdue", timedelta(hours=1), "raises feedback that is open for too long", feedback.raise_overdue
        ),
        Job(
            "feedback_forget",
            timedelta(hours=6),
            "erases old words of feedback",
            unless_held(held, "feedback", feedback.forget),
        ),
        Job("referral_words", timedelta(seconds=30), "tells citizens of their requests for help", referrals.say_words),
        Job("referral_climb", timedelta(hours=1), "hands on requests that nobody takes", referrals.climb),
        Job("handoff_clocks", timedelta(seconds=15), "looks after who waits and who holds", handoff.look),
        Job("handoff_calls", timedelta(minutes=5), "apologises for calls not made in time", handoff.look_at_calls),
        Job("handoff_forget", timedelta(hours=6), "forgets who was there yesterday", handoff.forget),
        Job("report_months", timedelta(hours=6), "closes months whose figures are complete", reports.close_months),
        Job("staff_keeping", timedelta(hours=6), "seals secrets, drops what is kept long enough of staff", staff.keep),
        Job("referral_forget", timedelta(hours=1), "forgets drafts, erased conversations", referrals.forget),
        Job("data_erasures", timedelta(seconds=15), "erases what citizens ask to be erased", privacy.carry_out),
        Job("data_retention", timedelta(minutes=30), "erases at night what was kept long enough", privacy.retain),
    ]
