"""The tables of each target script: what becomes of every character, and which the context has to decide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.script import context, japanese
from textfix.script.characters import TOP, Codes, folding, is_han, is_selector, lut, marked, pairs, shape_pairs
from textfix.script.context import Weights
from textfix.script.exceptions import excepted, simplified

#: Nats that the context must weigh before it changes a character that is good in the target script as it stands:
#: one that both scripts share, in a line that is otherwise in the target script (關系, 以后) …
SHARED = 4.0
#: … the same where another character of the line has shown that a converter without context was there …
HALF = 1.0
#: … or one that only the target script has (頭發): somebody chose it, or a converter without context did.
CHOSEN = 8.0
#: … more so where the plain character would do as well (傢 for 家): no converter puts it unless it is sure …
CAREFUL = 4.0
#: … less so in a line that is half converted: of 1,560 errors that a converter by character made in 5,000 lines 948 are
#: left with it, 1,006 without, and no native line more is changed …
CHOSEN_HALF = 4.0
#: … and one for which careful writers also put the plain character that stands there (瞭 for 了, 週 for 周): in a
#: simplified line, in a traditional one, and in one that is half converted.
EITHER = (3.0, 4.0, 4.0)
#: … and against one that is Hong Kong's own habit, elsewhere.
FOREIGN = 6.0
#: A line counts as traditional for a character that only traditional text has, and the other way round.
TRADITIONAL, SIMPLIFIED = 1, -1

#: Whose habits decide where a target has no region of its own: the row of `habits`.
REGION = {"hans": 0, "hant": 1, "tw": 1, "hk": 2}

#: What an entry of a target's packed table holds beside the character: whether the context decides (then it holds the
#: number of the form in the character's place), whether a phrase may except it, whether it shows a line to be in the
#: target script already, whether it is kana, whether it is past the table's end or asks for a shape, whether it is another
#: form of a character that both scripts have.
PLACE, PHRASED, TOLD, KANA, BEYOND, VARIANT = (1 << bit for bit in range(31, 25, -1))
OTHERS = TOLD | KANA | BEYOND | VARIANT
APART = KANA | BEYOND
#: Of two forms of one character in a text that is not traditional, at least one has one of these.
TELLING = TOLD | VARIANT
CHARACTER = np.uint32((1 << 21) - 1)
#: To simplified, the context decides one form alone: 著, which is 着 or itself.
ASPECT = context.MOST

#: Lines that the context is weighed in: simplified, traditional, traditional and shown to be half converted.
MODES = 3
#: Nats against a candidate that a character does not have.
NEVER = 1000.0


@dataclass(frozen=True, slots=True)
class Target:
    """The tables of a target script.

    `packed` is, by code point, what a character becomes without context, and flags. A *form* is a character that the
    context decides; its number is a multiple of MOST (0 = none). By that number: `rank`, its own place among the
    candidates (-1 = none); `shared`, whether both scripts have it; `bonus` (rows: MODES), what the candidates have by
    themselves. `choices` is what the target writes for candidate K of form F, at F + K.
    """

    packed: Codes
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


@cache
def only(side: int) -> frozenset[str]:
    """The characters that only text of SIDE has."""
    return frozenset(map(chr, np.flatnonzero(sides() == side).tolist()))


def context_groups() -> Codes:
    """Rows of a simplified character and its candidates, padded with 0."""
    groups: Codes = tables.arrays("script_context.npz")["groups"]
    return groups


def text_pairs_of(listed: list[str]) -> dict[int, int]:
    return {ord(pair[0]): ord(pair[1]) for pair in listed}


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
        plain = simplified().copy()
        phrased |= marked(excepted() + "著")
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
                    if c == row[0] != main:
                        continue  # 烟 is a shape of 煙, but in simplified text it may be 菸 too
                    forms[c] = number, rank
                    kept[c] = region.get(foreign.get(c, c), foreign.get(c, c))
                    if c != row[0]:
                        mapping[c] = kept[c]
        plain = lut(mapping)
    if to in ("hans", "hk"):
        forms[ord("著")] = aspect, 1
        plain[ord("著")] = ord("着")
    packed = plain.copy()
    every = np.arange(TOP + 1, dtype=np.uint32)
    told = sides() == (SIMPLIFIED if to == "hans" else TRADITIONAL)
    variant = np.full(TOP + 1, to != "hans") & (folding() != every) & is_han(every) & ~told
    for flag, which in ((PHRASED, phrased), (TOLD, told), (KANA, japanese.is_kana(every)), (VARIANT, variant)):
        packed[which] |= flag
    packed[TOP] |= BEYOND
    packed[is_selector(every)] |= BEYOND
    places = np.array([] if to == "hans" else list(forms), dtype=np.int64)
    packed[places] = (packed[places] & ~CHARACTER) | PLACE | np.arange(1, len(places) + 1) * context.MOST
    return Target(packed, *of_forms(forms, kept, to))


def of_forms(
    forms: dict[int, tuple[int, int]], kept: dict[int, int], to: str
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Codes, Weights]:
    """The tables by form: FORMS are characters and their group and rank, KEPT what becomes of those that are meant."""
    rows = context_groups()
    hand = tables.toml("script.toml")
    special = marked(hand["either"]["special"])
    chars = np.array([0, *forms], dtype=np.uint32)
    group = np.array([0, *(g for g, _ in forms.values())], dtype=np.int64)
    rank = np.array([-1, *(r for _, r in forms.values())], dtype=np.int64)
    shared = folding()[chars] == chars
    candidates = rows[group, 1:]
    habits = tables.arrays("script_context.npz")["habits"].astype(np.int64)
    own_weight = habits[0] + (habits[REGION[to]] if REGION[to] else 0)
    bonus = np.zeros((MODES, len(chars), context.MOST))
    at = np.flatnonzero(rank >= 0)
    for mode in range(MODES):
        bonus[mode, :, 1:] = own_weight[group + 1] / context.UNIT
        if to == "hans":
            needed = np.zeros(len(chars))
        else:
            needed = np.where(shared, (0.0, SHARED, HALF)[mode], (CHOSEN, CHOSEN, CHOSEN_HALF)[mode])
            needed[special[chars] & ~shared] += CAREFUL
            needed[chars == ord("著")] = 0.0  # nobody chose it where 着 is written so too
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
    every = context.MOST
    return (
        rank.repeat(every),
        shared.repeat(every),
        choices.ravel(),
        (context.packed(units) + context.ZERO).repeat(every, axis=1),
    )
