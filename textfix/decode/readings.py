"""Readings: the same bytes in one encoding after the other, and how likely each is as text.

The score of a reading is its log-probability in nats by the character model, plus the prior of its encoding.
All readings of a round are of the same bytes, so that one with fewer and likelier characters wins.
"""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.batch import Codes, to_codes, to_text
from textfix.decode.profile import HOLE, Encoding, chart, profile
from textfix.decode.ranking import rank
from textfix.decode.scripts import count_scripts

#: Nats that a byte costs when nothing is known about it: ln 256.
NOISE = 5.545
NEWLINE = 0x0A
#: The prior of an encoding that the table does not have.
UNLISTED = -8.0
#: Encodings that are for Chinese, though they have kana.
CHINESE = frozenset({"gb18030", "cp950", "big5hkscs", "big5-uao", "euc-tw"})
JAPANESE, KOREAN = frozenset({"cp932", "euc_jp"}), frozenset({"cp949", "johab"})
#: ASCII letters for each byte above 7F after which the words are Latin.
LATIN_WORDS = 4
#: Runs of foreign letters that count: more are a table or a lesson, which says no more than these.
MOST_RUNS = 3
SMALL = bytes(range(0x61, 0x7B))
#: Nats that an odd character costs at most in a file of ASCII, the first time, again, and what comes after it.
ODD, SAME, AFTER = 9.0, 3.0, 3.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One encoding's reading: `score` in nats; `key` is equal for readings that are the same text."""

    codec: str
    score: float
    holes: int
    key: bytes


def price(earlier: Codes, first: Codes, second: Codes) -> NDArray[np.float32]:
    """The cost in nats of each of SECOND after EARLIER and FIRST: the model's, bounded, and with what it cannot know."""
    plan = profile()
    cost: NDArray[np.float32] = model.next_costs(earlier, first, second)
    np.minimum(cost, np.float32(plan.weights["dearest"]), out=cost)
    for alphabet in plan.alphabets:
        inside = alphabet.has.take(second, mode="clip")
        if inside.any():
            follows = alphabet.has.take(first, mode="clip")
            bound = np.where(follows, np.float32(alphabet.within), np.float32(alphabet.first))
            cost = np.where(inside, np.minimum(cost, bound), cost)
    # Most of what the model has read is Chinese, where an accented letter is far rarer than in a Latin text.
    knee, slope = np.float32(plan.weights["accented"]), np.float32(plan.weights["accented_slope"])
    accented = (second >= 0xDF) & (second < 0x180) & ((first < 0x80) | is_latin(first)) & (cost > knee)
    cost[accented] = knee + slope * (cost[accented] - knee)
    # Letters of Latin and of another alphabet do not stand in one word.
    mixed = (is_latin(first) & is_foreign(second)) | (is_foreign(first) & is_latin(second))
    cost[mixed] += plan.weights["mixed"]
    cost[second == HOLE] = plan.weights["hole"]
    # Letters and signs stand there in the Windows pages; in those of ISO 8859 there are controls that nobody writes.
    cost[(second >= 0x7F) & (second < 0xA0)] = plan.weights["dearest"] + plan.weights["cut"]
    # Controls are equally unlikely in all readings and in noise: padding with NUL says nothing about the rest.
    cost[(second < 0x20) & ((second < 0x09) | (second > 0x0D))] = NOISE
    return cost


def is_latin(codes: Codes) -> NDArray[np.bool_]:
    return ((codes | 0x20) - 0x61 < 26) & (codes < 0x80) | ((codes >= 0xC0) & (codes < 0x250))


def is_foreign(codes: Codes) -> NDArray[np.bool_]:
    """Letters from Greek to Thai, and half-width kana: those of alphabets that other single-byte encodings are for."""
    return ((codes >= 0x370) & (codes < 0xE80)) | ((codes >= 0xFF66) & (codes < 0xFFA0))


def count_stray(codes: Codes) -> int:
    """Han characters alone in a Latin word: what an accented letter and its neighbour become."""
    padded = np.concatenate([[NEWLINE], codes, [NEWLINE]])
    han = (codes >= 0x3400) & (codes < 0xA000)
    latin = padded < 0x2E80
    small = (padded >= 0x61) & (padded <= 0x7A)
    return int((han & latin[:-2] & latin[2:] & (small[:-2] | small[2:])).sum())


