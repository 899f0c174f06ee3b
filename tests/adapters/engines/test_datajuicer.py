"""data-juicer: the operator in a recipe that its own executor runs, found by its entry point."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import textfix

pytest.importorskip("data_juicer")

pytestmark = pytest.mark.filterwarnings("ignore")  # of data-juicer's own dependencies, while they are loaded

RECIPE = """
project_name: test
executor_type: default
dataset_path: {source}
export_path: {target}
work_dir: {folder}
np: 2
open_tracer: false
process:
  - textfix_mapper:
      script: hans
      report: true
"""


@pytest.fixture(scope="module")
def mapper() -> Any:
    from textfix.adapters.datajuicer import TextfixMapper

    return TextfixMapper


def test_a_recipe_finds_it(rows: Any, tmp_path: Path) -> None:
    """No import by the user: `process: - textfix_mapper:` is enough."""
    texts = [row["text"] for row in rows.to_pylist() if row["text"]][:60]
    source, target, recipe = tmp_path / "pages.jsonl", tmp_path / "out" / "fixed.jsonl", tmp_path / "recipe.yaml"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    recipe.write_text(RECIPE.format(source=source, target=target, folder=tmp_path / "out"), "utf-8")
    program = "from data_juicer.config import init_configs; from data_juicer.core import DefaultExecutor; DefaultExecutor(init_configs()).run()"
    run = subprocess.run(
        [sys.executable, "-c", program, "--config", str(recipe)],
        capture_output=True,
        text=True,
        timeout=500,
        cwd=tmp_path,
    )
    assert run.returncode == 0, (run.stdout + run.stderr)[-4000:]
    found = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert len(found) == len(texts)
    for row, text in zip(found, texts, strict=True):
        due = textfix.explain(text, script="hans")
        assert (row["text"], row["text_changed"]) == (due.text, due.changed)
        assert row["text_holes"] == due.text.count("\ufffd")


def test_a_batch(mapper: Any) -> None:
    samples = {"text": ["ÖÐÎÄ±àÂë", "好好的", None, "𝄞\ud800"], "n": [1, 2, 3, 4]}
    found = mapper(script="hant", report="fix_").process_batched(samples)
    assert found["text"] == ["中文編碼", "好好的", None, textfix.fix("𝄞\ud800")]
    assert found["n"] == [1, 2, 3, 4]
    assert found["fix_text_changed"][:3] == [True, False, False]
    assert found["fix_text_odds"][1:3] == [None, None]
    with pytest.raises(textfix.ChoiceError, match=r"'simplified'.*hans"):
        mapper(script="simplified")
