"""What the script trainer learns from: the corpus, and the places in it where a choice was made."""

from __future__ import annotations

import fnmatch
import lzma
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from build_script import dictionary, table

from textfix.batch import to_codes
from textfix.script import context
from textfix.script.characters import TOP, folding, is_han

APART = 20
#: How much a line counts: narrow, old and machine-made text less than speech and prose of today.
WEIGHTS = {
    "hant-tw-law*": 1,
    "hant-tw-msdocs*": 1,
    "hant-tw-vernacular*": 1,
    "hant-tw-wikisource*": 1,
    "hant-*-bible*": 1,
    "hant-hk-legco*": 2,
    "hans-classicnovels*": 1,
    "hans-bible*": 1,
    "*": 4,
}
EDGE = 0x1F  # stands before and after a phrase, where nobody knows what stands: never in text
WORDS = -1  # the region of a list of words
UNKNOWN = 0  # the key of a feature that says nothing: beyond a phrase, or the region where all regions agree
REGIONS = ("tw", "hk")


def corpus(folder: Path, pattern: str, apart: bool) -> list[tuple[str, str]]:
    """The files' names and their text: lines kept apart, or all others."""
    found = []
    for path in sorted(folder.glob(pattern)):
        with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
            lines = [line.rstrip("\n") for line in file]
        found.append((path.name, "\n".join(s for s in lines if (zlib.crc32(s.encode()) % APART == 0) == apart)))
    return found


def folded(word: str) -> str:
    return "".join(map(chr, folding().take([ord(c) for c in word], mode="clip")))


def weight(name: str) -> int:
    return next(w for pattern, w in WEIGHTS.items() if fnmatch.fnmatch(name, pattern))


def region(name: str) -> int:
    """The number of the region that a file of the corpus is from; 0 for one that is from neither."""
    return next((i for i, place in enumerate(REGIONS, 1) if name.startswith(f"hant-{place}")), 0)


def paired(codes: np.ndarray) -> np.ndarray:
    """Each folded character and the next as one number."""
    found = folding().take(codes, mode="clip").astype(np.int64) << 21
    found[:-1] += folding().take(codes[1:], mode="clip")
    return found


class Examples:
    """Places where a choice was made: group, label (rank of the candidate), weight, and features."""

    def __init__(self, groups: dict[str, list[str]], shape: np.ndarray, first: int = 1) -> None:
        self.parts: list[tuple] = []
        self.shape = shape
        self.group = np.zeros(TOP + 1, dtype=np.int16)
        self.rank = np.full(TOP + 1, -1, dtype=np.int8)
        self.size = dict(enumerate(map(len, groups.values()), first))
        for number, candidates in enumerate(groups.values(), first):
            for rank, t in enumerate(candidates):
                self.group[ord(t)], self.rank[ord(t)] = number, rank

    def add(
        self, text: str, weight: int, region: int = 0, doubtful: tuple[Iterable[str], Iterable[str]] = ((), ())
    ) -> None:
        """Add the places of TEXT, but for those of a first candidate, or of another, in DOUBTFUL pairs of folded characters."""
        codes = to_codes(text + "\n")
        own = self.shape.take(codes, mode="clip")
        places = np.flatnonzero(self.rank.take(own, mode="clip") >= 0)
        for others, listed in enumerate(doubtful):
            doubt = np.isin(paired(codes), [(ord(a) << 21) + ord(b) for a, b in listed])
            doubt |= np.roll(doubt, 1)
            places = places[~doubt[places] | ((self.rank[own[places]] > 0) != bool(others))]
        around = context.neighbours(codes, places)
        features = context.keys(codes, places)
        beyond = around == context.signs()[EDGE]  # nobody knows what stands beside a phrase
        for f, offsets in enumerate(context.FEATURES):
            for offset in offsets:
                features[f, beyond[context.OFFSETS.index(offset)]] = UNKNOWN
        group = self.group[own[places]]
        unknown = np.full(len(group), UNKNOWN)  # words tell nothing of how often a character is used
        common = unknown if region == WORDS else habits(group, 0)
        rows = np.vstack([features, common, habits(group, region) if region > 0 else unknown]).T
        self.parts.append((group, self.rank[own[places]], np.full(len(places), weight, np.int16), rows))

    def joined(self) -> tuple:
        return tuple(np.concatenate([part[i] for part in self.parts]) for i in range(4))


