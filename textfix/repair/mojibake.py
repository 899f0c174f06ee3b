"""Mojibake: spans of text that were misread along a known route, found, weighed and read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Batch, to_codes, to_text
from textfix.config import Config
from textfix.records import Change, Edit, Lazy, splice
from textfix.repair import missing, probes, suspicion, wide
from textfix.repair.search import repair_windows
from textfix.repair.suspicion import Window
from textfix.repair.whole import Whole
from textfix.repair.whole import read as read_whole

#: Places of a reading that are suspicious still and worth a search of their own: of 100 documents 97 have none.
FEW = 4
#: Suspicious places from which a text is read as a whole, if they are one in SPARSE of its characters or more.
LEAST_ROWS, SPARSE = 4, 8
#: Of these places so many are asked first whether the text may not be good text in another language.
ASKED = 12


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """One layer of mojibake in each text that has any."""
    if batch.joined.isascii() or (batch.is_short and not suspicion.glance(batch.joined, LEAST_ROWS - 1)):
        return {}
    codes = batch.codes
    rows = batch.note(suspicion.rows_of)
    wholes = {text: checked for text, whole in read_wholes(batch, rows, config) if (checked := check(whole, config))}
    if not wholes:
        found = suspicion.windows(batch)
        if not found:
            return {}
    else:
        codes = codes.copy()
        for text, whole in wholes.items():
            whole.mask(codes[batch.starts[text] : batch.ends[text]])
        left = len(batch.texts) > len(wholes) or any(whole.left for whole in wholes.values())
        found = suspicion.find_windows(codes) if left else []
    edits: dict[int, list[Edit]] = {}
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
        for repair in repairs:
            start, end = repair.start + shift, repair.end + shift
            before, after = batch.texts[text][start:end], to_text(repair.codes)
            note = repair.note or missing.note(to_codes(before), repair.codes, repair.chain.routes[-1])
            edits.setdefault(text, []).append(Edit(start, end, before, after, repair.chain.name, repair.odds, note))
    changes = {
        text: Change(whole.after, Lazy(lambda whole=whole: tuple(whole.edits())), settled=whole.settled)  # type: ignore[misc]
        for text, whole in wholes.items()
        if not whole.left
    }
    for text, whole in wholes.items():
        if whole.left:
            edits.setdefault(text, []).extend(whole.edits())
    for some in edits.values():
        some.sort(key=lambda edit: edit.start)
    return changes | {text: splice(batch.texts[text], some) for text, some in edits.items()}


def owner(batch: Batch, window: Window) -> int:
    """The text that WINDOW lies in."""
    return int(batch.owners(np.array([window.start]))[0])


def check(whole: Whole, config: Config) -> Whole | None:
    """WHOLE without the lines whose reading is to be repaired again: the search may know a chain that gives both at once.

    Where that finds nothing, another look would not either.
    """
    if not whole.windows:
        return whole
    codes = to_codes(whole.after)
    again = [window for window in whole.windows if not whole.is_sound(window, codes)]
    if len(whole.windows) > FEW or any(window.chains.keys() & wide.chains().keys() for window in whole.windows):
        again = whole.windows
    elif len(again) < len(whole.windows):
        repairs = repair_windows(codes, whole.windows, config)
        again += [window for window, some in zip(whole.windows, repairs, strict=True) if some]
    return whole.without(again) if again else replace(whole, windows=[], settled=not whole.left)


def read_wholes(batch: Batch, rows: NDArray[np.int64], config: Config) -> Iterator[tuple[int, Whole]]:
    """The texts of BATCH that were garbled as a whole; ROWS are its suspicious places."""
    if len(rows) < LEAST_ROWS:
        return
    if len(batch.texts) == 1:
        if len(rows) * SPARSE < len(batch.texts[0]):
            return
        amounts = np.array([len(rows)])
    else:
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
        start, amount = batch.starts[number], int(amounts[number])
        first = np.searchsorted(rows, start)
        if not suspicion.are_strange(batch.codes, rows[first : first + amount : amount // ASKED + 1]):
            continue
        codes = batch.codes[start : batch.ends[number]]
        whole = read_whole(batch.texts[number], codes, amount, config)
        if whole is not None:
            yield number, whole
