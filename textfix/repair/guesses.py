"""Guesses: characters of which a byte is lost, put in where the phrase around leaves no doubt, and marked elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textfix import encodings
from textfix.batch import Codes
from textfix.encodings import HOLE
from textfix.repair import phrases
from textfix.repair.context import Context
from textfix.repair.halves import common, gapless, gbk, guessable, pairs, usual
from textfix.repair.steps import LAST_GONE, MIDDLE_GONE, NEWLINE, WIDTHS, Exit

#: How probable a cut character must be among those that share its known byte to be put in. Below that the place is
#: marked as a hole.
SURE = 0.65
#: The same for a character of which no byte is left.
SURE_OF_NOTHING = 0.8
#: First characters of a group that are tried with all others.
TRIES = 24


def settle(
    line: list[int], before: tuple[int, ...], context: Context, way_out: Exit, holes: str
) -> tuple[list[int], str]:
    """The characters of a way out, with those that were guessed either put in (and named) or marked as holes."""
    codes, notes = list(way_out.codes), []
    following = [*line[way_out.end : way_out.end + phrases.MEMORY], *[NEWLINE] * phrases.MEMORY]
    whole = (*before, *way_out.codes, *following)
    for place, kind in way_out.guessed:
        start = place + len(before)
        opened = context.counted(way_out.codes[:place])
        chances = confidence(whole, start, kind, context, opened, first_lost=place == 0 and kind == 1)
        for offset, chance in enumerate(chances):
            gone = (kind == LAST_GONE and offset == 1) or (kind == MIDDLE_GONE and offset == 1)
            if holes == "fill" or chance >= (SURE_OF_NOTHING if gone else SURE):
                left = "the phrase around it" if gone else "half its bytes"
                notes.append(f"{chr(whole[start + offset])} from {left} ({chance:.0%})")
            else:
                codes[place + offset] = HOLE
    return codes, "; ".join(notes)


def confidence(
    whole: tuple[int, ...], place: int, kind: int, context: Context, opened: NDArray[np.int64], *, first_lost: bool
) -> list[float]:
    """How probable each guessed character at PLACE of WHOLE is among all that share the bytes that are known."""
    width = WIDTHS[kind]
    guess = np.array(whole[place : place + width], np.uint32)
    known = [gbk(int(code)) for code in guess]
    first, last = known[0], known[-1]
    if first is None or last is None:
        return [0.0] * width
    row = guessable()[0x81:, first[1]] if first_lost else guessable()[first[0], 0x80:]
    row = row[row > 0]
    column = usual()[0] if kind == LAST_GONE else guessable()[0x81:, last[1]]
    column = column[column > 0]
    left = np.array(whole[place - phrases.MEMORY : place], np.uint32)
    if width == 1:
        ways = np.union1d(row, guess).astype(np.uint32)[:, None]
    else:
        costs = phrases.costs(np.tile(left, (len(row), 1)), row) + context.costs(row, np.tile(opened, (len(row), 1)))
        firsts = np.append(row[np.argsort(costs, kind="stable")[:TRIES]], guess[0])
        ways = _around(guess, firsts, column)
    run = np.concatenate(
        [
            np.tile(left, (len(ways), 1)),
            ways,
            np.tile(np.array(whole[place + width : place + width + phrases.MEMORY], np.uint32), (len(ways), 1)),
        ],
        axis=1,
    )
    cost = np.zeros(len(ways))
    for at in range(phrases.MEMORY, run.shape[1]):
        cost += phrases.costs(run[:, at - phrases.MEMORY : at], run[:, at])
    for part in ways.T:
        cost += context.costs(part, np.tile(opened, (len(ways), 1)))
    weight = np.exp(cost.min() - cost)
    return [float(weight[ways[:, at] == guess[at]].sum() / weight.sum()) for at in range(width)]


def _around(guess: Codes, firsts: Codes, lasts: Codes) -> NDArray[np.uint32]:
    """Groups of two characters, or three, between which the pairs of bytes vanish; GUESS is one of them."""
    packed, _ = encodings.load("gbk").table

    def vanish(one: Codes, two: Codes) -> NDArray[np.bool_]:
        return np.asarray(pairs()[packed[one] & 0xFF, packed[two] >> 8] == 0)

    if len(guess) == 2:
        ways = np.stack([np.repeat(firsts, len(lasts)), np.tile(lasts, len(firsts))], axis=1)
        kept = ways[vanish(ways[:, 0], ways[:, 1])]
    else:
        middles, _, trails = common()
        middles = middles[~gapless()[trails]]
        some = []
        for at, pool in enumerate((firsts, middles, lasts)):  # one of the three at a time
            ways = np.tile(guess, (len(pool), 1))
            ways[:, at] = pool
            some.append(ways)
        ways = np.concatenate(some)
        kept = ways[vanish(ways[:, 0], ways[:, 1]) & vanish(ways[:, 1], ways[:, 2])]
    return np.unique(np.concatenate([kept, guess[None, :]]), axis=0)
