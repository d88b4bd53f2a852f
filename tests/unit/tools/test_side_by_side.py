"""Commands at the same time: all of them end well, or the first that fails ends the others."""

from __future__ import annotations

import time

import pytest

from tools.side_by_side import main


def test_they_run_at_the_same_time_and_their_lines_are_whole(tmp_path, capfd):
    """Each waits for the file that the other makes: one after the other they would never end."""
    wait = "touch {0}/{1}; until [ -e {0}/{2} ]; do sleep 0.02; done; printf 'a %s ' {1}; echo line"
    commands = [f"{name}={wait.format(tmp_path, name, other)}" for name, other in (("one", "two"), ("two", "one"))]
    assert main(commands) == 0
    printed = capfd.readouterr().out.splitlines()
    assert {"one | a one line", "two | a two line"} < set(printed)


def test_the_first_that_fails_stops_the_others_and_what_they_started(tmp_path, capfd):
    began = time.monotonic()
    left = f"(sleep 60; touch {tmp_path}/late) & wait"
    assert main([f"slow={left}", "bad=echo no; exit 3"]) == 3
    assert time.monotonic() - began < 30
    printed = capfd.readouterr().out
    assert "bad  | no" in printed
    assert "bad: exit code 3" in printed


def test_a_command_that_a_signal_ended_has_failed(capfd):
    assert main(["killed=kill -9 $$"]) == 1


def test_what_runs_aside_gives_way_and_the_others_do_not(capfd):
    """As a process among its own session, and, where the kernel knows it, as a session among all."""
    tell = "nice; sed 's/.*nice/session/' /proc/self/autogroup 2>/dev/null || true"
    wait = "sleep 0.5"  # the session is told after the command has begun
    assert main([f"usual={wait}; {tell}", "--aside", f"rest={wait}; {tell}"]) == 0
    lines = capfd.readouterr().out.splitlines()
    said = {
        name: [line.split(" | ")[1] for line in lines if line.startswith(f"{name:<5} | ")] for name in ("usual", "rest")
    }
    assert [line.removeprefix("session ") for line in said["rest"]] == ["19"] * len(said["rest"])
    assert said["rest"]
    assert "19" not in "".join(said["usual"])


@pytest.mark.parametrize("arguments", [[], ["make lint"], ["=true"], ["lint="], ["--aside"]])
def test_what_cannot_be_run_is_said(arguments, capsys):
    assert main(arguments) == 2
    assert "NAME=COMMAND" in capsys.readouterr().err
