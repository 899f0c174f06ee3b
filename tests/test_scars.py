"""Scars: damage that nothing can be done about is named and located, and left exactly as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import textfix
from textfix import scars

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "scars" / "cases.jsonl"
CASES = [json.loads(line) for line in FIXTURE.read_text("utf-8").split("\n") if line]
DOUBLE = ("gb18030", "big5", "cp949", "euc_jp")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_scars_are_located_and_left(case: dict[str, object]) -> None:
    """Each scar with its kind, its text and its count; the text itself comes back as the same object."""
    text = str(case["in"])
    result = textfix.explain(text)
    found = [[scar.kind, text[scar.start : scar.end], scar.count] for scar in result.scars]
    assert found == case["scars"]
    assert textfix.fix(text) is text
    listed = json.loads(json.dumps(result.to_dict()))["scars"]
    assert [scar["kind"] for scar in listed] == [scar.kind for scar in result.scars]


@pytest.mark.parametrize("reader", scars.MARKS)
def test_the_marks_are_what_readers_make_of_them(reader: str) -> None:
    """EF BF BD read in the encoding, not as somebody remembers it."""
    data = ("\ufffd" * (2 if reader in DOUBLE else 1)).encode()
    assert data.decode(reader, "replace") == scars.MARKS[reader]


def test_the_byte_order_marks_are_what_readers_make_of_them() -> None:
    """The same for EF BB BF."""
    readers = ("latin-1", "cp1251", "cp1250", "mac_roman", "cp437", "cp850", "cp866", "koi8-r")
    assert tuple("\ufeff".encode().decode(reader) for reader in readers) == scars.ORDER_MARKS


def test_the_fillers_are_what_gbk_makes_of_memory() -> None:
    """CC, CD and DD, twice each."""
    assert bytes.fromhex("CCCCCDCDDDDD").decode("gbk") == scars.FILLERS


@pytest.mark.parametrize("name", ["clean", "harm"])
def test_clean_text_has_no_scars(name: str) -> None:
    """A report that cries wolf is not read."""
    cases = [
        json.loads(line) for line in FIXTURE.parents[1].joinpath(f"{name}.jsonl").read_text("utf-8").split("\n") if line
    ]
    texts = [case["in"] for case in cases if "in" in case]
    said = {text: scars.find(text) for text in texts}
    assert {
        text: found
        for text, found in said.items()
        if found and "锟" not in text and "烫" not in text and "??" not in text
    } == {}


def test_scars_take_linear_time() -> None:
    """However many there are; a quadratic search would not come back from this."""
    text = "锟斤拷坏" * 50_000
    assert len(scars.find(text)) == 50_000
