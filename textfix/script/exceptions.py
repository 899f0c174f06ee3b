"""To simplified: characters that stay in certain phrases (乾坤, 狼藉), or become others there (計畫, 明瞭)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.script.characters import Codes, folding, lut, marked, pairs, text_pairs
from textfix.script.context import Places

#: By the excepted character and a neighbour, the longest first: the length of phrases, its place in them, and what it
#: becomes in each.
Phrases = dict[str, list[tuple[int, int, dict[str, int]]]]


@cache
def own() -> NDArray[np.bool_]:
    """Characters that have a simplified form and are good simplified ones too."""
    return marked(tables.toml("script.toml")["simplified"]["own"])


@cache
def simplified() -> Codes:
    """What becomes of each code point in simplified text, whatever stands beside it."""
    return lut(pairs("simple") | {ord("著"): ord("着")})


@cache
def phrases() -> tuple[Phrases, Phrases]:
    """The phrases that begin with the excepted character, by it and the next, and all others, by the one before and it."""
    plain, opened, others = simplified(), Phrases(), Phrases()
    known: dict[tuple[str, int, int], dict[str, int]] = {}
    listed = text_pairs("exceptions")
    changed = {
        a for left, right in listed.items() for a, b in zip(left, right, strict=True)
        if plain[ord(a)] != ord(b) and (a != b or own()[ord(a)])
    }  # fmt: skip
    for left, right in sorted(listed.items(), key=lambda pair: -len(pair[0])):
        for at, (a, b) in enumerate(zip(left, right, strict=True)):
            if a in changed:
                pair = left[at - 1 : at + 1] if at else left[:2]
                known.setdefault((pair, len(left), at), {})[left] = ord(b)
    for (pair, size, at), becomes in known.items():
        (others if at else opened).setdefault(pair, []).append((size, at, becomes))
    return opened, others


def excepted() -> str:
    """Every character that some phrase excepts."""
    opened, others = phrases()
    return "".join({pair[0] for pair in opened} | {pair[1] for pair in others})


@cache
def aspects() -> tuple[frozenset[str], frozenset[str]]:
    """The neighbours that leave it open whether 著 is 着: those before it, and those after it."""
    folded = folding()
    found = []
    for name in ("before", "after"):
        known = tables.arrays("script_context.npz")[name]
        found.append(frozenset(map(chr, np.flatnonzero(np.isin(folded[:-1], known)).tolist())))
    return found[0], found[1]


@cache
def pairs_that_matter() -> tuple[frozenset[str], frozenset[str]]:
    """The pairs of characters that have a phrase, or leave it open what 著 is: by their first and by their second."""
    opened, others = phrases()
    before, after = aspects()
    ends = {"\n", ""}  # of the text, too
    return (
        frozenset(opened) | {"著" + c for c in after | (ends if ends & after else set())},
        frozenset(others) | {c + "著" for c in before | (ends if ends & before else set())},
    )


def except_phrases(text: str, out: Codes, places: Places) -> list[int]:
    """The characters of TEXT at PLACES that are in a phrase become in OUT what the longest phrase says.

    Among PLACES is every 著: those that the context has to decide are given back.
    """
    first, second = pairs_that_matter()
    opened, others = phrases()
    left: list[int] = []
    near = [at for at in places.tolist() if text[at : at + 2] in first or text[at - 1 : at + 1] in second or not at]
    for place in near:
        pair, back = text[place : place + 2], text[place - 1 : place + 1] if place else text[:1]
        if pair not in first and back not in second:
            continue
        if pair[0] == "著":
            left.append(place)
            continue
        known = [*opened.get(pair, ()), *others.get(back, ())]
        if pair in opened and back in others:
            known.sort(key=lambda row: -row[0])
        for size, at, becomes in known:
            phrase = text[place - at : place - at + size] if at <= place else ""
            if phrase in becomes:
                out[place] = becomes[phrase]
                break
    return left
