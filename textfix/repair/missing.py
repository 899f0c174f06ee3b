"""Characters that are missing without a trace: a reader shows them as private-use ones, and those were taken out later.

Big5 read as GB 18030 loses every third character so, its comma and full stop among them; GBK read as Big5 loses every
tenth, 如 and 取 and 器. All ways to write what is left are weighed, with such characters between and without. How much
likelier the text is with them tells whether any were taken out at all; and where most ways have one, it is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes, to_codes
from textfix.encodings import HOLE
from textfix.repair import completion, phrases
from textfix.repair.phrases import MEMORY, NEWLINE
from textfix.routes import Chain, Route

#: The private-use area.
PRIVATE = (0xE000, 0xF8FF)
#: How likely it may be, at most, that a text has none of what is missing by chance.
CHANCE = 0.05
#: Readers that show all pairs of bytes, those without a character as private-use ones.
SHOW_ALL = ("gb18030", "cp936", "gbk", "big5", "cp950")
#: Plain costs up to which a character is thought of, in nats; full-width letters and digits are not.
USUAL = 11.0
LETTERS = ((0xFF10, 0xFF19), (0xFF21, 0xFF5A))
#: Nats by which a text must be likelier with missing characters before any is marked: of 1,500 snippets of which none is
#: missing (8 to 48 characters) none gets a mark; with 4 one in 1,500 did. Of those that lack some, one mark of 30 is wrong.
TAKEN_OUT = 5.0
#: How likely it must be that one is missing to mark it, and that it is this one to put it in.
SURE, SURE_OF_IT = 0.9, 0.65
#: Log-odds from which one is put in before its neighbours are weighed; characters that are tried at a place; and what the
#: next MEMORY characters cost at least where one may be missing before them.
SURELY, TRIED, SURPRISE = 2.2, 10, 12.0
#: Characters of a text from which it is asked what is missing: fewer tell nothing.
LEAST = 6


@dataclass(frozen=True, slots=True)
class Span:
    """What stood at `start:end` of a text and was read as `codes` along `chain`."""

    start: int
    end: int
    codes: Codes
    chain: Chain


@dataclass(frozen=True, slots=True)
class Gap:
    """How likely it is that a character is missing before the one at `place`; the likeliest one, and how likely that is."""

    place: int
    chance: float
    code: int
    chance_of_it: float


@cache
def lost(route: Route) -> Codes:
    """The characters of Chinese text written along ROUTE that its reader shows as private-use ones or cannot show."""
    if route.written not in encodings.DOUBLE or route.read not in encodings.DOUBLE:
        return np.zeros(0, np.uint32)
    _, length = encodings.load(route.written).table
    codes = np.flatnonzero(length == 2).astype(np.uint32)
    codes = codes[(codes >= 0x2010) & (codes < 0xE000) | (codes >= 0xFF00)]
    shown = encodings.load(route.read).decode(encodings.load(route.written).encode(codes).data)
    private = is_private(shown.codes) | (shown.codes == HOLE)
    gone: Codes = codes[np.unique(shown.starts[:-1][private] // 2)]
    return gone


@cache
def share(route: Route) -> float:
    """Which part of Chinese text along ROUTE is `lost`."""
    if not len(lost(route)):
        return 0.0
    _, length = encodings.load(route.written).table
    codes = np.flatnonzero(length == 2).astype(np.uint32)
    codes = codes[(codes >= 0x3000) & (codes < 0xE000) | (codes >= 0xFF00)]
    usual = np.exp(-model.plain_costs(codes))
    return float(usual[np.isin(codes, lost(route))].sum() / usual.sum())


@cache
def thinkable(route: Route) -> Codes:
    """What may be missing along ROUTE and is usual enough to be thought of."""
    codes = lost(route) if route.read in SHOW_ALL else np.zeros(0, np.uint32)
    letters = np.zeros(len(codes), np.bool_)
    for low, high in LETTERS:
        letters |= (codes >= low) & (codes <= high)
    return codes[(model.plain_costs(codes) <= USUAL) & ~letters]


def is_private(codes: Codes) -> NDArray[np.bool_]:
    private: NDArray[np.bool_] = (codes >= PRIVATE[0]) & (codes <= PRIVATE[1])
    return private


def has_traces(codes: Codes) -> bool:
    """Whether CODES, as they were read wrongly, show what their reader does with what it has no character for."""
    return bool((is_private(codes) | (codes == HOLE) | (codes == ord("?"))).any())


def mark(text: str, spans: Sequence[Span], holes: str) -> list[tuple[Codes, str]]:
    """SPANS of TEXT with what must be missing in each marked, or put in where HOLES is "fill", and what to say of it."""
    found: list[tuple[Codes, str]] = [(span.codes, "") for span in spans]
    for route in {span.chain.routes[-1] for span in spans if share(span.chain.routes[-1])}:
        mine = [k for k, span in enumerate(spans) if span.chain.routes[-1] == route]
        if any(has_traces(to_codes(text[spans[k].start : spans[k].end])) for k in mine):
            continue
        gaps: dict[int, list[Gap]] = {}
        if len(thinkable(route)) and holes != "keep":
            script = completion.find_script(np.concatenate([spans[k].codes for k in mine]))
            asked = [k for k in mine if len(spans[k].chain.routes) == 1]
            if sum(len(spans[k].codes) for k in asked) < LEAST:
                asked = []
            weighed = {k: weigh(text, spans[k], route, script) for k in asked}
            more = sum(nats for nats, _ in weighed.values())
            taken_out = 1 / (1 + np.exp(TAKEN_OUT - more))
            gaps = {k: [gap for gap in some if gap.chance * taken_out >= SURE] for k, (_, some) in weighed.items()}
        for k in mine:
            found[k] = put(spans[k].codes, gaps.get(k, []), note(spans[k].codes, route), holes)
    return found


def note(after: Codes, route: Route) -> str:
    """What to say of a repair that gave AFTER along ROUTE, if characters must be missing in it."""
    part = share(route)
    written = int(((after >= 0x3000) & (after != HOLE)).sum())
    if (1 - part) ** written > CHANCE:
        return ""
    return f"about {part:.0%} of what was written is missing: {route.read} has no characters for it"


def put(codes: Codes, gaps: list[Gap], said: str, holes: str) -> tuple[Codes, str]:
    """CODES with a mark for each of GAPS, or the likeliest character, and what to say beside what is SAID."""
    if not gaps:
        return codes, said
    filled = [gap.code if holes == "fill" and gap.chance_of_it >= SURE_OF_IT else HOLE for gap in gaps]
    notes = [f"missing without a trace: {len(gaps)}"]
    if put_in := [chr(code) for code in filled if code != HOLE]:
        notes.append(f"filled: {' '.join(put_in)}")
    if said:
        notes.append(said)
    return np.insert(codes, [gap.place for gap in gaps], np.array(filled, np.uint32)), "; ".join(notes)


def weigh(text: str, span: Span, route: Route, script: int) -> tuple[float, list[Gap]]:
    """How much likelier (nats) SPAN of TEXT is with missing characters than without; and the gaps.

    Places near one another are weighed one after the other, the likeliest first, with what surely is missing put in.
    Nothing is missing before the first character nor behind the last: a snippet may begin or end within a word.
    """
    before = [*[NEWLINE] * MEMORY, *map(ord, text[max(0, span.start - MEMORY) : span.start])][-MEMORY:]
    behind = [*map(ord, text[span.end : span.end + MEMORY]), *[NEWLINE] * MEMORY][:MEMORY]
    codes, shown = span.codes, np.ones(len(span.codes), np.bool_)
    nats, found, asked = 0.0, [], None
    for last in (False, True):
        asked = asked or ask(np.concatenate([before, codes, behind]).astype(np.uint32), route, script)
        places, odds, best, share_of_it = asked
        chosen: list[int] = []
        taken = np.zeros(len(codes) + 2 * MEMORY, np.bool_)
        for k in np.argsort(-odds, kind="stable").tolist():
            near = slice(int(places[k]) + 1, int(places[k]) + 2 * MEMORY)
            if not last and odds[k] < SURELY:
                break
            if not taken[near].any():
                taken[near] = True
                chosen.append(k)
        nats += float(np.logaddexp(0, odds[chosen]).sum())
        for k in chosen:
            chance = float(1 / (1 + np.exp(-odds[k])))
            place = int(shown[: places[k]].sum())
            found.append(Gap(place, chance, int(best[k]), chance * float(share_of_it[k])))
        if chosen:
            codes = np.insert(codes, places[chosen], best[chosen])
            shown = np.insert(shown, places[chosen], False)
            asked = None
    return nats, sorted(found, key=lambda gap: gap.place)


def ask(
    run: Codes, route: Route, script: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], Codes, NDArray[np.float64]]:
    """The places in RUN (without the MEMORY at both ends) before which a character may be missing; the odds that one is,
    in nats; the likeliest, and its part of all.
    """
    codes, price = thinkable(route), phrases.variants()[script]
    own = np.zeros(len(run))
    own[MEMORY:] = phrases.costs(np.lib.stride_tricks.sliding_window_view(run, MEMORY)[:-1], run[MEMORY:])
    stands = np.lib.stride_tricks.sliding_window_view(own, MEMORY).sum(axis=1)
    at = np.arange(MEMORY + 1, len(run) - MEMORY)
    at = at[stands[at] >= SURPRISE]
    many = len(codes)
    rough = model.pair_costs(np.repeat(run[at - 1], many), np.tile(codes, len(at)))
    rough += model.pair_costs(np.tile(codes, len(at)), np.repeat(run[at], many))
    table = rough.reshape(-1, many) + price[codes]
    tried = codes[np.argpartition(table, TRIED, axis=1)[:, :TRIED]]
    windows = np.stack([np.repeat(run[at + step], TRIED) for step in range(-MEMORY, MEMORY)], axis=1)
    windows = np.insert(windows, MEMORY, tried.ravel(), axis=1)
    cost = price[tried.ravel()].astype(np.float64)
    for step in range(MEMORY, 2 * MEMORY + 1):
        cost += phrases.costs(windows[:, step - MEMORY : step], windows[:, step])
    gain = stands[at][:, None] - cost.reshape(-1, TRIED)
    odds = np.logaddexp.reduce(gain, axis=1)
    likeliest = gain.argmax(axis=1)
    rows = np.arange(len(at))
    return at - MEMORY, odds, tried[rows, likeliest], np.exp(gain[rows, likeliest] - odds)
