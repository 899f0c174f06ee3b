"""To simplified: characters that stay in certain phrases (乾坤, 狼藉), or become others there (計畫, 明瞭)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.script.characters import Codes, folding, lut, marked, pairs, text_pairs
from textfix.script.context import Places

#: By the excepted character and a neighbour: the phrases, its place in each, and what it becomes; the longest first.
Phrases = dict[str, list[tuple[str, int, int]]]


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
    listed = text_pairs("exceptions")
    changed = {
        a for left, right in listed.items() for a, b in zip(left, right, strict=True)
        if plain[ord(a)] != ord(b) and (a != b or own()[ord(a)])
    }  # fmt: skip
    for left, right in sorted(listed.items(), key=lambda pair: -len(pair[0])):
        for at, (a, b) in enumerate(zip(left, right, strict=True)):
            if a in changed and at:
                others.setdefault(left[at - 1 : at + 1], []).append((left, at, ord(b)))
            elif a in changed:
                opened.setdefault(left[:2], []).append((left, at, ord(b)))
    return opened, others


def excepted() -> str:
    """Every character that some phrase excepts."""
    return "".join({phrase[at] for found in phrases() for rows in found.values() for phrase, at, _ in rows})


@cache
def aspects() -> tuple[frozenset[str], frozenset[str]]:
    """The neighbours that leave it open whether 著 is 着: those before it, and those after it."""
    folded = folding()
    found = []
    for name in ("before", "after"):
        known = tables.arrays("script_context.npz")[name]
        found.append(frozenset(map(chr, np.flatnonzero(np.isin(folded[:-1], known)).tolist())))
    return found[0], found[1]


def except_phrases(text: str, out: Codes, places: Places) -> list[int]:
    """The characters of TEXT at PLACES that are in a phrase become in OUT what the longest phrase says.

    Among PLACES is every 著: those that the context has to decide are given back.
    """
    opened, others = phrases()
    before, after = aspects()
    left: list[int] = []
    for place in places.tolist():
        last, pair = text[place - 1 : place], text[place : place + 2]
        if pair[0] == "著":
            if (last or "\n") in before or (pair[1:] or "\n") in after:
                left.append(place)
        elif pair in opened or last + pair[0] in others:
            rows = [*opened.get(pair, ()), *others.get(last + pair[0], ())]
            for phrase, at, becomes in sorted(rows, key=lambda row: -len(row[0])):
                if at <= place and text.startswith(phrase, place - at):
                    out[place] = becomes
                    break
    return left
