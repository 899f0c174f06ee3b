"""Trains the phrases behind slips: which character follows two or three others, where the model does not know it.

    python tools/train_phrases.py CORPUS                 # a folder of *.txt or *.txt.xz, one text a line

Writes textfix/data/phrases.npz. Counts are weighed by tools/train.toml; files of other languages are left out. What the
model of the package (tools/train.py) says already is not stored, so train the model first. Lines whose CRC-32 is
divisible by 20 are never read, lines that are in a fixture are refused. The same corpus and the same model give the
same table, bit for bit.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

import numpy as np
from train import APART, DISCOUNT, KEEP_SCALE, ROOT, first_match, fixture_lines, manifest, read_lines

from textfix import model
from textfix.batch import to_codes
from textfix.repair import phrases

#: Text of other languages says nothing about Chinese phrases.
LEFT_OUT = ("other-*",)
#: A phrase is worth a place if it is this much likelier (nats) than the model, or a shorter phrase, says.
WORTH = 0.5
#: The share of the table that phrases take, the others being what it costs to go on in no known way; and the least
#: probability that is left for that.
SHARE, LEAST_LEFT = 0.8, 0.02
#: Files of one script only, as the tables of `phrases.variants` stand; a form never seen counts as seen so often, and
#: costs this much (in units) at most.
SCRIPTS, UNSEEN, MOST = ("hant", "hans"), 2, 48
#: Nobody writes beyond the BMP in phrases; code points from here up break a phrase.
BMP = 0x10000


class Grams:
    """Weighted counts of runs of WIDTH folded code points, packed 16 bits each, in their order."""

    def __init__(self, texts: list[tuple[np.ndarray, int]], width: int) -> None:
        keys, counts = np.zeros(0, np.uint64), np.zeros(0, np.int64)
        for codes, weight in texts:
            size = len(codes) - width + 1
            packed, whole = np.zeros(size, np.uint64), np.ones(size, bool)
            for place in range(width):
                part = codes[place : place + size]
                packed = (packed << np.uint64(16)) | part.astype(np.uint64)
                whole &= part < BMP
                if 0 < place < width - 1:
                    whole &= part != phrases.NEWLINE  # none reaches over a line's end
            new, n = np.unique(packed[whole], return_counts=True)
            both, weights = np.concatenate([keys, new]), np.concatenate([counts, n * weight])
            order = np.argsort(both, kind="stable")
            both, weights = both[order], weights[order]
            first = np.flatnonzero(np.concatenate([[True], both[1:] != both[:-1]]))
            keys, counts = both[first], np.add.reduceat(weights, first)
        self.keys, self.counts, self.width = keys, counts, width

    def of(self, keys: np.ndarray) -> np.ndarray:
        """The counts of KEYS, all of which are here."""
        return self.counts[np.searchsorted(self.keys, keys)]

    def columns(self, rows: np.ndarray) -> list[np.ndarray]:
        return [
            (self.keys[rows] >> np.uint64(16 * place) & np.uint64(0xFFFF)).astype(np.uint32)
            for place in range(self.width - 1, -1, -1)
        ]


def read(corpus: Path) -> tuple[list[tuple[np.ndarray, int]], np.ndarray]:
    """Each file's folded code points and weight; and how often each script has each code point of the BMP."""
    plain = np.zeros((len(SCRIPTS), BMP), np.int64)
    weights = tomllib.loads((ROOT / "tools" / "train.toml").read_text("utf-8"))["weights"]
    fixtures, fold, texts = fixture_lines(), model.load().folded, []
    for path in sorted({*corpus.glob("*.txt"), *corpus.glob("*.txt.xz")}):
        weight = first_match(path.name, weights)
        if not weight or first_match(path.name, dict.fromkeys(LEFT_OUT, True)):
            continue
        lines = list(read_lines(path))
        if overlap := fixtures.intersection(lines):
            raise SystemExit(f"{path.name} has a line that is also in a fixture: {min(overlap)!r}")
        codes = to_codes("\n" + "\n".join(lines) + "\n")
        texts.append((fold(codes), weight))
        for script, prefix in enumerate(SCRIPTS):
            if path.name.startswith(prefix):
                plain[script] += weight * np.bincount(codes[codes < BMP], minlength=BMP)
        print(f"{path.name}: {len(lines)} lines", file=sys.stderr)
    if not texts:
        raise SystemExit(f"no *.txt or *.txt.xz under {corpus}")
    return texts, plain


def variants(plain: np.ndarray) -> np.ndarray:
    """What it costs, in each script, that a character stands in this form and in none that is folded onto the same."""
    fold = model.load().folded(np.arange(BMP, dtype=np.uint32)).astype(np.int64)
    costs = np.zeros(plain.shape, np.uint8)
    for script, counts in enumerate(plain):
        together = np.bincount(fold, counts, fold.max() + 1)[fold]
        share = (counts + UNSEEN) / (together + UNSEEN)
        costs[script] = np.where(together > 0, np.clip(np.rint(-np.log(share) * phrases.UNIT), 0, MOST), 0)
    return costs


