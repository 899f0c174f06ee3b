"""Hugging Face datasets: a function for `Dataset.map(batched=True)`.

from textfix.adapters.datasets import fixer

dataset = dataset.map(fixer("text"), batched=True)
dataset = dataset.with_format("arrow").map(fixer("text", report=True), batched=True)    # without Python strings
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from textfix.adapters.arrow import fix_arrow
from textfix.adapters.numpy import fix_numpy
from textfix.config import Config, configure
from textfix.errors import ChoiceError

__all__ = ["Fixer", "fixer"]

#: What a report says of each row.
REPORT = ("changed", "steps", "odds", "holes")


class Fixer:
    """What `fixer` makes: it takes a batch, a table of Arrow or lists by column, and gives back what is new in it.

    It is the same to `pickle` wherever it was made from the same arguments, so that the cache of datasets finds its work.
    """

    def __init__(self, columns: str | Sequence[str], report: bool | str, declared: str | None, config: Config) -> None:
        self.columns = (columns,) if isinstance(columns, str) else tuple(columns)
        self.report = report
        self.declared = declared
        self.config = config

    def __call__(self, batch: Any) -> Any:
        given: dict[str, Any] = {"declared": self.declared, "config": self.config}
        if hasattr(batch, "__arrow_c_stream__"):  # a table of Arrow, or a frame of polars or pandas
            table = batch if isinstance(batch, pa.Table) else pa.table(batch)
            return fix_arrow(table, self.columns, report=self.report, **given)
        if not isinstance(batch, Mapping):
            raise TypeError(f"fixer() takes batches, not {type(batch).__name__}: call map with batched=True")
        found: dict[str, Any] = {}
        prefix = self.report if isinstance(self.report, str) else ""
        for name in self.columns:
            if name not in batch:
                raise ChoiceError("column", name, list(batch))
            values = batch[name]
            if isinstance(values, (str, bytes)):
                raise TypeError("fixer() takes batches, not single rows: call map with batched=True")
            array = np.empty(len(values), object)
            array[:] = values
            new, rows = fix_numpy(array, report=True, **given)
            found[name] = values if new is array else new.tolist()
            if self.report is False:
                continue
            for field in REPORT:
                label = f"{prefix}{name}_{field}"
                if label in batch:
                    raise ChoiceError("name for a column of the report", label, ["report='PREFIX', your own"])
                found[label] = rows[field]
            odds = f"{prefix}{name}_odds"
            found[odds] = [None if np.isnan(one) else one for one in found[odds].tolist()]
        return found


def fixer(
    columns: str | Sequence[str],
    *,
    report: bool | str = False,
    declared: str | None = None,
    config: Config | None = None,
    **options: Any,
) -> Fixer:
    """A function for `Dataset.map(…, batched=True)` that fixes the text of one column or of several.

    It takes batches of any format: with `dataset.with_format("arrow")` clean rows never become Python strings. With
    `report=True` each column gets four more, `<name>_changed`, `_steps`, `_odds` and `_holes`; a string is put before
    these names. Options are those of Config; what is wrong with them is said at once.

    >>> fixer("text", script="hans")({"text": ["數據處理", "ÖÐÎÄ±àÂë"]})
    {'text': ['数据处理', '中文编码']}
    """
    return Fixer(columns, report, declared, configure(config, options))
