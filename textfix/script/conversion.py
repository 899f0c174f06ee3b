"""Characters into the script asked for: one table for most, the context for those with several counterparts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.batch import to_text
from textfix.script import context
from textfix.script.characters import NEWLINE, TOP, Codes, among, folding, lut, pairs, shape_pairs, text_pairs

#: Nats that the context must weigh before it changes a character that is good in the target script as it stands:
#: one that both scripts share, in a line that is otherwise in the target script (關系, 以后) …
SHARED = 4.0
#: … the same where another character of the line has shown that a converter without context was there …
HALF = 1.0
#: … or one that only the target script has (頭發): somebody chose it, or a converter without context did.
CHOSEN = 8.0
#: … and one for which careful writers also put the plain character that stands there (瞭 for 了, 週 for 周).
EITHER = 1.5
#: 著, where the target tells 着 and 著 apart: in text that does not, and in text that may.
ASPECT = (0.0, 3.0)
#: A line counts as traditional for a character that only traditional text has, and the other way round.
TRADITIONAL, SIMPLIFIED = 1, -1

#: Whose habits decide where a target has no region of its own.
REGION = {"hant": "tw", "tw": "tw", "hk": "hk"}

#: Places that are weighed together: their features stay within the processor's cache.
BLOCK = 4096

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Target:
    """The tables of a target script, over code points.

    `plain` is what a character becomes without context; `group` the number of its row in `candidates` (0 = none);
    `rank` its own place there (-1 = it is none of the candidates). `candidates` holds canonical shapes, `shape`
    those that the target writes. `phrased` marks the characters that phrases may except, `own` those that simplified text has too,
    `special` those that careful writers need not use.
    """

    plain: Codes
    group: NDArray[np.int16]
    rank: NDArray[np.int8]
    candidates: Codes
    shape: Codes
    phrased: NDArray[np.bool_]
    special: NDArray[np.bool_]
    own: NDArray[np.bool_]


@cache
def sides() -> NDArray[np.int8]:
    """TRADITIONAL for characters that only traditional text has, SIMPLIFIED for the others, 0 for shared ones."""
    hand = tables.toml("script.toml")
    side = np.zeros(TOP + 1, dtype=np.int8)
    for c in pairs("fold"):
        side[c] = TRADITIONAL
    for c in pairs("complex"):
        side[c] = SIMPLIFIED
    shared = [int(c) for row in context_groups()[:, 1:].tolist() for c in row if c and folding()[c] == c]
    side[shared] = 0
    side[[ord(c) for c in hand["simplified"]["own"]]] = 0
    side[[ord(c) for c in hand["simplified"]["later"]]] = TRADITIONAL
    return side


def context_groups() -> Codes:
    """Rows of a simplified character and its candidates, padded with 0."""
    groups: Codes = tables.arrays("script_context.npz")["groups"]
    return groups


@cache
def target(to: str) -> Target:
    """The tables for TO."""
    hand = tables.toml("script.toml")
    groups = context_groups()
    candidates = np.vstack([np.zeros((1, groups.shape[1] - 1), np.uint32), groups[:, 1:]])
    group = np.zeros(TOP + 1, dtype=np.int16)
    rank = np.full(TOP + 1, -1, dtype=np.int8)
    shape = np.arange(TOP + 1, dtype=np.uint32)
    phrased = np.zeros(TOP + 1, dtype=bool)
    special = np.zeros(TOP + 1, dtype=bool)
    special[[ord(c) for c in hand["either"]["special"]]] = True
    own = np.zeros(TOP + 1, dtype=bool)
    own[[ord(c) for c in hand["simplified"]["own"]]] = True
    phrased |= own & (lut(pairs("simple")) != np.arange(TOP + 1)) if to == "hans" else False
    aspect = ord("着")
    if to == "hans":
        plain = lut(pairs("simple"))
        for left, right in text_pairs("exceptions").items():
            for a, b in zip(left, right, strict=True):
                if plain[ord(a)] != ord(b):
                    phrased[ord(a)] = True
    else:
        first = shape_pairs()
        region = text_pairs_of(hand["shapes"]["hk"]) if to == "hk" else {}
        foreign = text_pairs_of(hand["shapes"].get(f"foreign_{to}", []))
        complex_ = {c: region.get(t, t) for c, t in pairs("complex").items()}
        plain = lut(complex_ | {c: region.get(t, t) for c, t in foreign.items()})
        shape = lut(region)
        members: dict[int, list[int]] = {}
        for other, main in first.items():
            members.setdefault(main, []).append(other)
        for number, row in enumerate(groups.tolist(), 1):
            if row[0] == aspect:
                continue
            group[row[0]] = number
            for k, t in enumerate(c for c in row[1:] if c):
                for c in (t, *members.get(t, ())):
                    group[c], rank[c] = number, k
                    plain[c] = region.get(foreign.get(c, c), foreign.get(c, c))
    if to in ("hans", "hk"):
        number = int(np.flatnonzero(groups[:, 0] == aspect)[0]) + 1
        for k, t in enumerate(c for c in groups[number - 1, 1:].tolist() if c):
            if t != aspect:
                group[t], rank[t] = number, k
    return Target(plain, group, rank, candidates, shape, phrased, special, own)


def text_pairs_of(listed: list[str]) -> dict[int, int]:
    return {ord(pair[0]): ord(pair[1]) for pair in listed}


def scores(codes: Codes, places: Places, number: NDArray[np.int16], candidates: Codes, to: str) -> NDArray[np.int16]:
    """The weight of each candidate (columns) at each of PLACES (rows), in tenths of a nat; the first has 0."""
    table = tables.arrays("script_context.npz")["weights"]
    total = np.full((len(places), candidates.shape[1]), np.iinfo(np.int16).min, dtype=np.int16)
    total[:, 0] = 0
    bias = np.zeros(candidates.shape, dtype=np.int16)
    if to in REGION:
        region = context.REGIONS[REGION[to]]
        bias += context.look_up(table, context.with_candidate(region, candidates))
    for start in range(0, len(places), BLOCK):
        block = slice(start, start + BLOCK)
        key = context.keys(context.neighbours(codes, places[block], folding()))
        row = number[block]
        for k in range(1, candidates.shape[1]):
            candidate = candidates[row, k]
            at = np.flatnonzero(candidate)
            if not len(at):
                break
            hashed = context.with_candidate(key if len(at) == len(row) else key[:, at], candidate[at])
            weight = context.look_up(table, hashed).sum(axis=0, dtype=np.int16)
            total[start + at, k] = weight + bias[row[at], k]
    return total


def line_sides(codes: Codes, places: Places) -> NDArray[np.int64]:
    """For each of PLACES, characters that only traditional text has less those that only simplified has, in its line."""
    counted = np.concatenate([[0], np.cumsum(sides().take(codes, mode="clip"), dtype=np.int64)])
    breaks = np.flatnonzero(codes == NEWLINE)
    bounds = np.concatenate([[0], breaks, [len(codes)]])
    line = np.searchsorted(breaks, places)
    found: NDArray[np.int64] = counted[bounds[line + 1]] - counted[bounds[line]]
    return found


def converted(codes: Codes, to: str, apart: Places) -> Codes:
    """CODES in the script TO, place by place; at the indices APART nothing changes."""
    tables_ = target(to)
    number = tables_.group.take(codes, mode="clip")
    out = tables_.plain.take(codes, mode="clip")
    beyond = codes > TOP
    if beyond.any():
        out[beyond] = codes[beyond]
    places = np.flatnonzero(number)
    if len(places):
        choose(codes, out, places, number[places], tables_, to)
    if to == "hans":
        except_phrases(codes, out, tables_)
    out[apart] = codes[apart]
    return out


def choose(codes: Codes, out: Codes, places: Places, number: NDArray[np.int16], of: Target, to: str) -> None:
    """Put into OUT what the context says stands at PLACES."""
    here = codes[places]
    total = scores(codes, places, number, of.candidates, to)
    best = total.argmax(axis=1)
    own = of.rank[here].astype(np.int64)
    at = np.arange(len(places))
    lead = total[at, best].astype(np.int32) - total[at, own.clip(min=0)]
    side = line_sides(codes, places)
    if to == "hans":
        needed = np.where(side > 0, ASPECT[0], ASPECT[1])
    else:
        shared = folding()[here] == here
        special = of.special.take(of.candidates[number, best], mode="clip")
        needed = np.where(shared, np.where(side > 0, SHARED, np.where(special, EITHER, 0.0)), CHOSEN)
        needed[here == ord("著")] = ASPECT[0]
        decided = shared & (own >= 0) & (best != own) & (lead > needed * context.UNIT) & (side > 0)
        if decided.any():
            line = np.searchsorted(np.flatnonzero(codes == NEWLINE), places)
            half = np.isin(line, line[decided])
            needed[half & shared] = np.minimum(needed[half & shared], HALF)
    changes = (own < 0) | ((best != own) & (lead > needed * context.UNIT))
    chosen = of.candidates[number[changes], best[changes]]
    out[places[changes]] = of.shape[chosen]


@cache
def phrase_pairs() -> NDArray[np.uint64]:
    """The pairs of neighbours in phrases that are exceptions, each as one number, sorted."""
    found = {(ord(a) << 32) | ord(b) for phrase in text_pairs("exceptions") for a, b in pairwise(phrase)}
    return np.array(sorted(found), dtype=np.uint64)


def except_phrases(codes: Codes, out: Codes, of: Target) -> None:
    """To simplified: characters that simplified text has too stay in it, and elsewhere where a phrase says so."""
    places = np.flatnonzero(of.phrased.take(codes, mode="clip"))
    if not len(places):
        return
    stays = of.own.take(codes[places], mode="clip") & (line_sides(codes, places) < 0)
    out[places[stays]] = codes[places[stays]]
    places = places[~stays]
    here = codes[places].astype(np.uint64)
    before = codes.take(places - 1, mode="clip").astype(np.uint64)
    after = codes.take(places + 1, mode="clip").astype(np.uint64)
    wide = np.uint64(32)
    known = among((before << wide) | here, phrase_pairs()) | among((here << wide) | after, phrase_pairs())
    phrases = text_pairs("exceptions")
    longest = max(map(len, phrases))
    for place in places[known].tolist():
        first = max(0, place - longest + 1)
        window = to_text(codes[first : place + longest])
        at = place - first
        for size in range(longest, 1, -1):
            starts = range(max(0, at - size + 1), min(at, len(window) - size) + 1)
            hit = next((phrases[window[i : i + size]][at - i] for i in starts if window[i : i + size] in phrases), None)
            if hit is not None:
                out[place] = ord(hit)
                break