def habits(group: np.ndarray, region: int) -> np.ndarray:
    """The key of what the candidates of GROUP have by themselves, everywhere (0) or in a region (1, 2) besides."""
    return context.mixed(group.astype(np.int64) * 4 + region + (1 << 40))


def candidates(texts: list[tuple[str, str]], phrases: str, fold: np.ndarray, shape: np.ndarray) -> dict[str, list[str]]:
    """Simplified characters with more than one traditional counterpart in use, the commonest first."""
    seen = np.zeros(TOP + 1, np.int64)
    for name, text in texts:
        seen += weight(name) * np.bincount(shape.take(to_codes(text), mode="clip"), minlength=TOP + 1)[: TOP + 1]
    listed = Counter(phrases)
    allowed = {s: {chr(shape[ord(t)]) for t in ts if len(t) == 1} for s, ts in dictionary("STCharacters.txt").items()}
    for s, *ts in [(s, s) for s in table()["shapes"]["hk_shared"]] + table()["candidates"]["more"]:
        allowed[s] = allowed.get(s, set()) | set(ts)
    found: dict[str, dict[str, int]] = {}
    for code in np.flatnonzero(seen * is_han(np.arange(TOP + 1, dtype=np.uint32))):
        t, s = chr(code), chr(fold[code])
        if t != s or s in allowed.get(s, ()):
            found.setdefault(s, {})[t] = int(seen[code])
    for s, ts in allowed.items():
        for t in ts:
            if chr(fold[ord(t)]) == s and listed[t] >= 2:
                found.setdefault(s, {}).setdefault(t, 0)
    groups = {}
    for s, counts in sorted(found.items()):
        total = sum(counts.values())
        kept = [t for t, n in counts.items() if n >= max(12, total / 1500) or (listed[t] >= 2 and total < 40_000)]
        kept = sorted(kept, key=lambda t: (-counts[t], t))[: context.MOST]
        if len(kept) > 1 and total - counts[kept[0]] + sum(listed[t] for t in kept[1:]) >= 6:
            groups[s] = kept
    return groups


def priors(
    texts: list[tuple[str, str]],
    groups: dict[str, list[str]],
    shape: np.ndarray,
    first: int = 1,
    words: Iterable[str] = (),
) -> dict[int, np.ndarray]:
    """The keys of what candidates have by themselves, and ln P(candidate) - ln P(the first) to start from.

    Where one of WORDS stands, of two characters, it is not counted: 困難 says nothing of 困 beside a stranger.
    """
    counts = np.zeros(TOP + 1, np.int64)
    known = np.unique(np.array([(ord(a) << 21) + ord(b) for a, b in map(folded, words)], dtype=np.int64))
    for name, text in texts:
        codes = to_codes(text + "\n")
        covered = np.isin(paired(codes), known)
        covered[1:] |= covered[:-1]
        counts += weight(name) * np.bincount(shape.take(codes[~covered], mode="clip"), minlength=TOP + 1)[: TOP + 1]
    found = {}
    for number, candidates in enumerate(groups.values(), first):
        seen = np.log(counts[[ord(t) for t in candidates]] + 1.0) - np.log(counts[ord(candidates[0])] + 1.0)
        start = np.zeros(3)
        start[: len(candidates) - 1] = seen[1:].clip(-6.0)
        found[int(habits(np.array([number]), 0)[0])] = start
    return found
