"""Spans: which atoms of a reading are worth their price, and what each span of them is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textfix import encodings
from textfix.batch import Codes
from textfix.config import Config
from textfix.encodings import HOLE
from textfix.repair import holes, readings, suspicion
from textfix.repair.readings import LEAST_HAN, NULL, STRANGE, Reading, is_han
from textfix.repair.suspicion import Window
from textfix.routes import Chain

#: Odds against chance must hold even if the text is of a kind that the model does not know. Where it knows the alphabets,
#: a text that it finds absurd by more than ABSURD nats is hardly of such a kind: SHARE of what goes beyond counts, from
#: −UNFAMILIAR to FAMILIAR. In 44 million clean characters no false reading goes beyond 26, while 4-character garbles
#: of Latin and Cyrillic readers gain 50 to 120.
ABSURD, SHARE, UNFAMILIAR, FAMILIAR = 24.0, 0.5, 5.0, 10.0
#: What it costs to begin or end a span in the middle of a run of letters: misreadings end where a field, a line or
#: ASCII text does. Without it, likely pairs inside a garbled text are left standing.
CUT = 9.0
#: What a border costs where it is natural: less, so that a span rather reaches the ends of its line.
NATURAL = 5.0
#: What it costs to leave one or two letters between a span and the end of their line: 签 as キ looks likely for itself.
EDGE, LEFT = 13.0, 2
#: How much less odds are for each border that is not natural: 데우던 in a Korean line reads as 单快带.
BROKEN = 7.0
#: Nats up to which a mark is as good as one of RARER, which Chinese text hardly has.
NEEDLESS = 2.0
RARER = np.array([ord(mark) for mark in "＃＆＊＠＄％＋－＝＿＜＞／＼｜～∵∴※§〃○●△▲◎☆★◇◆□■▽▼㊣℅¯￣＂＇"], np.uint32)
#: Nats beyond `caution` for a reading with one Han: µÄÑæ, which is 的焰, reads as 接 and a hole.
ALONE = 4.0
#: The same for one with none: of UTF-8 read as Big5 one piece of 32 characters in 120 has no Han left whole, and odds of 60.
NONE = 36.0
#: Nats beyond `caution` for a reading under two layers that has more holes than characters.
LAYERED = 6.0
#: U+FFFD in UTF-8: what stood there was lost before.
SCAR = "\ufffd".encode()
#: Letters of ASCII that a reading has where they looked like Han, two each; half as many stand beside another.
LEAST_LETTERS = 8
#: What a meaningless byte costs.
BYTE = 5.5


@dataclass(frozen=True, slots=True)
class Repair:
    """A span `start:end` of a window's characters that reads better as `codes`; `data` are its bytes if some are lost."""

    start: int
    end: int
    codes: Codes
    chain: Chain
    odds: float
    gain: float
    data: bytes
    note: str = ""


