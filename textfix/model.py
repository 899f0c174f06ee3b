"""How likely a text is: a character model over Unicode, one for all encodings and both scripts.

The cost of a character is −ln P(character | the two before), in nats. Pairs that the training saw often enough have
their own entry in a hashed table; all others cost the back-off of the first character plus the plain cost of the
second. A smaller table holds the triples that are much likelier than their last pair. Characters never seen share what their class has left over. Before anything is looked up, traditional
characters are folded onto their simplified forms and full-width ASCII onto ASCII: 負擔 says as much about 负担, and a
text is as likely in one script as in the other. `tools/train.py` makes the tables.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.batch import Codes

#: Code points from here up (planes 3 and higher, never seen) share one row of the tables.
TOP = 0x30000
#: Costs by code point are in eighths of a nat. A pair's entry of 16 bits holds its cost in quarters of a nat (six bits)
#: and a mark that tells it from other pairs (ten bits: with eight, one unseen pair in 130 got another's cost, which is
#: too many where the best of a hundred candidates is chosen; with ten it is one in 500).
UNIT = 8
COST_BITS = 6
COSTS = 1 << COST_BITS
PAIR_UNIT = 4
NEWLINE = 0x0A
#: An entry that is this much (one nat) cheaper than can be belongs to another pair with the same mark: no pair is more
#: frequent than its rarer half. Of the entries hit by chance that make a rare character look likely, hardly any stays.
SLACK = UNIT

#: What hashes are multiplied with, and shifted by; scalars of numpy, for to make them anew takes as long as a small sum.
FACTORS = tuple(map(np.uint32, (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x5BD1E995)))
SHIFTS = np.uint32(15), np.uint32(13)
MARK, ONE = np.uint32((1 << (16 - COST_BITS)) - 1), np.uint32(1)

Costs = NDArray[np.float32]


def hashed(first: Codes, second: Codes) -> NDArray[np.uint32]:
    """32 well-mixed bits for each pair of code points (numpy's unsigned arithmetic wraps, which is meant)."""
    mixed = first * FACTORS[0]
    mixed += second
    mixed *= FACTORS[1]
    mixed ^= mixed >> SHIFTS[0]
    mixed *= FACTORS[2]
    mixed ^= mixed >> SHIFTS[1]
    return mixed


def hashed_triple(first: Codes, second: Codes, third: Codes) -> NDArray[np.uint32]:
    """32 well-mixed bits for each triple of code points."""
    return hashed(hashed(first, second), third)


def slots(mixed: NDArray[np.uint32], bits: int) -> tuple[list[NDArray[np.uint32]], NDArray[np.uint16]]:
    """The three places in a table of 2**bits where an entry may stand, and its fingerprint of 16 − COST_BITS bits."""
    one = mixed >> np.uint32(32 - bits)
    mark = mixed & MARK
    two = mark + ONE
    two *= FACTORS[3]
    two ^= one
    two &= np.uint32((1 << bits) - 1)
    three = one ^ ONE  # in the same cache line as the first
    return [one, three, two], mark.astype(np.uint16)


class Model:
    """The trained tables: `fold`, `unigram` and `backoff` by code point, `pairs` and `triples` by hash.

    A hashed entry is fingerprint << COST_BITS | cost; 0 is an empty place.
    """

    __slots__ = ("backoff", "fold", "pairs", "triples", "unigram")

    def __init__(
        self,
        fold: NDArray[np.uint32],
        unigram: NDArray[np.uint8],
        backoff: NDArray[np.uint8],
        pairs: NDArray[np.uint16],
        triples: NDArray[np.uint16],
    ) -> None:
        self.fold = fold
        self.unigram = unigram
        self.backoff = backoff
        self.pairs = pairs
        self.triples = triples

    def folded(self, codes: Codes) -> Codes:
        """CODES as the tables know them."""
        return self.fold.take(codes, mode="clip")

    def plain_costs(self, codes: Codes) -> Costs:
        """−ln P of each of CODES whatever stands before it."""
        return self.unigram.take(self.folded(codes)).astype(np.float32) / np.float32(UNIT)

    def costs(self, codes: Codes) -> Costs:
        """The cost of each of CODES given the two before it; a newline stands before the first."""
        if not len(codes):
            return np.zeros(0, np.float32)
        known = np.empty(len(codes) + 1, np.uint32)
        known[0] = NEWLINE
        known[1:] = self.folded(codes)
        cost, whole, mixed = self._pairs(known[:-1], known[1:])
        within = known[1:-1] != NEWLINE  # what a line begins with does not depend on the line before
        cost[1:] = self._triples(whole[:-1], whole[1:], cost[1:], hashed(mixed[:-1], known[2:]), within)
        return cost.astype(np.float32) / np.float32(UNIT)

    def pair_costs(self, first: Codes, second: Codes) -> Costs:
        """−ln P(second | first) in nats, element by element."""
        return self._pairs(self.folded(first), self.folded(second))[0].astype(np.float32) / np.float32(UNIT)

    def next_costs(self, first: Codes, second: Codes, third: Codes) -> Costs:
        """−ln P(third | first, second) in nats, element by element."""
        run = self.folded(np.stack((first, second, third)))
        cost, whole, mixed = self._pairs(run[:-1], run[1:])  # both pairs at once
        within = run[1] != NEWLINE
        last = self._triples(whole[0], whole[1], cost[1], hashed(mixed[0], run[2]), within)
        return last.astype(np.float32) / np.float32(UNIT)

    def _pairs(self, first: Codes, second: Codes) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.uint32]]:
        """By pairs of folded code points: the cost of the second, that of the pair from nothing, the pair's hash."""
        plain = self.unigram.take(first, mode="clip").astype(np.int16)
        following = self.unigram.take(second, mode="clip").astype(np.int16)
        cost = self.backoff.take(first, mode="clip").astype(np.int16)
        cost += following
        mixed = hashed(first, second)
        found, value = look_up(self.pairs, mixed)
        following -= plain
        found &= value + SLACK >= following
        np.copyto(cost, value, where=found)
        plain += cost
        return cost, plain, mixed

    def _triples(
        self,
        before: NDArray[np.int16],
        after: NDArray[np.int16],
        cost: NDArray[np.int16],
        mixed: NDArray[np.uint32],
        within: NDArray[np.bool_],
    ) -> NDArray[np.int16]:
        """COST of the last of three, bettered where the triple is known; BEFORE and AFTER price its two pairs whole.

        WITHIN tells which triples lie within a line.
        """
        found, value = look_up(self.triples, mixed)
        found &= within
        found &= value < cost
        found &= value + SLACK >= after - before
        return np.where(found, value, cost)


