"""Hugging Face datasets: lists and Arrow, several processes, and a cache that finds its work again."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
datasets = pytest.importorskip("datasets")

import textfix  # noqa: E402
from textfix.adapters.datasets import fixer  # noqa: E402

GARBLED, WHOLE = "鏁版嵁澶勭悊", "数据处理"
TEXTS = ["好好的", None, "", GARBLED, "數據處理", GARBLED]
HANS = ["好好的", None, "", WHOLE, "数据处理", WHOLE]


@pytest.fixture(autouse=True)
def _quiet() -> None:
    datasets.disable_progress_bars()


def rows(times: int = 1) -> Any:
    return datasets.Dataset.from_dict({"text": TEXTS * times, "n": list(range(6 * times))})


@pytest.mark.parametrize("kind", [None, "arrow", "numpy", "pandas", "polars"])
def test_map(kind: str | None) -> None:
    """In whatever format the batches come."""
    if kind in ("pandas", "polars"):
        pytest.importorskip(kind)
    made = rows().with_format(kind).map(fixer("text", script="hans"), batched=True, batch_size=4)
    assert made.with_format(None)[:] == {"text": HANS, "n": [0, 1, 2, 3, 4, 5]}
    if kind not in ("pandas", "polars"):  # whose own types of strings datasets takes over, whatever the function
        assert made.features == rows().features


@pytest.mark.parametrize("kind", [None, "arrow"])
def test_report(kind: str | None) -> None:
    made = rows().with_format(kind).map(fixer("text", report=True, script="hans"), batched=True).with_format(None)
    assert made["text"][:] == HANS
    assert made["text_changed"][:] == [False, False, False, True, True, True]
    assert made["text_steps"][3] == ["repair:utf-8>gb18030", *made["text_steps"][3][1:]]
    assert made["text_steps"][4] == ["script:hans"]
    assert [odds is None for odds in made["text_odds"]] == [True, True, True, False, True, False]
    assert made["text_holes"][:] == [0] * 6
    prefixed = rows().with_format(kind).map(fixer("text", report="x_"), batched=True)
    assert "x_text_changed" in prefixed.column_names


def test_several_processes() -> None:
    made = rows(50).map(fixer("text", script="hans"), batched=True, batch_size=40, num_proc=2)
    assert made["text"][:] == HANS * 50


def test_streams() -> None:
    stream = rows().to_iterable_dataset().map(fixer("text", script="hans"), batched=True)
    assert [row["text"] for row in stream] == HANS


def test_two_columns_and_bytes() -> None:
    made = datasets.Dataset.from_dict({"a": [GARBLED], "b": ["ÖÐÎÄ±àÂë"]}).map(fixer(["a", "b"]), batched=True)
    assert made[0] == {"a": WHOLE, "b": "中文编码"}


SCRIPT = """
import datasets
from textfix.adapters.datasets import fixer
rows = datasets.Dataset.from_dict({"text": ["好"]})
print(rows.map(fixer("text", script="hans", keep=["一", "二"]), batched=True)._fingerprint)
"""


def test_the_cache_finds_it_again(tmp_path: Path) -> None:
    """Another process makes the same fingerprint; other options make another."""
    found = [
        subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
        for _ in range(2)
    ]
    assert found[0] == found[1] != ""
    rows_ = datasets.Dataset.from_dict({"text": ["好"]})
    here = [rows_.map(fixer("text", script=script), batched=True)._fingerprint for script in ("hans", "hant")]
    assert here[0] != here[1]
    assert pickle.dumps(fixer("text", script="hans")) == pickle.dumps(fixer("text", script="hans"))


def test_wrong_calls() -> None:
    with pytest.raises(textfix.ChoiceError, match="scirpt"):
        fixer("text", scirpt="hans")
    with pytest.raises(textfix.ChoiceError, match="'title'"):
        rows().map(fixer("title"), batched=True)
    with pytest.raises(TypeError, match="batched=True"):
        rows().map(fixer("text"))
    with pytest.raises(textfix.ChoiceError, match="'text_odds'"):
        rows().add_column("text_odds", [1] * 6).map(fixer("text", report=True), batched=True)
