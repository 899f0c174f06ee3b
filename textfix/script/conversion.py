"""Characters into the script asked for: one table for most, the context for those with several counterparts.

One look-up gives each character's counterpart and flags that tell whether anything else is to be done: in most text the
context decides some sixty places in a thousand, and a table of pairs in which the choice is always the same settles four in five of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.batch import to_text
from textfix.script import context, japanese
from textfix.script.characters import NEWLINE, TOP, Codes, folding, lut, pairs, shape_pairs, text_pairs
from textfix.script.context import Places, Weights

#: Nats that the context must weigh before it changes a character that is good in the target script as it stands:
#: one that both scripts share, in a line that is otherwise in the target script (關系, 以后) …
SHARED = 4.0
#: … the same where another character of the line has shown that a converter without context was there …
HALF = 1.0
#: … or one that only the target script has (頭發): somebody chose it, or a converter without context did.
CHOSEN = 8.0
#: … and one for which careful writers also put the plain character that stands there (瞭 for 了, 週 for 周): in a
#: simplified line, in a traditional one, and in one that is half converted.
EITHER = (3.0, 4.0, 4.0)
#: … and against one that is Hong Kong's own habit, elsewhere.
FOREIGN = 6.0
#: 著, where the target tells 着 and 著 apart: in text that does not, and in text that may.
ASPECT = (0.0, 3.0)
#: A line counts as traditional for a character that only traditional text has, and the other way round.
TRADITIONAL, SIMPLIFIED = 1, -1

#: Whose habits decide where a target has no region of its own: the row of `habits`.
REGION = {"hans": 0, "hant": 1, "tw": 1, "hk": 2}

#: What an entry of a target's packed table holds beside the character: whether the context decides, whether a phrase
#: may except it, whether simplified text may have it too, whether only traditional or only simplified text has it,
#: whether it is kana, whether it is past the table's end.
PLACE, PHRASED, OWN, TELLS, TELLS_NOT, KANA, BEYOND = (1 << bit for bit in range(31, 24, -1))
CHARACTER = (1 << 21) - 1

#: A place and its neighbours, and how far a phrase may reach to either side.
AROUND = np.array([[-1], [0], [1]])
LONGEST = 16

#: Nats within which a runner-up is worth a look: odds of about 20 to 1.
CLOSE = 3.0
#: Lines that the context is weighed in: simplified, traditional, traditional and shown to be half converted.
MODES = 3
#: Nats against a candidate that a character does not have.
NEVER = 1000.0
#: Places that are weighed together: their features stay within the processor's cache.
BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Target:
    """The tables of a target script.

    `packed` is, by code point, what a character becomes without context, and flags. A *form* is a character that the
    context decides: `form` is its number by code point (0 = none). By form:
    `rank`, its own place among the candidates (-1 = none); `shared`, whether both scripts have
    it; `choices`, what the target writes for each; `bonus` (rows: MODES), what the candidates have by themselves.
    """

    packed: Codes
    form: NDArray[np.int64]
    rank: NDArray[np.int64]
    shared: NDArray[np.bool_]
    choices: Codes
    bonus: Weights


@cache
def sides() -> NDArray[np.int8]:
    """TRADITIONAL for characters that only traditional text has, SIMPLIFIED for the others, 0 for shared ones."""
    hand = tables.toml("script.toml")
    side = np.zeros(TOP + 1, dtype=np.int8)
    for c in pairs("fold"):
        side[c] = TRADITIONAL
    for c in pairs("complex"):
        side[c] = SIMPLIFIED
    shared = [int(c) for row in context_groups()[:, 1:].tolist() for c in row if c and folding()[c] == c]
    side[shared] = 0
    side[[ord(c) for c in hand["simplified"]["own"]]] = 0
    side[[ord(c) for c in hand["simplified"]["later"]]] = TRADITIONAL
    return side


def context_groups() -> Codes:
    """Rows of a simplified character and its candidates, padded with 0."""
    groups: Codes = tables.arrays("script_context.npz")["groups"]
    return groups


def text_pairs_of(listed: list[str]) -> dict[int, int]:
    return {ord(pair[0]): ord(pair[1]) for pair in listed}


def marked(chars: str) -> NDArray[np.bool_]:
    """Which code points are among CHARS."""
    found = np.zeros(TOP + 1, dtype=bool)
    found[[ord(c) for c in chars]] = True
    return found


@cache
def own() -> NDArray[np.bool_]:
    """Characters that have a simplified form and are good simplified ones too."""
    return marked(tables.toml("script.toml")["simplified"]["own"])


@cache
def simplified() -> Codes:
    """What becomes of each code point in simplified text, whatever stands beside it."""
    return lut(pairs("simple"))


def region_pairs(to: str) -> dict[int, int]:
    """Canonical shapes, and those that TO writes for them."""
    return text_pairs_of(tables.toml("script.toml")["shapes"]["hk"]) if to == "hk" else {}


@cache
def written(to: str) -> Codes:
    """The canonical shape of each character, and the one that TO writes."""
    return lut(region_pairs(to))


@cache
def target(to: str) -> Target:
    """The tables for TO."""
    hand = tables.toml("script.toml")
    groups = context_groups().tolist()
    aspect = next(number for number, row in enumerate(groups) if row[0] == ord("着"))
    phrased = np.zeros(TOP + 1, dtype=bool)
    forms: dict[int, tuple[int, int]] = {}
    kept = {ord("著"): ord("著")}
    if to == "hans":
        plain = simplified()
        phrased[[ord(phrase[at]) for rows in exceptions().values() for phrase, at, _ in rows]] = True
    else:
        region = region_pairs(to)
        foreign = text_pairs_of(hand["shapes"].get(f"foreign_{to}", []))
        mapping = {c: region.get(t, t) for c, t in pairs("complex").items()}
        mapping |= {c: region.get(t, t) for c, t in foreign.items()}
        members: dict[int, list[int]] = {}
        for other, main in shape_pairs().items():
            members.setdefault(main, []).append(other)
        for number, row in enumerate(groups):
            if number == aspect:
                continue
            candidates = [c for c in row[1:] if c]
            forms[row[0]] = number, -1
            mapping[row[0]] = region.get(candidates[0], candidates[0])
            for rank, main in enumerate(candidates):
                for c in (main, *members.get(main, ())):
                    forms[c] = number, rank
                    kept[c] = region.get(foreign.get(c, c), foreign.get(c, c))
                    if c != row[0]:
                        mapping[c] = kept[c]
        plain = lut(mapping)
    if to in ("hans", "hk"):
        forms[ord("著")] = aspect, 1
        plain[ord("著")] = ord("着")
    packed = plain.copy()
    for flag, which in (
        (PHRASED, phrased), (OWN, own() & (plain != np.arange(TOP + 1)) & (to == "hans")),
        (TELLS, sides() == TRADITIONAL), (TELLS_NOT, sides() == SIMPLIFIED), (KANA, japanese.is_kana(np.arange(TOP + 1, dtype=np.uint32))),
    ):  # fmt: skip
        packed[which] |= flag
    packed[TOP] |= BEYOND
    packed[list(forms)] |= PLACE
    return Target(packed, *of_forms(forms, kept, to))


def of_forms(
    forms: dict[int, tuple[int, int]], kept: dict[int, int], to: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], Codes, Weights]:
    """The tables by form: FORMS are characters and their group and rank, KEPT what becomes of those that are meant."""
    rows = context_groups()
    hand = tables.toml("script.toml")
    special = marked(hand["either"]["special"])
    chars = np.array([0, *forms], dtype=np.uint32)
    group = np.array([0, *(g for g, _ in forms.values())], dtype=np.int64)
    rank = np.array([-1, *(r for _, r in forms.values())], dtype=np.int64)
    number = np.zeros(TOP + 1, dtype=np.int64)
    number[chars[1:]] = np.arange(1, len(chars))
    shared = folding()[chars] == chars
    candidates = rows[group, 1:]
    habits = tables.arrays("script_context.npz")["habits"].astype(np.int64)
    own_weight = habits[0] + (habits[REGION[to]] if REGION[to] else 0)
    bonus = np.zeros((MODES, len(chars), context.MOST))
    at = np.flatnonzero(rank >= 0)
    for mode in range(MODES):
        bonus[mode, :, 1:] = own_weight[group + 1] / context.UNIT
        if to == "hans":
            needed = np.full(len(chars), ASPECT[0] if mode else ASPECT[1])
        else:
            needed = np.where(shared, (0.0, SHARED, HALF)[mode], CHOSEN)
            needed[chars == ord("著")] = ASPECT[0]
            others = special[candidates] & (shared & (rank >= 0))[:, None]
            others[at, rank[at]] = False
            bonus[mode] -= EITHER[mode] * others
            if to != "hk":
                bonus[mode] -= FOREIGN * marked(hand["shapes"]["hk_shared"])[candidates]
        bonus[mode, at, rank[at]] += needed[at]
    bonus -= bonus[..., :1]
    bonus[:, candidates == 0] = -NEVER
    units = np.rint(bonus[..., 1:] * context.UNIT).astype(np.int64)
    choices = written(to).take(candidates)
    choices[at, rank[at]] = [kept[c] for c in chars[at].tolist()]
    return number, rank, shared, choices.ravel(), context.packed(units) + context.ZERO


class Lines:
    """The lines of CODES, and which script each is in."""

    __slots__ = ("breaks", "sums")

    def __init__(self, codes: Codes) -> None:
        self.breaks: Places = (codes == NEWLINE).nonzero()[0]
        starts = np.empty(len(self.breaks) + 1, dtype=np.int64)
        starts[0] = 0
        np.add(self.breaks, 1, out=starts[1:])
        if starts[-1] == len(codes):
            starts = starts[:-1]
        side = sides().take(codes, mode="clip")
        self.sums: NDArray[np.int32] = np.add.reduceat(side, starts, dtype=np.int32)

    def of(self, places: Places) -> NDArray[np.int64]:
        """The line that each of PLACES lies in."""
        return np.searchsorted(self.breaks, places)

    def balance(self, places: Places) -> NDArray[np.int32]:
        """For each of PLACES, characters that only traditional text has less those that only simplified has, in its line."""
        return self.sums.take(self.of(places))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the context says of PLACES: by place, its form, the scores of the candidates, and the best one."""

    places: Places
    form: NDArray[np.int64]
    scores: NDArray[np.uint16]
    best: NDArray[np.int64]


