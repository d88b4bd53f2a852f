"""Coded errors. Raised and logged once where they happen, turned into words at the edge.

Each code is explained in docs/errors.md; a test holds the two together.
"""

from __future__ import annotations


class MotCuaError(Exception):
    """A fault with a stable code; `context` holds what an operator needs, never personal data."""

    code = "UNKNOWN"

    def __init__(self, message: str = "", **context: object) -> None:
        super().__init__(message or self.code)
        self.context = context


class SettingInvalidError(MotCuaError):
    code = "SETTING_INVALID"


class AssistantDownError(MotCuaError):
    """Rasa does not answer: refused, timed out, or answered with an error."""

    code = "ASSISTANT_DOWN"


class TokenInvalidError(MotCuaError):
    """A session token is forged, damaged or belongs to an erased conversation."""

    code = "TOKEN_INVALID"


class MessageRefusedError(MotCuaError):
    """A citizen's message is empty, too long, or comes too fast."""

    code = "MESSAGE_REFUSED"


class CaseSystemDownError(MotCuaError):
    """A system that holds dossiers refuses, does not answer in time, or answers what cannot be read."""

    code = "CASE_SYSTEM_DOWN"


class ZaloPayloadError(MotCuaError):
    """A webhook body that is no event of a Zalo Official Account."""

    code = "ZALO_PAYLOAD"


class NoticeRefusedError(MotCuaError):
    """A late notice lacks one of its three parts, or says nothing; `faults` in the context names what is wrong."""

    code = "NOTICE_REFUSED"


class ReportRefusedError(MotCuaError):
    """A month that is none, is yet to come, or cannot be closed yet; `reason` in the context says which."""

    code = "REPORT_REFUSED"


class StoreDownError(MotCuaError):
    """The operations store does not open, is not reached, or went away in the middle; a repeat tells what was done."""

    code = "STORE_DOWN"


class PetitionRefusedError(MotCuaError):
    """What a citizen wants to lodge cannot be a petition; `faults` in the context names what is wrong."""

    code = "PETITION_REFUSED"


class PetitionStepError(MotCuaError):
    """An officer's step is not possible; `fault` in the context names why, in the words of petitions/wording.yml."""

    code = "PETITION_STEP"


class PhotoRefusedError(MotCuaError):
    """A photo is not taken; `reason` in the context is a `PhotoRefusal`, which has a sentence for the citizen."""

    code = "PHOTO_REFUSED"


class PhotoUnreadableError(MotCuaError):
    """A kept photo does not open: its key is missing, or the database was changed."""

    code = "PHOTO_UNREADABLE"


class FeedbackRefusedError(MotCuaError):
    """What an officer wants of a feedback item cannot be done; `why` in the context says which rule it breaks."""

    code = "FEEDBACK_REFUSED"


class ReferralRefusedError(MotCuaError):
    """A team's step that cannot be: an unknown reference, another state, words that ask for secrets."""

    code = "REFERRAL_REFUSED"


class ZaloRefusedError(MotCuaError):
    """Zalo answers a call with an error; `zalo_code` in the context is its number, 0 where it gives none."""

    code = "ZALO_REFUSED"


class ZaloDownError(MotCuaError):
    """Zalo does not answer, or answers what cannot be read; `maybe` in the context: it may have done what was asked."""

    code = "ZALO_DOWN"


class ZaloTokenError(MotCuaError):
    """No access token for Zalo: never consented, or the refresh token was refused; a person has to consent again."""

    code = "ZALO_TOKEN"


class ZaloMediaError(MotCuaError):
    """A file that a citizen sent over Zalo is not fetched; `refused` in the context: its address is not Zalo's."""

    code = "ZALO_MEDIA"


class SealBrokenError(MotCuaError):
    """A sealed secret does not open: `MOTCUA_SECRET` has changed, or the row was touched."""

    code = "SEAL_BROKEN"


class StaffRefusedError(MotCuaError):
    """Something about staff cannot be done; `fault` in the context is a `StaffFault`, which has a sentence."""

    code = "STAFF_REFUSED"


class TuningRefusedError(MotCuaError):
    """A setting is not taken; `fault` in the context is a `TuningFault`, which has a sentence for administrators."""

    code = "TUNING_REFUSED"


class DeskRefusedError(MotCuaError):
    """A ready reply, a verdict or an example is not taken; `fault` in the context is a `DeskFault`."""

    code = "DESK_REFUSED"


class ApprovalError(MotCuaError):
    """A step on an answer that waits for an officer's look is not possible; `fault` is an `ApprovalFault`."""

    code = "APPROVAL_STEP"


class HandoffStepError(MotCuaError):
    """A step of handing over is not possible; `fault` in the context is a `HandoffFault`, which has a sentence."""

    code = "HANDOFF_STEP"


class PrivacyStepError(MotCuaError):
    """A step about data that cannot be taken: nothing of that name, no reason given, or a backup that does not fit."""

    code = "PRIVACY_STEP"
