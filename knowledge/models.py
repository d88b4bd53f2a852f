"""The published procedure as frozen dataclasses. Field names: docs/glossary.md; shapes: docs/curated-records.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from knowledge.guide import ALWAYS, NO_GUIDE, Guide, When


class AuthorityLevel(str, Enum):
    MINISTRY = "ministry"
    PROVINCE = "province"
    COMMUNE = "commune"
    OTHER = "other"


class OnlineLevel(str, Enum):
    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    UNKNOWN = "unknown"


class Method(str, Enum):
    ONLINE = "online"
    IN_PERSON = "in_person"
    POSTAL = "postal"


class TimeUnit(str, Enum):
    WORKING_DAY = "working_day"
    DAY = "day"
    HOUR = "hour"
    MONTH = "month"
    YEAR = "year"
    SAME_DAY = "same_day"


class FeeKind(str, Enum):
    FEE = "fee"
    CHARGE = "charge"


class FeeStatus(str, Enum):
    """What the record says of a fee. A bare 0 is `NOT_PUBLISHED`, never `FREE` (R-20)."""

    AMOUNT = "amount"
    FREE = "free"
    SET_BY_COUNCIL = "set_by_council"
    DESCRIBED = "described"
    NOT_PUBLISHED = "not_published"


class ComponentRole(str, Enum):
    SUBMIT = "submit"
    PRESENT = "present"
    NOTE = "note"


class VneidEquivalent(str, Enum):
    YES = "yes"
    NO = "no"
    IF_INTEGRATED = "if_integrated"


class RecordStatus(str, Enum):
    CURRENT = "current"
    SUPERSEDED = "superseded"
    REMOVED = "removed"


class Origin(str, Enum):
    """Where a stored record came from; curated facts win over the portal's."""

    CURATED = "curated"
    PORTAL = "portal"


class ProcedureKind(str, Enum):
    """Who the procedure is for: published for the whole country, one province's own, or inside the administration."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


class Completeness(int, Enum):
    """How much of a record its source gives; a later reading never replaces a fuller one with a poorer one."""

    LISTED = 1
    """Code, name, sector and agencies: a row of a list."""
    GLUED = 2
    """All parts, but tables run together and units lost."""
    FULL = 3


@dataclass(frozen=True)
class Change:
    """An editor's entry: who changed what, when and why."""

    on: date
    by: str
    why: str
    what: str = ""


@dataclass(frozen=True)
class RawRef:
    """Which raw row a fact was read from.

    fact: path in our record, such as `dossier/always/row3`, `steps/2`, `submission_methods/online/fees/0`.
    raw: path in the source, such as `/executionCases/0/profileComponents/2` (JSON pointer) or `line 41`.
    """

    fact: str
    raw: str


@dataclass(frozen=True)
class ProcessingTime:
    """A time: `amount` of `unit`, or `text` where the record gives no number; `case` says when it holds."""

    amount: float | None = None
    unit: TimeUnit | None = None
    case: str = ""
    text: str = ""
    when: When = ALWAYS


@dataclass(frozen=True)
class Fee:
    """An amount in VND `per` something, or a status without amount. Valid within `valid_from`…`valid_to`, inclusive."""

    kind: FeeKind = FeeKind.FEE
    status: FeeStatus = FeeStatus.AMOUNT
    amount: int | None = None
    per: str = ""
    case: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    set_by: str = ""
    note: str = ""
    when: When = ALWAYS

    def holds_on(self, day: date) -> bool:
        """Say whether the fee is valid on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class SubmissionMethod:
    method: Method
    where: str = ""
    note: str = ""
    times: tuple[ProcessingTime, ...] = ()
    fees: tuple[Fee, ...] = ()
    when: When = ALWAYS


@dataclass(frozen=True)
class DossierComponent:
    """One paper. `reusable_from` names where the office looks it up; `form` is the official form's number.

    condition: when it is needed, in words. when: the same for the guide; decided: it says all that `condition` says.
    note: what to know whenever the paper is needed.
    """

    id: str
    name: str
    role: ComponentRole = ComponentRole.SUBMIT
    originals: int = 0
    copies: int = 0
    form: str = ""
    condition: str = ""
    reusable_from: str = ""
    vneid_equivalent: VneidEquivalent | None = None
    note: str = ""
    when: When = ALWAYS
    decided: bool = False


@dataclass(frozen=True)
class DossierCase:
    """Papers of one case; an empty `case` holds always."""

    id: str
    case: str = ""
    components: tuple[DossierComponent, ...] = ()
    when: When = ALWAYS


@dataclass(frozen=True)
class ResultDocument:
    name: str
    code: str = ""
    note: str = ""


@dataclass(frozen=True)
class LegalBasis:
    number: str
    title: str = ""
    date: date | None = None
    issuer: str = ""


@dataclass(frozen=True)
class Decision:
    """The announcing decision (quyết định công bố)."""

    number: str = ""
    date: date | None = None
    issuer: str = ""


@dataclass(frozen=True)
class Source:
    url: str = ""
    retrieved_on: date | None = None


@dataclass(frozen=True)
class Sibling:
    """A close procedure, and in plain words when that one is meant."""

    code: str
    difference: str


@dataclass(frozen=True)
class Procedure:
    """One published procedure, from one origin."""

    code: str
    title: str
    aliases: tuple[str, ...] = ()
    sample_questions: tuple[str, ...] = ()
    old_codes: tuple[str, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    sector: str = ""
    authority_levels: tuple[AuthorityLevel, ...] = ()
    procedure_type: str = ""
    online_level: OnlineLevel = OnlineLevel.UNKNOWN
    applicant_types: tuple[str, ...] = ()
    who: str = ""
    summary: str = ""
    handling_agency: str = ""
    competent_agency: str = ""
    coordinating_agency: str = ""
    intake_address: str = ""
    submission_methods: tuple[SubmissionMethod, ...] = ()
    dossier: tuple[DossierCase, ...] = ()
    steps: tuple[str, ...] = ()
    result_documents: tuple[ResultDocument, ...] = ()
    requirements: tuple[str, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()
    decision: Decision = field(default_factory=Decision)
    source: Source = field(default_factory=Source)
    checked_on: date | None = None
    checked_by: str = ""
    status: RecordStatus = RecordStatus.CURRENT
    needs_recheck: bool = False
    recheck_reason: str = ""
    notes: tuple[str, ...] = ()
    guide: Guide = NO_GUIDE
    return_reasons: tuple[str, ...] = ()
    """Why dossiers are often sent back, as checked facts only."""
    origin: Origin = Origin.CURATED
    applies_to_city: bool = True
    kind: ProcedureKind = ProcedureKind.UNKNOWN
    promulgated_by: str = ""
    ward_receives: bool = False
    completeness: Completeness = Completeness.FULL
    extends_portal: bool = False
    """Of a curated file: it adds to the portal's record, and holds only what it changes."""
    changes: tuple[Change, ...] = ()
    raw_refs: tuple[RawRef, ...] = ()
    version: str = field(default="", compare=False)
    """Set on reading: which stored versions the record was built from, such as `curated:2 portal:5`."""
    newer_decision: Decision | None = None
    """Set on reading when the portal's stored record cites a later decision than the curated one."""
