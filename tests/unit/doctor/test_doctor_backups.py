"""What the doctor says of backups and of the last rehearsed restore."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta, timezone

from bot.doctor import backups
from tests.unit.doctor.test_doctor import PREFIX, SEEN, found

NOW = datetime.now(timezone.utc)


def test_backups(at, tmp_path):
    assert found(backups.backups, at()) == [("warning", "backups_unknown")]
    folder = tmp_path / "backups"
    env = {PREFIX + "BACKUPS": str(folder)}
    assert found(backups.backups, at(**env)) == [("error", "backups_unreadable")]
    folder.mkdir()
    assert found(backups.backups, at(**env)) == [("error", "backups_none"), ("warning", "drill_never")]

    def backup(name, days, stores=("operations", "tracker"), size=2, kind="db.sealed"):
        (folder / name).mkdir()
        for one in stores:
            (folder / name / f"{one}.{kind}").write_bytes(b"x" * size)
        listed = {one: {"file": f"{one}.{kind}", "sha256": "", "bytes": 2} for one in stores}
        made = {"version": 1, "made_at": (NOW - timedelta(days=days)).isoformat(), "stores": listed}
        (folder / name / "manifest.json").write_text(json.dumps(made))

    backup("old", 9)
    assert found(backups.backups, at(**env)) == [("error", "backups_old"), ("warning", "drill_never")]
    backup("younger", 3)
    assert found(backups.backups, at(**env)) == [("warning", "backups_old"), ("warning", "drill_never")]
    line = {"backup": "old", "by": "Chị Lan", "conversations": 1, "photos": 0}
    record = folder / "drills.jsonl"
    record.write_text("no line\n" + json.dumps({**line, "made_at": (NOW - timedelta(days=93)).isoformat()}) + "\n")
    assert found(backups.backups, at(**env)) == [("warning", "backups_old"), ("warning", "drill_old")]
    backup("cut-short", 0, size=1)
    backup("no-operations", 0, stores=("tracker",))
    (folder / "broken-off").mkdir()
    (folder / "broken-off" / "operations.db").write_bytes(b"x")
    seen = found(backups.backups, at(**env))
    assert seen == [("warning", "backups_old"), ("warning", "backups_damaged"), ("warning", "drill_old")]
    assert SEEN[-2].facts["names"] == "cut-short, no-operations, broken-off"
    for name in ("cut-short", "no-operations", "broken-off"):
        shutil.rmtree(folder / name)
    backup("today", 0)
    record.write_text(json.dumps({**line, "made_at": NOW.isoformat()}) + "\n")
    assert found(backups.backups, at(**env)) == [("ok", "backups_ok"), ("ok", "drill_ok")]
    backup("lies-open", -1, kind="db")
    assert found(backups.backups, at(**env)) == [("ok", "backups_ok"), ("warning", "backups_open"), ("ok", "drill_ok")]
