"""What is said about staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

CITY = "city"
"""The unit of whoever works for the whole city: the support team. All other units are five digits of a commune."""
COMMAND = "command"
"""Who did it, where it was the command line."""


class Role(str, Enum):
    """What somebody may do; an administrator may do everything."""

    OFFICER = "officer"
    """Petitions, late notices, feedback about the service."""
    REVIEWER = "reviewer"
    """Looks at how the assistant answers."""
    EDITOR = "editor"
    """Looks after the records: wrong answers."""
    ADMINISTRATOR = "administrator"
    """People, switches, the audit."""


@dataclass(frozen=True)
class Person:
    """Somebody of the staff. name: with which they sign in; display_name: what histories and citizens' receipts show.

    units: `CITY`, or codes of communes. must_change: signed in with a password that was given to them.
    """

    id: str
    name: str
    display_name: str
    roles: frozenset[Role]
    units: tuple[str, ...]
    must_change: bool = False
    has_totp: bool = False
    disabled_at: datetime | None = None
    demo: bool = False

    def may(self, *roles: Role) -> bool:
        """Say whether one of `roles` is theirs; without roles: whether they are staff at all."""
        return not roles or self.is_administrator or not self.roles.isdisjoint(roles)

    @property
    def is_administrator(self) -> bool:
        """Whether everything is theirs to see."""
        return Role.ADMINISTRATOR in self.roles

    @property
    def sees_city(self) -> bool:
        """Whether what belongs to no commune is theirs to see."""
        return self.is_administrator or CITY in self.units


@dataclass(frozen=True)
class Session:
    """A signed-in browser. id: its row, which is no secret; browser: what the browser calls itself."""

    id: str
    person: Person
    began_at: datetime
    seen_at: datetime
    browser: str = ""


class SignInKind(str, Enum):
    """How a try to sign in ended. `WRONG` is name, password or code: which one is never said."""

    IN = "in"
    WRONG = "wrong"
    TOO_MANY_TRIES = "too_many_tries"


@dataclass(frozen=True)
class SignIn:
    """token: the new session's secret, only here; again_at: when there may be another try."""

    kind: SignInKind
    token: str = ""
    person: Person | None = None
    again_at: datetime | None = None


class StaffFault(str, Enum):
    """Why something about people is not possible; its sentence is in wording.yml."""

    NAME = "name"
    NAME_TAKEN = "name_taken"
    DISPLAY_NAME = "display_name"
    DISPLAY_NAME_TAKEN = "display_name_taken"
    NO_ROLE = "no_role"
    UNIT = "unit"
    NO_UNIT = "no_unit"
    PASSWORD_SHORT = "password_short"  # noqa: S105 - a fault's name
    PASSWORD_LONG = "password_long"  # noqa: S105
    PASSWORD_PLAIN = "password_plain"  # noqa: S105
    PASSWORD_SAME = "password_same"  # noqa: S105
    PASSWORD_WRONG = "password_wrong"  # noqa: S105
    CODE_WRONG = "code_wrong"
    UNKNOWN = "unknown"
    LAST_ADMINISTRATOR = "last_administrator"
    NOT_FIRST = "not_first"
    REAL_PEOPLE = "real_people"
    NO_REASON = "no_reason"
    NO_SENTENCE = "no_sentence"
    TOO_MANY_TRIES = "too_many_tries"


class Feature(str, Enum):
    """What can be switched off: the assistant as a whole, or one thing that it does while everything else goes on."""

    ASSISTANT = "assistant"
    CASES = "cases"
    """Looking dossiers up, and following them."""
    PETITIONS = "petitions"
    """Writing and sending new ones; looking one up and answering the office stay."""
    PHOTOS = "photos"
    """Photos of petitions."""
    REFERRALS = "referrals"
    """Requests to the digital teams; what was sent can still be looked at and taken back."""
    HANDOFF = "handoff"
    """Officers in the chat and calls back; who waits already is answered, danger is handed over all the same."""
    RATINGS = "ratings"
    """Thumbs, the survey, the question after a dossier's result."""
    LINKS = "links"
    """New links of the web with Zalo; a link can be ended."""
    TEMPLATES = "templates"
    """News by Zalo's paid templates, and asking whether they may be sent; taking a consent back stays."""
    CHECKLISTS = "checklists"
    GUIDES = "guides"


@dataclass(frozen=True)
class SwitchChange:
    """A line of a switch's history. sentence: what citizens read while it is off."""

    feature: Feature
    off: bool
    sentence: str
    reason: str
    by: str
    at: datetime


class Deed(str, Enum):
    """What the audit holds: views of personal data, and changes."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a deed's name
    TOTP_ON = "totp_on"
    TOTP_OFF = "totp_off"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    PASSWORD_RESET = "password_reset"  # noqa: S105
    SWITCHED_OFF = "switched_off"
    SWITCHED_ON = "switched_on"
    SETTING_CHANGED = "setting_changed"
    AUDIT_READ = "audit_read"
    AUDIT_FORGOTTEN = "audit_forgotten"
    PETITION_LISTED = "petition_listed"
    PETITION_SEEN = "petition_seen"
    CONTACT_SEEN = "contact_seen"
    PETITION_CORRECTED = "petition_corrected"
    PHOTO_SEEN = "photo_seen"
    PETITION_STEP = "petition_step"
    NOTICE_WRITTEN = "notice_written"
    FOLLOW_UP_CLOSED = "follow_up_closed"
    FEEDBACK_SEEN = "feedback_seen"
    FEEDBACK_STEP = "feedback_step"
    READY_REPLY_CHANGED = "ready_reply_changed"
    CONVERSATION_LISTED = "conversation_listed"
    CONVERSATION_SEEN = "conversation_seen"
    CONVERSATION_UNMASKED = "conversation_unmasked"
    CONVERSATION_STEP = "conversation_step"
    ANSWER_LOOKED_AT = "answer_looked_at"
    APPROVAL_SWITCHED = "approval_switched"
    REVIEW_SEEN = "review_seen"
    VERDICT_GIVEN = "verdict_given"
    EXAMPLE_CHANGED = "example_changed"
    SEARCHED = "searched"
    EXPORTED = "exported"
    REFERRAL_SEEN = "referral_seen"
    REFERRAL_STEP = "referral_step"
    DATA_REQUEST_STEP = "data_request_step"
    DATA_LOOKED_FOR = "data_looked_for"
    HOLD_CHANGED = "hold_changed"


@dataclass(frozen=True)
class AuditRow:
    """One line of the audit: who, what, about which thing (a code, never a citizen's words), and the reason given."""

    id: int
    at: datetime
    by: str
    deed: Deed
    about: str = ""
    reason: str = ""
