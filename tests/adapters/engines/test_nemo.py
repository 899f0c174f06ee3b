"""NeMo Curator: the modifier in its `Modify`, and the stage, in a pipeline of its own."""

from __future__ import annotations

from typing import Any

import pytest

import textfix
from textfix.adapters.arrow import fix_arrow

pytest.importorskip("nemo_curator")
pd = pytest.importorskip("pandas")

from nemo_curator.stages.text.modifiers import Modify  # noqa: E402
from nemo_curator.tasks import DocumentBatch  # noqa: E402

from textfix.adapters.nemo import TextfixModifier, TextfixStage  # noqa: E402

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"
)


def test_a_modifier_in_modify(rows: Any) -> None:
    frame = pd.DataFrame({"text": rows["text"].to_pylist()}, dtype=object)
    stage = Modify(TextfixModifier(script="hans"), input_fields="text")
    found = stage.process(DocumentBatch(dataset_name="pages", data=frame)).to_pandas()
    due = fix_arrow(rows, "text", script="hans")["text"].to_pylist()
    assert [None if text != text else text for text in found["text"].tolist()] == due
    assert TextfixModifier().modify_document("数据处理".encode("gb18030")) == "数据处理"


@pytest.mark.parametrize("kind", ["arrow", "pandas"])
def test_a_stage_by_batches(rows: Any, kind: str) -> None:
    table = rows.select(["id", "text"])
    stage = TextfixStage("text", script="hans", report=True)
    batch = DocumentBatch(dataset_name="pages", data=table if kind == "arrow" else table.to_pandas())
    assert stage.validate_input(batch)
    fixed = stage.process(batch)
    due = fix_arrow(table, "text", script="hans", report=True)
    assert fixed.to_pyarrow().select(due.column_names).to_pylist() == due.to_pylist()
    assert fixed.dataset_name == "pages"
    assert stage.outputs() == (["data"], due.column_names[1:])


def test_errors_come_before_the_job() -> None:
    with pytest.raises(textfix.ChoiceError, match=r"'scirpt'.*script"):
        TextfixModifier(scirpt="hans")
    with pytest.raises(textfix.ChoiceError, match=r"'scirpt'.*script"):
        TextfixStage("text", scirpt="hans")
