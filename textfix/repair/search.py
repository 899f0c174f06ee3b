"""The search: suspicious windows read along every chain that may explain them, and the best of what that gives."""

from __future__ import annotations

from bisect import bisect
from dataclasses import replace

import numpy as np

from textfix import encodings, model, routes
from textfix.batch import Codes, to_text
from textfix.config import Config
from textfix.encodings import HOLE, LOST
from textfix.repair import cases, completion, lossy, readings, suspicion, wide
from textfix.repair.readings import is_han
from textfix.repair.spans import Repair, spans
from textfix.repair.suspicion import Window
from textfix.routes import Chain

#: A reading of so many Han characters and no more than this cost on average, 5 being usual, is no accident.
WHOLE_HAN, WELL = 8, 5.5
#: Characters of windows that are read together: each costs some KB while it is weighed.
TOGETHER = 20_000
NBSP, EURO = 0xA0, 0x20AC


def repair_windows(codes: Codes, found: list[Window], config: Config) -> list[list[Repair]]:
    """The repairs of each window, best first by odds, none overlapping another."""
    chosen: list[list[Repair]] = []
    first = size = 0
    for last, window in enumerate(found, 1):
        size += window.end - window.start
        if size >= TOGETHER or last == len(found):
            chosen += repair_together(codes, found[first:last], config)
            first, size = last, 0
    return chosen


def repair_together(codes: Codes, found: list[Window], config: Config) -> list[list[Repair]]:
    """The same for windows that are read together, a newline behind each, so that a route is undone once for all."""
    pieces = [np.append(codes[window.start : window.end], np.uint32(suspicion.NEWLINE)) for window in found]
    joined = np.concatenate(pieces)
    starts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])])
    costs = readings.standing_costs(joined)
    offers: list[list[Repair]] = [[] for _ in pieces]
    settled = [0.0] * len(pieces)  # what speaks for the likeliest chain that leaves nothing of a window to any other
    seen: list[dict[tuple[str, int, bytes], float]] = [{} for _ in pieces]
    named = frozenset().union(*(window.chains for window in found))
    for chain in routes.table():
        if chain.name not in named or len(chain.routes) > config.max_layers or chain.name in wide.chains():
            continue
        hopeful = np.flatnonzero(
            [window.chains.get(chain.name, 0.0) > nats for window, nats in zip(found, settled, strict=True)]
        )
        if chain.routes[-1].read in encodings.CASED:
            hopeful = hopeful[[cases.may_be_read(pieces[at]) for at in hopeful]] if len(hopeful) else hopeful
        elif len(hopeful):
            hopeful = hopeful[[is_new(chain, pieces[at], seen[at]) for at in hopeful]]
        if not len(hopeful):
            continue
        some = joined, costs, starts
        if len(hopeful) < len(pieces):
            take = np.concatenate([np.arange(starts[at], starts[at + 1]) for at in hopeful])
            ends = np.cumsum(starts[hopeful + 1] - starts[hopeful])
            some = joined[take], costs[take], np.concatenate([[0], ends])
        reading = readings.read(some[0], some[1], chain)
        if reading is None:
            continue
        for at, repair in spans(reading, some[0], some[2], [found[at] for at in hopeful.tolist()], config):
            piece = pieces[hopeful[at]]
            doubt = cases.doubt(piece, chain)
            if doubt:
                repair = replace(repair, odds=repair.odds - doubt, gain=repair.gain - doubt)
                if repair.odds < config.caution:
                    continue
            offers[int(hopeful[at])].append(repair)
            if not doubt and settles(repair, piece):
                number = int(hopeful[at])
                settled[number] = max(settled[number], found[number].chains[chain.name])
    chosen = [choose(offer) for offer in offers]
    if config.holes == "fill":
        return [[fill(repair, piece) for repair in some] for some, piece in zip(chosen, pieces, strict=True)]
    return chosen


def is_new(chain: Chain, piece: Codes, seen: dict[tuple[str, int, bytes], float]) -> bool:
    """Whether CHAIN may say of PIECE what no chain before it said.

    Readers of one family read most letters alike: what another read from the same bytes is the same reading, and wins
    where its prior is no greater. Where letters are of one case, that one may be doubted and this one not.
    """
    route = chain.routes[0]
    if len(chain.routes) > 1:
        return True
    if route.read in encodings.SINGLE:
        table = encodings.single(route.read)
        said = route.written, int(table[NBSP]), table.take(piece, mode="clip").tobytes()  # see shown.unspace
    elif route.read in ("gb18030", "cp936") and not (piece == EURO).any():
        said = route.written, 0, b"gb18030"  # all but byte 80 is the same
    else:
        return True
    if seen.get(said, np.inf) <= chain.prior:
        return False
    if not cases.doubt(piece, chain):
        seen[said] = chain.prior
    return True


def fill(repair: Repair, window: Codes) -> Repair:
    """REPAIR with its holes filled by what is likeliest between its neighbours in WINDOW."""
    if not repair.data or len(repair.chain.routes) > 1:  # what an inner reader lost has left no trace
        return repair
    before = (*[suspicion.NEWLINE] * 3, *window[max(0, repair.start - 3) : repair.start].tolist())[-3:]
    route = repair.chain.routes[0]
    span = to_text(window[repair.start : repair.end])
    shown = span.replace(chr(HOLE), "")
    if route.read == encodings.FALLBACK and shown == span:  # all that it loses are soft hyphens
        codes = encodings.load(route.written).decode(repair.data.replace(bytes([LOST]), lossy.SOFT_HYPHEN)).codes
        if (codes == HOLE).any() or len(codes) != len(repair.codes):
            return repair
        filled = "".join(map(chr, codes[repair.codes == HOLE].tolist()))
        return replace(repair, codes=codes, note=f"filled: {' '.join(filled)}")
    codec, script = completion.find_codec(route.read, shown), completion.find_script(repair.codes)
    done = completion.completer(route.written, codec, script).complete(repair.data, before, int(window[repair.end]))
    if (done.codes == HOLE).sum() > (repair.codes == HOLE).sum():
        return repair
    note = f"filled: {' '.join(chr(done.codes[place]) for place in done.filled)}" if done.filled else ""
    return replace(repair, codes=done.codes, note=note)


def settles(repair: Repair, window: Codes) -> bool:
    """Whether REPAIR leaves nothing of WINDOW to any other route: it takes all that is not ASCII, and reads well.

    The reader that falls back takes what others take, and more: it settles nothing.
    """
    han = is_han(repair.codes)
    if repair.data or han.sum() < WHOLE_HAN or repair.chain.name.endswith(encodings.FALLBACK):
        return False
    outside = np.concatenate([window[: repair.start], window[repair.end :]])
    return not (outside >= 0x80).any() and float(model.costs(repair.codes).mean()) <= WELL


def choose(offers: list[Repair]) -> list[Repair]:
    """The best of overlapping repairs, in the order of the text.

    They are ranked by what they gain over the text as it stands: the weaker of two odds only decides whether a repair
    may be made at all, and would favour short spans.
    """
    taken: list[Repair] = []
    for offer in sorted(offers, key=lambda repair: -repair.gain):
        at = bisect(taken, offer.start, key=lambda repair: repair.start)
        if (at == 0 or taken[at - 1].end <= offer.start) and (at == len(taken) or taken[at].start >= offer.end):
            taken.insert(at, offer)
    return taken