def converted(codes: Codes, to: str) -> Codes:
    """CODES, which end with a newline, in the script TO, place by place; Japanese is left alone."""
    of = target(to)
    looked_up = of.packed.take(codes, mode="clip")
    flags = int(np.bitwise_or.reduce(looked_up))
    out: Codes = looked_up & np.uint32(CHARACTER)
    if flags & BEYOND:
        beyond = codes >= TOP
        out[beyond] = codes[beyond]
    lines = lines_of(codes, flags, to)
    if flags & PLACE:
        made = decide(codes, (looked_up >= PLACE).nonzero()[0], of, lines, to == "hans")
        out[made.places] = of.choices.take(made.form * context.MOST + made.best)
    if flags & PHRASED:
        except_phrases(codes, out, (looked_up & PHRASED != 0).nonzero()[0])
    if flags & OWN and lines is not None:
        places = (looked_up & OWN != 0).nonzero()[0]
        stays = places[lines.balance(places) < 0]
        out[stays] = codes[stays]
    if flags & KANA:
        apart = japanese.places(codes)
        out[apart] = codes[apart]
    return out


def lines_of(codes: Codes, flags: int, to: str) -> Lines | None:
    """The lines, where some may be in another script than the rest; text without any character of the target script
    (which is the usual case) need not be counted.
    """
    other = TELLS_NOT if to == "hans" else TELLS
    return Lines(codes) if flags & other and flags & (PLACE | OWN) else None