def look_up(table: NDArray[np.uint16], mixed: NDArray[np.uint32]) -> tuple[NDArray[np.bool_], NDArray[np.int16]]:
    """Which of the hashes have an entry in TABLE, and its cost in units."""
    places, mark = slots(mixed, len(table).bit_length() - 1)
    mark <<= COST_BITS
    # An entry of this mark, less the mark, is its cost; any other is more than a cost can be.
    entry = table.take(places[2], mode="clip")
    entry ^= mark
    for place in (places[1], places[0]):
        here = table.take(place, mode="clip")
        here ^= mark
        np.copyto(entry, here, where=here < COSTS)
    found = entry < COSTS
    found &= entry != mark  # an empty place
    entry *= UNIT // PAIR_UNIT
    return found, entry.view(np.int16)


@cache
def load() -> Model:
    """The model that the package ships."""
    data = tables.arrays("model.npz")
    fold = (data["fold"] + np.arange(TOP + 1)).astype(np.uint32)
    return Model(fold, data["unigram"], data["backoff"], data["pairs"], data["triples"])


def costs(codes: Codes) -> Costs:
    """The cost in nats of each code point given the two before it (a newline stands before the first)."""
    return load().costs(codes)


def pair_costs(first: Codes, second: Codes) -> Costs:
    """−ln P(second | first) in nats, element by element."""
    return load().pair_costs(first, second)


def next_costs(first: Codes, second: Codes, third: Codes) -> Costs:
    """−ln P(third | first, second) in nats, element by element."""
    return load().next_costs(first, second, third)


def plain_costs(codes: Codes) -> Costs:
    """−ln P of each code point whatever stands before it, in nats: how rare a character is."""
    return load().plain_costs(codes)
