"""Probes: what the middle of a suspicious stretch says along each chain, before its whole line is read.

A rare word in clean text may look like one that was misread, and to read a line along a chain takes a millisecond. Where
text was misread, its most suspicious part alone makes most of the odds; a rare word says there what bytes say by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model, routes
from textfix.batch import Codes
from textfix.config import Config
from textfix.encodings import CASED, FALLBACK, HOLE, SINGLE, WIDE, single
from textfix.repair import cases, readings, shown, wide
from textfix.repair.readings import BARRIER, NULL, STRANGE
from textfix.repair.spans import ABSURD, BYTE, FAMILIAR, SHARE, UNFAMILIAR
from textfix.repair.suspicion import NEWLINE, Window
from textfix.routes import Chain

#: Characters on either side of the middle that are read with it, and how long a middle is probed: no word is longer.
BESIDE, LONGEST = 4, 32
#: What a lost character costs, here where nobody asks which of its bytes are there.
LOST = 7.0
#: How far, in nats, the odds of a middle may stay behind those that a repair needs. Of 11,000 garbles that are repaired (3
#: to 10 characters, all chains) 5 stay further behind; of 900 rare words and foreign letters seven in eight do.
SLACK = 5.0
#: How far, in nats, the odds of a chain must be beyond what a repair needs, so that others may be left out for it, and how
#: far behind what it gains; and what is lost in adding up.
CLEAR, BEHIND, ROUNDED = 20.0, 25.0, 0.01


@dataclass(frozen=True, slots=True)
class Probe:
    """Some middles read along a chain, atom by atom: what each costs as it stands (`standing`), what the characters cost by
    chance that it says (`null`), and whether it says nothing (`mute`) or cannot be (`blocked`); `says` are the
    characters, those of atom k from `b[k]` on; `owner` is the middle that it lies in.
    """

    standing: NDArray[np.float64]
    null: NDArray[np.float64]
    mute: NDArray[np.bool_]
    blocked: NDArray[np.bool_]
    says: Codes
    b: NDArray[np.int64]
    owner: NDArray[np.int64]


@cache
def chains() -> dict[str, Chain]:
    """Those chains, by name, in whose readings nothing is chosen among letters of two cases or among readers."""
    return {
        chain.name: chain
        for chain in routes.table()
        if chain.routes[-1].read not in (*CASED, FALLBACK) and chain.name not in wide.chains()
    }


def hopeful(codes: Codes, found: Sequence[Window], config: Config) -> list[Window]:
    """Those windows of CODES that are worth reading, each with those of its chains that are."""
    middles: list[Codes] = []
    asked: dict[str, list[tuple[int, int]]] = {}  # by chain: windows, and their middles
    alike: dict[tuple[int, str], list[str]] = {}  # by window and chain: others that read the same bytes there
    left: list[dict[str, float]] = []
    for number, window in enumerate(found):
        left.append({})
        mine = [
            codes[beginning(codes, start, window.start) : min(end + BESIDE, window.end)] for start, end in window.cores
        ]
        first: dict[tuple[str, bytes], str] = {}
        for name, nats in window.chains.items():
            if name in chains() and all(is_plain(middle, chains()[name]) for middle in mine):
                like = first.setdefault(says(chains()[name], mine), name)
                alike.setdefault((number, like), []).append(name)
                if like == name:
                    asked.setdefault(name, []).extend((number, len(middles) + k) for k in range(len(mine)))
            elif name not in wide.chains():
                left[-1][name] = nats
        middles += [np.append(middle, np.uint32(NEWLINE)) for middle in mine]
    if asked:
        joined, edges = np.concatenate(middles), np.concatenate([[0], np.cumsum([len(middle) for middle in middles])])
        standing = readings.standing_costs(joined)
        probes: list[Probe] = []
        whose: list[tuple[int, str]] = []  # for each middle of each probe its window and the chain
        for name, some in asked.items():
            take = np.concatenate([np.arange(edges[k], edges[k + 1]) for _, k in some])
            probes.append(read(joined[take], standing[take], chains()[name], len(whose)))
            whose += [(number, name) for number, _ in some]
        weighed = weigh(probes, len(whose))
        # Of repairs that overlap the one that gains most is made: where one chain gains all that there is in a window, and
        # clearly, those far behind are none.
        least = [-np.inf] * len(found)
        for (number, name), _, gain, whole in zip(whose, *weighed, strict=True):
            window, chain = found[number], chains()[name]
            if min(gain, whole) - chain.prior >= config.caution + CLEAR and is_all(window):
                doubt = cases.doubt(codes[window.start : window.end], chain)
                least[number] = max(least[number], gain - chain.prior - doubt - BEHIND)
        for (number, name), odds, gain, _ in zip(whose, *weighed, strict=True):
            for other in alike[number, name]:
                prior = chains()[other].prior
                if odds - prior >= config.caution - SLACK and gain - prior >= least[number]:
                    left[number][other] = found[number].chains[other]
    return [replace(window, chains=some) for window, some in zip(found, left, strict=True) if some]


def is_all(window: Window) -> bool:
    """Whether all of WINDOW, a line or nearly one, is read as its only middle."""
    start, end = window.cores[0]
    return len(window.cores) == 1 and start - BESIDE <= window.start and window.end <= end + BESIDE


def says(chain: Chain, middles: Sequence[Codes]) -> tuple[str, bytes]:
    """What tells a reading of MIDDLES along CHAIN from others: readers of one byte a character have most bytes alike."""
    route = chain.routes[0]
    if len(chain.routes) > 1 or route.read not in SINGLE:
        return chain.name, b""
    table = single(route.read)
    return route.written, b"".join([table.take(middle, mode="clip").tobytes() for middle in middles])


def beginning(codes: Codes, start: int, least: int) -> int:
    """Where the middle that begins at START is read from, no sooner than LEAST: not between two bytes of a character."""
    start = max(start - BESIDE, least)
    while start > least and (0x80 <= (code := codes.item(start - 1)) < 0x2E80 or 0xFF60 < code < 0xFFA0):
        start -= 1
    return start


def is_plain(middle: Codes, chain: Chain) -> bool:
    """Whether MIDDLE is short, and says one thing along CHAIN: what was lost, or has two places, is for a closer look."""
    reader = chain.routes[-1].read
    return len(middle) <= LONGEST and not (
        (middle == HOLE).any() or shown.have_twins(reader).take(middle, mode="clip").any()
    )


def read(codes: Codes, standing: NDArray[np.float64], chain: Chain, first: int) -> Probe:
    """CODES, middles that each end in a newline and cost STANDING, read along CHAIN; FIRST is the number of the first."""
    now = codes
    a = b = np.arange(len(codes) + 1)
    blocked = np.zeros(len(codes), np.bool_)
    for route in reversed(chain.routes):
        encoded = encodings.load(route.read).encode(now)
        if now is codes:
            blocked = ~encoded.known & (codes != HOLE) | (codes == NEWLINE)
        data = encoded.data
        decoded = readings.swap(encoded) if route.written in WIDE else encodings.load(route.written).decode(data)
        here, there = readings.common(encoded.starts, decoded.starts)
        left, right = readings.common(b, here)
        a, b, now = a[left], there[right], decoded.codes
    null = np.full(len(now), NULL[chain.routes[0].written])
    low = now < 0x80
    null[low] = BYTE * np.diff(decoded.starts)[low] if chain.routes[-1].read in WIDE else 0.0
    null[now == HOLE] = LOST
    same = (np.diff(a) == 1) & (np.diff(b) == 1)
    same[same] = codes[a[:-1][same]] == now[b[:-1][same]]
    fresh = np.ones(len(codes), np.bool_)
    fresh[1:] = codes[1:] != codes[:-1]
    return Probe(
        np.add.reduceat(standing, a[:-1]),
        np.add.reduceat(null, b[:-1]),
        same | ~np.logical_or.reduceat(fresh, a[:-1]),
        np.logical_or.reduceat(blocked, a[:-1]),
        now,
        b[:-1],
        first + np.cumsum(codes == NEWLINE)[a[:-1]] - (codes == NEWLINE)[a[:-1]],
    )


def weigh(probes: list[Probe], number: int) -> tuple[list[float], list[float], list[float]]:
    """The odds of each of NUMBER middles, at the most: those of a repair of whatever atoms of it gain most; what these gain
    over the text as it stands; and the odds of all of the middle against chance, if all of it gains that and none is lost.
    """
    says = np.concatenate([probe.says for probe in probes])
    costs = model.costs(says).astype(np.float64)
    costs[says == HOLE] = LOST
    shift = np.cumsum([0, *(len(probe.says) for probe in probes[:-1])])
    b = np.concatenate([probe.b + size for probe, size in zip(probes, shift, strict=True)])
    cost = np.add.reduceat(costs, b)
    mute, blocked, owner = (
        np.concatenate([getattr(probe, name) for probe in probes]) for name in ("mute", "blocked", "owner")
    )
    standing, null = (
        np.concatenate([getattr(probe, name) for probe in probes]) - cost for name in ("standing", "null")
    )
    for each in (standing, null):
        each[mute] = 0.0
        each[blocked] = -BARRIER
    gain, chance = most(standing, owner, number), most(null, owner, number)
    familiarity = np.clip((gain - ABSURD) * SHARE, -UNFAMILIAR, FAMILIAR)
    odds = np.minimum(gain, chance + STRANGE + familiarity)
    # All of a middle: each ends in a newline, which is blocked.
    whole = np.bincount(owner, null, number) + BARRIER + STRANGE + familiarity
    whole[np.bincount(owner, standing, number) + BARRIER < gain - ROUNDED] = -np.inf
    whole[np.bincount(owner, np.add.reduceat(says == HOLE, b, dtype=np.int64), number) > 0] = -np.inf
    return odds.tolist(), gain.tolist(), whole.tolist()


def most(gain: NDArray[np.float64], owner: NDArray[np.int64], number: int) -> NDArray[np.float64]:
    """The most that any run of atoms of each of NUMBER middles has of GAIN; OWNER is the middle that each atom lies in."""
    total = np.cumsum(gain)
    run = total - np.minimum.accumulate(np.minimum(total, 0.0))
    best = np.zeros(number)
    np.maximum.at(best, owner, run)
    return best