def spans(
    reading: Reading, codes: Codes, starts: NDArray[np.int64], windows: list[Window], config: Config
) -> Iterator[tuple[int, Repair]]:
    """The spans of a reading that are worth their price, with the window each lies in."""
    gain = reading.gain
    if config.holes == "keep":
        holed = np.add.reduceat((reading.marked.codes == HOLE).astype(np.int64), reading.b[:-1]) > 0
        gain = np.where(holed & ~reading.same, -readings.BARRIER, gain)
    need = config.caution + reading.chain.prior
    chance = by_chance(reading)
    so_far = np.concatenate([[0.0], np.cumsum(chance)])
    # Windows in which no run of atoms can gain enough are passed over (the sum of all that is gained is a bound).
    window = np.searchsorted(starts, reading.a[:-1], side="right") - 1
    gained = np.bincount(window, np.maximum(gain, 0), len(windows))
    likely = np.bincount(window, np.maximum(chance, 0), len(windows)) + STRANGE + FAMILIAR
    hopeful = np.flatnonzero(np.minimum(gained, likely) >= need)
    if not len(hopeful):
        return
    # A border is natural next to an atom that stays as it is or cannot be read, and free at the ends of a line.
    open_ = reading.same | (gain <= -readings.BARRIER)
    cut = np.full(len(gain) + 1, CUT)
    cut[:-1][open_] = cut[1:][open_] = NATURAL
    cut[readings.within_alphabet(codes, reading.a)] = CUT
    mark = np.add.reduceat(reading.marks, reading.a[:-1], dtype=np.int64) == np.diff(reading.a)
    clean = mark & (gain <= 0)
    cut[:-1][clean] = cut[1:][clean] = NATURAL
    known = np.add.reduceat(readings.is_known(codes), reading.a[:-1], dtype=np.int64) == np.diff(reading.a)
    open_ |= np.add.reduceat(reading.marks, reading.a[:-1], dtype=np.int64) > 0
    ends = None
    for at in hopeful.tolist():
        low, high = np.searchsorted(window, [at, at + 1]).tolist()
        price = cut[low : high + 1].copy()
        if windows[at].opens:
            price[1 : 1 + count_closed(open_[low : min(low + LEFT, high - 1)])] = EDGE
        if windows[at].closes:
            near = count_closed(open_[max(high - 1 - LEFT, low) : high - 1][::-1])
            price[len(price) - 2 - near : -2] = EDGE
            price[-1] = price[-2] = 0.0  # the last atom of a window is the newline behind it
        if windows[at].opens:
            price[0] = 0.0
        for first, last in best_runs(gain[low:high], need, price):
            odds = float(so_far[low + last] - so_far[low + first]) + STRANGE - reading.chain.prior
            odds += familiarity(gain[low + first : low + last], known[low + first : low + last])
            odds -= BROKEN * (int(price[first] >= CUT) + int(price[last] >= CUT))
            if odds < config.caution:
                continue
            ends = ends or trimmings(reading)  # once for all spans of the reading
            repair = weigh(reading, ends, low + first, low + last, odds, int(starts[at]), config)
            if repair is not None:
                yield at, repair


def count_closed(open_: NDArray[np.bool_]) -> int:
    """How many values there are before the first that is true."""
    return int(open_.argmax()) if open_.any() else len(open_)


def familiarity(gain: NDArray[np.float64], known: NDArray[np.bool_]) -> float:
    """What the text as it stands adds to the odds: much where the model knows its alphabets well and finds it absurd."""
    whole = float(gain[known].sum()) + min(float(gain[~known].sum()), ABSURD)
    return min(max((whole - ABSURD) * SHARE, -UNFAMILIAR), FAMILIAR)


