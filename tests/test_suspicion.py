"""The gate of repair: it lets clean text pass, stops garbled text, and knows along which routes it may have come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from textfix import encodings, routes, tables
from textfix.batch import Batch, to_codes
from textfix.repair import suspicion

FLOORS = Path(__file__).resolve().parent.parent / "fixtures" / "floors"
HANS = FLOORS.joinpath("sentences.txt").read_text("utf-8").split("\n")[:-1]
HANT = FLOORS.joinpath("sentences.hant.txt").read_text("utf-8").split("\n")[:-1]


def test_the_table_has_every_chain() -> None:
    """A route that has no column is never looked for: tools/build_suspicion.py must be run after a change of routes.toml."""
    assert set(suspicion.table().names) == {chain.name for chain in routes.table()} | {suspicion.WESTERN}


def test_clean_sentences_pass() -> None:
    assert suspicion.windows(Batch([*HANS, *HANT])) == []


@pytest.mark.parametrize("chain", routes.table(), ids=lambda chain: chain.name)
def test_garbled_sentences_are_stopped(chain: routes.Chain) -> None:
    """Six characters are enough, along every chain of the table, and that chain is among those that are named.

    Of UTF-16 read byte by byte every other character is ASCII: it takes twice as many.
    """
    texts = HANT if chain.routes[0].written == "big5" else HANS
    size = 12 if chain.routes[0].written in encodings.WIDE else 6
    garbled = []
    for text in texts:
        for route in chain.routes:
            text = routes.misread(text[:size] if route is chain.routes[0] else text, route.name)
        garbled.append(text)
    named = [{name for window in suspicion.windows(Batch([text])) for name in window.chains} for text in garbled]
    assert sum(chain.name in names for names in named) >= 0.9 * len(named)


def test_windows_stay_within_their_lines() -> None:
    lines = ["一行好好的字", "鏁版嵁澶勭悊", "", "又是一行好好的字", "ÖÐÎÄ±àÂë"]
    batch = Batch(["\n".join(lines), "ÖÐÎÄ±àÂë"])
    found = suspicion.windows(batch)
    assert [batch.joined[window.start : window.end] for window in found] == [lines[1], lines[4], lines[4]]
    assert all(window.opens and window.closes for window in found)


@pytest.mark.parametrize("text", ["", "a", "一", "Ã", "é", "\ufffd", "😀", "Ã\x85>", "\n", "\n\n鏁版嵁澶勭悊"])
def test_short_texts_and_edges(text: str) -> None:
    """What stands at the edge of a text is judged as what stands at the edge of a line."""
    alone = suspicion.find_windows(to_codes(text))
    within = suspicion.find_windows(to_codes(f"\n{text}\n"))
    assert [(window.start + 1, window.end + 1, window.chains) for window in alone] == [
        (window.start, window.end, window.chains) for window in within
    ]


def test_units_are_those_of_the_table() -> None:
    """ASCII and marks never make a text suspicious by themselves; NUL, which is every other byte of ASCII in UTF-16, does."""
    table = suspicion.table()
    assert (tables.arrays("suspicion.npz")["likelihood"][1:0x80] == suspicion.ASCII).all()
    assert not table.units[1:0x80].any()
    assert not table.units[[ord(mark) for mark in "，。！？“”《》—…·"]].any()
    assert np.abs(table.likelihood[0x80:]).max() <= suspicion.MOST * suspicion.UNIT


def test_few_rows_are_judged_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """One by one, or by arrays: in clean text, in garbled text of every chain, and at the edges of a text."""
    for chain in routes.table():
        garbled = []
        for text in (HANT if chain.routes[0].written == "big5" else HANS)[:8]:
            said = text[:9]
            for route in chain.routes:
                said = routes.misread(said, route.name)
            garbled.append(said)
        for text in [*garbled, f"这里写的是：{garbled[0]}，\n{garbled[1]}", *HANS[:2]]:
            codes = to_codes(text)
            rows = suspicion.find_rows(codes)
            if not len(rows):
                continue
            monkeypatch.setattr(suspicion, "FEW", len(rows))
            few = suspicion.surprising(codes, rows)
            monkeypatch.setattr(suspicion, "FEW", 0)
            assert suspicion.surprising(codes, rows).tolist() == few.tolist(), (chain.name, text)
