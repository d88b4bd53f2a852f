"""tools/bootstrap.sh where something is missing. Nothing is downloaded here."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from knowledge.settings import ROOT

TOOLS = ("sh", "cat", "cksum", "dirname", "mktemp", "grep", "tail", "mkdir", "rm")


@pytest.fixture
def machine(tmp_path):
    """A project folder and a PATH with nothing but what the script names."""
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    for tool in TOOLS:
        (bin_dir / tool).symlink_to(shutil.which(tool) or tool)
    project = tmp_path / "project"
    (project / "tools").mkdir(parents=True)
    for name in ("uv.lock", "pyproject.toml", "tools/bootstrap.sh"):
        shutil.copy(ROOT / name, project / name)
    return project, bin_dir


def install(bin_dir: Path, name: str, script: str) -> None:
    path = bin_dir / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def bootstrap(
    project: Path, bin_dir: Path, told: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(bin_dir), "HOME": str(project), "TMPDIR": str(project), **told}
    command = [str(bin_dir / "sh"), "tools/bootstrap.sh", "run"]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=60)


def test_a_python_without_venv_is_said_in_both_languages(machine):
    project, bin_dir = machine
    real = os.path.realpath(ROOT / ".venv" / "bin" / "python")
    install(bin_dir, "python3", f'case "$*" in *venv*) exit 1;; esac\nexec {real} "$@"')
    done = bootstrap(project, bin_dir)
    assert done.returncode == 1
    assert "cài python3-venv" in done.stderr
    assert "install python3-venv" in done.stderr
    assert not (project / ".tools" / "uv").exists()


def test_no_network_is_said_in_both_languages(machine):
    project, bin_dir = machine
    install(bin_dir, "uv", '[ "$1" = --version ] || { echo "error: Failed to fetch: dns error" >&2; exit 2; }')
    done = bootstrap(project, bin_dir)
    assert done.returncode == 1
    assert "kiểm tra mạng" in done.stderr or "cài Python 3.10" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_310_that_is_a_shim_which_runs_nothing_is_passed_over(machine):
    project, bin_dir = machine
    install(bin_dir, "python3.10", "echo 'pyenv: python3.10: command not found' >&2; exit 127")
    install(bin_dir, "uv", '[ "$1" = --version ] || { echo "$UV_PYTHON|$UV_PYTHON_PREFERENCE" >&2; exit 2; }')
    done = bootstrap(project, bin_dir)
    said = next(line for line in done.stderr.splitlines() if "|" in line)
    assert str(bin_dir) not in said
    assert said.startswith("/") or said == "|only-managed"  # a real one elsewhere on this machine, or one of uv's own


def test_the_second_call_does_nothing(machine):
    project, bin_dir = machine
    install(
        bin_dir,
        "uv",
        f"mkdir -p .venv/bin; rm -f .venv/bin/python; echo 1 >> calls; {shutil.which('ln')} -s "
        f"{os.path.realpath(ROOT / '.venv/bin/python')} .venv/bin/python",
    )
    assert bootstrap(project, bin_dir).returncode == 0
    calls = (project / "calls").read_text()
    again = bootstrap(project, bin_dir)
    assert again.returncode == 0
    assert again.stderr == ""
    assert (project / "calls").read_text() == calls


@pytest.mark.parametrize("told", [{}, {"PYTHONDONTWRITEBYTECODE": "1"}])
def test_where_python_keeps_no_bytecode_it_is_made_once_at_the_installation(machine, told):
    project, bin_dir = machine
    real = os.path.realpath(ROOT / ".venv" / "bin" / "python")
    site = project / ".venv/lib/python3.10/site-packages"
    (site / "tensorflow").mkdir(parents=True)
    for module in ("tensorflow/big.py", "small.py", "template.py"):
        (site / module).write_text("{{ no python }}" if module == "template.py" else "answer = 42\n")
    for package in ("actions", "bot", "knowledge"):
        (project / package).mkdir()
        (project / package / "own.py").write_text("answer = 42\n")
    (project / ".venv/bin").mkdir()
    install(project / ".venv/bin", "python", f'exec {real} "$@"')
    install(bin_dir, "uv", "exit 0")
    install(bin_dir, "python3.10", f'exec {real} "$@"')
    done = bootstrap(project, bin_dir, told)
    assert done.returncode == 0, done.stderr
    made = {path.name.partition(".")[0] for path in project.rglob("*.pyc")}
    assert made == ({"small", "own"} if told else set())
