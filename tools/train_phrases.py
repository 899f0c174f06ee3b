"""Trains the phrases behind slips and holes: which character follows one, two or three others.

    python tools/train_phrases.py CORPUS                 # a folder of *.txt or *.txt.xz, one text a line

Writes textfix/data/phrases.npz. Counts are weighed by tools/train.toml; files of other languages are left out.
Characters are folded as the model's are, so train the model first (tools/train.py). Lines whose CRC-32 is divisible by
20 are never read, lines that are in a fixture are refused. The same corpus and the same model give the same tree, bit
for bit: counts and what is passed down are whole numbers.

A run of characters that finds a place keeps its count but for a discount, which it passes down to the run without its
first character; one that finds none passes all of it down. So the shorter runs are judged by what the longer ones do
not say (Kneser and Ney), whatever was left out. Places go to the runs that gain most: by their count, how much likelier
they are than the shorter run says.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from train import ROOT, arguments, describe, first_match, fixture_lines, read_lines

from textfix import model
from textfix.batch import to_codes
from textfix.repair import phrases
from textfix.tables import tomllib

#: Text of other languages says nothing about Chinese phrases.
LEFT_OUT = ("other-*",)
ORDER = phrases.MEMORY + 1
#: The commonest characters have a number; five such numbers go into 64 bits. All others are one character in 6,000.
CHARACTERS = 7130
#: Counts are in parts of one line of full weight (a weight of 4 in train.toml), and this much of the first, second and
#: third is passed down by a run that keeps its place: the usual estimate from how many were seen once, twice and so on.
ONE, WEIGHT = 64, 4
DISCOUNTS = (0.80, 1.15, 1.45)
#: What the plain cost of a character takes from all that are common enough to have a number.
UNSEEN = 0.05
#: Runs are counted by what they begin with, so many numbers of it at a time: more of the common ones at once would take
#: more memory.
PARTS = (0, 10, 40, 120, 300, 700, 1500, CHARACTERS + 1)
#: So many runs fill six megabytes.
PLACES = 3_850_000
#: Files of one script only, as the tables of `phrases.variants` stand; a form never seen counts as seen so often, and
#: costs this much (in units) at most.
SCRIPTS, FORM_UNSEEN, MOST = ("hant", "hans"), 2, 48


@dataclass
class Text:
    """The corpus: a number for each character, its file's weight, and the code point of each number from 1 up."""

    numbers: np.ndarray
    weights: np.ndarray
    characters: np.ndarray
    newline: int


@dataclass
class Runs:
    """All runs of one length in order: their keys, counts, which only begin a line, and their shorter relatives.

    `suffix` is where each stands without its first character, `prefix` where it stands without its last, among the
    runs one shorter; `first` is where each prefix begins.
    """

    keys: np.ndarray
    counts: np.ndarray
    begins: np.ndarray
    suffix: np.ndarray
    prefix: np.ndarray
    first: np.ndarray


def read(corpus: Path) -> tuple[Text, np.ndarray]:
    """The corpus; and how often each script has each code point of the BMP."""
    plain = np.zeros((len(SCRIPTS), phrases.BMP), np.int64)
    settings = tomllib.loads((ROOT / "tools" / "train.toml").read_text("utf-8"))["weights"]
    fixtures, fold, texts, weights = fixture_lines(), model.load().folded, [], []
    counts = np.zeros(phrases.BMP, np.int64)
    for path in sorted({*corpus.glob("*.txt"), *corpus.glob("*.txt.xz")}):
        weight = first_match(path.name, settings)
        if not weight or first_match(path.name, dict.fromkeys(LEFT_OUT, True)):
            continue
        lines = list(read_lines(path))
        if overlap := fixtures.intersection(lines):
            raise SystemExit(f"{path.name} has a line that is also in a fixture: {min(overlap)!r}")
        codes = to_codes("\n" + "\n".join(lines) + "\n")
        for script, prefix in enumerate(SCRIPTS):
            if path.name.startswith(prefix):
                plain[script] += weight * np.bincount(codes[codes < phrases.BMP], minlength=phrases.BMP)
        folded = fold(codes)
        texts.append(np.where(folded < phrases.BMP, folded, 0).astype(np.uint16))
        weights.append(np.full(len(codes), weight, np.uint8))
        counts += weight * np.bincount(texts[-1], minlength=phrases.BMP)
        print(f"{path.name}: {len(lines)} lines", file=sys.stderr)
    if not texts:
        raise SystemExit(f"no *.txt or *.txt.xz under {corpus}")
    counts[0] = 0
    order = np.argsort(-counts, kind="stable")[:CHARACTERS]
    characters = order[counts[order] > 0]
    numbers = np.zeros(phrases.BMP, np.uint16)
    numbers[characters] = np.arange(1, len(characters) + 1)
    whole = numbers[np.concatenate(texts)]
    return Text(whole, np.concatenate(weights), characters, int(numbers[phrases.NEWLINE])), plain


