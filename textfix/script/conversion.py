"""Characters into the script asked for: one table for most, the context for those with several counterparts.

One look-up gives each character's counterpart, and flags where anything else is to be done: only these places are
looked at again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textfix.batch import to_codes, to_text
from textfix.script import context, japanese, mentions
from textfix.script.characters import NEWLINE, Codes, is_selector
from textfix.script.context import Places
from textfix.script.exceptions import except_phrases, own, simplified
from textfix.script.targets import (
    APART,
    ASPECT,
    BEYOND,
    CHARACTER,
    OTHERS,
    PHRASED,
    PLACE,
    SIMPLIFIED,
    TELLING,
    TOLD,
    TRADITIONAL,
    Target,
    only,
    sides,
    target,
)

#: Nats within which a runner-up is worth a look: odds of about 20 to 1.
CLOSE = 3.0
#: Places that are weighed together: their features stay within the processor's cache.
BLOCK = 4096
#: Characters whose lines are looked at one by one.
FEW = 4
#: Characters to either side of one that, if they have enough of the other script, spare a look at the whole line.
NEAR = 8


class Lines:
    """The lines of CODES, and which script each is in."""

    __slots__ = ("breaks", "sums")

    def __init__(self, codes: Codes) -> None:
        self.breaks: Places = (codes == NEWLINE).nonzero()[0]
        starts = np.empty(len(self.breaks) + 1, dtype=np.int64)
        starts[0] = 0
        np.add(self.breaks, 1, out=starts[1:])
        if starts[-1] == len(codes):
            starts = starts[:-1]
        side = sides().take(codes, mode="clip")
        self.sums: NDArray[np.int32] = np.add.reduceat(side, starts, dtype=np.int32)

    def of(self, places: Places) -> NDArray[np.int64]:
        """The line that each of PLACES lies in."""
        return np.searchsorted(self.breaks, places)

    def balance(self, places: Places) -> NDArray[np.int32]:
        """For each of PLACES, characters that only traditional text has less those that only simplified has, in its line."""
        return self.sums.take(self.of(places))


class Decision(NamedTuple):
    """What the context says of PLACES: by place, its form, the scores of the candidates, and the best one."""

    places: Places
    form: NDArray[np.integer]
    scores: NDArray[np.uint16]
    best: NDArray[np.int64]


def rewritten(text: str, to: str) -> str:
    """TEXT in the script TO; the same object if it is in it."""
    codes = to_codes(text + "\n")
    after = to_text(converted(text, codes, to)[:-1])
    return text if after == text else after


def converted(text: str, codes: Codes, to: str) -> Codes:
    """TEXT, whose code points and a newline are CODES, in the script TO, place by place; Japanese is left alone."""
    return converted_and_decided(text, codes, to)[0]


def converted_and_decided(text: str, codes: Codes, to: str) -> tuple[Codes, Decision | None]:
    """The same, and what the context said of the places that it was asked about."""
    of = target(to)
    out: Codes = of.packed.take(codes, mode="clip")
    hits = (out > CHARACTER).nonzero()[0]
    made, others, telling = None, 0, None
    if len(hits):
        found = out.take(hits)
        flags = int(np.bitwise_or.reduce(found))
        held = found & CHARACTER
        out[hits] = held
        others = flags & OTHERS
        if others & TELLING:
            telling = hits[(found & TELLING).nonzero()[0]]
        if flags & PLACE:
            if others:
                mixed = flags & TOLD and telling is not None and is_mixed(text, codes, telling, TRADITIONAL)
                lines = Lines(codes) if mixed else None
                chosen = (found >= PLACE).nonzero()[0]
                made = decide(codes, hits[chosen], held[chosen], of, lines)
            else:
                made = decide(codes, hits, held, of)
        elif flags & PHRASED:
            left = except_phrases(text, out, hits[found & PHRASED != 0] if others else hits)
            if left:
                made = decide(codes, np.array(left), np.full(len(left), ASPECT), of)
        if made:
            out[made.places] = of.choices.take(made.form + made.best)
        if telling is not None and to == "hans" and is_mixed(text, codes, telling, SIMPLIFIED):
            keep_own(codes, out)
        if others & APART:
            put_back(codes, out, hits, found)
    if to == "hans" or telling is not None:
        quoted = mentions.places(text, telling if to != "hans" else None)
        if quoted:
            out[quoted] = codes[quoted]
    return out, made


def put_back(codes: Codes, out: Codes, hits: Places, found: Codes) -> None:
    """Put back in OUT what is not to be converted: Japanese, and by FOUND, the flags at HITS, what is past the table."""
    places = hits[found & BEYOND != 0]
    out[places] = codes[places]
    before = places[is_selector(codes[places])] - 1  # of a shape that somebody chose
    out[before] = codes[before]
    apart = japanese.places(codes)
    out[apart] = codes[apart]


def is_mixed(text: str, codes: Codes, telling: Places, side: int) -> bool:
    """Whether a line may be of SIDE, the target script, already: none is without a character that only that has, which is
    the usual case, and a few such, among TELLING, are soon looked at.
    """
    if len(telling) > FEW:
        return True
    for place in telling.tolist():
        before = text[max(0, place - NEAR) : place].rpartition("\n")[2]
        after = text[place : place + NEAR].partition("\n")[0]
        if len(only(-side).intersection(before + after)) >= len(telling):
            continue
        end = text.find("\n", place)
        line = codes[text.rfind("\n", 0, place) + 1 : end if end >= 0 else len(text)]
        if side * int(sides().take(line, mode="clip").sum()) > 0:
            return True
    return False


def keep_own(codes: Codes, out: Codes) -> None:
    """To simplified: in a line that is simplified already, characters that are good there too stay."""
    places = own().take(codes, mode="clip").nonzero()[0]
    places = places[simplified()[codes[places]] != codes[places]]
    if len(places):
        stays = places[Lines(codes).balance(places) < 0]
        out[stays] = codes[stays]


def decide(
    codes: Codes, places: Places, form: NDArray[np.integer], of: Target, lines: Lines | None = None, mode: int = 0
) -> Decision:
    """What the context says stands at PLACES, where FORM is; without LINES, all are weighed in MODE."""
    table = context.table()
    if len(places) <= BLOCK:
        weights = context.weigh(codes, places, table)
    else:
        blocks = range(0, len(places), BLOCK)
        weights = np.concatenate([context.weigh(codes, places[i : i + BLOCK], table) for i in blocks])
    there = lines.balance(places) > 0 if lines else None
    if there is None or not there.any():
        weights += of.bonus[mode].take(form)
        scores = context.scores(weights)
        return Decision(places, form, scores, scores.argmax(axis=1))
    assert lines
    scores = context.scores(weights + of.bonus[there.view(np.int8), form])
    best = scores.argmax(axis=1)
    rank = of.rank.take(form)
    left = there & (rank >= 0)  # good as they stand, if the line is not half converted
    moved = left & (best != rank)
    if moved.any():
        line = lines.of(places)
        again = np.flatnonzero(left & np.isin(line, line[moved]))
        scores[again] = context.scores(weights[again] + of.bonus[2].take(form[again]))
        best[again] = scores[again].argmax(axis=1)
    return Decision(places, form, scores, best)


def close(text: str, to: str) -> list[tuple[int, list[tuple[int, float]]]]:
    """The places where the choice was within CLOSE, each with the other characters and the odds against them."""
    codes = to_codes(text + "\n")
    made = converted_and_decided(text, codes, to)[1]
    if made is None:
        return []
    of, places, form = target(to), made.places, made.form
    every = np.arange(len(places))
    lead = made.scores[every, made.best][:, None].astype(np.int64) - made.scores
    near = lead < CLOSE * context.UNIT
    near[every, made.best] = False
    near[np.isin(places, [*japanese.places(codes), *mentions.places(text)])] = False
    found = []
    for i in np.flatnonzero(near.any(axis=1)).tolist():
        others = np.flatnonzero(near[i])
        others = others[lead[i, others].argsort(kind="stable")]
        chars = of.choices.take(form[i] + others).tolist()
        odds = (lead[i, others] / context.UNIT).tolist()
        found.append((int(places[i]), list(zip(chars, odds, strict=True))))
    return found
