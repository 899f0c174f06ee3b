"""Punctuation in one style, and spacing between Han and Latin.

The styles are "full" (GB/T 15834-2011), "corner" (「」 as in Taiwan and Hong Kong) and "half" (ASCII, for indexes). A
mark is judged by what stands on both sides of it, in its line; addresses, code, markup, formulas, numbers and English
sentences are left alone, and so is a quotation mark that has no partner.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Batch
from textfix.config import Config
from textfix.punct.classes import (
    ALWAYS,
    EDGE,
    HAN,
    HAN_CHAR,
    MARK,
    OTHER_LANGUAGE,
    PAIRED,
    SPACE,
    WIDE,
    WORD,
    classes,
)
from textfix.punct.half import halve, halve_line
from textfix.punct.line import Line, whole
from textfix.punct.marks import dashes, ellipses, interpuncts, points
from textfix.punct.pairs import brackets, quotation_marks, title_marks
from textfix.punct.shield import fences
from textfix.punct.spacing import space, unspace
from textfix.records import Change, Edit, splice


def candidates(batch: Batch, config: Config) -> NDArray[np.int64]:
    """Places that may have to change: marks beside Chinese text or at the end of a line, and bounds for spacing."""
    codes = batch.codes
    kind = np.empty(len(codes) + 4, dtype=np.uint8)
    kind[:2] = kind[-2:] = EDGE
    np.take(classes(config.punctuation), codes, out=kind[2:-2])
    here, back, ahead = kind[2:-2], kind[1:-3], kind[3:-1]
    chosen = (here & ALWAYS) != 0
    if config.punctuation in ("full", "corner"):
        chinese = HAN | WIDE
        near = ((back | ahead) & (chinese | EDGE)) != 0
        far = (((back & SPACE) != 0) & ((kind[:-4] & chinese) != 0)) | (
            ((ahead & SPACE) != 0) & ((kind[4:] & chinese) != 0)
        )
        chosen |= ((here & MARK) != 0) & (near | far)
        chosen |= ((here & PAIRED) != 0) & (((back | ahead) & PAIRED) == 0)
        stops = codes == 0x3002  # 。 is proper by itself; only three in a row are an ellipsis
        chosen &= ~stops
        if stops[1:-1].any():
            chosen[1:-1] |= stops[1:-1] & stops[:-2] & stops[2:]
    if config.spacing is True:
        wordish = (here & WORD) != 0
        chosen |= wordish & (((back | ahead) & HAN) != 0)
        chosen |= ((here & HAN) != 0) & np.isin(codes_shift(codes), (0x25, 0x2B, 0x23, 0x60, 0x24, 0x2030, 0x2103, 0x2109, 0xB0))
    elif config.spacing is False:
        chosen |= ((here & SPACE) != 0) & (((back | ahead) & HAN) != 0)
    return np.flatnonzero(chosen)


def codes_shift(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The code point before each place."""
    out = np.zeros_like(codes)
    out[1:] = codes[:-1]
    return out


