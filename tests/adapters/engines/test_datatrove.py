"""datatrove: a pipeline of its local executor, from JSON lines to JSON lines, in two tasks."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import textfix

pytest.importorskip("datatrove")

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from textfix.adapters.datatrove import TextfixFormatter

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


def test_a_pipeline_from_files_to_files(rows: Any, tmp_path: Path) -> None:
    texts = [row["text"] for row in rows.to_pylist() if row["text"]]
    source = tmp_path / "pages"
    source.mkdir()
    for part in range(2):
        lines = [json.dumps({"id": str(i), "text": text}) for i, text in enumerate(texts) if i % 2 == part]
        (source / f"{part}.jsonl").write_text("\n".join(lines), "utf-8")
    executor = LocalPipelineExecutor(
        [JsonlReader(str(source)), TextfixFormatter(script="hans", report=True), JsonlWriter(str(tmp_path / "fixed"))],
        tasks=2,
        workers=2,
        logging_dir=str(tmp_path / "logs"),
    )
    executor.run()
    found = {}
    for path in (tmp_path / "fixed").glob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                doc = json.loads(line)
                found[int(doc["id"])] = doc
    assert sorted(found) == list(range(len(texts)))
    for i, text in enumerate(texts):
        due = textfix.explain(text, script="hans")
        assert found[i]["text"] == due.text
        assert found[i]["metadata"]["text_changed"] == due.changed
        assert found[i]["metadata"]["text_holes"] == due.text.count("\ufffd")
    assert any(doc["metadata"]["text_steps"] == ["repair:gb18030>latin-1"] for doc in found.values())
    stats = json.loads((tmp_path / "logs" / "stats.json").read_text("utf-8"))
    own = next(step["stats"] for step in stats if "textfix" in step["name"])
    assert own["total"] == len(texts)
    assert own["changed"] == sum(doc["metadata"]["text_changed"] for doc in found.values())


def test_documents_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is given on when it is full: memory does not grow with the corpus."""
    monkeypatch.setattr("textfix.adapters.datatrove.DOCUMENTS", 10)
    read = []

    def documents() -> Any:
        for i in range(35):
            read.append(i)
            yield Document(text="ÖÐÎÄ±àÂë\ud800" if i % 2 else "好好的", id=str(i))

    fixed = TextfixFormatter().run(documents())
    assert next(fixed).text == "好好的"
    assert len(read) == 10
    rest = list(fixed)
    assert [doc.id for doc in rest] == [str(i) for i in range(1, 35)]
    assert rest[0].text.startswith("中文编码")
    assert not rest[0].metadata
    assert list(TextfixFormatter().run(None)) == []


def test_one_text_and_errors() -> None:
    assert TextfixFormatter(script="hant").format("ÖÐÎÄ±àÂë") == "中文編碼"
    with pytest.raises(textfix.ChoiceError, match=r"'scirpt'.*script"):
        TextfixFormatter(scirpt="hans")
