"""Ray Data: text columns of a dataset fixed in Arrow blocks.

from textfix.adapters.ray import Fixer

fixed = ds.map_batches(Fixer("text", script="hans"), batch_format="pyarrow")
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textfix.config import Config, check_report, configure
from textfix.decode.detection import check_declared

__all__ = ["Fixer"]


class Fixer:
    """A step for `Dataset.map_batches(…, batch_format="pyarrow")` that fixes text columns: the same texts as `fix` gives.

    `Fixer("text", script="hans")` runs in Ray's tasks, whose processes load the tables once and are used again; as actors
    it is `ds.map_batches(Fixer, fn_constructor_args=("text",), fn_constructor_kwargs={"script": "hans"}, concurrency=2,
    batch_format="pyarrow")`. Binary columns go through `fix_bytes` (`declared` is what the sender says their encoding is)
    and come back as UTF-8. Nulls, types and other columns stay.

    `report=True` adds `<column>_changed` (bool), `_steps` (list of strings), `_odds` (float32, nats) and `_holes` (int32);
    a string is put before these names.

    Options are checked where the object is made; a column that is not there raises, content never does.

    >>> import pyarrow as pa
    >>> Fixer("text", script="hans")(pa.table({"text": ["數(shù)據(jù)處理"]}))["text"].to_pylist()
    ['数据处理']
    """

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

    def __call__(self, batch: Any) -> Any:
        import pyarrow as pa

        from textfix.adapters.arrow import fix_arrow

        if not isinstance(batch, pa.Table):
            raise TypeError(
                f"Fixer takes tables of Arrow, not {type(batch).__name__}: map_batches(…, batch_format='pyarrow')"
            )
        return fix_arrow(batch, self.columns, report=self.report, declared=self.declared, config=self.config)
