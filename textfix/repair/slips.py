"""Byte slips: replacements on bytes that cut characters in two, undone as what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import model, tables
from textfix.batch import Batch, to_codes
from textfix.config import Config
from textfix.encodings import HOLE
from textfix.records import Change, Edit, splice
from textfix.repair import guesses, phrases, pinyin
from textfix.repair.context import QUOTES, Context, script_of
from textfix.repair.halves import gbk, guessable
from textfix.repair.phrases import MEMORY
from textfix.repair.steps import LONGEST, LOST_RUN, NEWLINE, UNKNOWN, WIDTHS, Exit, Patience, Shifted, Start, Walk

#: A mark behind something Chinese, or at the start of a line, which may be the trace of a replacement; or a syllable
#: in brackets, or behind the question mark that its bracket and half a character became. A gloss may stand in front.
TRACE = re.compile(
    r"(?:^(?!!\[)|(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uff5e“”‘’…—·,:;)])|(?<=[ -~])(?<![!?])(?=[!?]{1,2}[\u3400-\u9fff]{2}))"
    rf"(?:\( ?{pinyin.SYLLABLE} ?\)){{0,2}}(?P<mark>[?(](?P<gloss>{pinyin.SYLLABLE})\)|[!?]{{1,2}})",
    re.MULTILINE,
)
#: What a trace begins with: looking for these first is five times as fast.
BEGIN = "!?("
BEGINS = re.compile("[!?(]")
GLOSSED = "slip:gloss"
GLOSS = re.compile(rf"(?<=[^\x00-\x7f])\(({pinyin.SYLLABLE})\)")
#: Punctuation that a filter which makes ！ ASCII usually folds too.
FULL_WIDTH = "，：；！？"
#: Surprise per character, over the next few, from which a mark is looked at: clean text seldom reaches it.
SURPRISE = 7.5
#: The same for what follows a mark that is a surprise itself.
UNSURE = 6.0
AHEAD = 4
#: A slip stands in sound text: so many characters before it cost no more than this on average (5 is usual).
STANDS, SOUND = 8, 9.0
#: Characters of a line that are looked at together.
PART = 2000
#: Walks in vain, one after another, after which the other marks of a line are left: question marks all over a line are
#: characters that were lost, each of which costs a walk of 40 ms.
IN_VAIN = 2
#: Evidence, in nats, of another slip or gloss in the same text, and how many count: the filter was at work.
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
    if joined.isascii() or not any(mark in joined for mark in BEGIN) or not (traces := list(find_traces(joined))):
        return {}
    lines = list(zip(traces, *map(np.ndarray.tolist, batch.lines(starts_of(traces))), strict=True))
    prices = surprise(traces, batch).tolist()
    suspicious = [
        is_suspicious(trace, start, joined, row) and not joined[start:end].isascii()
        for (trace, start, end), row in zip(lines, prices, strict=True)
    ]
    if not any(suspicious):
        return {}
    owners = batch.owners(starts_of(traces)).tolist()
    damaged = {owner for owner, yes in zip(owners, suspicious, strict=True) if yes}
    found: dict[int, dict[tuple[int, int], list[re.Match[str]]]] = {}
    for (trace, start, end), owner, yes in zip(lines, owners, suspicious, strict=True):
        if yes or (
            owner in damaged and ends_line(trace, joined) and not joined[start:end].isascii()
        ):  # other slips may have hidden the quotation
            # A very long line is looked at in parts, so that many marks in one line cost no more than many lines.
            start += (trace.start() - start) // PART * PART
            found.setdefault(owner, {}).setdefault((start, min(end, start + PART + LONGEST)), []).append(trace)
    changes = {}
    for owner, parts in found.items():
        if edits := text_edits(batch.texts[owner], int(batch.starts[owner]), parts, config):
            changes[owner] = splice(batch.texts[owner], edits)
    return changes


def text_edits(text: str, shift: int, parts: dict[tuple[int, int], list[re.Match[str]]], config: Config) -> list[Edit]:
    """The slips of a text that starts at SHIFT, where PARTS count; each is evidence for the others."""
    signs = sum(pinyin.fits(text[match.start() - 1], match[1]) for match in GLOSS.finditer(text))
    fixed: dict[tuple[int, int], list[Edit]] = {}
    for last in (False, True):
        for (start, end), traces in parts.items():
            if last and (fixed[start, end] or not sum(map(len, fixed.values()))):
                continue  # looked at once more in the light of the others, where that can change anything
            others = signs + sum(map(len, fixed.values()))
            fixed[start, end] = line_edits(text[start - shift : end - shift], start, traces, others, config)
    edits: list[Edit] = []
    for (start, _), some in sorted(fixed.items()):
        for edit in some:
            moved = replace(edit, start=edit.start + start - shift, end=edit.end + start - shift)
            if not edits or moved.start >= edits[-1].end:
                edits.append(moved)
    return edits


def find_traces(text: str) -> Iterator[re.Match[str]]:
    """What matches TRACE in TEXT, one after another."""
    at = 0
    for begin in BEGINS.finditer(text):
        if begin.start() >= at and (trace := TRACE.match(text, begin.start())) is not None:
            yield trace
            at = trace.end()


def starts_of(traces: list[re.Match[str]]) -> NDArray[np.int64]:
    return np.fromiter((trace.start() for trace in traces), np.int64, len(traces))


def ends_line(trace: re.Match[str], joined: str) -> bool:
    return joined[trace.end("mark") : trace.end("mark") + 1] in ("", "\n")


def surprise(traces: list[re.Match[str]], batch: Batch) -> model.Costs:
    """What each mark costs, and each of the AHEAD characters behind it."""
    spans = np.array([trace.span("mark") for trace in traces])
    places = np.concatenate([spans[:, :1], spans[:, 1:] + np.arange(AHEAD)], axis=1)
    codes = np.concatenate([[NEWLINE, NEWLINE], batch.codes, [NEWLINE] * AHEAD]).astype(np.uint32)
    run = codes[places.ravel()[:, None] + np.arange(3)]
    return model.next_costs(run[:, 0], run[:, 1], run[:, 2]).reshape(places.shape)


def is_suspicious(trace: re.Match[str], origin: int, joined: str, costs: list[float]) -> bool:
    """Whether the model is surprised by the mark or by what follows it, or the mark ends a line with a quotation open.

    ORIGIN is where the line starts, COSTS are what `surprise` gives.
    """
    start = trace.start("mark")
    if trace["gloss"] is not None:
        toned = pinyin.toneless(trace["gloss"]) != trace["gloss"]
        return start > origin and not pinyin.fits(joined[start - 1], trace["gloss"]) and (toned or joined[start] == "?")
    last = ends_line(trace, joined)
    follows = joined[trace.end("mark") : trace.end("mark") + 1]
    if (
        costs[0] >= SURPRISE
        and not last
        and (follows < "\x80" or max(sum(costs[1:3]) / 2, sum(costs[1:]) / AHEAD) >= UNSURE)
    ):
        return True  # what stands behind a mark is garbled too, unless it is ASCII
    if last:
        before = joined[origin:start]
        return any(before.count(chr(opening)) > before.count(chr(closing)) for closing, opening in QUOTES.items())
    return max(sum(costs[1:3]) / 2, sum(costs[1:]) / AHEAD) >= SURPRISE


def line_edits(line: str, origin: int, traces: list[re.Match[str]], others: int, config: Config) -> list[Edit]:
    """The slips of one line; ORIGIN is where it starts in what TRACES count in, OTHERS the signs of damage elsewhere."""
    edits: list[Edit] = []
    shown: Line | None = None
    patience, vain = Patience(), 0
    for trace in traces:
        if vain == IN_VAIN:
            break
        place = Trace.of(trace, origin)
        if edits and place.start < edits[-1].end:
            continue
        stop = max(
            place.behind, edits[-1].end if edits else 0
        )  # a gloss in front of the mark is not the text before it
        before = splice(line[:stop], edits).text
        if not is_sound(before):
            continue
        shown = shown or Line.of(line)
        evidence = AT_WORK * min(len(edits) + others, MOST)
        context = Context.of(before, shown.codes, place.start)
        edit = undo(shown, place, evidence, context, patience, config)
        vain = vain + 1 if edit is None else 0
        if edit is not None:
            edits.append(edit)
    return edits


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown: its text, what it says one byte off, its running costs and its bytes in GBK.

    `full` tells whether it has full-width punctuation, which filters that fold the rest would have folded.
    """

    text: str
    shifted: Shifted
    stands: list[float]
    bytes: bytes
    full: bool

    @staticmethod
    def of(text: str) -> Line:
        codes = to_codes(text + "\n")
        stands = np.concatenate([[0.0], np.cumsum(phrases.line_costs(codes))]).tolist()
        full = any(mark in text for mark in FULL_WIDTH)
        return Line(text, Shifted.of(codes, script_of(codes)), stands, text.encode("gbk", "ignore"), full)

    @property
    def codes(self) -> list[int]:
        return self.shifted.line


def is_sound(before: str) -> bool:
    """Whether what stands before a trace reads like text that is whole; nothing does, and so does ASCII."""
    last = before[-STANDS:]
    if last.isascii():
        return True
    codes = to_codes(last)
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
        if not trace.mark.startswith(row.shown) or (row.bytes and row.bytes in line.bytes):
            continue  # a filter that replaced these bytes left none of them, wherever characters begin: no 。” either
        after = trace.start + len(row.shown)
        if not row.bytes:
            found.append(Start(after, row.name, row.prior, [UNKNOWN], []))
            continue
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
    exits = Walk(line.shifted, start, before, context, line.stands, patience).run(starts(trace, line))
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
    odds = min(odds, null + evidence - (way_out.own - LOST_RUN * holes))
    if odds < config.caution:
        return None
    codes, notes = guesses.settle(line.codes, before, context, way_out, config.holes)
    if config.holes == "keep" and HOLE in codes:
        return None
    end = min(way_out.end, len(line.text))
    return Edit(start, end, line.text[start:end], "".join(map(chr, codes)), rule, odds, notes)
