"""Byte slips: replacements on bytes that cut characters in two, undone as what they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import model, tables
from textfix.batch import Batch, Codes, to_codes
from textfix.config import Config
from textfix.encodings import HOLE
from textfix.records import Change, Edit, splice
from textfix.repair import guesses, halves, phrases, pinyin
from textfix.repair.context import QUOTES, Context
from textfix.repair.halves import gbk, guessable
from textfix.repair.phrases import MEMORY
from textfix.repair.steps import LONGEST, LOST_RUN, Walk
from textfix.repair.traces import ends_there, find_traces, is_settled, is_shifted, is_suspicious, shifts, surprise
from textfix.repair.ways import UNKNOWN, WIDTHS, Exit, Patience, Shifted, Start

GLOSSED = "slip:gloss"
GLOSS = re.compile(rf"(?<=[^\x00-\x7f])\(({pinyin.SYLLABLE})\)")
#: Punctuation that a filter which makes ！ ASCII usually folds too.
FULL_WIDTH = "，：；！？"
#: A slip stands in sound text: the last few characters before it, or some more, cost no more than this on average (5 is
#: usual). A name, or a word of a dialect, may cost more.
STANDS, SOUND = (8, 20), 9.0
#: Two characters side by side are no surprise up to this cost of the second: 96 couples of such bytes in 100 of clean text,
#: one in eight of text out of step.
BELIEVED = 8.0
#: Characters of a line that are looked at together.
PART = 2000
#: So much of a line's patience a walk in vain costs: a page of slips has few, a hostile line nothing else.
IN_VAIN = 40
#: Evidence, in nats, of another slip or gloss in the same line, and how many count: the filter was at work.
AT_WORK, MOST = 4.0, 2
#: What a character costs that meaningless bytes happen to form, and odds against text of a kind that the model does
#: not know: a slip stands in text that it does know.
NULL, STRANGE = 9.5, 16.0


@dataclass(frozen=True, slots=True)
class Replacement:
    """A row of replacements.toml: what is shown, and the two bytes (or none) that it stands for."""

    shown: str
    bytes: bytes
    prior: float
    seen: str

    @property
    def name(self) -> str:
        return f"slip:{self.bytes.hex().upper() or '?'}>{self.shown}"


@cache
def replacements() -> tuple[Replacement, ...]:
    """Every replacement that is looked for."""
    rows = tables.toml("replacements.toml")["replacement"]
    return tuple(Replacement(row["shown"], bytes.fromhex(row["bytes"]), row["prior"], row["seen"]) for row in rows)


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The byte slips of each text."""
    joined = batch.joined
    if not (traces := list(find_traces(batch))):
        return {}
    lines = [(trace, *batch.line(trace.start())) for trace in traces]
    settled = [is_settled(trace, start, joined) for trace, start, _ in lines]
    if all(settled):
        return {}
    suspicious = [
        not done and is_suspicious(trace, start, joined, row) and not joined[start:end].isascii()
        for (trace, start, end), done, row in zip(lines, settled, surprise(traces, settled, batch), strict=True)
    ]
    if not any(suspicious):
        return {}
    # Behind a gloss the text may be in step again at once; the gloss itself says enough.
    asked = [line for line, yes in zip(lines, suspicious, strict=True) if yes and line[0]["gloss"] is None]
    gains, sums = shifts([trace for trace, _, _ in asked], batch)
    whole: dict[int, float] = {}
    for (_, start, _), gain in zip(asked, sums, strict=True):
        whole[start] = whole.get(start, 0.0) + gain
    kept = iter(gains)
    shifted = [
        yes and (trace["gloss"] is not None or is_shifted(next(kept), whole[start]))
        for (trace, start, _), yes in zip(lines, suspicious, strict=True)
    ]
    slipped = {start for (_, start, _), yes in zip(lines, shifted, strict=True) if yes}
    found: dict[tuple[int, int], list[re.Match[str]]] = {}
    for (trace, start, end), maybe, yes in zip(lines, suspicious, shifted, strict=True):
        # A mark that is followed by nothing that could tell may be another: that slip may have hidden the quotation.
        if yes or (ends_there(trace, joined) and (maybe or start in slipped)):
            # A very long line is looked at in parts, so that many marks in one line cost no more than many lines.
            start += (trace.start() - start) // PART * PART
            found.setdefault((start, min(end, start + PART + LONGEST)), []).append(trace)
    edits: dict[int, list[Edit]] = {}
    for (start, end), some in found.items():
        owner = batch.owner(start)
        shift = start - int(batch.starts[owner])
        for edit in line_edits(joined[start:end], start, some, config):
            moved = replace(edit, start=edit.start + shift, end=edit.end + shift)
            mine = edits.setdefault(owner, [])
            if not mine or moved.start >= mine[-1].end:
                mine.append(moved)
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def line_edits(line: str, origin: int, traces: list[re.Match[str]], config: Config) -> list[Edit]:
    """The slips of one line; ORIGIN is where it starts in what TRACES count in. Each is evidence for the others, and so
    are machine glosses: what is left is looked at once more in their light."""
    places = [Trace.of(trace, origin) for trace in traces]
    signs = sum(pinyin.fits(line[match.start() - 1], match[1]) for match in GLOSS.finditer(line))
    shown, patience = Line.of(line), Patience()
    edits: list[Edit] = []
    for last in (False, True):
        others = len(edits) if last else 0
        if last and not others:
            break
        for place in places:
            done = [edit for edit in edits if edit.start <= place.start]
            if done and place.start < done[-1].end:
                continue
            # A gloss in front of the mark is not the text before it.
            before = splice(line[: max(place.behind, done[-1].end if done else 0)], done).text
            if not is_sound(before):
                continue
            if patience.left <= 0:
                break
            evidence = AT_WORK * min(signs + (others or len(edits)), MOST)
            edit = undo(shown, place, evidence, shown.context.at(before, shown.codes, place.start), patience, config)
            following = min((other.start for other in edits if other.start > place.start), default=len(line))
            if edit is None:
                patience.left -= IN_VAIN
            elif edit.end <= following:
                patience.left += edit.end - edit.start
                edits.append(edit)
                edits.sort(key=lambda edit: edit.start)
    return edits


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown: its text, what it says one byte off, its running costs, the couples of bytes in it, and
    what it tells all over.

    `full` tells whether it has full-width punctuation, which filters that fold the rest would have folded.
    """

    text: str
    shifted: Shifted
    stands: list[float]
    couples: frozenset[bytes]
    context: Context
    full: bool

    @staticmethod
    def of(text: str) -> Line:
        codes = to_codes(text + "\n")
        costs = phrases.line_costs(codes)
        stands = np.concatenate([[0.0], np.cumsum(costs)]).tolist()
        full = any(mark in text for mark in FULL_WIDTH)
        context = Context.of_line(codes, costs)
        return Line(text, Shifted.of(codes, context), stands, couples(codes, costs), context, full)

    @property
    def codes(self) -> list[int]:
        return self.shifted.line


def couples(codes: Codes, costs: NDArray[np.float64]) -> frozenset[bytes]:
    """The bytes of replacements that stand in a line: as a character, or across two that are no surprise side by side.

    In text out of step, and where pairs vanished, any bytes may have come together.
    """
    leads, trails = halves.bytes_of(codes)
    beyond = codes >= 0x80
    near = beyond[:-1] & beyond[1:] & (costs[1:] < BELIEVED)
    found = set()
    for row in replacements():
        if row.bytes:
            one, two = row.bytes
            if (beyond & (leads == one) & (trails == two)).any() or (
                near & (trails[:-1] == one) & (leads[1:] == two)
            ).any():
                found.add(row.bytes)
    return frozenset(found)


def is_sound(before: str) -> bool:
    """Whether what stands before a trace reads like text that is whole; nothing does, and so does ASCII."""
    if before[-STANDS[0] :].isascii():
        return True
    return any(reads_well(to_codes(before[-size:])) for size in STANDS)


def reads_well(codes: Codes) -> bool:
    """Whether CODES have a Han character and cost no more than SOUND each."""
    han = (codes >= 0x3400) & (codes <= 0x9FFF)
    return bool(han.any()) and float(model.costs(codes)[1:].sum()) <= SOUND * (len(codes) - 1)


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace in its line: the mark at `start:end`, the syllable of a swallowed bracket, where what precedes it ends."""

    start: int
    end: int
    mark: str
    gloss: str | None
    behind: int

    @staticmethod
    def of(match: re.Match[str], origin: int) -> Trace:
        start, end = match.span("mark")
        return Trace(start - origin, end - origin, match["mark"], match["gloss"], match.start() - origin)


