"""Imports as processes: killed half-way, and two at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from knowledge.models import Origin
from knowledge.settings import ROOT
from knowledge.store import CatalogueStore
from tests.fixtures.catalogue import portal_record, procedure, write_lines

STOPS_HALF_WAY = """
import sys, time
from knowledge import __main__ as command_line
from knowledge.commands import loading

def stop_half_way(records, **_):
    for number, record in enumerate(records):
        yield record
        if number == 150:
            print("half way", flush=True)
            time.sleep(60)

loading.tqdm = stop_half_way
sys.exit(command_line.main(sys.argv[1:]))
"""


@pytest.fixture
def start(tmp_path):
    env = {**os.environ, "MOTCUA_CATALOGUE_URL": f"sqlite:///{tmp_path / 'catalogue.db'}"}

    def call(*arguments):
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return call


@pytest.fixture
def store(tmp_path):
    store = CatalogueStore(f"sqlite:///{tmp_path / 'catalogue.db'}")
    yield store
    store.close()


@pytest.fixture
def file(tmp_path):
    return write_lines(tmp_path / "a.jsonl", *(portal_record(f"1.{number:06}") for number in range(300)))


def test_a_killed_import_leaves_the_catalogue_as_it_was(start, store, file):
    store.create()
    store.write([procedure("1.000001"), procedure("1.000002")], Origin.PORTAL)
    before = store.revision(), store.counts(), store.get("1.000001")
    process = start("-c", STOPS_HALF_WAY, "import", file)
    assert process.stdout.readline() == "half way\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (store.revision(), store.counts(), store.get("1.000001")) == before
    assert store.write([procedure("1.000003")], Origin.PORTAL).added == 1, "the next import works"


def test_two_imports_at_once_both_succeed(start, store, file):
    first, second = (start("-m", "knowledge", "import", file) for _ in range(2))
    results = [(*process.communicate(), process.returncode) for process in (first, second)]
    assert [code for _, _, code in results] == [0, 0], results
    assert sorted(out for out, _, _ in results) == [
        "300 records imported: 300 added\n",
        "300 records imported: 300 unchanged\n",
    ]
    assert store.counts()["portal"] == 300
