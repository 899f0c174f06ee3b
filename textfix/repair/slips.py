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
from textfix.repair import phrases, pinyin
from textfix.repair.phrases import MEMORY
from textfix.repair.steps import LONGEST, LOST_RUN, QUOTES, UNKNOWN, Context, Exit, Patience, Walk, gbk, pairs

#: A mark behind something Chinese, or at the start of a line, which may be the trace of a replacement; or a syllable
#: in brackets, or behind the question mark that its bracket and half a character became. A gloss may stand in front.
TRACE = re.compile(
    rf"(?:^|(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uff5e“”‘’…—·,:;)]))(?:\({pinyin.SYLLABLE}\))?"
    rf"(?P<mark>[?(](?P<gloss>{pinyin.SYLLABLE})\)|[!?]{{1,2}})",
    re.MULTILINE,
)
GLOSSED = "slip:gloss"
GLOSS = re.compile(rf"(?<=[^\x00-\x7f])\({pinyin.SYLLABLE}\)")
#: Surprise per character, over the next few, from which a mark is looked at: clean text seldom reaches it.
SURPRISE = 7.5
AHEAD = 4
#: A slip stands in sound text: so many characters before it cost no more than this on average (5 is usual).
STANDS, SOUND = 8, 9.0
#: Odds, in nats, between the likeliest completion of a cut character and the next one, from which it is put in. Below
#: that the place is marked as a hole.
SURE = 0.0
#: A reading that leaves no hole is preferred to one that is likelier by up to this many nats and leaves one: it rests
#: on bytes that are there, and a rare name easily costs 8 nats more than two common characters guessed in its place.
WHOLE = 8.0
#: Characters tried for the first one, whose first byte is lost: 停 in 慢慢停靠 comes after a dozen likelier ones.
FIRST = 40
#: Characters of a line that are looked at together.
PART = 2000
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
    if joined.isascii() or not (traces := list(TRACE.finditer(joined))):
        return {}
    costs: model.Costs = batch.note(model.costs)
    parts: dict[tuple[int, int], list[re.Match[str]]] = {}
    for trace, start, end in zip(traces, *map(np.ndarray.tolist, batch.lines(starts_of(traces))), strict=True):
        # A very long line is looked at in parts, so that many marks in one line cost no more than many lines.
        start += (trace.start() - start) // PART * PART
        part = start, min(end, start + PART + LONGEST)
        if is_suspicious(trace, start, joined, costs) or (
            part in parts and ends_line(trace, joined)  # the other slips may have hidden the quotation
        ):
            parts.setdefault(part, []).append(trace)
    edits: dict[int, list[Edit]] = {}
    for (start, end), found in parts.items():
        owner = int(batch.owners(np.array([start]))[0])
        shift = start - int(batch.starts[owner])
        for edit in line_edits(joined[start:end], start, found, config):
            moved = replace(edit, start=edit.start + shift, end=edit.end + shift)
            if not edits.get(owner) or moved.start >= edits[owner][-1].end:
                edits.setdefault(owner, []).append(moved)
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def starts_of(traces: list[re.Match[str]]) -> NDArray[np.int64]:
    return np.fromiter((trace.start() for trace in traces), np.int64, len(traces))


def ends_line(trace: re.Match[str], joined: str) -> bool:
    return joined[trace.end("mark") : trace.end("mark") + 1] in ("", "\n")


def is_suspicious(trace: re.Match[str], origin: int, joined: str, costs: model.Costs) -> bool:
    """Whether the model is surprised by the mark or by what follows it, or the mark ends a line with a quotation open.

    ORIGIN is where the line starts.
    """
    start, end = trace.span("mark")
    if trace["gloss"] is not None:
        toned = pinyin.toneless(trace["gloss"]) != trace["gloss"]
        return start > origin and not pinyin.fits(joined[start - 1], trace["gloss"]) and (toned or joined[start] == "?")
    if costs[start] >= SURPRISE:
        return True
    if ends_line(trace, joined):
        before = joined[origin:start]
        return any(before.count(chr(opening)) > before.count(chr(closing)) for closing, opening in QUOTES.items())
    after = costs[end : end + AHEAD]
    return bool(max(after[:2].mean(), after.mean()) >= SURPRISE)


