"""Every way a turn can end. Reports and metrics group by the prefix."""

from __future__ import annotations

from enum import Enum


class Outcome(str, Enum):
    """A turn has exactly one."""

    ANSWERED_PROCEDURE = "answered_procedure"
    ANSWERED_CHECKLIST = "answered_checklist"
    ANSWERED_COMPARISON = "answered_comparison"
    ANSWERED_LIFE_EVENT = "answered_life_event"
    ANSWERED_SMALLTALK = "answered_smalltalk"
    ANSWERED_PAPER_CHECK = "answered_paper_check"
    ANSWERED_HOUSEHOLD_BOOK = "answered_household_book"
    ANSWERED_EMERGENCY = "answered_emergency"
    ANSWERED_VIOLENCE = "answered_violence"
    ANSWERED_DISTRESS = "answered_distress"
    ANSWERED_SCAM = "answered_scam"
    ANSWERED_CASE_STATUS = "answered_case_status"
    ANSWERED_CASE_CHANGE = "answered_case_change"
    ANSWERED_CASE_CODE_PLACE = "answered_case_code_place"
    ANSWERED_CASE_FOLLOW = "answered_case_follow"
    ANSWERED_CASE_RATING = "answered_case_rating"
    ANSWERED_DIGITAL_HELP = "answered_digital_help"
    ANSWERED_PETITION_LODGED = "answered_petition_lodged"
    ANSWERED_PETITION_STATUS = "answered_petition_status"
    ANSWERED_PETITION_STEP = "answered_petition_step"
    ANSWERED_PETITION_CANCELLED = "answered_petition_cancelled"
    ANSWERED_NOT_SOLVED = "answered_not_solved"
    ANSWERED_REMARK_SENT = "answered_remark_sent"
    ANSWERED_HANDOFF = "answered_handoff"
    ANSWERED_MY_DATA = "answered_my_data"
    ANSWERED_HOW_TO = "answered_how_to"
    ANSWERED_REFERRAL = "answered_referral"
    ANSWERED_REFERRAL_SENT = "answered_referral_sent"
    ANSWERED_TIPS = "answered_tips"
    ANSWERED_OLD_WORD = "answered_old_word"
    ANSWERED_VNEID = "answered_vneid"
    ANSWERED_PLACE = "answered_place"
    CLARIFIED_CASE_CODE = "clarified_case_code"
    CLARIFIED_CASE_FOLLOW = "clarified_case_follow"
    CLARIFIED_CASE_PROOF = "clarified_case_proof"
    CLARIFIED_CASE_RATING = "clarified_case_rating"
    CLARIFIED_CHOICE = "clarified_choice"
    CLARIFIED_CHECKLIST = "clarified_checklist"
    CLARIFIED_HANDOFF = "clarified_handoff"
    CLARIFIED_HANDOFF_PHONE = "clarified_handoff_phone"
    CLARIFIED_HOW_TO = "clarified_how_to"
    CLARIFIED_REFERRAL = "clarified_referral"
    CLARIFIED_REFERRAL_PHONE = "clarified_referral_phone"
    CLARIFIED_MY_DATA = "clarified_my_data"
    CLARIFIED_MATTER = "clarified_matter"
    CLARIFIED_PETITION = "clarified_petition"
    CLARIFIED_PETITION_SUMMARY = "clarified_petition_summary"
    CLARIFIED_PETITION_CODE = "clarified_petition_code"
    CLARIFIED_PETITION_PROOF = "clarified_petition_proof"
    CLARIFIED_PETITION_STEP = "clarified_petition_step"
    CLARIFIED_NOT_SOLVED = "clarified_not_solved"
    CLARIFIED_SUBJECT = "clarified_subject"
    CLARIFIED_PACE = "clarified_pace"
    CLARIFIED_PLACE = "clarified_place"
    UNANSWERED_CASE_ELSEWHERE = "unanswered_case_elsewhere"
    UNANSWERED_CASE_NOT_PROVEN = "unanswered_case_not_proven"
    UNANSWERED_NO_MATCH = "unanswered_no_match"
    UNANSWERED_NOT_UNDERSTOOD = "unanswered_not_understood"
    UNANSWERED_PAPER_UNSURE = "unanswered_paper_unsure"
    UNANSWERED_OUT_OF_SCOPE = "unanswered_out_of_scope"
    UNANSWERED_PETITION_NOT_PROVEN = "unanswered_petition_not_proven"
    UNANSWERED_UNKNOWN_CODE = "unanswered_unknown_code"
    UNANSWERED_NOT_YET = "unanswered_not_yet"
    UNANSWERED_OFFICE = "unanswered_office"
    UNANSWERED_OUTSIDE_CITY = "unanswered_outside_city"
    UNANSWERED_PLACE_UNSURE = "unanswered_place_unsure"
    UNANSWERED_COURT = "unanswered_court"
    UNANSWERED_CITY_ONLY = "unanswered_city_only"
    UNANSWERED_FOREIGN_LANGUAGE = "unanswered_foreign_language"
    REFUSED_CREDENTIALS = "refused_credentials"
    REFUSED_CASE_TRIES = "refused_case_tries"
    REFUSED_DENUNCIATION = "refused_denunciation"
    REFUSED_COMPLAINT = "refused_complaint"
    REFUSED_SWITCHED_OFF = "refused_switched_off"
    REFUSED_PETITION_ELSEWHERE = "refused_petition_elsewhere"
    REFUSED_PETITION_NO_CONTACT = "refused_petition_no_contact"
    REFUSED_PETITION_TRIES = "refused_petition_tries"
    HANDED_OFF_HOTLINE = "handed_off_hotline"
    HANDED_OFF_OFFICER = "handed_off_officer"
    HANDED_OFF_NOBODY = "handed_off_nobody"
    HANDED_OFF_CONTACT = "handed_off_contact"
    ERROR_CASE_SYSTEM = "error_case_system"
    ERROR_REFERRAL = "error_referral"
    ERROR_HANDOFF = "error_handoff"
    ERROR_CATALOGUE = "error_catalogue"
    ERROR_STORE = "error_store"
    ERROR_INTERNAL = "error_internal"