def decide(codes: Codes, places: Places, of: Target, lines: Lines | None, traditional: bool) -> Decision:
    """What the context says stands at PLACES; without LINES, all are traditional or none is."""
    form = of.form.take(codes.take(places))
    table = context.table()
    if len(places) <= BLOCK:
        weights = context.weigh(codes, places, table)
    else:
        blocks = range(0, len(places), BLOCK)
        weights = np.concatenate([context.weigh(codes, places[i : i + BLOCK], table) for i in blocks])
    if lines is None:
        scores = context.scores(weights + of.bonus[int(traditional)].take(form))
        return Decision(places, form, scores, scores.argmax(axis=1))
    mode = lines.balance(places) > 0
    scores = context.scores(weights + of.bonus[mode.view(np.int8), form])
    best = scores.argmax(axis=1)
    rank = of.rank.take(form)
    left = mode & of.shared.take(form) & (rank >= 0)  # good as they stand, if the line is not half converted
    moved = left & (best != rank)
    if moved.any():
        line = lines.of(places)
        again = np.flatnonzero(left & np.isin(line, line[moved]))
        scores[again] = context.scores(weights[again] + of.bonus[2].take(form[again]))
        best[again] = scores[again].argmax(axis=1)
    return Decision(places, form, scores, best)


def close(codes: Codes, to: str) -> list[tuple[int, list[tuple[int, float]]]]:
    """The places where the choice was within CLOSE, each with the other characters and the odds against them."""
    of = target(to)
    looked_up = of.packed.take(codes, mode="clip")
    flags = int(np.bitwise_or.reduce(looked_up))
    if not flags & PLACE:
        return []
    made = decide(codes, (looked_up >= PLACE).nonzero()[0], of, lines_of(codes, flags, to), to == "hans")
    every = np.arange(len(made.places))
    lead = made.scores[every, made.best][:, None].astype(np.int64) - made.scores
    near = lead < CLOSE * context.UNIT
    near[every, made.best] = False
    near[np.isin(made.places, japanese.places(codes))] = False
    found = []
    for i in np.flatnonzero(near.any(axis=1)).tolist():
        others = np.flatnonzero(near[i])
        others = others[lead[i, others].argsort(kind="stable")]
        chars = of.choices.take(made.form[i] * context.MOST + others).tolist()
        odds = (lead[i, others] / context.UNIT).tolist()
        found.append((int(made.places[i]), list(zip(chars, odds, strict=True))))
    return found


