"""Names the encoding of bytes."""

from __future__ import annotations

import codecs
import math
from collections.abc import Mapping

import numpy as np

from textfix import tables
from textfix.decode import declarations, labels, marks, ranking, readings
from textfix.decode.charts import read_chart
from textfix.decode.marks import find_high
from textfix.decode.material import CELL, LIMIT, RAW, Material, Run, Whole
from textfix.decode.mixed import weigh_parts
from textfix.decode.plain import recognise
from textfix.decode.profile import Encoding, is_known, profile
from textfix.decode.readings import Reading
from textfix.decode.scripts import name_script
from textfix.decode.slips import gain_by_slips
from textfix.records import Candidate, Detection

#: Nats behind the best after which an encoding is not weighed again.
FAR = 60.0
#: Without a control among its bytes a text of this length is not UTF-16: one low byte in nine is one.
WIDE_WITHOUT_CONTROLS = 512
#: Nats by which UTF-16 may cost more than the best other reading, for each byte, when single characters are priced: more
#: than what pairs and triples give back.
WIDE_BY_BYTE = 1.25
#: Nats against noise for each byte after which the reading is not doubted, by single characters alone.
PLAIN = 1.0
#: One character in so many may be broken in UTF-16 and UTF-32.
WIDE_BROKEN = 20
#: Nats of evidence for each byte of a valid sequence beyond its first: by chance, a pair of GBK bytes is one in four times.
UTF8_BYTE = 1.2
#: Bytes whose script is named.
SCRIPT = 512
#: Evidence after which nothing else is weighed.
SURE = 16.0
#: Nats against noise for each byte above 7F below which a reading is not yet believed: Chinese has about 2.
DOUBTFUL = 1.0
ASCII = bytes(range(0x80))
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
    check_declared(declared)
    if len(data) <= LIMIT and not isinstance(data, memoryview):
        return judge(Whole(bytes(data)), declared)
    with memoryview(data) as view, view.cast("B") if view.c_contiguous else memoryview(view.tobytes()) as flat:
        if len(flat) <= LIMIT:
            return judge(Whole(bytes(flat)), declared)
        run = Run(head := bytes(flat[:RAW]), listen(head, declared))
        for start in range(0, len(flat), CELL):
            run.feed(bytes(flat[start : start + CELL]))
        return judge(run, declared)


def check_declared(declared: object) -> None:
    if declared is not None and not isinstance(declared, str):
        raise TypeError(f"declared must be a str or None, not {type(declared).__name__}")


def judge(material: Material, declared: str | None) -> Detection:
    """The encoding of what MATERIAL is of."""
    if codec := marks.find_bom(material.head, material.size):
        return _sure(material, codec, "bom")
    if material.ascii:
        return _judge_ascii(material, listen(material.head, declared))
    valid = material.utf8
    # What fits by chance fits least in what is sure here: NUL bytes or other controls do not speak against it.
    if valid * UTF8_BYTE >= SURE and b"\0" not in material.head:
        return _sure(material, "utf-8", "valid", valid * UTF8_BYTE)
    if not valid and isinstance(material, Whole) and (known := recognise(material.data)):
        return Detection(known.codec, known.odds, confide(known.odds), "model", name_script(known.text[:SCRIPT]))
    if isinstance(material, Whole) and b"\0" not in material.head and (found := read_chart(material.data)):
        return _judge_chart(material, found)
    controls = marks.has_controls(material.head)
    return _judge_model(material, listen(material.head, declared), controls, valid > 0)


def _judge_chart(material: Material, found: list[tuple[str, float]]) -> Detection:
    """The encoding whose characters are listed, and by how much no other has just these."""
    (codec, best), *others = found
    rivals = [Candidate(name, nats - best) for name, nats in others if name != codec]
    odds = -rivals[0].odds if rivals else SURE
    return Detection(codec, odds, confide(odds), "model", _script(material, codec), tuple(rivals[:RUNNERS_UP]))


def listen(data: bytes, declared: str | None) -> dict[str, float]:
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


