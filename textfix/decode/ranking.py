"""A first look at bytes: what they cost in each encoding by single characters, without what stands before them.

One look-up for each character, some microseconds for each encoding: enough to see which of fifty encodings are out
of the question, so that the model, which knows pairs and triples, is asked about a handful.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.decode.marks import find_high, is_euc_tw
from textfix.decode.profile import HOLE, Encoding, profile

#: Bytes that are looked at, from the first one above 7F on.
LOOK = 512
#: What a byte of ASCII costs, whichever it is: it is nearly the same in all encodings, and in noise.
ASCII_COST = 5.0
#: Nats that a byte costs when nothing is known about it (ln 256), less what one of ASCII costs.
HIGH_COST = 0.545
#: An encoding is weighed if it is at most NEAR nats behind the best here, and BY_BYTE nats more for each byte above 7F:
#: what pairs and triples can make of it. Where most bytes are ASCII a letter is not in a word of its own alphabet, and
#: what is said of it here is worth less.
NEAR, BY_BYTE, BY_SPARSE_BYTE = 24.0, 1.0, 4.0
#: The best are weighed whatever they cost: the odds of the answer are against the next best.
LEAST = 3
#: The most that a character costs in text of its own kind, in nats: accented Latin, Greek to Thai, signs (pictures and
#: rules are made of them, the same again and again), kana, Hangul.
COMMON_AT_HOME = (
    (0xC0, 0x17F, 7.0), (0x370, 0xE7F, 5.0), (0x2000, 0x2BFF, 5.0), (0x3000, 0x3040, 5.0), (0x3041, 0x30FE, 6.5),
    (0xAC00, 0xD7A3, 8.0), (0xFE30, 0xFF5E, 7.0),
)  # fmt: skip

ASCII = bytes(range(0x80))
_SAFE = re.compile(rb"[\x00-\x2f]")


@cache
def prices() -> NDArray[np.float32]:
    """The cost in nats of each UTF-16 code unit, whatever stands before it; half of a character's for a surrogate."""
    weights, alphabets = profile().weights, profile().alphabets
    codes = np.arange(0x10000, dtype=np.uint32)
    cost = np.minimum(model.plain_costs(codes), np.float32(weights["dearest"]))
    for alphabet in alphabets:
        cost[alphabet.has] = np.minimum(cost[alphabet.has], np.float32(alphabet.within))
    accented = slice(0xDF, 0x180)
    knee = np.float32(weights["accented"])
    cost[accented] = np.where(
        cost[accented] > knee, knee + weights["accented_slope"] * (cost[accented] - knee), cost[accented]
    )
    cost[:0x80] = ASCII_COST
    cost[0x80:0xA0] = weights["hole"]
    cost[HOLE] = weights["hole"]
    cost[0xD800:0xE000] = weights["dearest"] / 2
    cost[0xE000:0xF900] = weights["dearest"]
    return cost


@cache
def hopes() -> NDArray[np.float32]:
    """The same at the best: in text of their own, letters that are rare in all that the model has read are common."""
    cost = prices().copy()
    for first, last, most in COMMON_AT_HOME:
        cost[first : last + 1] = np.minimum(cost[first : last + 1], np.float32(most))
    return cost


@cache
def _single_hopes() -> NDArray[np.float64]:
    """The same of each of the 256 bytes (columns) in each single-byte encoding of the profile (rows)."""
    found: NDArray[np.float64] = hopes()[np.minimum(profile().charts, 0xFFFF)].astype(np.float64)
    return found


def weigh(data: bytes, codec: str, table: NDArray[np.float32] | None = None) -> float:
    """What DATA costs in CODEC, in nats; a codec that raises whatever it is told has no reading.

    >>> data = "图书馆周末上午九点开门".encode("gb18030")
    >>> weigh(data, "gb18030") < weigh(data, "cp950") - 50
    True
    """
    try:
        text = data.decode(codec, "replace")
    except UnicodeError:
        return float("inf")
    return weigh_text(text, table)


def weigh_text(text: str, table: NDArray[np.float32] | None = None) -> float:
    """What the characters of TEXT cost, in nats, by TABLE (that of `prices`)."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    return float(np.add.reduce((prices() if table is None else table).take(units)))


@dataclass(frozen=True, slots=True)
class Ranking:
    """The encodings worth weighing: `near` of several bytes, `places` of those of one byte, in the profile."""

    near: tuple[Encoding, ...]
    places: tuple[int, ...]


def noise(data: bytes) -> float:
    """What DATA costs when nothing is known about it."""
    return ASCII_COST * len(data) + HIGH_COST * count_high(data)


def gain(data: bytes, codec: str) -> float:
    """Nats by which DATA costs less in CODEC than noise does."""
    return noise(data) - weigh(data, codec)


def count_high(data: bytes) -> int:
    """The bytes of DATA above 7F."""
    return len(data.translate(None, ASCII))


def pick(data: bytes) -> bytes:
    """At most LOOK bytes of DATA: from the first one above 7F on, and from the end, cut between characters."""
    start = max(find_high(data), 0)
    if len(data) - start <= LOOK:
        return data[start:]
    end, again = cut_at(data, start + LOOK // 2), cut_at(data, len(data) - LOOK // 2)
    return data[start:end] + data[again:] if end and again else data[start : start + LOOK]


def cut_at(data: bytes, place: int) -> int:
    """The first byte from PLACE on that is no part of a character, within LOOK // 4 bytes; 0 if there is none."""
    found = _SAFE.search(data, place, place + LOOK // 4)
    return found.start() if found else 0


def is_beyond_cp950(data: bytes) -> bool:
    """Whether DATA has, before its end, what cp950 does not read: without that, Big5-UAO adds nothing."""
    try:
        data.decode("cp950")
    except UnicodeDecodeError as error:
        return error.end < len(data)
    return False


def rank(data: bytes, bonus: Mapping[str, float], others: Iterable[Encoding] = ()) -> Ranking:
    """Which encodings of the profile, and of OTHERS, may turn out the best for DATA; BONUS is what is declared."""
    plan = profile()
    part = pick(data)
    high = count_high(part)
    doubles = [one for one in (*plan.doubles, *others) if one.codec != "euc-tw" or is_euc_tw(data)]
    # Its kin tells whether Big5-UAO, a slow codec of our own, is worth a look.
    cost = {
        one.codec: weigh(part, one.codec, hopes()) - one.prior - bonus.get(one.codec, 0.0)
        for one in doubles
        if one.codec != "big5-uao"
    }
    amounts = np.bincount(np.frombuffer(part, np.uint8), minlength=256)
    singles = _single_hopes() @ amounts
    for place, one in enumerate(plan.singles):
        cost[one.codec] = float(singles[place]) - one.prior - bonus.get(one.codec, 0.0)
    slack = NEAR + (BY_BYTE if 2 * high > len(part) else BY_SPARSE_BYTE) * high
    bound = max(min(cost.values()) + slack, sorted(cost.values())[LEAST - 1])
    if cost["big5hkscs"] <= bound and is_beyond_cp950(data):
        cost["big5-uao"] = cost["big5hkscs"]
    return Ranking(
        tuple(one for one in doubles if cost.get(one.codec, np.inf) <= bound),
        tuple(place for place, one in enumerate(plan.singles) if cost[one.codec] <= bound),
    )
