"""The compiler of Python: only where it is asked for, and only where it can be."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from bot import settings as reading
from bot.errors import SettingInvalidError
from bot.settings import Settings

HERE = sys.platform == "linux" and platform.machine() == "x86_64"
RUNS_BYTECODE = """
import ctypes
from bot.ops.jit import quicken
run_by, state = ctypes.pythonapi._PyInterpreterState_GetEvalFrameFunc, ctypes.pythonapi.PyInterpreterState_Get
run_by.restype = state.restype = ctypes.c_void_p
run_by.argtypes = [ctypes.c_void_p]
plain = run_by(state())
quicken({jit}); quicken({jit})
print(run_by(state()) == plain, sum(number * number for number in range(100_000)))
"""


def test_it_is_off_unless_asked_for():
    assert not Settings.from_env({}).jit


@pytest.mark.skipif(not HERE, reason="the compiler is for Linux on x86_64")
@pytest.mark.parametrize(("jit", "plain"), [(False, True), (True, False)])
def test_it_takes_the_place_of_pythons_own_loop(jit, plain):
    program = RUNS_BYTECODE.format(jit=jit)
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said.split() == [str(plain), "333328333350000"]


def test_it_is_refused_where_its_package_is_missing(monkeypatch):
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    with pytest.raises(SettingInvalidError, match=r"MOTCUA_JIT=on needs .*pyston-lite"):
        Settings.from_env({"MOTCUA_JIT": "on"})


def test_it_is_refused_on_other_processors(monkeypatch):
    """On ARM people saw it crash (pyston/pyston#305)."""
    monkeypatch.setattr(reading.platform, "machine", lambda: "aarch64")
    with pytest.raises(SettingInvalidError, match="x86_64"):
        Settings.from_env({"MOTCUA_JIT": "on"})


def test_another_word_is_refused():
    with pytest.raises(SettingInvalidError, match="MOTCUA_JIT must be on or off"):
        Settings.from_env({"MOTCUA_JIT": "auto"})
