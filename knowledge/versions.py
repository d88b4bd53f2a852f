"""One stored version of a record: what counts as a change, how it is packed, how it reads again."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from knowledge.codec import digest, from_dict, to_dict
from knowledge.models import Completeness, Origin, Procedure, RecordStatus, Source

_LEVEL = 6
_RECORDS_KEPT = 256


@dataclass(frozen=True)
class Version:
    """One version of the record of `code` and `origin`, without its content.

    first_seen: when it entered this catalogue (UTC). seen_on: last day on which its source still gave it.
    undone_by: the load that took it back, if one did.
    """

    code: str
    origin: Origin
    number: int
    digest: str
    load_id: int
    first_seen: datetime
    seen_on: date | None
    importer: str
    completeness: Completeness
    status: RecordStatus
    decision_number: str
    decision_date: date | None
    undone_by: int | None


def content_digest(procedure: Procedure, origin: Origin) -> str:
    """Fingerprint what a change is about; in the portal's records the day of reading is none, nor a moved row."""
    data = to_dict(procedure)
    if origin is Origin.PORTAL:
        for name in ("checked_on", "checked_by", "raw_refs", "version"):
            data.pop(name, None)
        source = {name: value for name, value in (data.get("source") or {}).items() if name != "retrieved_on"}
        data["source"] = source
    return digest(_text(data))


def pack(procedure: Procedure) -> bytes:
    return zlib.compress(_text(to_dict(procedure)).encode("utf-8"), _LEVEL)


@lru_cache(maxsize=_RECORDS_KEPT)
def unpack(payload: bytes, origin: Origin, number: int, seen_on: date | None, raw_refs: bool = True) -> Procedure:
    """Return the record of a version; the portal's was checked on the last day it was seen there.

    Records are frozen, and few are asked for often: those are not read anew for every answer.

    raw_refs: False leaves the pointers to raw rows out, a third of what there is to read.
    """
    data = json.loads(zlib.decompress(payload))
    if not raw_refs:
        data.pop("raw_refs", None)
    record = from_dict(data)
    version = f"{origin.value}:{number}"
    if origin is Origin.PORTAL and seen_on is not None:
        source = replace(record.source, retrieved_on=seen_on)
        return replace(record, version=version, checked_on=seen_on, source=source)
    return replace(record, version=version)


def pack_raw(content: bytes) -> bytes | None:
    return zlib.compress(content, _LEVEL) if content else None


def unpack_raw(packed: bytes | None) -> bytes:
    return zlib.decompress(packed) if packed else b""


def version_row(procedure: Procedure, origin: Origin, number: int) -> dict[str, Any]:
    """Return the columns of a version that its record decides."""
    return {
        "code": procedure.code,
        "origin": origin.value,
        "number": number,
        "digest": content_digest(procedure, origin),
        "seen_on": procedure.checked_on,
        "completeness": int(procedure.completeness),
        "status": procedure.status.value,
        "decision_number": procedure.decision.number,
        "decision_date": procedure.decision.date,
        "payload": pack(replace(procedure, origin=origin)),
    }


def without_days(procedure: Procedure) -> Procedure:
    """Return the record without the days of reading, for comparing."""
    return replace(procedure, checked_on=None, source=Source(url=procedure.source.url), raw_refs=(), version="")


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
