"""Regional words: 软件 and 軟體. OpenCC's tables of them, the longest first, on text whose characters are converted."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.batch import Batch, to_codes, to_text
from textfix.records import Edit
from textfix.script import japanese
from textfix.script.characters import Codes, among, lut, shape_pairs, text_pairs
from textfix.script.conversion import Lines
from textfix.script.exceptions import simplified
from textfix.script.targets import written

#: Nats by which a word must hold more loosely together than to its neighbours to be none.
TIGHTER = 1.0
#: … or both its halves, together, where each holds at all: there is no 視頻 in 電視頻段.
LOOSE, BOTH = 1.0, 2.0
WIDE = np.uint64(32)


@cache
def lexicon(to: str) -> dict[str, str]:
    """The words of the other region, in canonical shapes, and those of TO; its own words stand for themselves, so
    that no part of them is taken for another's.
    """
    name = {"tw": "words_tw", "hk": "words_hk", "hans": "back"}.get(to)
    if name is None:
        return {}
    found = text_pairs(name)
    return {word: word for word in found.values() if len(word) > 1} | found


@cache
def openings(to: str) -> NDArray[np.uint64]:
    """The first two characters of every word, as one number, sorted."""
    return np.unique(np.array([(ord(word[0]) << 32) | ord(word[1]) for word in lexicon(to)], dtype=np.uint64))


@cache
def canonical() -> Codes:
    """Every shape and the canonical one."""
    return lut(shape_pairs())


def edits(batch: Batch, out: Codes, to: str) -> dict[int, list[Edit]]:
    """The regional words in each text of BATCH that has some; OUT is its text after conversion to TO.

    Words of Taiwan and Hong Kong are looked for in traditional lines only. In Japanese nothing changes.
    """
    words = lexicon(to)
    if not words or len(out) < 2:
        return {}
    codes = canonical().take(batch.codes if to == "hans" else out, mode="clip")
    codes[japanese.places(batch.codes)] = 0
    places = np.flatnonzero(among((codes[:-1].astype(np.uint64) << WIDE) | codes[1:], openings(to)))
    if to == "hans" and len(places):
        places = places[Lines(batch.codes).balance(places) > 0]
    longest = max(map(len, words))
    shape = simplified() if to == "hans" else written(to)
    found: dict[int, list[Edit]] = {}
    free = 0
    owners = batch.owners(places)
    for place, owner in zip(places.tolist(), owners.tolist(), strict=True):
        if place < free:
            continue
        window = to_text(codes[place : min(place + longest, int(batch.ends[owner]))])
        word = next((window[:size] for size in range(len(window), 1, -1) if window[:size] in words), None)
        if word is None:
            continue
        end = place + len(word)
        if words[word] != word and is_torn(codes, place, end):
            continue
        free = end
        start = place - int(batch.starts[owner])
        before = batch.texts[owner][start : start + len(word)]
        after = to_text(shape.take(to_codes(words[word]), mode="clip"))
        if words[word] != word and after != before:
            found.setdefault(owner, []).append(Edit(start, start + len(word), before, after, f"words:{to}"))
    return found


def is_torn(codes: Codes, start: int, end: int) -> bool:
    """Whether the two characters at START:END hold less tightly together than one of them to its other neighbour:
    there is no 数组 in 少数组织.
    """
    if end - start != 2 or start == 0 or end >= len(codes):
        return False
    inside, left, right = (tie(codes[at : at + 2]) for at in (start, start - 1, end - 1))
    return max(left, right) > inside + TIGHTER or (min(left, right) > LOOSE and left + right > inside + BOTH)


def tie(pair: Codes) -> float:
    """How much likelier, in nats, the second of a PAIR is after the first than anywhere."""
    return float(model.plain_costs(pair)[1] - model.costs(pair)[1])