def misfit(codec: str, codes: Codes) -> float:
    """Nats against CODEC because of whose letters are in CODES: the model knows languages, but not who writes them how."""
    weights = profile().weights
    kana = (codes >= 0x3041) & (codes <= 0x30FE)
    if codec in CHINESE:
        letters = kana | ((codes >= 0x370) & (codes < 0x530))
        runs = int(np.count_nonzero(letters[1:] > letters[:-1])) + bool(letters[:1].any())
        cost = weights["foreign"] * min(runs, MOST_RUNS)
        # Three or more Hiragana, a quarter of what is not ASCII: Japanese, and not a word of it.
        hiragana = int(np.count_nonzero(kana & (codes < 0x3097)))
        if hiragana >= 3 and hiragana * 4 >= int(np.count_nonzero(codes >= 0x80)):
            cost += weights["kana"]
        simplified, traditional = count_scripts(to_text(codes))
        cost += weights["both_scripts"] * min(simplified, traditional, 2)
        return cost + (weights["simplified"] * simplified if codec == "big5-uao" else 0.0)
    if codec in JAPANESE:
        return 0.0 if (kana | ((codes >= 0xFF66) & (codes < 0xFFA0))).any() else weights["no_kana"]
    if codec in KOREAN:
        return 0.0 if ((codes >= 0xAC00) & (codes < 0xD7A4)).any() else weights["no_hangul"]
    return 0.0


def width(codec: str) -> int:
    """The least bytes that a character has in CODEC."""
    return 4 if codec.startswith("utf-32") else 2 if codec.startswith("utf-16") else 1


def damage(holes: int, foreign: int, pending: int = 0) -> float:
    """Nats against a reading with HOLES among FOREIGN characters beyond ASCII, besides what each hole costs.

    PENDING bytes at the end are the beginning of a character that was cut.
    """
    weights = profile().weights
    cost = weights["damaged"] if holes else 0.0
    cost += weights["cut"] if pending else 0.0
    return cost + (weights["broken"] if (holes or pending) and holes * 2 >= foreign else 0.0)


def decode_part(data: bytes, codec: str) -> tuple[Codes, int]:
    """The code points of DATA (HOLE where it cannot be read), and how many bytes of a cut character are at its end."""
    text, pending = decode_text(data, codec)
    return to_codes(text), pending


def decode_text(data: bytes, codec: str) -> tuple[str, int]:
    """The text of DATA (U+FFFD where it cannot be read), and how many bytes of a cut character are at its end."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    text = decoder.decode(data)
    pending = decoder.getstate()[0]
    return text, len(pending) if isinstance(pending, bytes) else 0


def before(codes: Codes, steps: int) -> Codes:
    """The code point so many STEPS before each of CODES, newlines before the first."""
    shifted = np.full_like(codes, NEWLINE)
    shifted[steps:] = codes[:-steps]
    return shifted


@dataclass(frozen=True, slots=True)
class Triples:
    """Each three bytes that occur in some bytes, once, in single-byte encodings: what is to be priced, and how often.

    `first` to `third` are the code points: those of ASCII alone, then the others in each encoding in turn.
    """

    earlier: Codes
    first: Codes
    second: Codes
    plain: NDArray[np.float64]
    rest: NDArray[np.float64]


def read_decoded(data: bytes, encodings: Iterable[Encoding], bonus: Mapping[str, float]) -> list[Reading]:
    """DATA in each of ENCODINGS, through Python's codecs; all are scored in one call."""
    return read(data, encodings, (), bonus)


def read(
    data: bytes, encodings: Iterable[Encoding], places: Sequence[int], bonus: Mapping[str, float]
) -> list[Reading]:
    """DATA in each of ENCODINGS, and in the single-byte ones at PLACES of the profile; all are scored in one call."""
    parts: list[tuple[Encoding, Codes, int]] = []
    for encoding in encodings:
        with contextlib.suppress(UnicodeError, ValueError):  # a codec that raises in spite of "replace" has no reading
            parts.append((encoding, *decode_part(data, encoding.codec)))
    triples = count_triples(data, places)
    if not parts and not len(places):
        return []
    cost = price(
        np.concatenate([*(before(codes, 2) for _, codes, _ in parts), triples.earlier]),
        np.concatenate([*(before(codes, 1) for _, codes, _ in parts), triples.first]),
        np.concatenate([*(codes for _, codes, _ in parts), triples.second]),
    )
    at = len(cost) - len(triples.second)
    return _read_parts(data, parts, cost[:at], bonus) + _read_places(data, places, triples, cost[at:], bonus)