def variants(plain: np.ndarray) -> np.ndarray:
    """What it costs, in each script, that a character stands in this form and in none that is folded onto the same."""
    fold = model.load().folded(np.arange(phrases.BMP, dtype=np.uint32)).astype(np.int64)
    costs = np.zeros(plain.shape, np.uint8)
    for script, counts in enumerate(plain):
        together = np.bincount(fold, counts, fold.max() + 1)[fold]
        share = (counts + FORM_UNSEEN) / (together + FORM_UNSEEN)
        costs[script] = np.where(together > 0, np.clip(np.rint(-np.log(share) * phrases.UNIT), 0, MOST), 0)
    return costs


def count(text: Text, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The keys of all runs of SIZE characters in order, and their counts; none reaches over the end of a line."""
    many = len(text.numbers) - size + 1
    whole = np.ones(many, bool)
    for place in range(size):
        here = text.numbers[place : place + many]
        whole &= here != 0
        if 0 < place < size - 1:
            whole &= here != text.newline
    keys, counts = [], []
    for low, high in pairwise(PARTS):
        at = np.flatnonzero(whole & (text.numbers[:many] >= low) & (text.numbers[:many] < high))
        packed, weights = np.zeros(len(at), np.uint64), text.weights[at]
        for place in range(size):
            packed = packed * np.uint64(CHARACTERS + 1) + text.numbers[at + place]
        some = [(np.unique(packed[weights == weight], return_counts=True), weight) for weight in np.unique(weights)]
        found = np.concatenate([np.zeros(0, np.uint64), *(new for (new, _), _ in some)])
        times = np.concatenate([np.zeros(0, np.int64), *(n * int(weight) for (_, n), weight in some)])
        order = np.argsort(found, kind="stable")
        found, times = found[order], times[order]
        first = np.flatnonzero(np.concatenate([[True], found[1:] != found[:-1]])[: len(found)])
        keys.append(found[first])
        counts.append(np.add.reduceat(times, first) if len(first) else times)
    return np.concatenate(keys), np.concatenate(counts) * (ONE // WEIGHT)


def collect(text: Text) -> list[Runs]:
    """All runs of one to ORDER characters, by their length less one."""
    found: list[Runs] = []
    radix = CHARACTERS + 1
    for size in range(1, ORDER + 1):
        keys, counts = count(text, size)
        begins = keys // np.uint64(radix ** (size - 1)) == text.newline
        none = np.zeros(0, np.int32)
        runs = Runs(keys, counts, begins, none, none, none)
        if size > 1:
            shorter, before = found[-1].keys, keys // np.uint64(radix)
            runs.suffix = np.searchsorted(shorter, keys % np.uint64(radix ** (size - 1))).astype(np.int32)
            runs.prefix = np.searchsorted(shorter, before).astype(np.int32)
            runs.first = np.flatnonzero(np.concatenate([[True], before[1:] != before[:-1]]))
        found.append(runs)
        print(f"{len(keys)} runs of {size}", file=sys.stderr)
    return found


def discount(counts: np.ndarray) -> np.ndarray:
    """What runs of these counts pass down."""
    amounts = np.array([0.0, *DISCOUNTS]) * ONE
    return np.floor(np.interp(counts, np.arange(len(amounts)) * ONE, amounts)).astype(np.int64)


@dataclass
class Share:
    """Of the runs of one length: P of the last character, and for each prefix the part that is passed down."""

    chance: np.ndarray
    left: np.ndarray


def flow(runs: list[Runs], kept: list[np.ndarray] | None) -> list[Share]:
    """The shares of all runs, by their length less one, where only those that are KEPT (or all) have a place."""
    counts, own, left = runs[-1].counts, {}, {}
    for size in range(len(runs), 1, -1):
        here, shorter = runs[size - 1], runs[size - 2]
        passed = discount(counts)
        if kept is not None:
            passed = np.where(kept[size - 1], passed, counts)
        together = np.maximum(np.add.reduceat(counts, here.first), 1)
        left[size] = np.where(together > 1, np.add.reduceat(passed, here.first) / together, 1.0)
        each = np.diff(np.append(here.first, len(here.keys)))
        own[size] = (counts - passed) / np.repeat(together, each)
        down = np.bincount(here.suffix, passed, len(shorter.keys)).astype(np.int64)
        counts = down + np.where(shorter.begins, shorter.counts, 0)
    # Behind a character that says nothing of it, a character is as likely as it is common. By what passes down rare ones
    # would be likelier than that, which is so in text, and makes text that is none look likelier still.
    plain = runs[0].counts + UNSEEN * ONE
    shares = [Share(plain / plain.sum(), np.zeros(0))]
    for size in range(2, len(runs) + 1):
        here = runs[size - 1]
        each = np.diff(np.append(here.first, len(here.keys)))
        backed = np.repeat(left[size], each) * shares[-1].chance[here.suffix]
        shares.append(Share(own[size] + backed, left[size]))
    return shares


def gains(runs: list[Runs], shares: list[Share]) -> list[np.ndarray]:
    """How many nats less a text costs because of each run, by what is seen of it beyond the discount."""
    found = [np.full(len(runs[0].keys), np.inf)]
    for size in range(2, len(runs) + 1):
        here, share = runs[size - 1], shares[size - 1]
        each = np.diff(np.append(here.first, len(here.keys)))
        backed = np.repeat(share.left, each) * shares[size - 2].chance[here.suffix]
        found.append((here.counts - discount(here.counts)) / ONE * np.log(share.chance / backed))
    return found


def choose(runs: list[Runs], gain: list[np.ndarray], places: int) -> list[np.ndarray]:
    """Which runs find one of so many PLACES; what a run begins with and what it ends in must be there as well."""
    low, high = -4.0, 12.0
    kept: list[np.ndarray] = []
    for _ in range(24):
        middle = (low + high) / 2
        wanted, some = np.zeros(0, bool), []
        for here, value in zip(reversed(runs), reversed(gain), strict=True):
            keep = value > np.exp(middle)
            if len(wanted):
                keep |= wanted
            some.append(keep)
            if len(here.suffix):
                wanted = np.zeros(len(runs[-len(some) - 1].keys), bool)
                wanted[here.suffix[keep]] = True
                wanted[here.prefix[keep]] = True
        size = sum(int(keep.sum()) for keep in some[:-1])
        if size > places:
            low = middle
        else:
            high, kept = middle, some[::-1]
    sizes = ", ".join(f"{int(keep.sum())} of {size}" for size, keep in enumerate(kept[1:], 2))
    print(f"kept from {np.exp(high):.2f} nats: {sizes}", file=sys.stderr)
    return kept


def narrow(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """NUMBERS as `phrases.widen` takes them."""
    wide = numbers >= phrases.WIDE
    return np.where(wide, phrases.WIDE, numbers).astype(np.uint8), numbers[wide].astype(np.uint16)


def quantise(probability: np.ndarray, least: int = 0) -> np.ndarray:
    return np.clip(np.rint(-np.log(probability) / phrases.STEP), least, 255).astype(np.uint8)


def pack(runs: list[Runs], kept: list[np.ndarray], shares: list[Share], text: Text) -> dict[str, np.ndarray]:
    """The arrays that `phrases.load` unpacks."""
    arrays = {"characters": text.characters.astype(np.uint16), "plain": quantise(shares[0].chance)}
    # Where each run stands among those that are kept; before the first number stands that of all other characters.
    place = np.arange(1, len(runs[0].keys) + 1)
    parents = len(text.characters) + 1
    begin = np.zeros(parents, np.int64)
    for size in range(2, len(runs) + 1):
        here, keep, share = runs[size - 1], np.flatnonzero(kept[size - 1]), shares[size - 1]
        parent, suffix = place[here.prefix[keep]], place[here.suffix[keep]]
        children = np.bincount(parent, minlength=parents)
        among = suffix - begin[suffix]  # its place among all that begin as its suffix does
        new = np.concatenate([[True], parent[1:] != parent[:-1]])
        gaps = np.where(new, among, np.diff(among, prepend=0))
        arrays[f"children{size}"], arrays[f"children{size}_wide"] = narrow(children)
        arrays[f"gaps{size}"], arrays[f"gaps{size}_wide"] = narrow(gaps)
        arrays[f"costs{size}"] = quantise(share.chance[keep])
        groups = np.searchsorted(here.first, keep[new], side="right") - 1
        arrays[f"leave{size}"] = quantise(share.left[groups])
        place, parents = np.cumsum(kept[size - 1]) - 1, len(keep)
        begin = (np.cumsum(children) - children)[parent]
    return arrays


def train(text: Text, places: int) -> dict[str, np.ndarray]:
    runs = collect(text)
    kept = choose(runs, gains(runs, flow(runs, None)), places)
    return pack(runs, kept, flow(runs, kept), text)


def main() -> int:
    parser = arguments(__doc__, "phrases.npz")
    parser.add_argument("--places", type=int, default=PLACES, help="so many runs of two characters and more are kept")
    args = parser.parse_args()
    text, plain = read(args.corpus)
    np.savez_compressed(args.out, **train(text, args.places), variants=variants(plain))
    what = "phrases behind slips and holes: costs of a character after one to three others; of its forms, by script"
    describe(args, "train_phrases.py CORPUS", what)
    return 0


if __name__ == "__main__":
    sys.exit(main())
