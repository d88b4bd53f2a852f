"""The process that looks at a photo: bounded, watched, and nobody's ruin."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time

import psutil
import pytest
from PIL import Image

from bot.attachments import intake
from bot.attachments.intake import PhotoIntake
from bot.attachments.models import MOST_BYTES, PhotoRefusal
from bot.errors import PhotoRefusedError
from knowledge.settings import ROOT
from tests.fixtures import photos


def running(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def refusal(data: bytes, examiner: PhotoIntake) -> PhotoRefusal:
    with pytest.raises(PhotoRefusedError) as caught:
        await examiner.prepare(data)
    assert caught.value.code == "PHOTO_REFUSED"
    return caught.value.context["reason"]


async def test_a_photo_comes_back_clean():
    kept = await PhotoIntake().prepare(photos.telling_jpeg())
    assert kept.data.startswith(b"\xff\xd8")
    assert b"MARKER" not in kept.data
    assert (kept.width, kept.height) == (640, 480)


async def test_what_is_refused_comes_back_with_its_reason():
    assert await refusal(b"GIF89a", PhotoIntake()) is PhotoRefusal.NOT_A_PHOTO
    assert await refusal(photos.encode(photos.card_front()), PhotoIntake()) is PhotoRefusal.IDENTITY_PAPER
    assert await refusal(b"\xff" * (MOST_BYTES + 1), PhotoIntake()) is PhotoRefusal.TOO_BIG


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", PhotoRefusal.UNREADABLE),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", PhotoRefusal.UNREADABLE),
        ("import time; time.sleep(60)", PhotoRefusal.UNREADABLE),
        ("raise ImportError('no such library')", PhotoRefusal.BUSY),
    ],
)
async def test_a_process_that_dies_or_hangs_is_only_a_refusal(code, expected):
    assert await refusal(photos.jpeg(), PhotoIntake(running(code), seconds=1.5)) is expected


async def test_a_process_that_hangs_is_ended():
    code = "import time, sys; sys.stdin.buffer.read(); time.sleep(60)"
    await refusal(photos.jpeg(), PhotoIntake(running(code), seconds=0.5))
    left = psutil.Process().children()
    assert [one for one in left if one.status() != psutil.STATUS_ZOMBIE] == []  # ended; reaped a moment later


async def test_only_two_are_looked_at_at_a_time_and_too_many_are_sent_away(monkeypatch):
    monkeypatch.setattr(intake, "MOST_WAITING", 1)
    examiner = PhotoIntake(running('import time; time.sleep(0.6); print(\'{"refusal": "empty"}\')'))
    began = time.monotonic()
    reasons = await asyncio.gather(*(refusal(b"x", examiner) for _ in range(4)))
    assert reasons.count(PhotoRefusal.BUSY) == 1
    assert time.monotonic() - began > 1.2  # the third waited for a place


async def test_a_picture_that_needs_too_much_memory_is_refused_and_the_next_is_taken():
    examiner = PhotoIntake()
    huge = photos.encode(Image.new("RGBA", (7000, 7000), (9, 9, 9, 9)), "PNG")
    assert await refusal(huge, examiner) is PhotoRefusal.TOO_MANY_PIXELS
    assert (await examiner.prepare(photos.jpeg())).width == 640


async def test_no_secret_is_in_its_environment(monkeypatch):
    monkeypatch.setenv("MOTCUA_SECRET", "very secret")
    code = "import os, sys; sys.exit(1 if any('very secret' in value for value in os.environ.values()) else 0)"
    examiner = PhotoIntake(running(code + "; print()"))
    with pytest.raises(ValueError):  # an empty answer, not the refusal of a failed process
        await examiner.prepare(b"x")


def test_memory_and_time_are_bounded():
    code = (
        "import sys, resource; sys.stdin = open('/dev/null'); from bot.attachments import examiner; examiner.main();"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0],"
        " resource.getrlimit(resource.RLIMIT_FSIZE)[0], file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    assert [int(number) for number in told.split()] == [1024**3, 30, 0]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0