def line_edits(line: str, origin: int, traces: list[re.Match[str]], config: Config) -> list[Edit]:
    """The slips of one line; ORIGIN is where it starts in the text that TRACES count in."""
    codes = to_codes(line + "\n")
    total = np.concatenate([[0.0], np.cumsum(phrases.line_costs(codes))])
    numbers = codes.tolist()
    glosses = len(GLOSS.findall(line))
    edits: list[Edit] = []
    patience = Patience()
    for trace in traces:
        place = Trace.of(trace, origin)
        if edits and place.start < edits[-1].end:
            continue
        evidence = min(AT_WORK * (len(edits) + min(glosses, 2)), 2 * AT_WORK)
        before = splice(line[: place.start], edits).text
        if not is_sound(before):
            continue
        edit = undo(line, numbers, total, place, evidence, Context.of(before, numbers, place.start), patience, config)
        if edit is not None:
            edits.append(edit)
    return edits


def is_sound(before: str) -> bool:
    """Whether what stands before a trace reads like Chinese that is whole; nothing does."""
    if not before:
        return True
    last = to_codes(before[-STANDS:])
    han = (last >= 0x3400) & (last <= 0x9FFF)
    return bool(han.any()) and float(model.costs(last)[1:].sum()) <= SOUND * (len(last) - 1)


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


def starts(trace: Trace, line: list[int]) -> list[tuple[int, str, float, list[int], list[int]]]:
    """How the walk may begin at a trace: from where, by which rule, its prior, bytes that wait, first characters."""
    found: list[tuple[int, str, float, list[int], list[int]]] = []
    if trace.gloss is not None:
        # A reading was put behind two bytes that are the second of one character and the first of the next; the
        # bracket was swallowed with that first byte.
        known = gbk(behind(trace, line)[-1])
        leads = {
            b[1] for char in pinyin.characters(trace.gloss) if (b := gbk(ord(char))) and known and b[0] == known[1]
        }
        return [(trace.end, GLOSSED, 0.0, sorted(leads), [])] if leads else []
    for row in replacements():
        if not trace.mark.startswith(row.shown):
            continue
        if row.bytes and int(pairs()[row.bytes[0], row.bytes[1]]) in line:
            continue  # a filter that replaced these bytes left none of them
        after = trace.start + len(row.shown)
        if not row.bytes:
            found.append((after, row.name, row.prior, [UNKNOWN], []))
            continue
        column = pairs()[0x81:, row.bytes[0]]
        found.append((after, row.name, row.prior, [row.bytes[1]], column[column > 0].tolist()))
    return found


def undo(
    text: str,
    line: list[int],
    total: NDArray[np.float64],
    trace: Trace,
    evidence: float,
    context: Context,
    patience: Patience,
    config: Config,
) -> Edit | None:
    """The slip at TRACE undone, if that reads better by enough; TOTAL are running costs of the line as it stands."""
    start, before = trace.start, behind(trace, line)
    found: list[tuple[float, Exit, str]] = []
    for begin, rule, prior, pending, first in starts(trace, line):
        base = float(total[begin] - total[start])
        for way_out in Walk(line, begin, before, context).run(pending, first, prior, base + 40.0, patience):
            stands = float(total[min(way_out.end + MEMORY, len(line))] - total[start])
            found.append((stands - way_out.cost + evidence, way_out, rule))
    if not found:
        return None
    best = max(found, key=lambda one: one[0])
    edit = accept(line, text, start, before, context, evidence, best, config)
    if edit is not None and config.holes == "keep" and chr(HOLE) in edit.after:
        return None
    return edit


