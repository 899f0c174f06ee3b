"""datatrove: a formatter for its pipelines.

from textfix.adapters.datatrove import TextfixFormatter

LocalPipelineExecutor([JsonlReader("pages"), TextfixFormatter(script="hans"), JsonlWriter("fixed")]).run()
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datatrove.pipeline.formatters.base import BaseFormatter

import textfix
from textfix.config import Config, check_report, configure
from textfix.explain import explain_many
from textfix.records import Result, least_odds, name_steps

__all__ = ["TextfixFormatter"]

#: Characters and documents that are fixed together: enough that a batch costs little, and documents go on flowing.
CHARACTERS, DOCUMENTS = 1 << 20, 1000


class TextfixFormatter(BaseFormatter):  # type: ignore[misc]
    """A step that fixes the text of each document: the same texts as `fix` gives, a batch of documents at a time.

    With `report=True` what was done is written into the document's metadata: `text_changed`, `text_steps`,
    `text_odds` (nats, or None) and `text_holes`; a string is put before these names. The step's statistics count the
    documents that changed, the holes, and each kind of repair.

    Options are those of Config, checked where the step is made.

        TextfixFormatter(script="hans", report=True)
    """

    name = "🩹 textfix"

    def __init__(self, *, report: bool | str = False, config: Config | None = None, **options: Any) -> None:
        super().__init__()
        check_report(report)
        self.report = report
        self.config = configure(config, options)

    def format(self, text: str) -> str:
        """One text, fixed."""
        return textfix.fix(text, self.config)

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """The documents of DATA in their order, fixed a batch at a time."""
        batch: list[Any] = []
        size = 0
        for doc in data or ():
            batch.append(doc)
            size += len(doc.text)
            if size >= CHARACTERS or len(batch) >= DOCUMENTS:
                yield from self._fix(batch)
                batch, size = [], 0
        yield from self._fix(batch)

    def _fix(self, batch: list[Any]) -> list[Any]:
        if not batch:
            return batch
        with self.track_time("documents"):
            for doc, result in zip(batch, explain_many([doc.text for doc in batch], self.config), strict=True):
                self._put(doc, result)
        return batch

    def _put(self, doc: Any, result: Result) -> None:
        steps, holes = name_steps(result.plan), result.text.count("\ufffd")
        doc.text = result.text
        self.stat_update("total")
        if result.changed:
            self.stat_update("changed", *steps)
        if holes:
            self.stat_update("holes", value=holes, unit="characters")
        if self.report is not False:
            prefix = self.report if isinstance(self.report, str) else ""
            found = {"changed": result.changed, "steps": steps, "odds": least_odds(result.plan), "holes": holes}
            doc.metadata.update((f"{prefix}text_{name}", value) for name, value in found.items())
