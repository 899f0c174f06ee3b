"""Escapes left in text: characters that stand as &#20013;, \\u4e2d, %E4%B8%AD and the like, put back.

Each notation is a pattern for a run of escapes and a function that reads the run. A run is put back only when what it
says reads as Chinese, for itself or together with the others of its line; percent escapes within a web address are what
the address is made of and stay.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.batch import Batch, to_codes
from textfix.config import ESCAPES, Config
from textfix.records import Change, Edit, splice
from textfix.repair.notations import HALVES, HEX, HOLE, NOTATIONS, Notation, Said, join
from textfix.signs import SIZE, Sign

#: Odds against text of an unknown kind, and Han that two escapes side by side must say.
STRANGE, LEAST_HAN = 8.0, 2
#: Plain costs, in nats, up to which one Han says enough, and up to which a character is put back for the others' sake.
ALONE, BESIDE = 10.0, 12.0
#: What a whole value between quotes adds: "sex": "\\u7537".
VALUE, VALUES = 4.0, (':"', '["', ',"')
#: What ends an address, going backwards, and what makes a word one. So far back is looked.
BREAK = re.compile(r"[\s<>\"'()（）「」【】，。；！？]")
PARTS = re.compile(r"[/#?]")
BACK = 200
#: An escape between angle brackets, and no tag.
TAG = re.compile(r"<(?:U\+|[0-9A-Fa-f]{2}>)")
#: What stands around a range of characters, as in [\\u4e00-\\u9fa5], which is no text.
RANGE = "[-^"
#: The first and the last Han of blocks, which stand alone where a program names a range.
BOUNDS = "\u3400\u4dbf\u4e00\u9fa5\u9fff"
#: Characters between two runs that count for how they read together.
BETWEEN = 8

FIRST = frozenset(notation.first for notation in NOTATIONS)
#: What the names of the rules begin with.
RULE = "escape:"


HIGH, LOW = ("".join(map(chr, range(start, start + 0x400))) for start in (0xD800, 0xDC00))
#: What hardly any text has many of, and what a page has many of.
OFTEN = "u<_"


def no_letter() -> NDArray[np.bool_]:
    """By code point, all but the letters of ASCII."""
    found = np.ones(SIZE, np.bool_)
    found[[ord(char) for char in string.ascii_letters]] = False
    return found


def followers(first: str) -> str:
    """What may stand behind those characters of FIRST with which an escape begins."""
    return "".join({char for notation in NOTATIONS if notation.first in first for char in notation.then})


#: A bare u is the first letter of a run, or a letter of a word.
BARE = Sign("u", before=no_letter, after=HEX)
RARER = Sign("<_", after=followers("<_"))
SIGN = Sign("".join(FIRST - set(OFTEN)) + HIGH, after=followers("".join(FIRST - set(OFTEN))) + LOW)
SIGNS = BARE.bit | RARER.bit | SIGN.bit


@dataclass(frozen=True, slots=True)
class Run:
    """A run of escapes in the batch, and what it says."""

    start: int
    end: int
    said: Said


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The escapes of each text."""
    wanted = config.escapes if not isinstance(config.escapes, bool) else ESCAPES if config.escapes else ()
    found = [edit for edit in escapes(batch, config) if edit.rule.removeprefix(RULE) in wanted]
    if not found:
        return {}
    edits: dict[int, list[Edit]] = {}
    found.sort(key=lambda edit: (edit.start, -edit.end))
    owners = batch.owners(np.array([edit.start for edit in found], np.int64)).tolist()
    at = 0
    for owner, edit in zip(owners, found, strict=True):
        if edit.start >= at:
            at = edit.end
            shift = int(batch.starts[owner])
            edits.setdefault(owner, []).append(replace(edit, start=edit.start - shift, end=edit.end - shift))
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def escapes(batch: Batch, config: Config) -> Iterator[Edit]:
    """What to put back in the batch, of all kinds, one notation after another."""
    joined, known = batch.joined, by_beginning()
    at = [0] * len(NOTATIONS)
    runs: list[list[Run]] = [[] for _ in NOTATIONS]
    end = len(joined) if len(batch.texts) == 1 else 0
    for place in batch.places(SIGNS):
        pair = joined[place : place + 2]
        some = known.get(pair)
        if some is not None:
            if pair[0] == "<" and TAG.match(joined, place) is None:
                continue
            if place >= end:  # a run ends with its text: what stands behind it in the batch is another's
                end = int(batch.ends[batch.owner(place)])
            for number, notation in some:
                if place < at[number] or (match := notation.run.match(joined, place, end)) is None:
                    continue
                at[number] = match.end()
                if not notation.in_addresses and is_address(joined, place):
                    continue
                said = notation.read(match[0])
                if said is not None and said.text != match[0] and (config.holes != "keep" or HOLE not in said.text):
                    runs[number].append(Run(place, match.end(), said))
        elif pair > "\x80" and (match := HALVES.match(joined, place)) is not None:
            yield Edit(place, match.end(), match[0], join(match[0]), RULE + "surrogates")
    for notation, mine in zip(NOTATIONS, runs, strict=True):
        for run, odds in evident(mine, batch, config.caution):
            yield Edit(run.start, run.end, joined[run.start : run.end], run.said.text, RULE + notation.name, odds)