def accept(
    line: list[int],
    text: str,
    start: int,
    before: tuple[int, ...],
    context: Context,
    evidence: float,
    found: tuple[float, Exit, str],
    config: Config,
) -> Edit | None:
    """The edit for a way out, if its odds hold also against bytes that happen to form characters."""
    odds, way_out, rule = found
    holes = way_out.codes.count(HOLE)
    null = NULL * (len(way_out.codes) - holes) + STRANGE
    odds = min(odds, null + evidence - (way_out.own - LOST_RUN * holes))
    if odds < config.caution or (rule == GLOSSED and len(way_out.guessed) == len(way_out.codes)):
        return None  # a stray gloss says nothing alone: at least one character must come from bytes that are there
    codes, notes = settle(line, before, context, way_out, config.holes)
    end = min(way_out.end, len(line) - 1)
    return Edit(start, end, text[start:end], "".join(map(chr, codes)), rule, odds, notes)


def settle(
    line: list[int], before: tuple[int, ...], context: Context, way_out: Exit, holes: str
) -> tuple[list[int], str]:
    """The characters of a way out, with those that were guessed either put in (and named) or marked as holes."""
    codes, notes = list(way_out.codes), []
    whole = (*before, *way_out.codes, *line[way_out.end : way_out.end + MEMORY], *(0x0A,) * MEMORY)
    for place, width in way_out.guessed:  # what was guessed together stands or falls together
        margin = ahead(whole, place + len(before), width, context, len(before), lost_lead=place == 0 and width == 1)
        DEBUG.append((margin, width, way_out.codes[place : place + width], place))
        guess = way_out.codes[place : place + width]
        if margin >= SURE * width or holes == "fill":
            notes.append(f"{''.join(map(chr, guess))} from half its bytes ({margin:.1f} nats ahead)")
        else:
            codes[place : place + width] = [HOLE] * width
    return codes, "; ".join(notes)

DEBUG: list = []

def ahead(whole: tuple[int, ...], place: int, width: int, context: Context, read: int, *, lost_lead: bool) -> float:
    """By how many nats the WIDTH characters at PLACE are ahead of the next best that share their known bytes."""
    guess = whole[place : place + width]
    known = [gbk(code) for code in guess]
    if any(one is None for one in known):
        return 0.0
    opened = np.array([
        count + sum(code == opening for code in whole[read:place]) - sum(code == closing for code in whole[read:place])
        for count, (closing, opening) in zip(context.open, QUOTES.items(), strict=True)
    ])
    lead, trail = known[0]
    row = pairs()[0x81:, trail] if lost_lead else pairs()[lead, 0x80:]
    row = row[row > 0]
    packed, _ = encodings.load("gbk").table
    if width == 1:
        ways = row[:, None]
    else:
        column = pairs()[0x81:, known[-1][1]]
        column = column[column > 0]
        if width == 2:
            ways = np.stack([np.repeat(row, len(column)), np.tile(column, len(row))], axis=1)
            ways = ways[pairs()[packed[ways[:, 0]] & 0xFF, packed[ways[:, 1]] >> 8] == 0]
        else:
            from textfix.repair.steps import common, gapless
            mids, _, tr = common()
            mids = mids[~gapless()[tr]]
            some = []
            for k, pool in ((0, row), (1, mids), (2, column)):
                w = np.tile(np.array(guess, np.uint32), (len(pool), 1)); w[:, k] = pool
                some.append(w)
            ways = np.concatenate(some)
            ways = ways[(pairs()[packed[ways[:, 0]] & 0xFF, packed[ways[:, 1]] >> 8] == 0) & (pairs()[packed[ways[:, 1]] & 0xFF, packed[ways[:, 2]] >> 8] == 0)]
    fixed = np.tile(np.array(whole[place - MEMORY : place], np.uint32), (len(ways), 1))
    right = np.tile(np.array(whole[place + width : place + width + MEMORY], np.uint32), (len(ways), 1))
    run = np.concatenate([fixed, ways, right], axis=1)
    cost = np.zeros(len(ways))
    for k in range(MEMORY, run.shape[1]):
        cost += phrases.costs(run[:, k - MEMORY : k], run[:, k])
    for part in ways.T:
        cost += context.costs(part, np.tile(opened, (len(ways), 1)))
    same = (ways == np.array(guess)).all(axis=1)
    return float(cost[~same].min() - cost[same][0])
