"""Errors in the logs of what is under load are seen, whatever the answers look like."""

from __future__ import annotations

import json
from collections import Counter

from tools.load_citizens import Tally
from tools.load_logs import ends_of, errors_since
from tools.load_measure import Crowd, Found, rows_of
from tools.load_officers import Desk

OLD = {"level": "error", "logger": "motcua.hub", "event": "of_before"}
STORE = {"level": "error", "logger": "rasa.core.tracker_store", "event": "tracker_store.failed", "error": "Gone at x:1"}


def line(entry: object) -> str:
    return json.dumps(entry) + "\n"


def test_errors_behind_the_ends_are_counted_by_log_and_kind(tmp_path):
    hub, rasa = tmp_path / "hub.log", tmp_path / "rasa-1.log"
    hub.write_text(line(OLD) + line({"level": "info", "event": "begun"}), "utf-8")
    (tmp_path / "notes.txt").write_text(line(OLD), "utf-8")
    ends = ends_of(tmp_path)
    with hub.open("a", encoding="utf-8") as more:
        more.write(line({"level": "warning", "event": "slow"}) + "Traceback …\n[1, 2]\n" + line({"level": "critical"}))
    rasa.write_text(line(STORE) * 2 + line(STORE)[:20], "utf-8")  # begun after; the last line is not whole yet
    assert errors_since(tmp_path, ends) == Counter(
        {"rasa-1: rasa.core.tracker_store tracker_store.failed Gone at x:1": 2, "hub: critical": 1}
    )


def test_an_error_in_a_log_misses_the_goal():
    found = Found(Tally([10.0, 11.0]), Tally(), Desk(), {}, {}, {}, Counter({"rasa-1: store failed": 3}))
    rows = {row.name: row for row in rows_of(found, Crowd(1, 1.0, 1.0, 0.0))}
    assert rows["errors in the logs"].median == 3.0
    assert rows["errors in the logs"].missed
    found.logged = Counter()
    assert not {row.name: row for row in rows_of(found, Crowd(1, 1.0, 1.0, 0.0))}["errors in the logs"].missed
    found.logged = None
    assert "errors in the logs" not in {row.name for row in rows_of(found, Crowd(1, 1.0, 1.0, 0.0))}
