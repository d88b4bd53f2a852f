"""Every way a turn can end. Reports and metrics group by the prefix."""

from __future__ import annotations

from enum import Enum


class Outcome(str, Enum):
    """A turn has exactly one."""

    ANSWERED_PROCEDURE = "answered_procedure"
    ANSWERED_COMPARISON = "answered_comparison"
    ANSWERED_LIFE_EVENT = "answered_life_event"
    ANSWERED_SMALLTALK = "answered_smalltalk"
    ANSWERED_HOUSEHOLD_BOOK = "answered_household_book"
    ANSWERED_EMERGENCY = "answered_emergency"
    ANSWERED_VIOLENCE = "answered_violence"
    ANSWERED_DISTRESS = "answered_distress"
    ANSWERED_SCAM = "answered_scam"
    ANSWERED_DIGITAL_HELP = "answered_digital_help"
    CLARIFIED_CHOICE = "clarified_choice"
    CLARIFIED_SUBJECT = "clarified_subject"
    UNANSWERED_NO_MATCH = "unanswered_no_match"
    UNANSWERED_NOT_UNDERSTOOD = "unanswered_not_understood"
    UNANSWERED_OUT_OF_SCOPE = "unanswered_out_of_scope"
    UNANSWERED_UNKNOWN_CODE = "unanswered_unknown_code"
    UNANSWERED_NOT_YET = "unanswered_not_yet"
    UNANSWERED_OFFICE = "unanswered_office"
    UNANSWERED_COURT = "unanswered_court"
    UNANSWERED_CITY_ONLY = "unanswered_city_only"
    UNANSWERED_FOREIGN_LANGUAGE = "unanswered_foreign_language"
    REFUSED_CREDENTIALS = "refused_credentials"
    REFUSED_DENUNCIATION = "refused_denunciation"
    REFUSED_COMPLAINT = "refused_complaint"
    HANDED_OFF_HOTLINE = "handed_off_hotline"
    ERROR_CATALOGUE = "error_catalogue"
    ERROR_INTERNAL = "error_internal"