AFTER_PROOF = frozenset(
    outcome.value
    for outcome in (
        Outcome.ANSWERED_CASE_STATUS,
        Outcome.CLARIFIED_CASE_FOLLOW,
        Outcome.CLARIFIED_CASE_PROOF,
        Outcome.CLARIFIED_CASE_RATING,
        Outcome.UNANSWERED_CASE_ELSEWHERE,
        Outcome.UNANSWERED_CASE_NOT_PROVEN,
        Outcome.REFUSED_CASE_TRIES,
        Outcome.ERROR_CASE_SYSTEM,
        Outcome.ANSWERED_PETITION_STATUS,
        Outcome.CLARIFIED_PETITION_PROOF,
        Outcome.UNANSWERED_PETITION_NOT_PROVEN,
        Outcome.REFUSED_PETITION_TRIES,
    )
)
"""How turns end whose question may hold the proof that a dossier is one's own."""


_NOT_RATED = frozenset(
    outcome.value
    for outcome in (
        Outcome.ANSWERED_SMALLTALK,
        Outcome.ANSWERED_EMERGENCY,
        Outcome.ANSWERED_VIOLENCE,
        Outcome.ANSWERED_DISTRESS,
        Outcome.ANSWERED_CASE_RATING,
        Outcome.ANSWERED_NOT_SOLVED,
        Outcome.ANSWERED_REMARK_SENT,
        Outcome.ANSWERED_HANDOFF,
        Outcome.ANSWERED_MY_DATA,
        Outcome.HANDED_OFF_OFFICER,
        Outcome.HANDED_OFF_NOBODY,
        Outcome.HANDED_OFF_CONTACT,
    )
)


def is_rateable(outcome: str) -> bool:
    """Say whether people can find such an answer right or wrong.

    A question back is none yet; to somebody in danger, or in the middle of giving an opinion, it would be noise.
    """
    return outcome.startswith(("answered_", "unanswered_", "handed_off_")) and outcome not in _NOT_RATED


