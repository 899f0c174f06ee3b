"""How fast encodings are named: documents of about 2,000 characters, by encoding and by what makes them hard."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import textfix
from textfix.decode import Detector, decode, detect

SENTENCES = Path(__file__).resolve().parent.parent / "fixtures" / "sentences"


def document(script: str, size: int = 2000) -> str:
    text = (SENTENCES / f"{script}.txt").read_text("utf-8")
    return (text * (size // len(text) + 1))[:size]


@pytest.mark.parametrize(
    ("codec", "script"), [("utf-8", "hans"), ("gb18030", "hans"), ("cp950", "hant"), ("utf-16-le", "hans")]
)
def test_detect(benchmark: BenchmarkFixture, codec: str, script: str) -> None:
    """Whole text, the common case: about one decode."""
    data = document(script).encode(codec, "ignore")
    benchmark.extra_info["bytes"] = len(data)
    assert benchmark.pedantic(detect, (data,), rounds=50, warmup_rounds=1).encoding == codec


def test_detect_short(benchmark: BenchmarkFixture) -> None:
    """A title: every encoding is weighed by the model."""
    data = "图书馆周末开门".encode("gb18030")
    assert benchmark.pedantic(detect, (data,), rounds=20, warmup_rounds=1).encoding == "gb18030"


def test_detect_long(benchmark: BenchmarkFixture) -> None:
    """Ten megabytes, through the samples of a run."""
    data = document("hans", 100_000).encode("gb18030", "ignore") * 50
    benchmark.extra_info["bytes"] = len(data)
    assert benchmark.pedantic(detect, (data,), rounds=3, warmup_rounds=1).encoding == "gb18030"


def test_stream(benchmark: BenchmarkFixture) -> None:
    """The same in pieces of 16 KiB."""
    data = document("hans", 100_000).encode("gb18030", "ignore") * 50
    benchmark.extra_info["bytes"] = len(data)

    def feed() -> str | None:
        detector = Detector()
        for start in range(0, len(data), 1 << 14):
            detector.feed(data[start : start + (1 << 14)])
        return detector.close().encoding

    assert benchmark.pedantic(feed, rounds=3, warmup_rounds=1) == "gb18030"


def test_decode_mixed(benchmark: BenchmarkFixture) -> None:
    """Lines in turn in two encodings: each is weighed."""
    line = "图书馆周末上午九点开门，借书证请在前台办理。\n"
    data = (line.encode("gb18030") + line.encode()) * 100
    found = detect(data)
    assert benchmark.pedantic(decode, (data, found), rounds=5, warmup_rounds=1) == line * 200


def test_peer(benchmark: BenchmarkFixture) -> None:
    """charset-normalizer on the document in GB18030, for comparison."""
    from charset_normalizer import from_bytes

    data = document("hans").encode("gb18030", "ignore")
    benchmark.pedantic(lambda: from_bytes(data).best(), rounds=5, warmup_rounds=1)


def test_the_documents_are_chinese() -> None:
    """What is timed must be text: a benchmark of the wrong path says nothing."""
    assert textfix.detect(document("hant").encode("cp950", "ignore")).script == "hant"
