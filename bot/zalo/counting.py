"""What Prometheus is told of sending over Zalo."""

from __future__ import annotations

from bot.ops.metrics import ZALO_QUOTA, ZALO_REFUSED, ZALO_SENDS
from bot.zalo.client import Sent
from bot.zalo.codes import Remedy


def count_sent(message: str, sent: Sent) -> None:
    """Count a message that Zalo took; message: "consultation" or "template"."""
    ZALO_SENDS.labels("sent").inc()
    if sent.remain is not None:
        ZALO_QUOTA.labels(message).set(sent.remain)


def count_refused(remedy: Remedy) -> None:
    """Count a refusal, by what helps."""
    ZALO_SENDS.labels("refused").inc()
    ZALO_REFUSED.labels(remedy.value).inc()