def _judge_ascii(material: Material, bonus: Mapping[str, float]) -> Detection:
    """Seven bits: ASCII, unless its escapes, or NUL bytes, read better as something else."""
    if material.iso2022_cn:
        return _sure(material, material.iso2022_cn, "model") if is_known(material.iso2022_cn) else _unknown(SURE)
    if material.controls and (wide := _weigh_wide(material, "ascii", bonus)):
        return wide
    if material.escaped:
        plain = Encoding("ascii", 0.0)
        found = [
            one
            for one in readings.read_decoded(material.around_escapes, [plain, *material.escaped], bonus)
            if one.codec == "ascii" or is_unescaped(one)
        ]
        found.sort(key=lambda one: -one.score)
        if found[0].codec != "ascii":
            return _conclude(material, found, "model", bonus)
    elif material.controls > 0.3 * material.size:
        return _unknown(SURE)
    return _sure(material, "ascii", "valid")


def is_unescaped(reading: Reading) -> bool:
    """Whether taking the escapes as such gives text: characters beyond ASCII, few holes, no controls for letters."""
    codes = np.frombuffer(reading.key, np.uint32)
    foreign = int((codes >= 0x80).sum())
    return foreign > 4 * reading.holes and not (codes == 0).any()


def _judge_model(material: Material, bonus: Mapping[str, float], controls: bool, valid: bool) -> Detection:
    """Weigh all readings of a sample, the best of them again on a larger one, and check the winner on everything."""
    coarse, fine = material.coarse, material.fine
    found = readings.read_all(coarse, bonus)
    if len(fine) > len(coarse):
        near = [one.codec for one in found if one.score > found[0].score - FAR]
        far = [(one, one.score - found[0].score) for one in found[len(near) :]]
        found = readings.read_all(fine, bonus, near)
        # Those that are out of the question stay in the list, as far behind as they were.
        floor = min(found[-1].score - found[0].score, -FAR)
        found += [Reading(one.codec, found[0].score + min(gap, floor), one.holes, one.key) for one, gap in far]
    if material.size > len(fine):
        found = _check(material, found)
    if valid and material.sparse:
        found = sorted(
            (readings.relieve(fine, one) if one.codec == "utf-8" else one for one in found), key=lambda one: -one.score
        )
    if (controls or material.size <= WIDE_WITHOUT_CONTROLS) and (wide := _weigh_wide(material, found[0].codec, bonus)):
        return wide
    if ranking.gain(coarse, found[0].codec) > PLAIN * len(coarse):
        return _conclude(material, found, "valid" if valid and found[0].codec == "utf-8" else "model", bonus)
    gain = readings.weigh_against_noise(coarse, found[0].codec)
    if gain < DOUBTFUL * len(coarse.translate(None, ASCII)) and (slipped := _let_slip(coarse, found, bonus)):
        return _conclude(material, slipped, "model", bonus)
    if gain < -profile().weights["noise"]:
        return _take_apart(material, found[0].score) or _ask(material, found, gain)
    return _conclude(material, found, "valid" if valid and found[0].codec == "utf-8" else "model", bonus)


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


def _check(material: Material, found: list[Reading]) -> list[Reading]:
    """FOUND, less what each cannot read in all of the bytes, as far down as one of them can still be the best."""
    cost = profile().weights["hole"]
    checked: list[Reading] = []
    for one in found[:CHECKED]:
        if checked and one.score <= max(other.score for other in checked):
            break
        more = max(0, material.count_holes(one.codec, one.holes) - one.holes)
        checked.append(Reading(one.codec, one.score - more * cost, one.holes + more, one.key))
    return sorted(checked + found[len(checked) :], key=lambda one: -one.score)