#: Phrases that except a character, by a pair of neighbours: whether it is the second (0) or the first (1) of the pair.
Exceptions = dict[tuple[int, int], list[tuple[str, int, int]]]


@cache
def exceptions() -> Exceptions:
    """The phrases, the place of the excepted character in each, and what it becomes; the longest first."""
    plain, found = simplified(), Exceptions()
    listed = text_pairs("exceptions")
    changed = {
        a for left, right in listed.items() for a, b in zip(left, right, strict=True)
        if plain[ord(a)] != ord(b) and (a != b or own()[ord(a)])
    }  # fmt: skip
    for left, right in sorted(listed.items(), key=lambda pair: -len(pair[0])):
        for at, (a, b) in enumerate(zip(left, right, strict=True)):
            if a in changed:
                first = max(at - 1, 0)
                key = int(at == 0), (ord(left[first]) << 16) + ord(left[first + 1])
                found.setdefault(key, []).append((left, at, ord(b)))
    return found


@cache
def phrase_pairs() -> NDArray[np.uint32]:
    """The pairs of neighbours by which a phrase is found, each as one number, sorted."""
    return np.array(sorted({pair for _, pair in exceptions() if pair < 1 << 32}), dtype=np.uint32)


def except_phrases(codes: Codes, out: Codes, places: Places) -> None:
    """To simplified: the characters at PLACES that are in a phrase become what the longest phrase says."""
    near = codes.take(places + AROUND, mode="wrap")
    pair = near[:2] << np.uint32(16)
    pair |= near[1:]
    known = phrase_pairs()
    hit = known.take(known.searchsorted(pair), mode="clip") == pair
    phrases = exceptions()
    for i in (hit[0] | hit[1]).nonzero()[0].tolist():
        place = int(places[i])
        first = max(0, place - LONGEST)
        window = to_text(codes[first : place + LONGEST])
        rows = [row for side in (0, 1) for row in phrases.get((side, int(pair[side, i])), ())]
        for phrase, at, after in sorted(rows, key=lambda row: -len(row[0])):
            if at <= place - first and window.startswith(phrase, place - first - at):
                out[place] = after
                break
