"""Traces: marks behind which text may be out of step, for a filter replaced bytes that cut characters in two."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.batch import Batch
from textfix.repair import halves, pinyin
from textfix.repair.context import QUOTES
from textfix.repair.glosses import BRACKET
from textfix.repair.steps import NEWLINE
from textfix.signs import Sign

#: A mark behind something Chinese, or at the start of a line, which may be the trace of a replacement; or a syllable
#: in brackets, or behind the question mark that its bracket and half a character became. A gloss may stand in front.
TRACE = re.compile(
    r"(?:^(?!!\[)|(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uff5e“”‘’…—·,:;)])|(?<=[ -~])(?<![!?])(?=[!?]{1,2}[\u3400-\u9fff]{2}))"
    rf"(?:\( ?{pinyin.SYLLABLE} ?\)){{0,2}}(?P<mark>[?(](?P<gloss>{pinyin.SYLLABLE})\)|[!?]{{1,2}})",
    re.MULTILINE,
)
#: What a trace begins with.
SIGNS = Sign("!?").bit | BRACKET.bit
MARKS = tuple((chr(closing), chr(opening)) for closing, opening in QUOTES.items())
#: Surprise per character, over the next few, from which a mark is looked at: clean text seldom reaches it.
SURPRISE = 7.5
#: The same for what follows a mark that is a surprise itself.
UNSURE = 6.0
AHEAD = 4
#: Behind a slip the text reads better one byte off by so much (nats), in the best of JUDGED characters side by side among
#: the next: by 5 and more behind 98 of 100 slips, and never behind 2,000 marks of clean text, where it loses 15.
SHIFTED, JUDGED, AFTER = -4.0, 3, 12
#: The same for all characters behind the marks of a line, where each is followed by few.
LOST_MARKS = -20.0
#: No character gains or loses more: the model has not seen all.
MOST_GAIN = 14.0


def find_traces(batch: Batch) -> Iterator[re.Match[str]]:
    """What matches TRACE in the joined texts, one after another."""
    text, at = batch.joined, 0
    if text.isascii():
        return
    for begin in batch.places(SIGNS):
        if begin >= at and (trace := TRACE.match(text, begin)) is not None:
            yield trace
            at = trace.end()


def ends_line(trace: re.Match[str], joined: str) -> bool:
    return joined[trace.end("mark") : trace.end("mark") + 1] in ("", "\n")


def ends_there(trace: re.Match[str], joined: str) -> bool:
    """Whether TRACE is followed by nothing that could tell: its line ends, or a space follows, which no half became."""
    return joined[trace.end("mark") : trace.end("mark") + 1] in ("", "\n", " ")


def leaves_open(before: str) -> bool:
    """Whether a quotation is open behind BEFORE."""
    return any(opening in before and before.count(opening) > before.count(closing) for closing, opening in MARKS)


def is_settled(trace: re.Match[str], origin: int, joined: str) -> bool:
    """Whether TRACE, in a line from ORIGIN on, is no slip for all that stands behind it: nothing is there that could tell,
    and no quotation is open before it.
    """
    return (
        trace["gloss"] is None and ends_there(trace, joined) and not leaves_open(joined[origin : trace.start("mark")])
    )


def surprise(traces: list[re.Match[str]], settled: list[bool], batch: Batch) -> list[list[float]]:
    """What each mark costs, and each of the AHEAD characters behind it; nothing for a gloss and for what ends a line,
    which are judged by what stands before them, and for what is SETTLED.
    """
    asked = [
        k
        for k, (trace, done) in enumerate(zip(traces, settled, strict=True))
        if not done and trace["gloss"] is None and not ends_line(trace, batch.joined)
    ]
    found: list[list[float]] = [[] for _ in traces]
    if asked:
        spans = np.array([traces[k].span("mark") for k in asked])
        places = np.concatenate([spans[:, :1], spans[:, 1:] + np.arange(AHEAD)], axis=1)
        near = places[:, :, None] + np.arange(-2, 1)
        codes = batch.codes.take(near, mode="clip")
        codes[near // len(batch.codes) != 0] = NEWLINE  # beyond the text on either side
        for k, row in zip(asked, model.next_costs(*codes.reshape(-1, 3).T).reshape(places.shape), strict=True):
            found[k] = row.tolist()
    return found


def is_suspicious(trace: re.Match[str], origin: int, joined: str, costs: list[float]) -> bool:
    """Whether the model is surprised by the mark of TRACE, which is not settled, or by what follows it.

    ORIGIN is where the line starts, COSTS are what `surprise` gives; none for a gloss and for what ends a line.
    """
    start = trace.start("mark")
    if trace["gloss"] is not None:
        toned = pinyin.toneless(trace["gloss"]) != trace["gloss"]
        return start > origin and not pinyin.fits(joined[start - 1], trace["gloss"]) and (toned or joined[start] == "?")
    if not costs:
        return True
    ahead = max(sum(costs[1:3]) / 2, sum(costs[1:]) / AHEAD)
    if costs[0] < SURPRISE:
        return ahead >= SURPRISE
    # What stands behind a mark is garbled too, unless it is ASCII.
    return joined[trace.end("mark")] < "\x80" or ahead >= UNSURE


def shifts(traces: list[re.Match[str]], batch: Batch) -> tuple[list[float], list[float]]:
    """By how much (nats) what follows each mark reads better one byte off: in the JUDGED characters side by side that
    gain most, NaN where fewer than that follow before the text may be in step again; and in all together."""
    if not traces:
        return [], []
    ends = np.array([trace.end() for trace in traces])
    places = ends[:, None] + np.arange(AFTER + 1)
    codes = batch.codes.take(places, mode="clip")
    codes[places >= len(batch.codes)] = NEWLINE
    shifted, leaves = halves.shift(codes)
    before, after = triples(np.concatenate([codes, shifted])).reshape(2, *codes.shape)
    gains = np.clip(before - after, -MOST_GAIN, MOST_GAIN)[:, 1:]
    gains[np.maximum.accumulate(leaves, axis=1)[:, 1:]] = np.nan
    windows = np.lib.stride_tricks.sliding_window_view(gains, JUDGED, axis=1).sum(axis=2)
    best = np.where(np.isnan(windows), -np.inf, windows).max(axis=1)
    return np.where(np.isinf(best), np.nan, best).tolist(), np.nansum(gains, axis=1).tolist()


def triples(codes: NDArray[np.uint32]) -> model.Costs:
    """What each of CODES costs behind the two before it in its row; newlines stand before the first."""
    run = np.concatenate([np.full((len(codes), 2), NEWLINE, np.uint32), codes], axis=1)
    return model.next_costs(run[:, :-2].ravel(), run[:, 1:-1].ravel(), run[:, 2:].ravel()).reshape(codes.shape)


def is_shifted(gain: float, line: float) -> bool:
    """Whether a mark behind which the text gains GAIN one byte off may be a slip.

    Where too little follows to tell, LINE tells, what all that follows such marks in the line gains: question marks all
    over a clean line are characters that were lost.
    """
    return gain >= SHIFTED or (gain != gain and line >= LOST_MARKS)