AFTER_CONTACT = frozenset(
    (
        Outcome.CLARIFIED_REFERRAL.value,
        Outcome.CLARIFIED_REFERRAL_PHONE.value,
        Outcome.ANSWERED_REFERRAL.value,
        Outcome.ANSWERED_REFERRAL_SENT.value,
        Outcome.ERROR_REFERRAL.value,
        Outcome.CLARIFIED_HANDOFF_PHONE.value,
        Outcome.HANDED_OFF_CONTACT.value,
        Outcome.ERROR_HANDOFF.value,
    )
)
"""How turns end whose question may hold a telephone number that was asked for: its record alone keeps it."""


URGENT = frozenset(
    outcome.value
    for outcome in Outcome
    if outcome.value.startswith(("refused_", "error_"))
    or outcome
    in (Outcome.ANSWERED_EMERGENCY, Outcome.ANSWERED_VIOLENCE, Outcome.ANSWERED_DISTRESS, Outcome.ANSWERED_SCAM)
)
"""What nobody waits for: danger, what must not be sent or told here, faults."""
TO_A_PERSON = frozenset(
    outcome.value
    for outcome in Outcome
    if outcome.value.startswith(("handed_off_", "clarified_handoff")) or outcome is Outcome.ANSWERED_HANDOFF
)
"""What leads to a person, or away from one."""
LOOKED_AT = frozenset(
    outcome.value
    for outcome in (
        Outcome.ANSWERED_PROCEDURE,
        Outcome.ANSWERED_CHECKLIST,
        Outcome.ANSWERED_COMPARISON,
        Outcome.ANSWERED_LIFE_EVENT,
        Outcome.ANSWERED_PAPER_CHECK,
        Outcome.ANSWERED_HOUSEHOLD_BOOK,
        Outcome.ANSWERED_CASE_STATUS,
        Outcome.ANSWERED_CASE_CHANGE,
        Outcome.ANSWERED_CASE_CODE_PLACE,
        Outcome.ANSWERED_DIGITAL_HELP,
        Outcome.ANSWERED_HOW_TO,
        Outcome.ANSWERED_TIPS,
        Outcome.ANSWERED_OLD_WORD,
        Outcome.ANSWERED_VNEID,
        Outcome.ANSWERED_PLACE,
        Outcome.ANSWERED_PETITION_STATUS,
        Outcome.UNANSWERED_CASE_ELSEWHERE,
        Outcome.UNANSWERED_NO_MATCH,
        Outcome.UNANSWERED_NOT_UNDERSTOOD,
        Outcome.UNANSWERED_PAPER_UNSURE,
        Outcome.UNANSWERED_OUT_OF_SCOPE,
        Outcome.UNANSWERED_NOT_YET,
        Outcome.UNANSWERED_OFFICE,
        Outcome.UNANSWERED_OUTSIDE_CITY,
        Outcome.UNANSWERED_PLACE_UNSURE,
        Outcome.UNANSWERED_COURT,
        Outcome.UNANSWERED_CITY_ONLY,
    )
)
"""What says something about a matter, so that an officer may look at it before it goes. Not: questions, receipts."""
BEHIND_OTHERS = LOOKED_AT.union(
    (outcome.value for outcome in Outcome if outcome.value.startswith("clarified_")),
    (
        Outcome.ANSWERED_SMALLTALK.value,
        Outcome.ANSWERED_CASE_FOLLOW.value,
        Outcome.ANSWERED_MY_DATA.value,
        Outcome.ANSWERED_CASE_RATING.value,
        Outcome.ANSWERED_PETITION_LODGED.value,
        Outcome.ANSWERED_PETITION_STEP.value,
        Outcome.ANSWERED_PETITION_CANCELLED.value,
        Outcome.ANSWERED_NOT_SOLVED.value,
        Outcome.ANSWERED_REMARK_SENT.value,
        Outcome.ANSWERED_REFERRAL.value,
        Outcome.ANSWERED_REFERRAL_SENT.value,
        Outcome.UNANSWERED_CASE_NOT_PROVEN.value,
        Outcome.UNANSWERED_PETITION_NOT_PROVEN.value,
        Outcome.UNANSWERED_UNKNOWN_CODE.value,
        Outcome.UNANSWERED_FOREIGN_LANGUAGE.value,
    ),
)
"""What may wait behind an answer that is looked at, so that the order stays. What stands nowhere here never waits."""
