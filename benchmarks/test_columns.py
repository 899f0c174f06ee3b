"""How fast columns are: the same clean rows as Python strings, as Arrow, and through the libraries that lie on Arrow.

`python -m pytest benchmarks/test_columns.py --benchmark-timer=time.process_time` groups by the length of a row; compare within a
group. `extra_info` has the characters of a round and the seconds that a million rows take.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import textfix

pa = pytest.importorskip("pyarrow")

from textfix.adapters.arrow import fix_arrow  # noqa: E402
from textfix.adapters.numpy import fix_numpy  # noqa: E402

PAGES = Path(__file__).resolve().parent.parent / "fixtures" / "pages"
CHARACTERS = 1_000_000
#: Of a title or a cell, of a sentence or two, of a paragraph, of a page.
LENGTHS = [12, 25, 100, 1000]
#: One damaged row in so many, where there are any.
SHARE = 100


@cache
def rows(length: int, damaged: bool = False) -> list[str]:
    """Rows of LENGTH characters, cut from the whole pages at random places; or one in SHARE from the damaged ones."""
    chance = random.Random(length)
    whole = "\n".join(path.read_text("utf-8") for path in sorted(PAGES.glob("*.hans.txt")))
    garbled = whole.encode().decode("gb18030", "replace")

    def cut(text: str) -> str:
        start = chance.randrange(len(text) - 1)
        return (text[start:] + text * (length // len(text) + 1))[:length].replace("\n", "，")

    number = CHARACTERS // length
    found = [cut(garbled if damaged and i % SHARE == 0 else whole) for i in range(number)]
    return found if damaged else textfix.fix_many(found)


def time(benchmark: BenchmarkFixture, work: Callable[[Any], Any], data: Any, length: int, group: str) -> None:
    """Time WORK on DATA; a first round loads the tables before the clock starts."""
    benchmark.group = f"{group}, rows of {length}"
    benchmark.pedantic(work, (data,), rounds=5, warmup_rounds=1)
    benchmark.extra_info["characters"] = CHARACTERS
    if benchmark.stats is not None:
        benchmark.extra_info["seconds per million rows"] = round(
            benchmark.stats.stats.min / (CHARACTERS // length) * 1e6, 2
        )


@pytest.mark.parametrize("length", LENGTHS)
def test_strings(benchmark: BenchmarkFixture, length: int) -> None:
    """Python strings in a list: what the others are compared with."""
    time(benchmark, textfix.fix_many, rows(length), length, "clean")


@pytest.mark.parametrize("length", LENGTHS)
def test_arrow_by_way_of_strings(benchmark: BenchmarkFixture, length: int) -> None:
    """A column of Arrow without the adapter: made into strings, fixed, made into a column again."""
    column = pa.array(rows(length))
    time(benchmark, lambda one: pa.array(textfix.fix_many(one.to_pylist()), one.type), column, length, "clean")


@pytest.mark.parametrize("length", LENGTHS)
def test_arrow(benchmark: BenchmarkFixture, length: int) -> None:
    """A column of Arrow where it lies."""
    column = pa.array(rows(length))
    assert fix_arrow(column) is column
    time(benchmark, fix_arrow, column, length, "clean")


@pytest.mark.parametrize("length", LENGTHS)
def test_arrow_with_report(benchmark: BenchmarkFixture, length: int) -> None:
    time(benchmark, lambda one: fix_arrow(one, report=True), pa.array(rows(length)), length, "clean")


@pytest.mark.parametrize("length", LENGTHS)
def test_numpy(benchmark: BenchmarkFixture, length: int) -> None:
    import numpy as np

    time(benchmark, fix_numpy, np.array(rows(length), object), length, "clean")


@pytest.mark.parametrize("length", LENGTHS)
def test_polars(benchmark: BenchmarkFixture, length: int) -> None:
    pl = pytest.importorskip("polars")
    import textfix.adapters.polars  # noqa: F401

    time(benchmark, lambda one: one.textfix.fix(), pl.Series("text", rows(length)), length, "clean")


@pytest.mark.parametrize("length", LENGTHS)
def test_pandas(benchmark: BenchmarkFixture, length: int) -> None:
    pd = pytest.importorskip("pandas")
    import textfix.adapters.pandas  # noqa: F401

    time(benchmark, lambda one: one.textfix.fix(), pd.Series(rows(length), dtype="string[pyarrow]"), length, "clean")


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("way", ["strings", "arrow"])
def test_damaged(benchmark: BenchmarkFixture, way: str, length: int) -> None:
    """One row in SHARE is garbled: the price of repair, on top of the gates."""
    texts = rows(length, damaged=True)
    if way == "strings":
        time(benchmark, textfix.fix_many, texts, length, f"one row in {SHARE} damaged")
    else:
        time(benchmark, fix_arrow, pa.array(texts), length, f"one row in {SHARE} damaged")


@pytest.mark.parametrize("length", LENGTHS[-1:])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_bytes(benchmark: BenchmarkFixture, encoding: str, length: int) -> None:
    """Pages as bytes: detected, decoded, fixed."""
    column = pa.array([text.encode(encoding, "ignore") for text in rows(length)], pa.binary())
    time(benchmark, fix_arrow, column, length, "bytes")
