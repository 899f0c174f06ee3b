"""Dirty bytes: damaged, mixed, mislabelled, coloured. The table of cases is made by tools/build_dirty.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from textfix.decode import decode, detect
from textfix.decode.mixed import parts
from textfix.decode.stream import Detector
from textfix.decode.text import unite
from textfix.encodings import codecs as own_codecs

own_codecs.register()

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "fixtures" / "detect" / "dirty.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_cases(case: dict) -> None:
    """What is detected, what decoding makes of it, and which parts it names."""
    data = bytes.fromhex(case["in_hex"])
    found = detect(data, declared=case.get("declared"))
    names = (case["encoding"] or "").split("|")
    assert found.encoding in (names if case["encoding"] else [None]), found
    text = decode(data, found)
    if "text" in case:
        assert text == case["text"]
    named = parts(data, found)
    assert [low for low, _, _ in named] == [0, *(high for _, high, _ in named[:-1])]
    assert named[-1][1] == len(data)
    if "parts" in case:
        assert [codec.replace("big5hkscs", "cp950") for _, _, codec in named] == case["parts"]
    else:
        assert len(named) == 1, named


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_stream(case: dict) -> None:
    """Fed byte by byte the answer is the same."""
    data = bytes.fromhex(case["in_hex"])
    detector = Detector(declared=case.get("declared"))
    for i in range(len(data)):
        detector.feed(data[i : i + 1])
    assert detector.close() == detect(data, declared=case.get("declared"))


def test_enough_cases() -> None:
    """The table does not shrink, and its ids name one case each."""
    assert len({case["id"] for case in CASES}) == len(CASES) >= 60


def test_long_mixture() -> None:
    """Parts are found wherever they stand in a long file, and the rest stays in one stretch."""
    line = "图书馆周末上午九点开门，借书证请在前台办理。\n"
    data = line.encode() * 20_000 + line.encode("gb18030") * 2 + line.encode() * 10_000
    found = detect(data)
    assert found.encoding == "utf-8"
    assert [codec for _, _, codec in parts(data, found)] == ["utf-8", "gb18030", "utf-8"]
    assert decode(data, found) == line * 30_002


def test_united_characters() -> None:
    """Colours go behind the character they cut in two, and nowhere else."""
    lead, trail = "書".encode("cp950")[:1], "書".encode("cp950")[1:]
    assert unite(lead + b"\x1b[31m\x1b[1m" + trail) == lead + trail + b"\x1b[31m\x1b[1m"
    assert unite(lead + trail + b"\x1b[31mA") == lead + trail + b"\x1b[31mA"
    assert unite(b"\x1b[31mplain") == b"\x1b[31mplain"