def best_runs(gain: NDArray[np.float64], price: float, cut: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Runs [first, last) of atoms to take, so that their gain is the greatest (two-state Viterbi).

    Each run costs PRICE, and CUT[k] for each of its borders k.
    """
    borders = cut.tolist()
    out_score, in_score, in_start = 0.0, -np.inf, 0
    # Runs on the best way that is out now, and before the open one on the best way that is in now: (earlier, run).
    taken: Any = None
    in_taken: Any = None
    for i, value in enumerate(gain.tolist()):
        if out_score - price - borders[i] > in_score:
            in_score, in_start, in_taken = out_score - price - borders[i], i, taken
        in_score += value
        if in_score - borders[i + 1] > out_score:
            out_score, taken = in_score - borders[i + 1], (in_taken, (in_start, i + 1))
    runs = []
    while taken is not None:
        taken, run = taken
        runs.append(run)
    return runs[::-1]


def by_chance(reading: Reading) -> NDArray[np.float64]:
    """How much likelier than meaningless bytes each atom of the reading is, in nats; what stays or repeats says nothing.

    Text of a kind that the model does not know costs much as it stands, and any reading would win against it. So a
    reading must also hold against bytes that decode by chance.
    """
    marked = reading.marked
    null = np.full(len(marked.codes), NULL[reading.chain.routes[0].written])
    null[marked.codes < 0x80] = 0.0
    if reading.chain.routes[-1].read in encodings.WIDE:  # ASCII, too, is what two bytes a character became
        null[marked.codes < 0x80] = BYTE * np.diff(marked.starts)[marked.codes < 0x80]
    hole = marked.codes == HOLE
    if hole.any():
        null[hole] = holes.by_chance(marked, layers=len(reading.chain.routes))[hole]
    chance: NDArray[np.float64] = np.add.reduceat(null, reading.b[:-1]) - reading.cost
    chance[reading.same | reading.stale] = 0.0
    return chance


def trimmings(reading: Reading) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which atoms a span does not begin or end with, and which are lost in the text as well, so that it does.

    At its ends a span has nothing that stays the same, and no clean mark that the reading would make a hole of, or a
    rarer mark for no good reason: … is ＃ in Big5 read as GBK.
    """
    hole = reading.marked.codes == HOLE
    lost_as_well = reading.same & hole[reading.b[:-1]]
    text = ~hole & (reading.marked.codes >= 0x80)
    whole = np.add.reduceat(text, reading.b[:-1], dtype=np.int64)
    mark = np.add.reduceat(reading.marks, reading.a[:-1], dtype=np.int64) == np.diff(reading.a)
    plain = np.add.reduceat(text & ~np.isin(reading.marked.codes, RARER), reading.b[:-1], dtype=np.int64)
    needless = (whole == 0) & (reading.gain <= 0) | (plain == 0) & (reading.gain <= NEEDLESS)
    return (reading.same | (mark & needless)) & ~lost_as_well, lost_as_well


def weigh(
    reading: Reading,
    ends: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    first: int,
    last: int,
    odds: float,
    origin: int,
    config: Config,
) -> Repair | None:
    """The repair of atoms first:last, trimmed by ENDS (see `trimmings`); ODDS are those against meaningless bytes."""
    idle, lost_as_well = ends
    while first < last and idle[first]:
        first += 1
    while first < last and idle[last - 1]:
        last -= 1
    if first >= last:
        return None
    while first and lost_as_well[first - 1]:
        first -= 1
    while last < len(lost_as_well) and lost_as_well[last]:
        last += 1
    while last < len(idle) and reading.marked.more[int(reading.b[last])] and not idle[last]:
        last += 1  # what only continues the hole at the end belongs to it
    start, end = int(reading.a[first]), int(reading.a[last])
    left, right = int(reading.b[first]), int(reading.b[last])
    new = reading.marked.codes[left:right]
    gain = float(reading.gain[first:last].sum()) - reading.chain.prior
    odds = min(odds, gain)
    says = np.repeat(~reading.stale[first:last], np.diff(reading.b[first : last + 1]))
    if odds < config.caution:
        return None
    lost = bool((new == HOLE).any())
    at = reading.marked.starts
    data = reading.marked.data[at[left] : at[right]]
    least = LEAST_HAN
    if lost and reading.chain.routes[0].written == "utf-8" and SCAR not in data and are_chinese(new):
        # One Han, or none, among broken sequences of UTF-8, which checks itself, is as good as two if the odds are; one
        # that is repeated (ÛÛÛÛ as 只只只) says nothing.
        left_whole = int(is_han(new).sum())
        least -= int(left_whole < LEAST_HAN and odds >= config.caution + ALONE)
        least -= int(left_whole == 0 and odds >= config.caution + NONE)
    # Two bytes of ASCII are a Han character to a reader of UTF-16: `畂桳栠摩` is Bush hid.
    english = False
    if reading.chain.routes[-1].read in encodings.WIDE:
        letters = says & is_letter(new)
        english = letters.sum() >= LEAST_LETTERS and 2 * (letters[1:] & letters[:-1]).sum() >= LEAST_LETTERS
    if len(np.unique(new[is_han(new) & says])) < least and not english:
        return None
    if lost:
        new = new[~reading.marked.more[left:right]]
    if (
        lost
        and len(reading.chain.routes) > 1
        and 2 * (new == HOLE).sum() > (new >= 0x80).sum()
        and odds < config.caution + LAYERED
    ):
        return None  # a loss under layers tells nothing of how it came
    return Repair(start - origin, end - origin, new, reading.chain, odds, gain, data if lost else b"")


def are_chinese(codes: Codes) -> bool:
    """Whether CODES are all Han, marks of Chinese text, ASCII or holes: no letters of another language."""
    return bool((is_han(codes) | (codes < 0x80) | (codes == HOLE) | suspicion.are_marks(codes)).all())


def is_letter(codes: Codes) -> NDArray[np.bool_]:
    small: NDArray[np.bool_] = (codes | 0x20 >= 0x61) & (codes | 0x20 <= 0x7A)
    return small
