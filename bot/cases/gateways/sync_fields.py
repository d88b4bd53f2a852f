"""The national sync fields (MaHoSo, TrangThaiHoSo, NgayHenTra …; law brief B.5) → our dataclasses.

The only place that knows the official names. Everything in here comes from outside: a field that is missing or has
another shape counts as not given, so that a dossier is told as far as it is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from bot.cases.gateways.base import Fields
from bot.cases.models import NATIONAL_STATES, CaseRecord, CaseState, CaseStatus, LateNotice, Supplement
from bot.ops.clock import CITY_TIME

_LONGEST = 600
"""Characters kept of a text that a system sends."""
_STAMP = re.compile(r"^(\d{8})(\d{6})?$")
_ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})")
_OWED = "2"
"""DanhSachLePhi.TrangThai of a charge still to be paid; without the field a charge counts only in state 6."""


def record_of(fields: Fields, code: str, local_states: Mapping[str, CaseState]) -> CaseRecord | None:
    """Return the record of a dossier, None where the fields are of no dossier at all.

    code: the code that was asked for; a system that answers with another one is not believed.
    local_states: words of the local system → national state.
    """
    if _text(fields, "MaHoSo").replace(" ", "").upper() != code.upper():
        return None
    phones = tuple(_digits(fields.get(name)) for name in ("SoDienThoai", "SoDienThoaiNguoiNop"))
    return CaseRecord(
        status=status_of(fields, local_states),
        phones=tuple(phone for phone in phones if len(phone) >= 4),
        keys=tuple(key for key in (_text(fields, "MaBiMat"),) if key),
    )


def status_of(fields: Fields, local_states: Mapping[str, CaseState]) -> CaseStatus:
    """Return what may be told of a dossier: names, numbers and addresses of people are left behind here."""
    state, words = _state(fields, local_states)
    return CaseStatus(
        code=_text(fields, "MaHoSo").replace(" ", "").upper(),
        state=state,
        title=_text(fields, "TenTTHC"),
        procedure_code=_text(fields, "MaTTHC"),
        local_state=words,
        since=_moment(fields.get("ThoiDiemXuLy") or _last_step(fields).get("ThoiDiemXuLy")),
        received_on=_day(fields.get("NgayTiepNhan")),
        due_on=_day(fields.get("NgayHenTra")),
        finished_on=_day(fields.get("NgayKetThucXuLy")),
        returned_on=_day(fields.get("NgayTra")),
        unit=_text(fields, "DonViXuLy"),
        desk=_text(fields, "PhongBanXuLy") or _text(_last_step(fields), "PhongBanXuLy"),
        reason=_text(fields, "GhiChu"),
        supplements=tuple(_supplement(row) for row in _rows(fields, "DanhSachHoSoBoSung")),
        fee_due=_fee_due(fields, state),
        results=tuple(filter(None, (_text(row, "TenGiayTo") for row in _rows(fields, "DanhSachGiayToKetQua")))),
        notice=_notice(fields),
        legs=tuple(status_of(row, local_states) for row in _rows(fields, "DanhSachHoSoLienThong")),
    )


def _state(fields: Fields, local_states: Mapping[str, CaseState]) -> tuple[CaseState, str]:
    """The national number first, then the local words by the table; unknown words are kept to be shown as they are."""
    number = str(fields.get("TrangThaiHoSo", "")).strip()
    words = _text(fields, "TenTrangThai") or ("" if number.isdecimal() else number[:80])
    if number.isdecimal() and int(number) in NATIONAL_STATES:
        return NATIONAL_STATES[int(number)], words
    known = local_states.get(" ".join(words.lower().split()))
    return (known, words) if known else (CaseState.UNKNOWN, words)


def _supplement(row: Fields) -> Supplement:
    return Supplement(
        _text(row, "NoiDungBoSung"),
        _day(row.get("NgayBoSung")),
        _day(row.get("NgayHenTraTruoc")),
        _day(row.get("NgayHenTraMoi")),
    )


def _notice(fields: Fields) -> LateNotice | None:
    """A notice counts only whole: an apology without reason or date tells a citizen nothing."""
    row = fields.get("VanBanXinLoi")
    if not isinstance(row, Mapping):
        return None
    apology, reason, day = _text(row, "NoiDungXinLoi"), _text(row, "LyDo"), _day(row.get("NgayHenTraMoi"))
    return LateNotice(apology, reason, day) if apology and reason and day else None


def _fee_due(fields: Fields, state: CaseState) -> int:
    if state is not CaseState.AWAITING_PAYMENT:
        return 0
    owed = [row for row in _rows(fields, "DanhSachLePhi") if str(row.get("TrangThai", _OWED)) == _OWED]
    return sum(_amount(row.get("SoTien")) for row in owed)


def _amount(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return 0
    text = str(value).split(".")[0] if isinstance(value, float) else re.sub(r"[.,\s]|đ|VND", "", str(value))
    return int(text) if text.isdecimal() and len(text) <= 12 else 0


def _last_step(fields: Fields) -> Fields:
    steps = list(_rows(fields, "DanhSachTienDo"))
    return max(steps, key=lambda row: str(row.get("ThoiDiemXuLy", "")), default={})


def _rows(fields: Fields, name: str) -> Iterator[dict[str, Any]]:
    rows = fields.get(name)
    yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return " ".join(str(value).split())[:_LONGEST] if isinstance(value, (str, int)) else ""


def _digits(value: object) -> str:
    return "".join(char for char in str(value) if char in "0123456789") if isinstance(value, (str, int)) else ""


def _moment(value: object) -> datetime | None:
    """A moment written yyyyMMddHHmmss in the city's time, or with a zone of its own."""
    if not isinstance(value, (str, int)):
        return None
    text = str(value).strip()
    try:
        if _STAMP.match(text):
            return datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=CITY_TIME)
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY_TIME)


def _day(value: object) -> date | None:
    """The city's day of a date in any of the three ways that systems write it."""
    text = str(value).strip() if isinstance(value, (str, int)) else ""
    slashed = _SLASHED.match(text)
    try:
        if slashed:
            return date(int(slashed[3]), int(slashed[2]), int(slashed[1]))
        if _ISO_DAY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        return None
    moment = _moment(value)
    return moment.astimezone(CITY_TIME).date() if moment else None