def behind(trace: Trace, line: list[int]) -> tuple[int, ...]:
    """The characters before a trace; a gloss may stand between them and its mark."""
    return (*(0x0A,) * MEMORY, *line[max(0, trace.behind - MEMORY) : trace.behind])[-MEMORY:]


def starts(trace: Trace, line: Line) -> list[Start]:
    """How the walk may begin at a trace."""
    found: list[Start] = []
    if trace.gloss is not None:
        # A reading was put behind two bytes that are the second of one character and the first of the next; the
        # bracket was swallowed with that first byte.
        known = gbk(behind(trace, line.codes)[-1])
        leads = {
            b[1] for char in pinyin.characters(trace.gloss) if (b := gbk(ord(char))) and known and b[0] == known[1]
        }
        return [Start(trace.end, GLOSSED, 0.0, sorted(leads), [])] if leads else []
    for row in replacements():
        if not line.text.startswith(row.shown, trace.start) or row.bytes in line.couples:
            continue  # a filter that replaced these bytes left none of them, wherever characters begin: no 。” either
        if not row.bytes:
            found.append(Start(trace.start + 1, row.name, row.prior, [UNKNOWN], []))
            continue
        after = trace.start + len(row.shown)
        column = guessable()[0x81:, row.bytes[0]]
        found.append(Start(after, row.name, row.prior, [row.bytes[1]], column[column > 0].tolist()))
    return found


