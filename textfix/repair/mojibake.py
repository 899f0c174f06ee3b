"""Mojibake: spans of text that were misread along a known route, found, weighed and read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Batch, to_text
from textfix.config import Config
from textfix.records import Change, Edit, Lazy, splice
from textfix.repair import glance, missing, probes, suspicion, wide
from textfix.repair.search import repair_windows
from textfix.repair.spans import Repair
from textfix.repair.suspicion import Window
from textfix.repair.whole import LEAST_ROWS, SPARSE, Whole, is_dense, may_be_whole, read_at_once
from textfix.repair.whole import read as read_whole

#: Places of a reading that are suspicious still and worth a search of their own: of 100 documents 97 have none.
FEW = 4
#: Suspicious places of a text that are asked first whether it may not be good text in another language.
ASKED = 12


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """One layer of mojibake in each text that has any."""
    if batch.joined.isascii() or (batch.is_short and not glance.is_suspicious(batch.joined, LEAST_ROWS - 1)):
        return {}
    codes = batch.codes
    rows = batch.note(suspicion.rows_of)
    wholes = {text: checked for text, whole in read_wholes(batch, rows, config) if (checked := check(whole, config))}
    if len(wholes) == len(batch.texts) and not any(whole.left for whole in wholes.values()):
        return {text: changed(whole) for text, whole in wholes.items()}
    if not wholes:
        found = suspicion.windows(batch)
        if not found:
            return {}
    else:
        codes = codes.copy()
        for text, whole in wholes.items():
            whole.mask(codes[batch.starts[text] : batch.ends[text]])
        found = suspicion.find_windows(codes)
    edits: dict[int, list[Edit]] = {}
    repaired: dict[int, list[Repair]] = {}
    for start, end, edit in wide.find(batch, found, config):
        text = int(batch.owners(np.array([start]))[0])
        edits.setdefault(text, []).append(edit)
        found = [window for window in found if window.end <= start or end <= window.start]
    found = probes.hopeful(codes, found, config)
    for window, repairs in zip(found, repair_windows(codes, found, config) if found else (), strict=True):
        if not repairs:
            continue
        text = owner(batch, window)
        shift = window.start - int(batch.starts[text])
        repaired.setdefault(text, []).extend(
            replace(repair, start=repair.start + shift, end=repair.end + shift) for repair in repairs
        )
    for text, mine in repaired.items():
        edits.setdefault(text, []).extend(as_edits(batch.texts[text], mine, config))
    changes = {text: changed(whole) for text, whole in wholes.items() if not whole.left}
    for text, whole in wholes.items():
        if whole.left:
            edits.setdefault(text, []).extend(whole.edits())
    for some in edits.values():
        some.sort(key=lambda edit: edit.start)
    return changes | {text: splice(batch.texts[text], some) for text, some in edits.items()}


def find_at_once(text: str, config: Config) -> Change | None:
    """What `find` does in TEXT, not a short one, where a glance tells that it is garbled throughout, and nothing is left."""
    whole = read_at_once(text, config)
    if whole is None or whole.left or (checked := check(whole, config)) is None or not checked.settled:
        return None
    return changed(checked)


def changed(whole: Whole) -> Change:
    """The change that WHOLE is, if nothing is left; its edits are made when somebody looks."""
    return Change(whole.after.joined, Lazy(lambda: tuple(whole.edits())), settled=whole.settled, batch=whole.after)


def as_edits(text: str, repairs: list[Repair], config: Config) -> Iterator[Edit]:
    """REPAIRS of TEXT as edits, with marks for what its reader lost without a trace."""
    spans = [missing.Span(repair.start, repair.end, repair.codes, repair.chain) for repair in repairs]
    for repair, (codes, note) in zip(repairs, missing.mark(text, spans, config.holes), strict=True):
        before = text[repair.start : repair.end]
        said = "; ".join(filter(None, (repair.note, note)))
        yield Edit(repair.start, repair.end, before, to_text(codes), repair.chain.name, repair.odds, said)


def owner(batch: Batch, window: Window) -> int:
    """The text that WINDOW lies in."""
    return int(batch.owners(np.array([window.start]))[0])


def check(whole: Whole, config: Config) -> Whole | None:
    """WHOLE without the lines whose reading is to be repaired again: the search may know a chain that gives both at once.

    Where that finds nothing, another look would not either.
    """
    if not whole.windows:
        return whole
    codes = whole.after.codes
    again = [window for window in whole.windows if not whole.is_sound(window)]
    if len(whole.windows) > FEW or any(window.chains.keys() & wide.chains().keys() for window in whole.windows):
        again = whole.windows
    elif len(again) < len(whole.windows):
        hopeful = probes.hopeful(codes, whole.windows, config)
        repairs = repair_windows(codes, hopeful, config) if hopeful else []
        again += [window for window, some in zip(hopeful, repairs, strict=True) if some]
    return (
        whole.without(again) if again else replace(whole, windows=[], settled=not (whole.left or is_dense(whole.after)))
    )


def read_wholes(batch: Batch, rows: NDArray[np.int64], config: Config) -> Iterator[tuple[int, Whole]]:
    """The texts of BATCH that were garbled as a whole; ROWS are its suspicious places."""
    for number, mine in dense_texts(batch, rows):
        if not suspicion.are_strange(batch.codes, mine[:: len(mine) // ASKED + 1]):
            continue
        codes = batch.codes if len(batch.texts) == 1 else batch.codes[batch.starts[number] : batch.ends[number]]
        whole = read_whole(batch.texts[number], codes, len(mine), config)
        if whole is not None:
            yield number, whole


def dense_texts(batch: Batch, rows: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """The texts of BATCH that have many of its suspicious places, ROWS, each with its own."""
    if len(rows) < LEAST_ROWS:
        return
    if len(batch.texts) == 1:
        if may_be_whole(len(rows), len(batch.texts[0])):
            yield 0, rows
        return
    # What reaches into the next text is not this one's. Rows are sought among texts, or texts among rows: the fewer.
    if len(rows) < len(batch.texts):
        owners = batch.owners(rows)
        inside = owners[rows + suspicion.ROW <= batch.ends[owners]]
        amounts = np.bincount(inside, minlength=len(batch.texts))
    else:
        last = np.maximum(batch.ends - suspicion.ROW + 1, batch.starts)
        amounts = np.searchsorted(rows, last) - np.searchsorted(rows, batch.starts)
    dense = (amounts >= LEAST_ROWS) & (amounts * SPARSE >= batch.ends - batch.starts)
    for number in dense.nonzero()[0].tolist():
        first = np.searchsorted(rows, batch.starts[number])
        yield number, rows[first : first + amounts[number]]
