"""Names the encoding of bytes."""

from __future__ import annotations

import codecs
import math
from collections.abc import Mapping

import numpy as np

from textfix import tables
from textfix.decode import declarations, labels, marks, readings
from textfix.decode.profile import Encoding, profile
from textfix.decode.readings import Reading
from textfix.decode.sample import draw
from textfix.decode.scripts import name_script
from textfix.decode.slips import gain_by_slips
from textfix.records import Candidate, Detection

#: Bytes that every encoding is weighed on, and those that the best of them are weighed on again.
COARSE, FINE = 2048, 1 << 15
#: Nats behind the best after which an encoding is not weighed again.
FAR = 60.0
#: Bytes at the start on which encodings of two and four bytes a character are weighed.
RAW = 4096
#: Without a control among its bytes a text of this length is not UTF-16: one low byte in nine is one.
WIDE_WITHOUT_CONTROLS = 512
#: One character in so many may be broken in UTF-16 and UTF-32.
WIDE_BROKEN = 20
#: Nats of evidence for each byte of a valid sequence beyond its first: by chance, a pair of GBK bytes is one in four times.
UTF8_BYTE = 1.2
#: Evidence after which nothing else is weighed.
SURE = 16.0
#: Nats against noise for each byte above 7F below which a reading is not yet believed: Chinese has about 2.
DOUBTFUL = 1.0
ASCII = bytes(range(0x80))
BLOCK = 1 << 20
RUNNERS_UP = 4
#: Encodings at most that are tried on all of a long input.
CHECKED = 6


def detect(data: bytes, *, declared: str | None = None) -> Detection:
    """Name the encoding of bytes, and say how sure that is.

    `declared` is what the sender says (an HTTP charset, say); it weighs as a prior, as does what the bytes declare of
    themselves. The encoding is a name that `bytes.decode` takes, or None where the bytes are not text in any encoding
    that Python reads. Content never raises; the time is linear and the memory beyond the input bounded.

    >>> import textfix
    >>> textfix.detect("中文".encode("gb18030")).encoding
    'gb18030'
    >>> textfix.detect("正體中文".encode("big5")).encoding
    'cp950'
    >>> textfix.detect(bytes(range(256)) * 8).encoding is None
    True
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"detect() takes bytes, not {type(data).__name__}")
    if declared is not None and not isinstance(declared, str):
        raise TypeError(f"declared must be a str or None, not {type(declared).__name__}")
    data = bytes(data)
    if codec := marks.find_bom(data):
        return _sure(data, codec, "bom")
    bonus = _listen(data, declared)
    if data.isascii():
        return _detect_ascii(data, bonus)
    controls = marks.has_controls(data[:RAW])
    valid = _count_utf8(data)
    if valid * UTF8_BYTE >= SURE and not controls:
        return _sure(data, "utf-8", "valid", valid * UTF8_BYTE)
    return _detect_model(data, bonus, controls, valid > 0)


def _listen(data: bytes, declared: str | None) -> dict[str, float]:
    """Nats for each codec that the caller or the bytes declare."""
    weights = profile().weights
    bonus: dict[str, float] = {}
    for label, nats in (
        (declared, weights["declared_by_caller"]),
        (declarations.find_label(data), weights["declared_by_bytes"]),
    ):
        for codec in labels.name_family(label):
            bonus[codec] = bonus.get(codec, 0.0) + nats
    return bonus


def _detect_ascii(data: bytes, bonus: Mapping[str, float]) -> Detection:
    """Seven bits: ASCII, unless its escapes, or NUL bytes, read better as something else."""
    controls = marks.has_controls(data)
    if marks.is_iso2022_cn(data):
        return _unknown(SURE)  # no codec of Python's reads it
    if controls and (wide := _weigh_wide(data, "ascii", bonus)):
        return wide
    if escaped := marks.find_escaped(data):
        start = marks.first_mark(data, escaped)
        line = data.rfind(b"\n", max(0, start - RAW), start) + 1
        part = data[line : line + FINE] if len(data) > FINE else data
        plain = Encoding("ascii", 0.0)
        found = [
            one
            for one in readings.read_decoded(part, [plain, *escaped], bonus)
            if one.codec == "ascii" or is_unescaped(one)
        ]
        found.sort(key=lambda one: -one.score)
        if found[0].codec != "ascii":
            return _conclude(data, found, "model", bonus)
    elif controls and marks.count_controls(data[: 1 << 20]) > 0.3 * min(len(data), 1 << 20):
        return _unknown(SURE)
    return _sure(data, "ascii", "valid")


def is_unescaped(reading: Reading) -> bool:
    """Whether taking the escapes as such gives text: characters beyond ASCII, few holes, no controls for letters."""
    codes = np.frombuffer(reading.key, np.uint32)
    foreign = int((codes >= 0x80).sum())
    return foreign > 4 * reading.holes and not (codes == 0).any()


def _count_utf8(data: bytes) -> int:
    """Bytes of valid UTF-8 sequences beyond the first of each; 0 if DATA is not UTF-8 (a cut last character is)."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    size = 0
    try:
        for start in range(0, len(data), BLOCK):
            size += len(decoder.decode(data[start : start + BLOCK]))
    except UnicodeDecodeError:
        return 0
    return len(data) - size - len(decoder.getstate()[0])