def _weigh_wide(material: Material, narrow: str, bonus: Mapping[str, float]) -> Detection | None:
    """UTF-16 or UTF-32, if the start reads better so than in the encoding NARROW."""
    raw = material.head
    if len(raw) < 4:
        return None
    prior = next((one.prior for one in (*profile().doubles, *profile().singles) if one.codec == narrow), 0.0)
    bound = ranking.weigh(raw, narrow) - prior + WIDE_BY_BYTE * len(raw)
    wides = [
        one
        for one in profile().wides
        if (len(raw) % 4 == 0 or one.codec.startswith("utf-16"))
        and ranking.weigh(raw, one.codec, ranking.hopes()) - one.prior < bound
    ]
    if not wides:
        return None
    found = readings.read_decoded(raw, [Encoding(narrow, prior), *wides], bonus)
    found.sort(key=lambda one: -one.score)
    if found[0].codec == narrow or readings.weigh_against_noise(raw, found[0].codec) < 0:
        return None
    codes = np.frombuffer(found[0].key, np.uint32)
    if int(readings.find_broken(codes).sum()) * WIDE_BROKEN > int((codes != 0).sum()):
        return None  # any four bytes are something in UTF-16; text has nothing broken in it
    return _conclude(material, found, "model", bonus)


def _take_apart(material: Material, single: float) -> Detection | None:
    """The encoding of most parts where no one encoding reads the whole (the best scores SINGLE), the others behind it."""
    named = weigh_parts(material.coarse)
    odds = sum(nats for _, nats in named) - single
    if not named or odds < SURE:
        return None
    codec = named[0][0]
    others = tuple(Candidate(name, -odds) for name, _ in named[1:])
    return Detection(codec, odds, confide(odds), "model", _script(material, codec), others)


def _ask(material: Material, found: list[Reading], gain: float) -> Detection:
    """Nothing that we know of reads well: ask charset-normalizer, and believe it where it agrees or reads better."""
    part = material.head
    unknown = _unknown(-gain, _runners_up(found, found[0].score))
    if marks.count_controls(part) * 20 > len(part) or len(set(part) - set(range(0x80))) < 3:
        return unknown
    codec = _ask_charset_normalizer(part)
    if codec is None:
        return unknown
    if codec != found[0].codec:
        sample = material.coarse
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


def _conclude(material: Material, found: list[Reading], evidence: str, bonus: Mapping[str, float]) -> Detection:
    """The best of FOUND; its odds are against the best reading that is another text."""
    best = found[0]
    rivals = [one for one in found[1:] if one.key != best.key]
    odds = best.score - rivals[0].score if rivals else SURE
    if (nats := bonus.get(best.codec)) and any(
        best.score - nats < one.score - bonus.get(one.codec, 0.0) for one in found[1:]
    ):
        evidence = "declared"
    return Detection(
        best.codec, odds, confide(odds), evidence, _script(material, best.codec), _runners_up(found[1:], best.score)
    )


def _runners_up(found: list[Reading], best: float) -> tuple[Candidate, ...]:
    return tuple(Candidate(one.codec, one.score - best) for one in found[:RUNNERS_UP])


def _sure(material: Material, codec: str, evidence: str, odds: float = 2 * SURE) -> Detection:
    return Detection(codec, odds, confide(odds), evidence, _script(material, codec))


def _unknown(odds: float, runners_up: tuple[Candidate, ...] = ()) -> Detection:
    """Nothing that Python reads: `odds` are those of noise against the best reading."""
    return Detection(None, odds, confide(odds), "default", None, runners_up)


def _script(material: Material, codec: str) -> str | None:
    if codec == "ascii":
        return None
    if codec == "utf-8" and isinstance(material, Whole) and material.text is not None:
        start = find_high(material.head)
        if 0 <= start < SCRIPT:
            return name_script(material.text[:SCRIPT])
    part = material.head[:SCRIPT]
    if part.isascii() and not codec.startswith(("utf-16", "utf-32")):
        part = material.around_escapes[:RAW] if material.ascii else material.coarse
    return name_script(readings.decode_text(part, codec)[0])


def confide(odds: float) -> float:
    """How often an answer with ODDS is right: a logistic curve fitted to lines that no model was trained on."""
    fitted = tables.toml("decode_confidence.toml")
    return 1.0 / (1.0 + math.exp(-(fitted["offset"] + fitted["slope"] * min(odds, fitted.get("most", 30.0)))))
