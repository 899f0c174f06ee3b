"""UTF-16 that was read byte by byte: `-N‡e` for 中文, every other byte of it ASCII.

Newlines are part of it (上 is 4E 0A, 不 is 4E 0D), so lines beside one another are read as one. Two
bytes at a time it is Chinese, one at a time it may be what somebody put around it: of all ways to cut it, the cheapest
is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model, routes
from textfix.batch import Batch, Codes, to_text
from textfix.config import Config
from textfix.encodings import HOLE, SINGLE, WIDE, single
from textfix.records import Edit
from textfix.repair import readings, suspicion
from textfix.repair.readings import LEAST_HAN, STRANGE, is_han
from textfix.repair.suspicion import NEWLINE, Window
from textfix.routes import Chain

#: What two meaningless bytes cost; and two that are signs of ASCII, which any text in Latin letters has side by side: the
#: letters of /fhs/fhs are 是獨是獨.
NULL, SIGNS = 11.1, 9.0
#: Nats: to change between UTF-16 and what is around it; a byte of ASCII around it at least; any other, and a control
#: character.
CHANGE, PLAIN, OTHER = 6.0, 3.5, 9.0
#: Characters around a window that are read with it: a newline may have cut off what is too short for a window.
AROUND = 200
#: How much less odds are for a border beside a letter that is not ASCII.
BROKEN = 7.0


@cache
def chains() -> dict[str, Chain]:
    """The misreadings of UTF-16 byte by byte, by name."""
    found = (chain for chain in routes.table() if len(chain.routes) == 1)
    return {
        chain.name: chain for chain in found if chain.routes[0].written in WIDE and chain.routes[0].read not in WIDE
    }


def find(batch: Batch, found: list[Window], config: Config) -> list[tuple[int, int, Edit]]:
    """What reads as UTF-16 around those of the windows FOUND that may be such: where it is in the batch, and the edit."""
    offers: list[tuple[int, int, Edit]] = []
    for text, low, high, names in regions(
        batch, [window for window in found if window.chains.keys() & chains().keys()]
    ):
        shift = low - int(batch.starts[text])
        for chain in different(names, batch.codes[low:high]):
            for edit in read(batch.joined[low:high], batch.codes[low:high], chain, config):
                place = replace(edit, start=edit.start + shift, end=edit.end + shift)
                offers.append((low + edit.start, low + edit.end, place))
    taken: list[tuple[int, int, Edit]] = []
    for offer in sorted(offers, key=lambda offer: -(offer[2].odds or 0.0)):
        if all(offer[1] <= start or end <= offer[0] for start, end, _ in taken):
            taken.append(offer)
    return taken


def regions(batch: Batch, windows: list[Window]) -> Iterator[tuple[int, int, int, frozenset[str]]]:
    """The stretches of the batch around WINDOWS, those near one another made one: the text each is in, its start and end,
    and the chains of its windows.
    """
    open_: tuple[int, int, int, frozenset[str]] | None = None
    for window in windows:
        text = int(batch.owners(np.array([window.start]))[0])
        first, last = int(batch.starts[text]), int(batch.ends[text])
        low, high = max(window.start - AROUND, first), min(window.end + AROUND, last)
        # Lines of ASCII have a NUL at each letter, and no window.
        while low > first and "\0" in batch.joined[low : low + AROUND]:
            low = max(low - AROUND, first)
        while high < last and "\0" in batch.joined[high - AROUND : high]:
            high = min(high + AROUND, last)
        if open_ is not None and open_[0] == text and low <= open_[2]:
            open_ = (text, open_[1], max(high, open_[2]), open_[3] | window.chains.keys())
            continue
        if open_ is not None:
            yield open_
        open_ = (text, low, high, frozenset(window.chains))
    if open_ is not None:
        yield open_


def different(names: frozenset[str], codes: Codes) -> Iterator[Chain]:
    """The chains of NAMES that read other bytes of CODES than one before them, or need less evidence."""
    seen: dict[tuple[str, bytes], float] = {}
    for name in sorted(names & chains().keys()):
        chain = chains()[name]
        route = chain.routes[0]
        if route.read in SINGLE:
            said = route.written, single(route.read).take(codes, mode="clip").tobytes()
            if seen.get(said, np.inf) <= chain.prior:
                continue
            seen[said] = chain.prior
        yield chain


def may_pay(units: NDArray[np.uint32], least: float) -> bool:
    """Whether any stretch of UNITS, every other of which is a character, can be LEAST nats likelier than chance."""
    ways = np.concatenate([units[0::2], [np.uint32(NEWLINE)], units[1::2]])
    first = model.pair_costs(np.full(len(ways), NEWLINE, np.uint32), ways)  # a stretch may begin anywhere
    said = NULL - np.minimum(model.costs(ways), first).astype(np.float64)
    said[(ways == HOLE) | (ways == NEWLINE)] = 0.0
    return bool(suspicion.reach(said) >= least)


def read(text: str, codes: Codes, chain: Chain, config: Config) -> Iterator[Edit]:
    """The stretches of TEXT that read as UTF-16 along CHAIN and are worth it."""
    route = chain.routes[0]
    encoded = encodings.load(route.read).encode(codes)
    data = np.frombuffer(encoded.data, np.uint8)
    if len(data) < 2:
        return
    units = couple(data, route.written)
    lost = np.repeat(~encoded.known, np.diff(encoded.starts))
    units[lost[:-1] | lost[1:]] = HOLE
    if not may_pay(units, config.caution - STRANGE + chain.prior):
        return
    standing = readings.standing_costs(codes)
    borders = np.zeros(len(data) + 1, np.bool_)  # where characters of TEXT begin
    borders[encoded.starts] = True
    blocked = np.zeros(len(data), np.bool_)
    blocked[encoded.starts[:-1][~encoded.known & (codes != HOLE)]] = True
    for low, high in cut(data, units, blocked):
        while low < high and not borders[low]:
            low += 2
        while low < high and not borders[high]:
            high -= 2
        new = units[low:high:2]
        start, end = np.searchsorted(encoded.starts, [low, high]).tolist()
        costs = np.where(new == HOLE, 0.0, model.costs(new))
        cost = float(costs.sum())
        odds = float((by_chance(new) - costs)[np.unique(new, return_index=True)[1]].sum()) + STRANGE - chain.prior
        sides = [codes[at] for at in (start - 1, end) if 0 <= at < len(codes)]
        odds -= BROKEN * sum(int(side) >= 0x80 for side in sides)
        odds = min(odds, float(standing[start:end].sum()) - cost - chain.prior)
        if odds < config.caution or len(np.unique(new[is_han(new)])) < LEAST_HAN:
            continue
        if config.holes == "keep" and (new == HOLE).any():
            continue
        yield Edit(start, end, text[start:end], to_text(new), chain.name, odds)


def by_chance(units: NDArray[np.uint32]) -> NDArray[np.float64]:
    """What UNITS cost as meaningless bytes; those that are lost cost nothing."""
    one, two = units >> np.uint32(8), units & np.uint32(0xFF)
    signs = (one > 0x20) & (one < 0x7F) & (two > 0x20) & (two < 0x7F)
    return np.where(units == HOLE, 0.0, np.where(signs, SIGNS, NULL))


def couple(data: NDArray[np.uint8], written: str) -> NDArray[np.uint32]:
    """The character that begins at each byte of DATA but the last; HOLE where a byte is lost or it is half a pair."""
    first, second = data[:-1].astype(np.uint32), data[1:].astype(np.uint32)
    if written == "utf-16-le":
        first, second = second, first
    units: NDArray[np.uint32] = (first << np.uint32(8)) | second
    units[(units >= 0xD800) & (units < 0xE000)] = HOLE
    return units


def cut(data: NDArray[np.uint8], units: NDArray[np.uint32], blocked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where DATA is UTF-16 and where not, so that it costs least; UNITS are its couples, none goes over what is BLOCKED."""
    double = model.plain_costs(units)
    double[(units == HOLE) | (units == 0)] = NULL
    double[blocked[:-1] | blocked[1:]] = readings.BARRIER
    single = np.where(data < 0x80, np.clip(model.plain_costs(data.astype(np.uint32)), PLAIN, OTHER), OTHER)
    single[(data < 0x20) & (data != 0x0A) & (data != 0x0D) & (data != 0x09)] = OTHER
    size = len(data)
    # For each place: the least that everything before it costs if it ends a character of two bytes (wide) or of one,
    # where the open wide stretch began, and the last of RUNS before that.
    wide, plain = [np.inf] * (size + 2), [0.0] * (size + 2)
    began, before, since = [0] * (size + 2), [-1] * (size + 2), [-1] * (size + 2)
    plain[0] = wide[0] = 0.0
    runs: list[tuple[int, int, int]] = []  # (the one before, its start, its end)
    for at, (one, two) in enumerate(zip(single.tolist(), [*double.tolist(), np.inf], strict=True)):
        if plain[at] + CHANGE < wide[at]:
            wide[at + 2] = plain[at] + CHANGE + two
            began[at + 2], before[at + 2] = at, since[at]
        else:
            wide[at + 2] = wide[at] + two
            began[at + 2], before[at + 2] = began[at], before[at]
        if wide[at] + CHANGE < plain[at]:
            plain[at + 1] = wide[at] + CHANGE + one
            since[at + 1] = len(runs)
            runs.append((before[at], began[at], at))
        else:
            plain[at + 1] = plain[at] + one
            since[at + 1] = since[at]
    last = since[size]
    if wide[size] < plain[size]:
        last = len(runs)
        runs.append((before[size], began[size], size))
    found: list[tuple[int, int]] = []
    while last >= 0:
        last, low, high = runs[last]
        found.append((low, high))
    return found[::-1]