@cache
def by_beginning() -> dict[str, list[tuple[int, Notation]]]:
    """The notations, with their numbers, by the two characters that they begin with."""
    found: dict[str, list[tuple[int, Notation]]] = {}
    for number, notation in enumerate(NOTATIONS):
        for second in notation.then:
            found.setdefault(notation.first + second, []).append((number, notation))
    return found


def is_address(text: str, place: int) -> bool:
    """Whether the word that goes on at PLACE began as an address or a path, with a slash, # or ?."""
    word = BREAK.split(text[max(0, place - BACK) : place])[-1]
    return PARTS.search(word) is not None


def evident(runs: list[Run], batch: Batch, caution: float) -> Iterator[tuple[Run, float]]:
    """Those of RUNS, all of one notation, that are Chinese for themselves, or with the others of their line; and the odds."""
    at = 0
    while at < len(runs):
        _, end = batch.line(runs[at].start)
        first, at = at, at + 1
        while at < len(runs) and runs[at].start < end:
            at += 1
        line = runs[first:at]
        odds = [weigh(run.said, value=is_value(batch.joined, run)) for run in line]
        thin = [run for run, nats in zip(line, odds, strict=True) if nats < caution]
        if thin and len(line) > 1:
            together = max(max(odds), weigh_together(batch.joined, line))
            if together >= caution:
                odds = [
                    nats if nats >= caution or not goes_along(batch.joined, run) else together
                    for run, nats in zip(line, odds, strict=True)
                ]
        yield from ((run, nats) for run, nats in zip(line, odds, strict=True) if nats >= caution)


def is_value(text: str, run: Run) -> bool:
    """Whether RUN is the whole of a value between quotes, as in JSON, or between tags."""
    before, behind = text[max(0, run.start - 3) : run.start].replace(" ", ""), text[run.end : run.end + 1]
    if run.said.text in BOUNDS and before[-2:] != ':"':
        return False
    return (before[-2:] in VALUES and behind == '"') or (before[-1:] == ">" and behind == "<")


def is_range(text: str, run: Run) -> bool:
    """Whether RUN begins or ends a range of characters in a regular expression."""
    return (run.start > 0 and text[run.start - 1] in RANGE) or text[run.end : run.end + 1] == "-"


def goes_along(text: str, run: Run) -> bool:
    """Whether RUN may be put back because others of its line are: no range, and none of its characters is rare."""
    codes = to_codes(run.said.text)
    return not is_range(text, run) and not is_odd(codes) and bool((model.plain_costs(codes) <= BESIDE).all())


def weigh_together(text: str, runs: list[Run]) -> float:
    """Odds that what RUNS say, with what stands between them, is Chinese."""
    runs = [run for run in runs if not is_range(text, run)]
    if not runs:
        return 0.0
    parts = [runs[0].said.text]
    for before, run in pairwise(runs):
        gap = text[before.end : run.start]
        parts += [gap if len(gap) <= BETWEEN else "\n", run.said.text]
    return weigh(Said("".join(parts), sum(run.said.by_chance for run in runs), LEAST_HAN))


def is_odd(codes: NDArray[np.uint32]) -> bool:
    """Whether any of CODES is none that text has: a control character, half a pair, a private one, a hole."""
    odd = ((codes < 0x20) & (codes != 0x0A)) | ((codes >= 0xD800) & (codes < 0xF900)) | (codes == 0xFFFD)
    return bool(odd.any())


def weigh(said: Said, *, value: bool = False) -> float:
    """Odds that what is SAID is Chinese that somebody escaped, and not a run of codes that happens to mean something."""
    codes = to_codes(said.text.removesuffix(HOLE))
    han = codes[(codes >= 0x3400) & (codes <= 0x9FFF)]
    if not len(han) or 2 * len(han) < int((codes >= 0x80).sum()) or is_odd(codes):
        return 0.0
    if len(han) < LEAST_HAN and ((said.least > 1 and not value) or float(model.plain_costs(han)[0]) > ALONE):
        return 0.0
    cost = model.costs(codes)
    return said.by_chance + STRANGE + VALUE * value - float(cost[codes >= 0x80].sum())
