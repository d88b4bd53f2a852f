"""Requests about people's data, by the law's days: nobody is late without an alert."""

from __future__ import annotations

from datetime import date, datetime, timezone

from bot.monitoring.figures import read_figures
from bot.privacy.tables import REQUEST
from bot.store.engine import make_engine
from bot.store.migrate import migrate
from tests.integration.privacy.conftest import fill

NOW = datetime(2026, 11, 26, 18, tzinfo=timezone.utc)  # the 27th in the city, where days are counted


def test_requests_are_told_by_the_nearest_of_the_laws_days(tmp_path):
    url = f"sqlite:///{tmp_path / 'operations.db'}"
    migrate(url)
    engine = make_engine(url)

    def ask(number, state, acknowledge_by, due_on):
        days = {"acknowledge_by": date(2026, *acknowledge_by), "due_on": date(2026, *due_on)}
        fill(connection, REQUEST, id=f"r{number}", receipt=f"DL-{number:06}", state=state, **days)

    def told():
        found = read_figures(connection, NOW, ())
        return {one.labels[0]: one.value for one in found if one.name == "motcua_data_requests_open"}

    with engine.begin() as connection:
        assert told() == {"later": 0, "soon": 0, "overdue": 0}
        ask(1, "waiting", (11, 30), (12, 16))
        ask(2, "acknowledged", (11, 20), (12, 1))  # acknowledged in time, four days are left
        assert told() == {"later": 2, "soon": 0, "overdue": 0}
        ask(3, "waiting", (11, 27), (12, 16))  # to be acknowledged today
        ask(4, "acknowledged", (11, 20), (11, 30))
        ask(5, "confirmed", (11, 20), (11, 28))  # an erasure that something holds up
        assert told() == {"later": 2, "soon": 3, "overdue": 0}
        ask(6, "waiting", (11, 26), (12, 16))  # nobody has acknowledged it
        ask(7, "erased", (11, 20), (11, 26))  # Rasa has not answered for twenty days
        ask(8, "done", (11, 20), (11, 21))
        ask(9, "cancelled", (11, 20), (11, 21))
        assert told() == {"later": 2, "soon": 3, "overdue": 2}
    engine.dispose()