def undo(
    line: Line, trace: Trace, evidence: float, context: Context, patience: Patience, config: Config
) -> Edit | None:
    """The slip at TRACE undone, if that reads better by enough."""
    if trace.end == len(line.text) and trace.gloss is None and line.full and not evidence:
        return None  # nothing follows that could tell: see below
    start, before = trace.start, behind(trace, line.codes)
    exits = Walk(
        line.shifted, start, before, context, line.stands, patience, config.caution - evidence - context.help
    ).run(starts(trace, line))
    found: list[tuple[float, Exit]] = []
    for way_out in exits:
        stands = line.stands[min(way_out.end + MEMORY, len(line.codes))] - line.stands[start]
        found.append((stands - way_out.cost + evidence, way_out))
    if not found:
        return None
    odds, way_out = max(found, key=lambda one: one[0])
    rule = way_out.rule
    guessed = sum(WIDTHS[kind] for _, kind in way_out.guessed)
    if guessed == len(way_out.codes):
        # Nothing comes from bytes that are there: a stray gloss says nothing alone, nor does a mark in a line whose
        # other marks are full-width; and one that closes no quotation says little.
        if rule == GLOSSED or (line.full and not evidence):
            return None
        if not any(code in QUOTES for code in way_out.codes):
            odds -= evidence / 2
    holes = way_out.codes.count(HOLE)
    null = NULL * (len(way_out.codes) - holes) + STRANGE
    odds = min(odds, null + evidence - (way_out.own - LOST_RUN / 2 * holes))
    if odds < config.caution:
        return None
    codes, notes = guesses.settle(line.codes, before, context, way_out, config.holes)
    if config.holes == "keep" and HOLE in codes:
        return None
    end = min(way_out.end, len(line.text))
    return Edit(start, end, line.text[start:end], "".join(map(chr, codes)), rule, odds, notes)