def count_triples(data: bytes, places: Sequence[int]) -> Triples:
    """The triples of DATA in the single-byte encodings at PLACES of the profile."""
    if not len(places):
        none, nothing = np.zeros(0, np.uint32), np.zeros(0)
        return Triples(none, none, none, nothing, nothing)
    widened = np.frombuffer(data, np.uint8).astype(np.uint32)
    triples, counts = np.unique((before(widened, 2) << 16) | (before(widened, 1) << 8) | widened, return_counts=True)
    amount = counts.astype(np.float64)
    plain = (triples & 0x808080) == 0  # ASCII costs the same in all of them
    charts = profile().charts[list(places)]
    columns = [
        np.concatenate([column[plain], charts[:, column[~plain]].ravel()])
        for column in (triples >> 16, (triples >> 8) & 0xFF, triples & 0xFF)
    ]
    return Triples(columns[0], columns[1], columns[2], amount[plain], amount[~plain])


def relieve(data: bytes, reading: Reading) -> Reading:
    """READING, that of DATA as UTF-8, as the odd characters of a file in ASCII are to be priced.

    λ, © or ✓ there are not the rare events that they are in text: the first costs ODD nats at most, the others SAME, and
    what comes after them AFTER. A single letter of another alphabet, Greek apart, is no such thing: those are written in
    words, and the two bytes of һ are 一 in GBK, those of ʨ 囧 in Big5.
    """
    codes, _ = decode_part(data, reading.codec)
    costs = price(before(codes, 2), before(codes, 1), codes)
    beyond = codes >= 0x80
    single = beyond & ~(np.append(beyond[1:], False) | np.append(False, beyond[:-1]))
    foreign = (codes >= 0x0180) & (codes < 0x0800) & ((codes < 0x0370) | (codes >= 0x0400))
    odd = np.flatnonzero(beyond & ~(single & foreign))
    bound = np.where(before(codes, 1) >= 0x80, AFTER, costs)
    bound[odd] = SAME
    bound[odd[np.unique(codes[odd], return_index=True)[1]]] = ODD
    saved = float(np.maximum(costs - bound, 0.0).sum(dtype=np.float64))
    return Reading(reading.codec, reading.score + saved, reading.holes, reading.key)


def _read_parts(
    data: bytes, parts: Sequence[tuple[Encoding, Codes, int]], costs: NDArray[np.float32], bonus: Mapping[str, float]
) -> list[Reading]:
    """What COSTS, one for each code point of PARTS, make of them."""
    plan = profile()
    totals = np.concatenate([[0.0], np.cumsum(costs, dtype=np.float64)])
    wordy = len(data.translate(None, SMALL)) < len(data)
    out, at = [], 0
    for encoding, codes, pending in parts:
        cost = totals[at + len(codes)] - totals[at]
        at += len(codes)
        holes = int(np.count_nonzero(codes == HOLE))
        # Whole text is the rule: that it is damaged, or cut, is weighed once, and then byte by byte.
        cost += pending * NOISE + damage(holes, int(np.count_nonzero(codes >= 0x80)), pending)
        cost += plan.weights["stray"] * count_stray(codes) if wordy else 0.0
        cost += int(np.count_nonzero(codes == 0)) * (width(encoding.codec) - 1) * NOISE
        cost += misfit(encoding.codec, codes)
        if width(encoding.codec) == 4:
            cost += holes * plan.weights["hole"]  # four bytes are lost there, not one or two
        score = encoding.prior + bonus.get(encoding.codec, 0.0) - cost
        out.append(Reading(encoding.codec, float(score), holes, codes.tobytes()))
    return out