def _detect_model(data: bytes, bonus: Mapping[str, float], controls: bool, valid: bool) -> Detection:
    """Weigh all readings of a sample, the best of them again on a larger one, and check the winner on everything."""
    coarse = draw(data, COARSE) or data[:COARSE]
    found = readings.read_all(coarse, bonus)
    if len(data) > COARSE:
        fine = draw(data, FINE) or data[:FINE]
        if len(fine) > len(coarse):
            near = [one.codec for one in found if one.score > found[0].score - FAR]
            far = [(one, one.score - found[0].score) for one in found[len(near) :]]
            found = readings.read_all(fine, bonus, near)
            # Those that are out of the question stay in the list, as far behind as they were.
            floor = min(found[-1].score - found[0].score, -FAR)
            found += [Reading(one.codec, found[0].score + min(gap, floor), one.holes, one.key) for one, gap in far]
        if len(data) > len(fine):
            found = _check(data, found)
    if (controls or len(data) <= WIDE_WITHOUT_CONTROLS) and (wide := _weigh_wide(data, found[0].codec, bonus)):
        return wide
    gain = readings.weigh_against_noise(coarse, found[0].codec)
    if gain < DOUBTFUL * len(coarse.translate(None, ASCII)) and (slipped := _let_slip(coarse, found, bonus)):
        return _conclude(data, slipped, "model", bonus)
    if gain < -profile().weights["noise"]:
        return _ask(data, found, gain)
    return _conclude(data, found, "valid" if valid and found[0].codec == "utf-8" else "model", bonus)


def _let_slip(data: bytes, found: list[Reading], bonus: Mapping[str, float]) -> list[Reading] | None:
    """The readings of FOUND with a Chinese one first, if a byte that slipped, or a cut first character, makes it the best."""
    weights = profile().weights
    plain = next((one for one in found if one.codec == "gb18030"), None)
    slipped = []
    if plain is not None and (more := gain_by_slips(data)) and readings.weigh_against_noise(data, "gb18030") + more > 0:
        score = plain.score + more - (0.0 if plain.holes else weights["damaged"])
        slipped.append(Reading("gb18030", score, plain.holes, plain.key))
    big5 = [one for one in profile().doubles if one.codec in ("cp950", "big5hkscs")]
    if data[0] >= 0x40:
        for one in readings.read_decoded(data[1:], big5, bonus):
            if readings.weigh_against_noise(data[1:], one.codec) < 0:
                continue
            slipped.append(Reading(one.codec, one.score - weights["hole"] - weights["damaged"], one.holes + 1, one.key))
    slipped.sort(key=lambda one: -one.score)
    if not slipped or slipped[0].score <= found[0].score:
        return None
    taken = {one.codec for one in slipped}
    return slipped + [one for one in found if one.codec not in taken]


def _check(data: bytes, found: list[Reading]) -> list[Reading]:
    """FOUND, less what each cannot read in all of DATA, as far down as one of them can still be the best."""
    cost = profile().weights["hole"]
    checked: list[Reading] = []
    for one in found[:CHECKED]:
        if checked and one.score <= max(other.score for other in checked):
            break
        more = max(0, _count_holes(data, one.codec) - one.holes)
        checked.append(Reading(one.codec, one.score - more * cost, one.holes + more, one.key))
    return sorted(checked + found[len(checked) :], key=lambda one: -one.score)


