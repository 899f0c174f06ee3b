"""NeMo Curator: a modifier for `Modify`, and a stage that works on whole batches.

from textfix.adapters.nemo import TextfixModifier, TextfixStage

pipeline.add_stage(Modify(TextfixModifier(script="hans")))
pipeline.add_stage(TextfixStage("text", script="hans", report=True))    # in Arrow: faster, and says what was done
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nemo_curator.stages.base import ProcessingStage
from nemo_curator.stages.text.modifiers import DocumentModifier
from nemo_curator.tasks import DocumentBatch

import textfix
from textfix.adapters.arrow import fix_arrow
from textfix.config import Config, check_report, configure
from textfix.decode.detection import check_declared

__all__ = ["TextfixModifier", "TextfixStage"]


class TextfixModifier(DocumentModifier):  # type: ignore[misc]
    """A modifier that gives the same texts as `fix`, and for bytes as `fix_bytes`; what is neither stays as it is.

    Options are those of Config, checked where it is made. `Modify` hands it one document at a time; `TextfixStage` is
    given whole batches and is faster.

        Modify(TextfixModifier(script="hans"), input_fields="text")
    """

    def __init__(self, *, declared: str | None = None, config: Config | None = None, **options: Any) -> None:
        super().__init__()
        self.declared = declared
        self.config = configure(config, options)

    def modify_document(self, value: Any) -> Any:
        """The text of a document, fixed."""
        if isinstance(value, str):
            return textfix.fix(value, self.config)
        if isinstance(value, bytes):
            return textfix.fix_bytes(value, declared=self.declared, config=self.config)
        return value


class TextfixStage(ProcessingStage[DocumentBatch, DocumentBatch]):  # type: ignore[misc]
    """A stage that fixes text columns of each batch, in Arrow.

    `report=True` adds `<column>_changed`, `_steps`, `_odds` and `_holes`; a string is put before these names. Options
    are those of Config, checked where it is made.

        TextfixStage("text", script="hans", report=True)
    """

    name = "textfix"

    def __init__(
        self,
        columns: str | Sequence[str] = "text",
        *,
        report: bool | str = False,
        declared: str | None = None,
        config: Config | None = None,
        **options: Any,
    ) -> None:
        check_report(report)
        check_declared(declared)
        self.columns = [columns] if isinstance(columns, str) else list(columns)
        self.report = report
        self.declared = declared
        self.config = configure(config, options)

    def inputs(self) -> tuple[list[str], list[str]]:
        """What the batch must have."""
        return ["data"], self.columns

    def outputs(self) -> tuple[list[str], list[str]]:
        """What the batch has afterwards."""
        prefix = self.report if isinstance(self.report, str) else ""
        more = [f"{prefix}{column}_{name}" for column in self.columns for name in ("changed", "steps", "odds", "holes")]
        return ["data"], [*self.columns, *(more if self.report is not False else [])]

    def process(self, task: Any) -> Any:
        """The batch, fixed."""
        table = fix_arrow(
            task.to_pyarrow(), self.columns, report=self.report, declared=self.declared, config=self.config
        )
        return DocumentBatch(
            dataset_name=task.dataset_name, data=table, _metadata=task._metadata, _stage_perf=task._stage_perf
        )