def lines_of(batch: Batch, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the lines with PLACES start and end."""
    breaks = np.flatnonzero(batch.codes == 10)
    rows = np.unique(np.searchsorted(breaks, places))
    starts = np.concatenate(([0], breaks + 1))[rows]
    ends = np.concatenate((breaks, [len(batch.codes)]))[rows]
    return starts, ends


def foreign(line: str) -> bool:
    """Whether LINE is Japanese or Korean, or has no Chinese at all."""
    if HAN_CHAR.search(line) is None:
        return True
    han = len(HAN_CHAR.findall(line))
    if len(line) > 8 * han + 40 and sum(map(str.isalpha, line)) > 9 * han + 30:
        return True
    if len(line) > 3 * han and LATIN_START.match(line):
        said = QUOTED.sub("", line)
        if len(ENGLISH.findall(said)) > 1 and sum(map(str.isascii, filter(str.isalpha, said))) > 2 * han:
            return True
    if OTHER_LANGUAGE.search(line) is None:
        return False
    others = len(OTHER_LANGUAGE.findall(line))
    return others * 6 > han + others


#: Words that a sentence in English has and a name in a Chinese sentence has not.
ENGLISH = re.compile(
    r"(?<![^\s(\"'“])(?:a|an|the|and|or|of|to|in|on|at|by|for|with|from|as|is|are|was|were|be|been|has|have|had|not|do|does|did|can|will"
    r"|would|this|that|these|those|it|its|he|she|they|we|you|your|our|please|if|which|who|what|how)(?=[\s,.;:!?)\"'”])",
    re.IGNORECASE,
)
LATIN_START = re.compile(r"[\W\d_]*[A-Za-z]")
QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」")


def rewrite(line: Line, config: Config) -> None:
    style = config.punctuation
    if style in ("full", "corner"):
        ellipses(line)
        title_marks(line)
        brackets(line)
        quotation_marks(line, style)
        dashes(line)
        if style == "full":
            interpuncts(line)
        points(line)
    elif style == "half":
        halve_line(line)
    if config.spacing is True:
        space(line)
    elif config.spacing is False:
        unspace(line)


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """What to change in each text of the batch, in the style `config.punctuation` and with `config.spacing`.

    >>> from textfix.batch import Batch
    >>> find(Batch(["他说:你好!", "他说：你好！"]), Config(punctuation="full"))[0].text
    '他说：你好！'
    """
    places = candidates(batch, config)
    if not len(places):
        return {}
    if config.punctuation == "half" and config.spacing is None:
        halves = {owner: halve(batch.texts[owner]) for owner in np.unique(batch.owners(places)).tolist()}
        return {owner: change for owner, change in halves.items() if change is not None}
    found: dict[int, list[Edit]] = {}
    work: list[tuple[int, int, str]] = []
    fenced: dict[int, list[tuple[int, int]]] = {}
    starts, ends = lines_of(batch, places)
    owners = batch.owners(starts)
    joined, firsts = batch.joined, batch.starts
    for start, end, owner in zip(starts.tolist(), ends.tolist(), owners.tolist(), strict=True):
        text = joined[start:end]
        if config.punctuation != "half" and foreign(text):
            continue
        offset = start - int(firsts[owner])
        if owner not in fenced:
            fenced[owner] = fences(batch.texts[owner])
        if any(low <= offset < high for low, high in fenced[owner]):
            continue
        work.append((owner, offset, text))
    for (owner, offset, _), edits in zip(work, settle([text for *_, text in work], config), strict=True):
        if edits:
            moved = (
                [replace(edit, start=edit.start + offset, end=edit.end + offset) for edit in edits] if offset else edits
            )
            found.setdefault(owner, []).extend(moved)
    return {owner: splice(batch.texts[owner], edits) for owner, edits in found.items()}


#: How often a line is looked at again where marks put in have made new neighbours. Chinese prose never needs it.
ROUNDS = 4


def settle(lines: list[str], config: Config) -> list[list[Edit]]:
    """The edits of each of LINES: rewritten until nothing more would change."""
    found: list[list[Edit]] = []
    waiting: dict[int, str] = {}
    for number, text in enumerate(lines):
        line = Line(text)
        rewrite(line, config)
        found.append(line.edits(0))
        if found[-1]:
            waiting[number] = line.result()
    for _ in range(ROUNDS):
        if not waiting:
            break
        numbers = list(waiting)
        batch = Batch([waiting[number] for number in numbers])
        again: dict[int, str] = {}
        for row in np.unique(batch.owners(candidates(batch, config))).tolist():
            if foreign(batch.texts[row]) and config.punctuation != "half":
                continue
            line = Line(batch.texts[row])
            rewrite(line, config)
            if line.rules or line.inserts:
                text = line.result()
                if text != batch.texts[row]:
                    number = numbers[row]
                    again[number] = text
                    rules = dict.fromkeys(edit.rule for edit in (*found[number], *line.edits(0)))
                    found[number] = whole(lines[number], text, "+".join(rules))
        waiting = again
    return found