def _read_places(
    data: bytes, places: Sequence[int], triples: Triples, costs: NDArray[np.float32], bonus: Mapping[str, float]
) -> list[Reading]:
    """What COSTS, those of TRIPLES, make of the single-byte encodings at PLACES."""
    if not len(places):
        return []
    plan = profile()
    charts = plan.charts[list(places)]
    common = float(costs[: len(triples.plain)] @ triples.plain)
    rest = costs[len(triples.plain) :].reshape(len(places), len(triples.rest)) @ triples.rest
    amounts = np.bincount(np.frombuffer(data, np.uint8), minlength=256)
    used = np.flatnonzero(amounts)
    foreign = int(amounts[0x80:].sum())
    holes = ((charts == HOLE) @ amounts).tolist()
    # Where the words are of ASCII, and hardly two bytes above 7F stand together, another alphabet has no word.
    high = np.frombuffer(data, np.uint8) >= 0x80
    together = int(np.count_nonzero(high[1:] & high[:-1]))
    words = int(amounts[0x41:0x5B].sum() + amounts[0x61:0x7B].sum())
    alien = np.zeros(len(places), np.bool_)
    if words > LATIN_WORDS * foreign and together * 4 <= foreign:
        alien = (is_foreign(charts[:, 0x80:]) @ amounts[0x80:]) * 2 > foreign
    strangers = (plan.strangers[list(places)] @ amounts[0x80:]).min(axis=1)
    # A byte that has no character at all says more than a rare one: pages of one byte have few that are open.
    open_byte = plan.weights["dearest"] + plan.weights["cut"] - plan.weights["hole"]
    out = []
    for row, place in enumerate(places):
        encoding = plan.singles[place]
        score = encoding.prior + bonus.get(encoding.codec, 0.0) - common - float(rest[row])
        score -= damage(holes[row], foreign) + holes[row] * open_byte
        score -= plan.weights["latin_words"] * bool(alien[row]) + plan.weights["stranger"] * float(strangers[row])
        out.append(Reading(encoding.codec, score, holes[row], charts[row, used].tobytes()))
    return out


def read_all(data: bytes, bonus: Mapping[str, float], only: Iterable[str] | None = None) -> list[Reading]:
    """DATA in the encodings that may turn out best (or those of ONLY), of all that have ASCII in its place.

    The likeliest is the first.
    """
    plan = profile()
    known = {encoding.codec for encoding in (*plan.doubles, *plan.singles)}
    others = [Encoding(codec, UNLISTED) for codec in bonus if codec not in known and is_plain(codec)]
    if only is None:
        ranking = rank(data, bonus, others)
        doubles, places = ranking.near, ranking.places
    else:
        wanted = set(only)
        doubles = tuple(one for one in (*plan.doubles, *others) if one.codec in wanted)
        places = tuple(i for i, one in enumerate(plan.singles) if one.codec in wanted)
    return sorted(read(data, doubles, places, bonus), key=lambda reading: -reading.score)


def is_plain(codec: str) -> bool:
    """Whether CODEC has ASCII in its place and reads eight bits."""
    try:
        return b"Az 09".decode(codec) == "Az 09" and bool(chart(codec)[0x80:].max() > 0x7F)
    except (UnicodeError, LookupError, ValueError):
        return False


def weigh_against_noise(data: bytes, codec: str) -> float:
    """Nats by which DATA is text in CODEC and not noise.

    However rare, a character that can be read counts against text by one nat at most, one of two bytes not at all:
    charts of all characters are text too, and noise does not keep to pairs. What cannot be read, controls and private
    use count fully.
    """
    codes, _ = decode_part(data, codec)
    if not len(codes):
        return 0.0
    cost = price(before(codes, 2), before(codes, 1), codes)
    size = np.where(codes < 0x80, 1, 2)
    if any(codec == encoding.codec for encoding in profile().singles):
        size = np.ones_like(size)
    elif codec.startswith("utf-8"):
        size = 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000)
    elif width(codec) > 1:
        size = np.full_like(size, width(codec))
    gain = np.maximum(size * NOISE - cost, np.where(size > 1, 0.0, -1.0))
    gain[find_broken(codes)] = NOISE - profile().weights["hole"]
    gain[codes == 0] = 0.0
    return float(gain.sum())


def find_broken(codes: Codes) -> NDArray[np.bool_]:
    """Where CODES has what no text has: holes, controls other than NUL and escape, private use."""
    hole = (codes == HOLE) | ((codes >= 0x7F) & (codes < 0xA0))
    private = ((codes >= 0xE000) & (codes < 0xF900)) | (codes >= 0xF0000)
    control = (codes < 0x20) & (codes > 0) & ((codes < 0x09) | (codes > 0x0D)) & (codes != 0x1B)
    broken: NDArray[np.bool_] = hole | private | control
    return broken
