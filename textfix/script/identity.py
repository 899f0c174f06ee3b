"""Telling which script a text is in, by the characters that only one of the two has, or would have there."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.batch import to_codes
from textfix.records import Script, Span
from textfix.script import context, japanese
from textfix.script.characters import NEWLINE, TOP, Codes, marked
from textfix.script.conversion import decide
from textfix.script.targets import ASPECT, CHARACTER, PLACE, SHARED, SIMPLIFIED, TRADITIONAL, sides, target

#: Nats that one character may weigh at most, and what one weighs that was never counted.
MOST, UNSEEN = 6.0, 4.0
#: A text is mixed if of so many characters that tell, one or more is of the other script.
MIXED = 10
#: Nats that must speak for a region.
REGION = 2.0
#: … and for Cantonese, where nothing tells the script.
CANTONESE = 8.0


@cache
def evidence(name: str) -> NDArray[np.float32]:
    """Nats for traditional script ("script") or for Taiwan ("region") that each code point is worth."""
    found = np.zeros(TOP + 1, dtype=np.float32)
    if name == "script":
        found += np.float32(UNSEEN) * sides()
    rows = tables.arrays("script_context.npz")[name]
    if name == "script":
        rows = rows[sides()[rows[:, 0]] != 0]
    found[rows[:, 0]] = (rows[:, 1] / context.UNIT).clip(-MOST, MOST)
    if name == "script":  # what stands in a table of one script never speaks for the other
        found = np.where(found * sides() < 1, sides(), found)
    return found.astype(np.float32)


def identify(text: str) -> Script:
    """Say which script TEXT is in: "hans", "hant", "mixed" (both, more than one in ten) or "none" (nothing tells).

    `region` is "cn" for simplified text, "tw" or "hk" for traditional text that shows it, else None; `odds` are nats
    for the script that has more; `spans` are the stretches in the other one. Japanese in the text does not count.

    >>> identify("漢語發音与说明")
    Script(name='mixed', region=None, odds=6.0, spans=(Span(start=4, end=6, name='hans'),))
    >>> identify("這裡的風景").region
    'tw'
    """
    if not isinstance(text, str):
        raise TypeError(f"identify() takes a str, not {type(text).__name__}")
    codes = to_codes(text + "\n")
    apart = japanese.places(codes)
    side, weights = weighed(codes)
    side[apart] = 0
    places = np.flatnonzero(side)
    lean = evidence("region").take(codes, mode="clip")
    lean[apart] = 0
    weight = float(lean.sum())
    region = "tw" if weight >= REGION else "hk" if weight <= -REGION else None
    if not len(places):
        return Script("none", region if weight < -CANTONESE else None, 0.0)
    told = side[places]
    hant, hans = int((told == TRADITIONAL).sum()), int((told == SIMPLIFIED).sum())
    total = float(weights[places].sum())
    most = TRADITIONAL if (hant, total) > (hans, 0.0) or hant == hans else SIMPLIFIED
    name = "hant" if most == TRADITIONAL else "hans"
    if min(hant, hans) * MIXED > hant + hans:
        name = "mixed"
    if name != "hant":
        region = "cn" if name == "hans" else None
    odds = 0.0 if hant == hans and name == "mixed" else max(0.0, total * most)
    return Script(name, region, round(odds, 2), spans(codes, places, told, most) if hant and hans else ())


@cache
def local() -> NDArray[np.bool_]:
    """Simplified characters that Hong Kong writes too."""
    return marked(tables.toml("script.toml")["shapes"]["hk_shared"])


def weighed(codes: Codes) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The script that each of CODES tells, TRADITIONAL, SIMPLIFIED or 0, and nats for traditional.

    A character that both scripts have tells the simplified one where traditional text would have another in its place
    (后 in 后世, 里 in 里面). 著 tells nothing where simplified text has it too (著名).
    """
    side = sides().take(codes, mode="clip")
    weights = evidence("script").take(codes, mode="clip")
    for to in ("tw", "hans"):
        of = target(to)
        if to == "hans":
            places = np.flatnonzero(codes == ord("著"))
            form = np.full(len(places), ASPECT)
        else:
            looked_up = of.packed.take(codes, mode="clip")
            places = np.flatnonzero(looked_up >= PLACE)
            form = looked_up[places] & CHARACTER
        if not len(places):
            continue
        made = decide(codes, places, form, of, None, mode=1)
        stands = made.best == of.rank[form]
        if to == "hans":
            side[places[stands]] = 0
        else:
            moved = of.shared[form] & (of.rank[form] >= 0) & ~stands & ~local().take(codes[places])
            places = places[moved]
            side[places] = SIMPLIFIED
            weights[places] = -SHARED
    return side, weights


def spans(codes: NDArray[np.uint32], places: NDArray[np.int64], told: NDArray[np.int8], most: int) -> tuple[Span, ...]:
    """The stretches whose telling characters, at PLACES, are not of the script MOST; none goes across a line."""
    line = np.searchsorted(np.flatnonzero(codes == NEWLINE), places)
    edges = np.flatnonzero((told[1:] != told[:-1]) | (line[1:] != line[:-1])) + 1
    name = "hans" if most == TRADITIONAL else "hant"
    starts = np.concatenate([[0], edges])
    stops = np.concatenate([edges, [len(places)]]) - 1
    return tuple(
        Span(int(places[a]), int(places[b]) + 1, name)
        for a, b in zip(starts.tolist(), stops.tolist(), strict=True)
        if told[a] != most
    )
