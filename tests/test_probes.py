"""Probes: rare words of clean text are not read along chains; what was misread still is."""

from __future__ import annotations

from pathlib import Path

import pytest

from textfix import routes
from textfix.batch import Batch
from textfix.config import Config
from textfix.repair import probes, suspicion

FLOORS = Path(__file__).resolve().parent.parent / "fixtures" / "floors"
HANS = FLOORS.joinpath("sentences.txt").read_text("utf-8").split("\n")[:-1]
HANT = FLOORS.joinpath("sentences.hant.txt").read_text("utf-8").split("\n")[:-1]
#: Rare words that raise the alarm.
RARE = [
    "他把小篮子里的蝙蝠蛾螟虫都倒了出来。",
    "山上杈杈桠桠的枯树，石头垒垒块块。",
    "宝冢的剧场前，椎名与栂野两人站着。",
    "牠身上長著鱗片，像鯁鮊鱨鯊那樣。",
    "嫪毐之乱以后，韦家的人都走了。",
    "妯娌們嚌嚌嘈嘈地說著赸赸的話。",
]


def found(text: str) -> tuple[list[suspicion.Window], list[suspicion.Window]]:
    batch = Batch([text])
    windows = suspicion.windows(batch)
    return windows, probes.hopeful(batch.codes, windows, Config())


def test_rare_words_are_not_read() -> None:
    """Of what the gate lets through in clean text, most goes no further."""
    before = sum(len(found(text)[0]) for text in RARE)
    after = sum(len(found(text)[1]) for text in RARE)
    assert before >= 2
    assert after * 2 <= before


@pytest.mark.parametrize("chain", routes.table(), ids=lambda chain: chain.name)
def test_what_was_misread_is_read(chain: routes.Chain) -> None:
    """A window that names the chain keeps it, whatever stands around the garble."""
    if chain.name not in probes.chains():
        return
    texts = HANT if chain.routes[0].written == "big5" else HANS
    named = kept = 0
    for text in texts[:12]:
        garbled = text[:5]
        for route in chain.routes:
            garbled = routes.misread(garbled, route.name)
        for shown in (garbled, f"标题：{garbled}，{text}"):
            windows, left = found(shown)
            named += any(chain.name in window.chains for window in windows)
            kept += any(chain.name in window.chains for window in left)
    assert kept >= 0.95 * named


def test_a_text_alone_and_in_a_batch_are_probed_alike() -> None:
    """Middles that are read together do not change one another's odds."""
    texts = [*RARE, *(routes.misread(text[:6], "utf-8>gb18030") for text in HANS[:6])]
    batch = Batch(texts)
    together = probes.hopeful(batch.codes, suspicion.windows(batch), Config())
    alone = [window.chains for text in texts for window in found(text)[1]]
    assert [window.chains for window in together] == alone
