"""pandas: an accessor on series and frames.

import pandas as pd
import textfix.adapters.pandas

frame["text"] = frame["text"].textfix.fix(script="hans")
frame = frame.textfix.fix("text", report=True)
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from textfix.adapters.arrow import check_type, fix_arrow, is_bytes, is_text
from textfix.adapters.numpy import fix_numpy
from textfix.config import Config, configure
from textfix.errors import ChoiceError

#: What a report says of each row.
REPORT = ("changed", "steps", "odds", "holes")


def fix_series(series: Any, report: bool, given: dict[str, Any]) -> tuple[Any, dict[str, Any] | None]:
    """SERIES fixed (the same object if nothing changes), and the report as columns."""
    kind = series.dtype
    if isinstance(kind, (pd.StringDtype, pd.ArrowDtype)):
        try:
            array = pa.array(series.array, from_pandas=True)
        except UnicodeEncodeError:  # half a surrogate pair, which Arrow cannot hold
            return fix_values(series, report, given)
        check_type(array.type, f"column {series.name!r}")
        found, rows = fix_arrow(array, report=report, **given) if report else (fix_arrow(array, **given), None)
        if found is not array:
            chunks = found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])
            series = like(series, kind.__from_arrow__(chunks))
        return series, None if rows is None else unpack(rows)
    if isinstance(kind, pd.CategoricalDtype):
        return fix_categories(series, report, given)
    if not pd.api.types.is_object_dtype(kind):
        raise TypeError(f"column {series.name!r} holds {kind}, and no text")
    return fix_values(series, report, given)


def fix_values(series: Any, report: bool, given: dict[str, Any]) -> tuple[Any, dict[str, Any] | None]:
    """A series of Python objects: only `str` and `bytes` are touched."""
    values = series.to_numpy(dtype=object)
    found, rows = fix_numpy(values, report=report, **given) if report else (fix_numpy(values, **given), None)
    return (series if found is values else like(series, found, series.dtype)), rows


def fix_categories(series: Any, report: bool, given: dict[str, Any]) -> tuple[Any, dict[str, Any] | None]:
    """Each category once, however many rows it stands in."""
    data = series.array
    before = data.categories.to_series(index=range(len(data.categories)))
    if not is_texts(before):
        raise TypeError(f"column {series.name!r} holds categories of {before.dtype}, and no text")
    after, rows = fix_series(before, report, given)
    if rows is not None:
        blank = {"changed": False, "steps": [], "odds": np.nan, "holes": 0}
        rows = {name: taken(column, data.codes, blank[name]) for name, column in rows.items()}
    if after is before:
        return series, rows
    # Categories that have become equal are one.
    codes, unique = pd.factorize(after)
    new = np.where(data.codes < 0, -1, np.append(codes, -1)[data.codes])
    return like(series, pd.Categorical.from_codes(new, pd.Index(unique), ordered=data.ordered)), rows


def taken(column: Any, codes: Any, blank: Any) -> Any:
    """COLUMN by CODES, BLANK for those below 0."""
    longer = np.empty(len(column) + 1, column.dtype)
    longer[:-1] = column
    longer[-1] = blank
    return longer[codes]


def like(series: Any, values: Any, kind: Any = None) -> Any:
    return pd.Series(values, index=series.index, name=series.name, dtype=kind, copy=False).__finalize__(series)


def unpack(rows: Any) -> dict[str, Any]:
    """The columns of a report as numpy arrays."""
    steps = np.empty(len(rows), object)
    steps[:] = rows.column("steps").to_pylist()
    plain = {name: rows.column(name).to_pandas().to_numpy() for name in ("changed", "odds", "holes")}
    return {name: steps if name == "steps" else plain[name] for name in REPORT}


def is_texts(series: Any) -> bool:
    """Whether SERIES holds texts (bytes are for those who name their column)."""
    kind = series.dtype
    if isinstance(kind, pd.StringDtype):
        return True
    if isinstance(kind, pd.ArrowDtype):
        return is_text(kind.pyarrow_dtype) and not is_bytes(kind.pyarrow_dtype)
    if isinstance(kind, pd.CategoricalDtype):
        return is_texts(kind.categories.to_series())
    if not pd.api.types.is_object_dtype(kind):
        return False
    return pd.api.types.infer_dtype(series, skipna=True) in ("string", "mixed", "empty")


def checked(declared: str | None, config: Config | None, options: dict[str, Any]) -> dict[str, Any]:
    return {"declared": declared, "config": configure(config, options)}


@pd.api.extensions.register_series_accessor("textfix")
class SeriesAccessor:
    """`series.textfix`"""

    def __init__(self, series: Any) -> None:
        self._series = series

    def fix(
        self, *, report: bool = False, declared: str | None = None, config: Config | None = None, **options: Any
    ) -> Any:
        """Fix the texts of a Series of strings, objects or categories; one that needs nothing is the same object.

        Type, index and missing values stay. Among objects, bytes are read as `fix_bytes` does and become `str`. With
        `report=True` the answer is a pair, the Series and a DataFrame: changed, steps, odds, holes.

        >>> import pandas as pd, textfix.adapters.pandas
        >>> pd.Series(["ÖÐÎÄ±àÂë", None]).textfix.fix().iloc[0]
        '中文编码'
        """
        new, rows = fix_series(self._series, report, checked(declared, config, options))
        return (new, pd.DataFrame(rows, index=self._series.index)) if report else new


@pd.api.extensions.register_dataframe_accessor("textfix")
class FrameAccessor:
    """`frame.textfix`"""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def fix(
        self,
        columns: Hashable | Sequence[Hashable] | None = None,
        *,
        report: bool | str = False,
        declared: str | None = None,
        config: Config | None = None,
        **options: Any,
    ) -> Any:
        """Fix the text columns of a DataFrame: those named, or all that hold strings.

        With `report=True` each gets four more, `<name>_changed`, `_steps`, `_odds` and `_holes`; a string is put before
        these names. The frame that is given is not changed.

        >>> import pandas as pd, textfix.adapters.pandas
        >>> frame = pd.DataFrame({"text": ["鏁版嵁澶勭悊"], "page": [1]})
        >>> frame.textfix.fix(report=True)["text_steps"].iloc[0]
        ['repair:utf-8>gb18030']
        """
        given = checked(declared, config, options)
        frame, more = self._frame, {}
        new = frame.copy(deep=False)
        touched = False
        for place in self._places(columns):
            series = frame.iloc[:, place]
            found, rows = fix_series(series, report is not False, given)
            if found is not series:
                new.isetitem(place, found)
                touched = True
            for name, column in (rows or {}).items():
                label = f"{report if isinstance(report, str) else ''}{series.name}_{name}"
                if label in frame.columns or label in more:
                    raise ChoiceError(
                        "name for a column of the report", label, ["report='PREFIX', a prefix of your own"]
                    )
                more[label] = column
        if more:
            return pd.concat([new, pd.DataFrame(more, index=frame.index)], axis=1).__finalize__(frame)
        return new if touched else frame

    def _places(self, columns: Any) -> list[int]:
        labels = self._frame.columns
        if columns is None:
            return [i for i in range(len(labels)) if is_texts(self._frame.iloc[:, i])]
        if isinstance(columns, str) or not isinstance(columns, (Sequence, pd.Index)) or columns in list(labels):
            columns = [columns]
        places: dict[int, None] = {}
        for label in columns:
            if label not in labels:
                raise ChoiceError("column", label, list(labels))
            places.update(dict.fromkeys(i for i, other in enumerate(labels) if other == label))
        return list(places)
