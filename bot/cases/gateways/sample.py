"""A made-up city with a dossier in every state, for `make run` and demonstrations: `sample.yml` beside this file.

It speaks the same fields as a real system, so that everything behind it is the real thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.cases.gateways.sync_fields import record_of
from bot.cases.models import CaseRecord
from bot.errors import CaseSystemDownError
from bot.ops.case_codes import CaseCode
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from knowledge.plain_yaml import plain_yaml
from knowledge.working_days import Calendar, load_calendar

log = EventLog("cases.sample")

SAMPLE_FILE = Path(__file__).with_name("sample.yml")
_DAYS = {"due": "NgayHenTra", "finished": "NgayKetThucXuLy", "returned": "NgayTra"}


class SampleGateway:
    """Answers from the made-up city; days are counted from the clock's."""

    name = "sample"
    sample = True

    def __init__(self, clock: Clock, calendar: Calendar | None = None, path: Path = SAMPLE_FILE) -> None:
        self._clock = clock
        self._calendar = calendar or load_calendar()
        self._path = path

    async def look_up(self, code: CaseCode) -> CaseRecord | None:
        """Return the made-up dossier, None where there is none; raise `CaseSystemDownError` for a broken file."""
        try:
            city = _read(self._path)
            entry = city["cases"].get(str(code))
            return record_of(self._fields(entry, city), str(code), {}) if entry else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
            log.warning("case_system_down", system=self.name, reason=type(error).__name__)
            raise CaseSystemDownError(system=self.name, reason=type(error).__name__) from error

    async def close(self) -> None:
        """Nothing is open."""

    def _fields(self, entry: Mapping[str, Any], city: Mapping[str, Any]) -> dict[str, Any]:
        """An entry in the national sync fields."""
        today = city_date(self._clock.now())
        return {
            "MaHoSo": entry["code"],
            "TrangThaiHoSo": entry.get("state", ""),
            "TenTrangThai": entry.get("words", ""),
            "MaTTHC": entry.get("procedure", ""),
            "TenTTHC": entry["title"],
            "DonViXuLy": entry.get("unit", ""),
            "PhongBanXuLy": entry.get("desk", ""),
            "GhiChu": entry.get("reason", ""),
            "SoDienThoai": city["phone"],
            "MaBiMat": city["key"],
            "NgayTiepNhan": "20" + entry["code"].split("-")[1],
            "DanhSachLePhi": [{"SoTien": entry["fee"], "TrangThai": 2}] if "fee" in entry else [],
            "DanhSachGiayToKetQua": [{"TenGiayTo": name} for name in entry.get("results", ())],
            "DanhSachHoSoBoSung": [self._supplement(row, today) for row in entry.get("supplements", ())],
            "VanBanXinLoi": self._notice(entry.get("notice"), today),
            "DanhSachHoSoLienThong": [self._fields(leg, city) for leg in entry.get("legs", ())],
            **{field: self._day(today, entry[name]) for name, field in _DAYS.items() if name in entry},
        }

    def _supplement(self, row: Mapping[str, Any], today: date) -> dict[str, Any]:
        return {
            "NoiDungBoSung": row["content"],
            "NgayBoSung": self._day(today, row["asked"]),
            "NgayHenTraTruoc": self._day(today, row["due_before"]),
            "NgayHenTraMoi": self._day(today, row["due_after"]),
        }

    def _notice(self, notice: Mapping[str, Any] | None, today: date) -> dict[str, Any] | None:
        if notice is None:
            return None
        next_day = self._day(today, notice["next"])
        return {"NoiDungXinLoi": notice["apology"], "LyDo": notice["reason"], "NgayHenTraMoi": next_day}

    def _day(self, today: date, working_days: int) -> str:
        day = self._calendar.add(today, working_days).day
        return datetime(day.year, day.month, day.day).strftime("%Y%m%d%H%M%S")  # noqa: DTZ001 - the city's day


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Any]:
    city: dict[str, Any] = plain_yaml(path.read_text("utf-8"))
    return city | {"cases": {case["code"]: case for case in city["cases"]}}
