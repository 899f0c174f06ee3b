"""How fast: characters a second, by what there is to do. Run with `python -m pytest benchmarks`; never part of the tests.

Compare columns of one run with one another, not with another machine. `extra_info` holds the characters of a round.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import textfix

PAGES = Path(__file__).resolve().parent.parent / "fixtures" / "pages"
CHARACTERS = 200_000


def page(kind: str) -> str:
    """A page of about CHARACTERS characters; a tenth of that if it is damaged, for it has some damage in every line."""
    text = (PAGES / f"clinic{kind}.txt").read_text("utf-8")
    return text * (CHARACTERS // len(text) // (1 if kind else 10))


def time(benchmark: BenchmarkFixture, work: Callable[..., Any], text: str, **options: Any) -> None:
    """Time WORK on TEXT; the warm-up round loads the tables before the clock starts."""
    benchmark.extra_info["characters"] = len(text)
    benchmark.pedantic(work, (text,), options, rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("kind", ["", ".fixed", ".hans"], ids=["damaged", "whole", "simplified"])
def test_fix(benchmark: BenchmarkFixture, kind: str) -> None:
    """The whole line with no options; on whole text this is the price of the gates."""
    time(benchmark, textfix.fix, page(kind))


def test_fix_ascii(benchmark: BenchmarkFixture) -> None:
    """English and code: nothing to look for."""
    time(benchmark, textfix.fix, "The quick brown fox (jumps) over the lazy dog; 3.14 > 2.71.\n" * (CHARACTERS // 60))


def test_fix_with_taste(benchmark: BenchmarkFixture) -> None:
    """Everything there is, one after the other."""
    time(benchmark, textfix.fix, page(""), clean="full", script="hans", punctuation="full", spacing=True)


@pytest.mark.parametrize("to", ["hans", "hant", "tw"])
def test_convert(benchmark: BenchmarkFixture, to: str) -> None:
    """Script alone."""
    time(benchmark, lambda text: textfix.convert(text, to), page(".hans" if to != "hans" else ".fixed"))


def test_punctuate(benchmark: BenchmarkFixture) -> None:
    """Punctuation alone."""
    time(benchmark, lambda text: textfix.punctuate(text, "full"), page(".fixed"))


@pytest.mark.parametrize("style", ["full", "corner", "half"])
@pytest.mark.parametrize("kind", ["", ".hans"], ids=["folded", "proper"])
def test_punctuate_documents(benchmark: BenchmarkFixture, style: str, kind: str) -> None:
    """Documents of 2,000 characters one by one: the gate of proper text, and lines whose marks are certain."""
    text = page(".hans")
    if not kind:
        text = text.translate(str.maketrans("，；：！？（）", ",;:!?()"))
    documents = [text[at : at + 2000] for at in range(0, len(text), 2000)]
    benchmark.extra_info["characters"] = len(text)
    benchmark.pedantic(lambda: [textfix.punctuate(one, style) for one in documents], rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("level", ["safe", "full"])
def test_clean(benchmark: BenchmarkFixture, level: str) -> None:
    """Cleaning of text that needs none: the price of its gate."""
    time(benchmark, textfix.clean, page(".hans"), level=level)


def test_many_short_texts(benchmark: BenchmarkFixture) -> None:
    """Lines of a table, as one batch: the batch is what the work is done on."""
    lines = page("").split("\n")
    benchmark.extra_info["characters"] = sum(map(len, lines))
    benchmark.pedantic(textfix.fix_many, (lines,), rounds=5, warmup_rounds=1)


def test_one_short_text(benchmark: BenchmarkFixture) -> None:
    """One call for one title: what a single call costs when there is nothing to do."""
    benchmark(textfix.fix, "楼下的诊所亮起夜灯")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_detect(benchmark: BenchmarkFixture, encoding: str) -> None:
    """Bytes of a page of ordinary length."""
    text = (PAGES / "clinic.fixed.txt").read_text("utf-8")
    data = text.encode(encoding, "ignore") * 8
    benchmark.extra_info["bytes"] = len(data)
    benchmark.pedantic(textfix.detect, (data,), rounds=5, warmup_rounds=1)
