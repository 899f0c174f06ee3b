"""Byte slips: replacements on bytes that cut characters in two, undone as what they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model, tables
from textfix.batch import Batch, to_codes
from textfix.config import Config
from textfix.encodings import HOLE
from textfix.records import Change, Edit, splice
from textfix.repair import pinyin
from textfix.repair.steps import LOST_RUN, UNKNOWN, Context, Exit, Walk, Way, gbk, pairs

#: A mark that may be the trace of a replacement: after something that is not ASCII, before something that is not a
#: space or a plain sentence in ASCII; or a bracket swallowed before a syllable.
TRACE = re.compile(rf"(?<=[^\x00-\x7f])(?:\({pinyin.SYLLABLE}\))?(?P<mark>\?(?P<gloss>{pinyin.SYLLABLE})\)|[!?]{{1,2}}(?=[^\x00-\x7f(\n]|[A-Za-z!?“]?[^\x00-\x7f]|$))", re.M)  # fmt: skip
GLOSS = re.compile(rf"(?<=[^\x00-\x7f])\({pinyin.SYLLABLE}\)")
#: Surprise per character, over the next few, from which a mark is looked at: clean text seldom reaches it.
SURPRISE = 7.5
AHEAD = 4
#: Odds, in nats, between the likeliest completion of a cut character and the next one, from which it is put in. Below
#: that the place is marked as a hole.
SURE = 2.0
#: Evidence, in nats, of another slip or gloss in the same line: the filter was at work.
AT_WORK = 4.0
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
    if joined.isascii() or not TRACE.search(joined):
        return {}
    out: dict[int, Change] = {}
    for index in {int(i) for i in batch.owners(np.array([m.start() for m in TRACE.finditer(joined)]))}:
        text = batch.texts[index]
        edits: list[Edit] = []
        at = 0
        for line in text.split("\n"):
            edits += line_edits(line, at, config)
            at += len(line) + 1
        if edits:
            out[index] = splice(text, edits)
    return out


def line_edits(line: str, shift: int, config: Config) -> list[Edit]:
    """The slips of one line; SHIFT is where the line starts in its text."""
    traces = list(TRACE.finditer(line))
    if not traces:
        return []
    codes = to_codes(line + "\n")
    costs = model.costs(codes).astype(np.float64)
    total = np.concatenate([[0.0], np.cumsum(costs)])
    numbers = codes.tolist()
    glosses = len(GLOSS.findall(line))
    edits: list[Edit] = []
    at = 0
    for trace in traces:
        start, end = trace.span("mark")
        if start < at:
            continue
        after = costs[end : end + AHEAD]
        last = end + 1 >= len(numbers)
        if trace["gloss"] is None and not last and max(after[:2].mean(), after.mean()) < SURPRISE:
            continue
        evidence = min(AT_WORK * (len(edits) + min(glosses, 2)), 2 * AT_WORK)
        before = splice(line[:start], [replace(e, start=e.start - shift, end=e.end - shift) for e in edits]).text
        edit = undo(line, numbers, total, trace, evidence, Context.of(before, numbers), config)
        if edit is not None:
            at = edit.end
            edits.append(replace(edit, start=edit.start + shift, end=edit.end + shift))
    return edits


def behind(trace: re.Match[str], line: list[int]) -> tuple[int, int]:
    """The two characters before a trace; a gloss may stand between them and its mark."""
    return (0x0A, line[0]) if trace.start() < 2 else (line[trace.start() - 2], line[trace.start() - 1])


def starts(trace: re.Match[str], line: list[int]) -> list[tuple[int, str, list[Way]]]:
    """How the walk may begin at a trace: from where, by which rule, with which ways."""
    start, end = trace.span("mark")
    before = behind(trace, line)
    found: list[tuple[int, str, list[Way]]] = []
    if trace["gloss"] is not None:
        # A reading was put behind two bytes that are the second of one character and the first of the next; the
        # bracket was swallowed with that first byte.
        known = gbk(before[1])
        leads = {
            b[1] for char in pinyin.characters(trace["gloss"]) if (b := gbk(ord(char))) and known and b[0] == known[1]
        }
        return [(end, "slip:gloss", [Way(0.0, lead, ()) for lead in sorted(leads)])] if leads else []
    for row in replacements():
        if not trace["mark"].startswith(row.shown):
            continue
        after = start + len(row.shown)
        if not row.bytes:
            found.append((after, row.name, [Way(row.prior, UNKNOWN, ())]))
            continue
        column = pairs()[0x81:, row.bytes[0]]
        codes = column[column > 0]
        costs = model.next_costs(*(np.full(len(codes), code, np.uint32) for code in before), codes)
        ways = [
            Way(row.prior + float(costs[k]), row.bytes[1], (int(codes[k]),), ((0, 1),)) for k in np.argsort(costs, kind="stable")[:12].tolist()
        ]
        found.append((after, row.name, ways))
    return found


def undo(
    text: str,
    line: list[int],
    total: NDArray[np.float64],
    trace: re.Match[str],
    evidence: float,
    context: Context,
    config: Config,
) -> Edit | None:
    """The slip at TRACE undone, if that reads better by enough; TOTAL are running costs of the line as it stands."""
    start, before = trace.start("mark"), behind(trace, line)
    best: tuple[float, Exit, str] | None = None
    for begin, rule, ways in starts(trace, line):
        base = float(total[begin] - total[start])
        for way_out in Walk(line, begin, before, context).run(ways, base + 40.0):
            stands = float(total[min(way_out.end + 1, len(line))] - total[start])
            odds = stands - way_out.cost
            odds += evidence
            if best is None or odds > best[0]:
                best = odds, way_out, rule
    if best is None:
        return None
    odds, way_out, rule = best
    holes = way_out.codes.count(HOLE)
    null = NULL * (len(way_out.codes) - holes) + STRANGE
    odds = min(odds, null + evidence - (way_out.own - LOST_RUN * holes))
    if odds < config.caution:
        return None
    codes, notes = settle(line, before, context, way_out, config.holes)
    if config.holes == "keep" and HOLE in codes:
        return None
    end = min(way_out.end, len(line) - 1)
    return Edit(start, end, text[start:end], "".join(map(chr, codes)), rule, odds, notes)


def settle(line: list[int], before: tuple[int, int], context: Context, way_out: Exit, holes: str) -> tuple[list[int], str]:
    """The characters of a way out, with those that were guessed either put in (and named) or marked as holes."""
    codes, notes = list(way_out.codes), []
    whole = (*before, *way_out.codes, *line[way_out.end : way_out.end + 2], 0x0A, 0x0A)
    for place, width in way_out.guessed:  # two around a pair that vanished were guessed together, and stand or fall so
        guess = way_out.codes[place : place + width]
        around = whole[place : place + 2], whole[place + 2 + width : place + 4 + width]
        margin = ahead(guess, *around, context, way_out.codes[:place], lost_lead=place == 0 and width == 1)
        if margin >= SURE or holes == "fill":
            notes.append(f"{''.join(map(chr, guess))} from half its bytes ({margin:.1f} nats ahead)")
        else:
            codes[place : place + width] = [HOLE] * width
    return codes, "; ".join(notes)


def ahead(
    guess: tuple[int, ...],
    left: tuple[int, ...],
    right: tuple[int, ...],
    context: Context,
    read: tuple[int, ...],
    *,
    lost_lead: bool,
) -> float:
    """By how many nats GUESS is ahead of the next best that shares its known bytes, between its neighbours."""
    known = [gbk(code) for code in guess]
    if None in known:
        return 0.0
    lead, trail = known[0] or (0, 0)
    row = pairs()[0x81:, trail] if lost_lead else pairs()[lead]
    row = row[row > 0]
    ways = row[:, None]
    if len(guess) == 2:
        column = pairs()[0x81:, (known[1] or (0, 0))[1]]
        column = column[column > 0]
        ways = np.stack([np.repeat(row, len(column)), np.tile(column, len(row))], axis=1)
        packed, _ = encodings.load("gbk").table
        ways = ways[pairs()[packed[ways[:, 0]] & 0xFF, packed[ways[:, 1]] >> 8] == 0]
    fixed = [np.full(len(ways), code, np.uint32) for code in (*left, *right)]
    run = [*fixed[:2], *ways.T, *fixed[2:]]
    total = np.zeros(len(ways))
    for place in range(2, len(run)):
        total += model.next_costs(*run[place - 2 : place + 1])
    for part in ways.T:
        total += context.costs(part, read)
    same = (ways == np.array(guess)).all(axis=1)
    return float(total[~same].min() - total[same][0])