def _count_holes(data: bytes, codec: str) -> int:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    return sum(decoder.decode(data[start : start + BLOCK]).count("\ufffd") for start in range(0, len(data), BLOCK))


def _weigh_wide(data: bytes, narrow: str, bonus: Mapping[str, float]) -> Detection | None:
    """UTF-16 or UTF-32, if the start of DATA reads better so than in the encoding NARROW."""
    raw = data[:RAW]
    if len(raw) < 4:
        return None
    wides = [one for one in profile().wides if len(raw) % 4 == 0 or one.codec.startswith("utf-16")]
    prior = next((one.prior for one in (*profile().doubles, *profile().singles) if one.codec == narrow), 0.0)
    found = readings.read_decoded(raw, [Encoding(narrow, prior), *wides], bonus)
    found.sort(key=lambda one: -one.score)
    if found[0].codec == narrow or readings.weigh_against_noise(raw, found[0].codec) < 0:
        return None
    codes = np.frombuffer(found[0].key, np.uint32)
    if int(readings.find_broken(codes).sum()) * WIDE_BROKEN > int((codes != 0).sum()):
        return None  # any four bytes are something in UTF-16; text has nothing broken in it
    return _conclude(data, found, "model", bonus)


def _ask(data: bytes, found: list[Reading], gain: float) -> Detection:
    """Nothing that we know of reads well: ask charset-normalizer, and believe it where it agrees or reads better."""
    part = data[:RAW]
    unknown = _unknown(-gain, _runners_up(found, found[0].score))
    if marks.count_controls(part) * 20 > len(part) or len(set(part) - set(range(0x80))) < 3:
        return unknown
    codec = _ask_charset_normalizer(part)
    if codec is None:
        return unknown
    if codec != found[0].codec:
        sample = draw(data, COARSE)
        if readings.read_decoded(sample, [Encoding(codec, readings.UNLISTED)], {})[0].score <= found[0].score:
            return unknown
        if readings.weigh_against_noise(sample, codec) <= gain:
            return unknown
    return Detection(codec, 0.0, confide(0.0), "model", None, _runners_up(found, found[0].score))


def _ask_charset_normalizer(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        return None
    codec = codecs.lookup(best.encoding).name
    return codec if readings.is_plain(codec) else None


def _conclude(data: bytes, found: list[Reading], evidence: str, bonus: Mapping[str, float]) -> Detection:
    """The best of FOUND; its odds are against the best reading that is another text."""
    best = found[0]
    rivals = [one for one in found[1:] if one.key != best.key]
    odds = best.score - rivals[0].score if rivals else SURE
    if (nats := bonus.get(best.codec)) and any(
        best.score - nats < one.score - bonus.get(one.codec, 0.0) for one in found[1:]
    ):
        evidence = "declared"
    return Detection(
        best.codec, odds, confide(odds), evidence, _script(data, best.codec), _runners_up(found[1:], best.score)
    )


def _runners_up(found: list[Reading], best: float) -> tuple[Candidate, ...]:
    return tuple(Candidate(one.codec, one.score - best) for one in found[:RUNNERS_UP])


def _sure(data: bytes, codec: str, evidence: str, odds: float = 2 * SURE) -> Detection:
    return Detection(codec, odds, confide(odds), evidence, _script(data, codec))


def _unknown(odds: float, runners_up: tuple[Candidate, ...] = ()) -> Detection:
    """Nothing that Python reads: `odds` are those of noise against the best reading."""
    return Detection(None, odds, confide(odds), "default", None, runners_up)


def _script(data: bytes, codec: str) -> str | None:
    if codec == "ascii":
        return None
    part = data[:RAW] if codec.startswith(("utf-16", "utf-32")) or data[:RAW].isascii() is False else draw(data, RAW)
    return name_script(readings.decode_part(part, codec)[0])


def confide(odds: float) -> float:
    """How often an answer with ODDS is right: a logistic curve fitted to lines that no model was trained on."""
    fitted = tables.toml("decode_confidence.toml")
    return 1.0 / (1.0 + math.exp(-(fitted["offset"] + fitted["slope"] * min(odds, fitted.get("most", 30.0)))))
