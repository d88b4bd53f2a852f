"""Every figure that Prometheus may read from our processes, in one list; docs/metrics-prometheus.md explains each.

What happens is counted where it happens (`TURNS.labels(...).inc()`); what stands in the database or on the disk is read
when somebody asks (`READ_ON_ASKING`, filled by bot/monitoring). No label ever holds a person's words, a name, a code of
a dossier or anything else that grows with use: every label's values are a closed list.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()  # a moment beside every counter: nobody asks for it, and it doubles the lines
REGISTRY = CollectorRegistry(auto_describe=True)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
OTHER = "other"
"""What a label says that would otherwise have a value outside its list."""


class Stage(str, Enum):
    """A part of a turn that is timed.

    TURN: from the citizen's message being stored to the answer being stored; ASSISTANT: the hub's question to Rasa and
    its answer; UNDERSTANDING: what Rasa takes a text for; ACTION: one custom action; GATEWAY: one look-up in a one-stop
    system, all tries together.
    """

    TURN = "turn"
    ASSISTANT = "assistant"
    UNDERSTANDING = "understanding"
    ACTION = "action"
    GATEWAY = "gateway"


@dataclass(frozen=True)
class Declared:
    """One line of the list. kind: counter, gauge or histogram; labels: their names."""

    name: str
    kind: str
    what: str
    labels: tuple[str, ...] = ()


COUNTED = (
    Declared("motcua_turns_total", "counter", "turns ended, by channel and outcome", ("channel", "outcome")),
    Declared("motcua_stage_seconds", "histogram", "how long a part of a turn took", ("stage",)),
    Declared("motcua_assistant_failures_total", "counter", "questions that Rasa did not answer", ("reason",)),
    Declared("motcua_messages_refused_total", "counter", "citizens' messages that were not taken", ("reason",)),
    Declared("motcua_gateway_requests_total", "counter", "look-ups in one-stop systems", ("gateway", "result")),
    Declared("motcua_zalo_sends_total", "counter", "messages handed to Zalo, and what came of it", ("result",)),
    Declared("motcua_zalo_refused_total", "counter", "refusals by Zalo, by what helps", ("remedy",)),
    Declared("motcua_zalo_quota_remaining", "gauge", "messages left, as Zalo said last", ("message",)),
    Declared("motcua_database_errors_total", "counter", "errors of a database", ("error",)),
    Declared("motcua_connections", "gauge", "open connections of this process", ("kind",)),
    Declared("motcua_conversations_in_work", "gauge", "conversations that this process works on now"),
    Declared("motcua_redis_up", "gauge", "1: this process reaches Redis", ("work",)),
)
READ_ON_ASKING = (
    Declared("motcua_database_up", "gauge", "1: the operations store answers"),
    Declared("motcua_pending_turns", "gauge", "citizens' messages that wait for the assistant"),
    Declared("motcua_oldest_pending_turn_seconds", "gauge", "how long the oldest of them has waited"),
    Declared("motcua_zalo_queue", "gauge", "rows of Zalo's queues that are not over", ("queue", "state")),
    Declared("motcua_zalo_token_until_seconds", "gauge", "end of the access token, seconds since 1970"),
    Declared("motcua_zalo_token_dead", "gauge", "1: Zalo refused the refresh token, a person must act"),
    Declared("motcua_handoff_waiting", "gauge", "citizens who wait for an officer", ("urgent",)),
    Declared("motcua_handoff_longest_wait_seconds", "gauge", "how long the first of them has waited"),
    Declared("motcua_officers_present", "gauge", "officers who are on duty and heard of"),
    Declared("motcua_petitions_open", "gauge", "petitions without an answer", ("overdue",)),
    Declared("motcua_data_requests_open", "gauge", "requests about people's data, by the law's days", ("due",)),
    Declared("motcua_job_last_success_seconds", "gauge", "when a job last ended well, seconds since 1970", ("job",)),
    Declared("motcua_job_failed", "gauge", "1: a job's last run failed", ("job",)),
    Declared("motcua_job_every_seconds", "gauge", "how often a job is due", ("job",)),
    Declared("motcua_catalogue_records", "gauge", "procedures in the catalogue"),
    Declared("motcua_catalogue_age_seconds", "gauge", "time since the catalogue's newest load"),
    Declared("motcua_catalogue_stale_records", "gauge", "procedures that are answered with the caution of age"),
    Declared("motcua_disk_free_bytes", "gauge", "room where the data folder is"),
    Declared("motcua_disk_size_bytes", "gauge", "size of the disk where the data folder is"),
)
DECLARED = COUNTED + READ_ON_ASKING
_BY_NAME = {one.name: one for one in DECLARED}


def _counter(name: str) -> Counter:
    return Counter(name, _BY_NAME[name].what, _BY_NAME[name].labels, registry=REGISTRY)


def _gauge(name: str) -> Gauge:
    return Gauge(name, _BY_NAME[name].what, _BY_NAME[name].labels, registry=REGISTRY, multiprocess_mode="livesum")


TURNS = _counter("motcua_turns_total")
STAGES = Histogram(
    "motcua_stage_seconds", _BY_NAME["motcua_stage_seconds"].what, ("stage",), buckets=SECONDS, registry=REGISTRY
)
ASSISTANT_FAILURES = _counter("motcua_assistant_failures_total")
MESSAGES_REFUSED = _counter("motcua_messages_refused_total")
GATEWAY_REQUESTS = _counter("motcua_gateway_requests_total")
ZALO_SENDS = _counter("motcua_zalo_sends_total")
ZALO_REFUSED = _counter("motcua_zalo_refused_total")
ZALO_QUOTA = _gauge("motcua_zalo_quota_remaining")
DATABASE_ERRORS = _counter("motcua_database_errors_total")
CONNECTIONS = _gauge("motcua_connections")
IN_WORK = _gauge("motcua_conversations_in_work")
REDIS_UP = _gauge("motcua_redis_up")
ProcessCollector(registry=REGISTRY)  # process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds, …


def one_of(value: object, known: frozenset[str]) -> str:
    """Return a label's value; `OTHER` for one that is not in its list."""
    return value if isinstance(value, str) and value in known else OTHER


@contextmanager
def timed(stage: Stage) -> Iterator[None]:
    """Time what is inside, also when it raises."""
    began = time.perf_counter()
    try:
        yield
    finally:
        _stage(stage).observe(time.perf_counter() - began)


@cache
def _stage(stage: Stage) -> Histogram:
    return STAGES.labels(stage.value)


def in_text() -> bytes:
    """Return all figures in Prometheus's text format (`CONTENT_TYPE`)."""
    return generate_latest(REGISTRY)


def is_authorised(header: str | None, token: str) -> bool:
    """Say whether a request may read them: `Authorization: Bearer TOKEN`; nobody may where no token is set."""
    given = (header or "").encode("utf-8", "replace")
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())
