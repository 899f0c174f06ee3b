"""The polars namespace: expressions, series, frames; eager, lazy, streaming."""

from __future__ import annotations

from pathlib import Path

import pytest

pl = pytest.importorskip("polars")
pytest.importorskip("pyarrow")

import textfix  # noqa: E402
import textfix.adapters.polars  # noqa: E402

GARBLED, WHOLE = "鏁版嵁澶勭悊", "数据处理"
TEXTS = ["好好的", None, "", GARBLED, "數據處理", GARBLED]
HANS = ["好好的", None, "", WHOLE, "数据处理", WHOLE]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@pytest.mark.parametrize("kind", [pl.String, pl.Categorical], ids=str)
def test_lazy(engine: str, kind: type) -> None:
    """A query knows its schema beforehand, and gives the same in either engine."""
    frame = pl.LazyFrame({"text": TEXTS, "n": range(6)}).with_columns(pl.col("text").cast(kind))
    query = frame.with_columns(pl.col("text").textfix.fix(script="hans").alias("fixed")).filter(pl.col("n") > 1)
    assert list(query.collect_schema().items()) == [("text", kind), ("n", pl.Int64), ("fixed", kind)]
    found = query.collect(engine=engine)
    assert found.schema == query.collect_schema()
    assert found["fixed"].to_list() == HANS[2:]


def test_from_file_to_file(tmp_path: Path) -> None:
    """Scan, fix and sink without a frame in memory."""
    source, sink = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pl.DataFrame({"text": TEXTS * 500}).write_parquet(source, row_group_size=400)
    pl.scan_parquet(source).textfix.fix("text", report=True, script="hans").sink_parquet(sink)
    found = pl.read_parquet(sink)
    assert found["text"].to_list() == HANS * 500
    assert found["text_changed"].sum() == 1500
    assert found.columns == ["text", "text_changed", "text_steps", "text_odds", "text_holes"]


def test_in_groups_and_beside_others() -> None:
    frame = pl.DataFrame({"text": TEXTS, "n": [1, 1, 1, 2, 2, 2]})
    found = frame.group_by("n", maintain_order=True).agg(pl.col("text").textfix.fix().str.len_chars().sum())
    assert found["text"].to_list() == [3, 12]
    assert frame.filter(pl.col("text").textfix.fix() == WHOLE).height == 2


def test_series() -> None:
    series = pl.Series("text", TEXTS)
    assert series.textfix.fix(script="hans").to_list() == HANS
    clean = series[:3]
    assert clean.textfix.fix() is clean
    empty = pl.Series("text", [], dtype=pl.String)
    assert empty.textfix.fix() is empty
    nothing = pl.Series("text", [None, None])
    assert nothing.textfix.fix() is nothing
    report = series.textfix.fix(report=True).struct.unnest()
    assert report.columns == ["text", "changed", "steps", "odds", "holes"]
    assert report["changed"].to_list() == [False, False, False, True, False, True]


def test_several_chunks() -> None:
    series = pl.concat([pl.Series("text", TEXTS), pl.Series("text", TEXTS[3:])], rechunk=False)
    assert series.n_chunks() == 2
    assert series.textfix.fix(script="hans").to_list() == HANS + HANS[3:]


def test_categories_that_become_equal() -> None:
    series = pl.Series("text", [GARBLED, WHOLE, None], dtype=pl.Categorical)
    fixed = series.textfix.fix()
    assert fixed.dtype == pl.Categorical
    assert fixed.to_list() == [WHOLE, WHOLE, None]
    assert fixed.n_unique() == 2


def test_bytes() -> None:
    series = pl.Series("page", ["数据处理很重要".encode("gbk"), None, "好好的文字".encode()])
    fixed = series.textfix.fix()
    assert fixed.dtype == pl.Binary
    assert fixed.cast(pl.String).to_list() == ["数据处理很重要", None, "好好的文字"]


@pytest.mark.parametrize("lazy", [False, True])
def test_frames(lazy: bool) -> None:
    """The columns named, or all that hold text; the report beside them, one set for each."""
    eager = pl.DataFrame({"a": TEXTS, "n": range(6), "b": pl.Series(TEXTS, dtype=pl.Categorical)})
    frame = eager.lazy() if lazy else eager

    def collected(made: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
        return made.collect() if isinstance(made, pl.LazyFrame) else made

    both = collected(frame.textfix.fix(script="hans"))
    assert both["a"].to_list() == both["b"].to_list() == HANS
    one = collected(frame.textfix.fix("a", report=True, script="hans"))
    assert one.columns == ["a", "n", "b", "a_changed", "a_steps", "a_odds", "a_holes"]
    assert one["b"].to_list() == TEXTS
    assert one["a_steps"].to_list()[3] == ["repair:utf-8>gb18030"]
    prefixed = collected(frame.textfix.fix(["a", "b"], report="x_"))
    assert prefixed.columns[3:] == [f"x_{a}_{b}" for a in "ab" for b in ("changed", "steps", "odds", "holes")]
    with pytest.raises(textfix.ChoiceError, match="'c'"):
        frame.textfix.fix("c")
    with pytest.raises(textfix.ChoiceError, match="'x_a_odds'"):
        frame.with_columns(x_a_odds=1).textfix.fix("a", report="x_")


def test_a_frame_that_needs_nothing() -> None:
    frame = pl.DataFrame({"text": TEXTS[:3], "n": range(3)})
    assert frame.textfix.fix() is frame


def test_what_is_wrong_is_said() -> None:
    """Options when the query is written, types with their column."""
    with pytest.raises(textfix.ChoiceError, match="scirpt"):
        pl.col("text").textfix.fix(scirpt="hans")
    with pytest.raises(TypeError, match="'n' holds Int64"):
        pl.Series("n", [1]).textfix.fix()
    with pytest.raises(TypeError, match=r"'e' holds Enum.*cast"):
        pl.Series("e", ["a"], dtype=pl.Enum(["a"])).textfix.fix()
    with pytest.raises((TypeError, pl.exceptions.ComputeError), match="'n' holds Int64"):
        pl.LazyFrame({"n": [1]}).select(pl.col("n").textfix.fix()).collect()
