"""A just-in-time compiler for Python's own bytecode, where the operator has asked for one (`MOTCUA_JIT=on`).

What it is, what it gains and what it risks: docs/adr/0015.
"""

from __future__ import annotations


def quicken(jit: bool) -> None:
    """Put it in place, where `jit`, for this process and those that it forks; calling it again changes nothing."""
    if jit:
        import pyston_lite  # `Settings.from_env` has seen that it is there

        pyston_lite.enable()