def worth(grams: Grams, shorter: Grams, least: int, expected: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows of GRAMS worth a place, their costs and gains; EXPECTED(rows) is what is known without them."""
    rows = np.flatnonzero(grams.counts > least * KEEP_SCALE)
    counts = grams.counts[rows]
    cost = -np.log((counts - DISCOUNT * KEEP_SCALE) / shorter.of(grams.keys[rows] >> np.uint64(16)))
    better = expected(rows) - cost  # type: ignore[operator]
    keep = better > WORTH
    return rows[keep], cost[keep], (counts * better)[keep]


def other_ways(columns: list[np.ndarray], cost: np.ndarray, without: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each beginning of phrases (COLUMNS but the last): its key, and what it costs to go on in no known way.

    COST is that of each phrase's last character, WITHOUT what it would cost if the phrase were not known.
    """
    keys = phrases.hashed([np.full(len(cost), phrases.BEGUN, np.uint32), *columns[:-1]])
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.concatenate([[True], keys[order][1:] != keys[order][:-1]]))
    seen = np.add.reduceat(np.exp(-cost[order]), first)
    expected = np.add.reduceat(np.exp(-without[order]), first)
    left = np.clip(1 - seen, LEAST_LEFT, 1) / np.clip(1 - expected, LEAST_LEFT, 1)
    return keys[order][first], -np.log(left)


def train(texts: list[tuple[np.ndarray, int]], bits: int) -> dict[str, np.ndarray]:
    pairs, triples, fours = (Grams(texts, width) for width in (2, 3, 4))

    def known(rows: np.ndarray) -> np.ndarray:
        parts = [model.next_costs(*triples.columns(part)) for part in np.array_split(rows, 1 + len(rows) // 500_000)]
        return np.concatenate(parts).astype(np.float64)

    plain = known(np.arange(len(triples.keys)))
    rows3, cost3, gain3 = worth(triples, pairs, 1, lambda rows: plain[rows])
    best = plain.copy()
    best[rows3] = cost3

    def shorter(rows: np.ndarray, among: np.ndarray) -> np.ndarray:
        return among[np.searchsorted(triples.keys, fours.keys[rows] & np.uint64((1 << 48) - 1))]

    rows4, cost4, gain4 = worth(fours, triples, 2, lambda rows: shorter(rows, best))
    print(f"{len(rows3)} triples and {len(rows4)} fours are worth a place", file=sys.stderr)

    # The beginnings of what finds a place, of which SHARE is for phrases.
    least = np.sort(np.concatenate([gain3, gain4]))[-min(len(gain3) + len(gain4), int(SHARE * (1 << bits)))]
    some, more = gain3 >= least, gain4 >= least
    keys3, way3 = other_ways(triples.columns(rows3[some]), cost3[some], plain[rows3[some]])
    keys4, way4 = other_ways(fours.columns(rows4[more]), cost4[more], shorter(rows4[more], best))
    begun, way = np.concatenate([keys3, keys4]), np.concatenate([way3, way4])
    begun, way = begun[way >= WORTH], way[way >= WORTH]
    print(f"{len(begun)} beginnings", file=sys.stderr)
    mixed = [begun, phrases.hashed(triples.columns(rows3)), phrases.hashed(fours.columns(rows4))]
    gain = [np.full(len(begun), np.inf), gain3, gain4]
    return fill(np.concatenate(mixed), np.concatenate([way, cost3, cost4]), np.concatenate(gain), bits)


def fill(mixed: np.ndarray, cost: np.ndarray, gain: np.ndarray, bits: int) -> dict[str, np.ndarray]:
    """The hashed table; what gains most finds its place first."""
    order = np.lexsort((mixed, -np.rint(np.minimum(gain, 1e12) * 16).astype(np.int64)))
    places, mark = phrases.slots(mixed[order], bits)
    value = np.clip(np.rint(cost[order] * phrases.UNIT), 1, 255).astype(np.int64)
    marks, costs, lost = [0] * (1 << bits), [0] * (1 << bits), 0
    for *where, one, two in zip(*(place.tolist() for place in places), mark.tolist(), value.tolist(), strict=True):
        free = next((place for place in where if not costs[place]), None)
        if free is None:
            lost += 1
        else:
            marks[free], costs[free] = one, two
    print(f"{len(order) - lost} stored, {lost} found no place", file=sys.stderr)
    return {"marks": np.array(marks, np.uint16), "costs": np.array(costs, np.uint8)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, default=manifest.DATA / "phrases.npz")
    parser.add_argument("--bits", type=int, default=20, help="the table has 2**BITS entries of three bytes")
    parser.add_argument("--sources", type=Path, help="a text file with one source and licence a line, for the manifest")
    args = parser.parse_args()
    texts, plain = read(args.corpus)
    np.savez_compressed(args.out, **train(texts, args.bits), variants=variants(plain))
    if args.out.parent == manifest.DATA:
        sources = args.sources.read_text("utf-8").splitlines() if args.sources else []
        manifest.describe(
            args.out.name,
            what="phrases behind slips: costs of a character after two or three others, by hash; of its forms, by script",
            source=[line for line in sources if line.strip()],
            command="python tools/train_phrases.py CORPUS --sources tools/sources.txt",
            licence="Apache-2.0 (counts of texts under the licences named)",
        )
    return 0


if __name__ == "__main__":
    assert APART == 20
    sys.exit(main())
