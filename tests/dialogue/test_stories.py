"""`rasa test core` plays data/stories/test_*.yml with the trained model, as on any Rasa project."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.rasa_runtime.model_files import find_newest_model
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(180)
def test_every_story_is_predicted(tmp_path):
    model = find_newest_model(Settings.from_env().model_dir)
    if model is None:
        assert not os.environ.get("MOTCUA_TEST_NO_SKIP"), "no trained model"
        pytest.skip("no trained model: make train")
    command = [sys.executable, "-m", "rasa", "test", "core", "--fail-on-prediction-errors", "--model", str(model)]
    command += ["--stories", "data/stories", "--out", str(tmp_path), "--endpoints", "endpoints.yml"]
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "MOTCUA_DATA_DIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
