"""polars: a namespace on expressions, series and frames, eager, lazy and streaming.

import polars as pl
import textfix.adapters.polars

frame.with_columns(pl.col("text").textfix.fix(script="hans"))
frame.textfix.fix("text", report=True)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl
import pyarrow as pa

from textfix.adapters.arrow import fix_arrow
from textfix.config import Config, configure
from textfix.errors import ChoiceError

#: What a report says of each row.
REPORT = {"changed": pl.Boolean, "steps": pl.List(pl.String), "odds": pl.Float32, "holes": pl.Int32}
#: Types that hold text; of an Enum the values are fixed, and may not become others.
TEXT = (pl.String, pl.Categorical)


def fix_series(series: Any, report: bool, options: dict[str, Any]) -> Any:
    """SERIES fixed, by way of Arrow: the same object if nothing changes. With REPORT, a struct of it and the report."""
    if series.dtype == pl.Null:
        new, rows = series, None
        if report:
            _, rows = fix_arrow(pa.nulls(len(series)), report=True)
    elif series.dtype not in (*TEXT, pl.Binary):
        hint = ": cast it to pl.String, for its values are fixed" if series.dtype == pl.Enum else ""
        raise TypeError(f"column {series.name!r} holds {series.dtype}, and no text that can be changed{hint}")
    else:
        # Views are what polars holds; a dictionary is small, and its plain form is read by all versions.
        array = series.to_arrow() if series.dtype == pl.Categorical else pa.chunked_array(series)
        found, rows = fix_arrow(array, report=report, **options) if report else (fix_arrow(array, **options), None)
        new = series if found is array else pl.Series(series.name, unviewed(found)).cast(series.dtype)
    if rows is None:
        return new
    return pl.DataFrame([new.alias("text"), *pl.from_arrow(rows)]).to_struct(series.name)


def unviewed(array: Any) -> Any:
    """ARRAY without views: polars up to 1.36 falls over those that other programs made."""
    if pa.types.is_string_view(array.type):
        return array.cast(pa.large_string())
    return array.cast(pa.large_binary()) if pa.types.is_binary_view(array.type) else array


def checked(declared: str | None, config: Config | None, options: dict[str, Any]) -> dict[str, Any]:
    """The options as `fix_arrow` takes them; what is wrong with them is said here, not when the query runs."""
    return {"declared": declared, "config": configure(config, options)}


@pl.api.register_expr_namespace("textfix")
class ExprNamespace:
    """`pl.col("text").textfix`"""

    def __init__(self, expr: Any) -> None:
        self._expr = expr

    def fix(
        self, *, report: bool = False, declared: str | None = None, config: Config | None = None, **options: Any
    ) -> Any:
        """Fix the texts of a column (String, Categorical; Binary by way of `fix_bytes`, as UTF-8).

        With `report=True` the column becomes a struct: text, changed, steps, odds, holes. Options are those of Config.

        >>> import polars as pl, textfix.adapters.polars
        >>> pl.LazyFrame({"text": ["鏁版嵁澶勭悊"]}).select(pl.col("text").textfix.fix()).collect().item()
        '数据处理'
        """
        work = partial(fix_series, report=report, options=checked(declared, config, options))
        kind = pl.struct_with_fields({"text": pl.self_dtype(), **REPORT}) if report else pl.self_dtype()
        return self._expr.map_batches(work, return_dtype=kind, is_elementwise=True)


@pl.api.register_series_namespace("textfix")
class SeriesNamespace:
    """`series.textfix`"""

    def __init__(self, series: Any) -> None:
        self._series = series

    def fix(
        self, *, report: bool = False, declared: str | None = None, config: Config | None = None, **options: Any
    ) -> Any:
        """The same for a Series; one that needs nothing comes back as the same object."""
        return fix_series(self._series, report, checked(declared, config, options))


class FrameNamespace:
    """`frame.textfix`, for a DataFrame or a LazyFrame"""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def fix(
        self,
        columns: str | Sequence[str] | None = None,
        *,
        report: bool | str = False,
        declared: str | None = None,
        config: Config | None = None,
        **options: Any,
    ) -> Any:
        """Fix the text columns of a frame: those named, or all of type String and Categorical.

        With `report=True` each gets four more, `<name>_changed`, `_steps`, `_odds` and `_holes`; a string is put before
        these names.

        >>> import polars as pl, textfix.adapters.polars
        >>> frame = pl.DataFrame({"text": ["鏁版嵁澶勭悊", "好好的"]})
        >>> frame.textfix.fix("text", report=True)["text_changed"].to_list()
        [True, False]
        """
        given = checked(declared, config, options)
        schema = self._frame.collect_schema()
        if columns is None:
            names = [name for name, kind in schema.items() if kind in TEXT]
        else:
            names = [columns] if isinstance(columns, str) else list(dict.fromkeys(columns))
        for name in names:
            if name not in schema:
                raise ChoiceError("column", name, schema.names())
        if report is False and isinstance(self._frame, pl.DataFrame):
            before = [self._frame[name] for name in names]
            after = [fix_series(series, False, given) for series in before]
            changed = [new for new, old in zip(after, before, strict=True) if new is not old]
            return self._frame.with_columns(changed) if changed else self._frame
        if report is False:
            return self._frame.with_columns(pl.col(name).textfix.fix(**given) for name in names)
        prefix = report if isinstance(report, str) else ""
        added = [f"{prefix}{name}_{field}" for name in names for field in REPORT]
        for name in added:
            if name in schema or added.count(name) > 1:
                raise ChoiceError("name for a column of the report", name, ["report='PREFIX', a prefix of your own"])
        # One struct for each column, so that the work is done once whatever the optimiser makes of the query.
        packed = [f"{prefix}{name}_textfix" for name in names]
        frame = self._frame.with_columns(
            pl.col(name).textfix.fix(report=True, **given).alias(pack) for name, pack in zip(names, packed, strict=True)
        )
        for name, pack in zip(names, packed, strict=True):
            fields = [pl.col(pack).struct.field(field).alias(f"{prefix}{name}_{field}") for field in REPORT]
            frame = frame.with_columns(pl.col(pack).struct.field("text").alias(name), *fields)
        return frame.drop(packed)


pl.api.register_dataframe_namespace("textfix")(FrameNamespace)
pl.api.register_lazyframe_namespace("textfix")(FrameNamespace)
