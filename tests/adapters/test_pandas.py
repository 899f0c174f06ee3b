"""The pandas accessors: every type that holds text, and frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

import textfix  # noqa: E402
import textfix.adapters.pandas  # noqa: E402

GARBLED, WHOLE = "鏁版嵁澶勭悊", "数据处理"
TEXTS = ["好好的", None, "", GARBLED, WHOLE, GARBLED]
FIXED = ["好好的", None, "", WHOLE, WHOLE, WHOLE]
TYPES: list[Any] = [
    None, object, "string[python]", "string[pyarrow]", "category", pd.StringDtype("python"),
    pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string()), pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
]  # fmt: skip


def texts(series: Any) -> list[str | None]:
    return [None if pd.isna(text) else text for text in series]


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_series(kind: Any) -> None:
    """Type, index, name and missing values stay; the report has a row for each."""
    series = pd.Series(TEXTS, list("abcdef"), kind, name="text")
    fixed, report = series.textfix.fix(report=True)
    assert texts(fixed) == FIXED
    assert texts(series) == TEXTS, "the series that was given is not changed"
    assert type(fixed.dtype) is type(series.dtype)
    if kind != "category":
        assert fixed.dtype == series.dtype
    assert fixed.index.equals(series.index)
    assert fixed.name == "text"
    assert report.index.equals(series.index)
    assert report["changed"].tolist() == [False, False, False, True, False, True]
    assert report["steps"].tolist() == [[], [], [], ["repair:utf-8>gb18030"], [], ["repair:utf-8>gb18030"]]
    assert report["odds"].isna().tolist() == [True, True, True, False, True, False]
    assert report["holes"].tolist() == [0] * 6


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_what_needs_nothing_is_the_same_object(kind: Any) -> None:
    series = pd.Series(TEXTS[:3], dtype=kind)
    assert series.textfix.fix() is series
    frame = series.to_frame("text")
    assert frame.textfix.fix() is frame
    empty = pd.Series([], dtype=kind or "str")
    assert empty.textfix.fix() is empty


def test_objects_of_all_kinds() -> None:
    """A column of objects holds whatever it likes; only texts and bytes are touched."""
    series = pd.Series([GARBLED, 3, None, np.nan, "数据处理很重要".encode("gbk"), "\ud800半个"], dtype=object)
    assert series.textfix.fix().tolist()[:3] == [WHOLE, 3, None]
    assert series.textfix.fix().tolist()[4:] == ["数据处理很重要", "\ud800半个"]
    half = pd.Series(["\ud800半个", GARBLED], dtype="string[python]")
    assert half.textfix.fix().tolist() == ["\ud800半个", WHOLE]


def test_categories() -> None:
    """Those that become equal become one; order stays."""
    kind = pd.CategoricalDtype(["好", GARBLED, WHOLE, "从未用过"], ordered=True)
    series = pd.Series([GARBLED, WHOLE, None, "好"], dtype=kind)
    fixed = series.textfix.fix()
    assert texts(fixed) == [WHOLE, WHOLE, None, "好"]
    assert fixed.cat.categories.tolist() == ["好", WHOLE, "从未用过"]
    assert fixed.cat.ordered
    with pytest.raises(TypeError, match="categories of int64"):
        pd.Series([1, 2], dtype="category").textfix.fix()


def test_frames() -> None:
    frame = pd.DataFrame({"a": TEXTS, "n": range(6), "b": pd.Categorical(TEXTS)}, index=list("abcdef"))
    frame.attrs["source"] = "手写"
    fixed = frame.textfix.fix()
    assert texts(fixed["a"]) == texts(fixed["b"]) == FIXED
    assert texts(frame["a"]) == TEXTS
    assert fixed.attrs == frame.attrs
    one = frame.textfix.fix("a", report=True)
    assert list(one.columns) == ["a", "n", "b", "a_changed", "a_steps", "a_odds", "a_holes"]
    assert texts(one["b"]) == TEXTS
    assert one["a_changed"].sum() == 2
    two = frame.textfix.fix(["a", "b"], report="x_")
    assert list(two.columns[3:]) == [f"x_{a}_{b}" for a in "ab" for b in ("changed", "steps", "odds", "holes")]
    twice = pd.DataFrame([[GARBLED, GARBLED]], columns=["t", "t"])
    assert twice.textfix.fix("t").iloc[0].tolist() == [WHOLE, WHOLE]
    numbered = pd.DataFrame([[GARBLED, 1]])
    assert numbered.textfix.fix(0).iloc[0, 0] == WHOLE


def test_bytes_of_arrow() -> None:
    series = pd.Series(["数据处理很重要".encode("gbk"), None], dtype=pd.ArrowDtype(pa.binary()))
    assert series.textfix.fix().iloc[0].decode() == "数据处理很重要"
    frame = series.to_frame("page")
    assert frame.textfix.fix() is frame, "bytes are for those who name their column"


def test_wrong_calls() -> None:
    frame = pd.DataFrame({"text": ["好"], "n": [1], "text_odds": [1.0]})
    with pytest.raises(TypeError, match="'n' holds int64"):
        frame.textfix.fix("n")
    with pytest.raises(TypeError, match="'d' holds double"):
        pd.Series([1.0], dtype=pd.ArrowDtype(pa.float64()), name="d").textfix.fix()
    with pytest.raises(textfix.ChoiceError, match="'title'"):
        frame.textfix.fix("title")
    with pytest.raises(textfix.ChoiceError, match="'text_odds'"):
        frame.textfix.fix("text", report=True)
    with pytest.raises(textfix.ChoiceError, match="scirpt"):
        frame["text"].textfix.fix(scirpt="hans")
