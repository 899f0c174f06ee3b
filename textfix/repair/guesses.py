"""Guesses: characters of which a byte is lost, put in where the phrase around leaves no doubt, and marked elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import HOLE
from textfix.repair.context import Context
from textfix.repair.halves import common, gapless, gbk, guessable, pairs, usual
from textfix.repair.phrases import MEMORY
from textfix.repair.steps import LAST_GONE, MIDDLE_GONE, NEWLINE, WIDTHS, Exit, behind, lowest

#: How probable a cut character must be among those that share its known byte to be put in. Below that the place is
#: marked as a hole.
SURE = 0.65
#: The same for a character of which no byte is left.
SURE_OF_NOTHING = 0.8
#: Other readings that are weighed against a guess, those that the pairs of their characters speak for most.
WEIGHED = 64


def settle(
    line: list[int], before: tuple[int, ...], context: Context, way_out: Exit, holes: str
) -> tuple[list[int], str]:
    """The characters of a way out, with those that were guessed either put in (and named) or marked as holes."""
    codes, notes = list(way_out.codes), []
    following = [*line[way_out.end : way_out.end + MEMORY], *[NEWLINE] * MEMORY]
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
    left = np.array(whole[place - MEMORY : place], np.uint32)
    right = np.array(whole[place + width : place + width + MEMORY], np.uint32)
    ways = np.append(row, guess)[:, None] if width == 1 else _around(guess, row, column)
    rough = _rough(
        np.concatenate([np.tile(left[-1:], (len(ways), 1)), ways, np.tile(right[:1], (len(ways), 1))], axis=1)
    )
    ways = np.unique(np.concatenate([ways[lowest(rough, WEIGHED)], guess[None, :]]), axis=0)
    following = np.tile(right, (len(ways), 1))
    cost = behind(np.tile(left, (len(ways), 1)), np.concatenate([ways, following], axis=1)).sum(axis=1)
    for part in ways.T:
        cost += context.costs(part, np.tile(opened, (len(ways), 1)))
    weight = np.exp(cost.min() - cost)
    return [float(weight[ways[:, at] == guess[at]].sum() / weight.sum()) for at in range(width)]


def _rough(run: NDArray[np.uint32]) -> NDArray[np.float32]:
    """What each row costs by its pairs."""
    pair = model.pair_costs(run[:, :-1].ravel(), run[:, 1:].ravel())
    cost: NDArray[np.float32] = pair.reshape(len(run), -1).sum(axis=1)
    return cost


def _around(guess: Codes, firsts: Codes, lasts: Codes) -> NDArray[np.uint32]:
    """Groups of two characters, or three, between which the pairs of bytes vanish: one is GUESS, in others of three one
    character differs."""
    packed, _ = encodings.load("gbk").table

    def vanish(one: Codes, two: Codes) -> NDArray[np.bool_]:
        return np.asarray(pairs()[packed[one] & 0xFF, packed[two] >> 8] == 0)

    if len(guess) == 2:
        ways = np.stack([np.repeat(firsts, len(lasts)), np.tile(lasts, len(firsts))], axis=1)
        return np.concatenate([ways[vanish(ways[:, 0], ways[:, 1])], guess[None, :]])
    middles, _, trails = common()
    some = [guess[None, :]]
    for at, pool in enumerate((firsts, middles[~gapless()[trails]], lasts)):
        ways = np.tile(guess, (len(pool), 1))
        ways[:, at] = pool
        some.append(ways[vanish(ways[:, 0], ways[:, 1]) & vanish(ways[:, 1], ways[:, 2])])
    return np.concatenate(some)
