"""Builds textfix/data/suspicion.npz: how much likelier each character is in garbled text than in clean text, by chain of routes.

    python tools/build_suspicion.py CORPUS

CORPUS is the folder that tools/train.py reads. Its Chinese texts are misread along every chain of routes.toml, its other
languages as UTF-8 along those of WESTERN; the logarithm of the share that a character has there over its share in clean
text is what the table holds, in eighths of a nat. Run it again when routes.toml changes. The same input gives the same
table, bit for bit.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import manifest  # noqa: E402
import train  # noqa: E402

from textfix import encodings, routes  # noqa: E402
from textfix.batch import to_codes  # noqa: E402
from textfix.repair.familiar import PAIR_BITS, hashed  # noqa: E402
from textfix.repair.suspicion import ASCII, MOST, NEWLINE, SIZE, UNIT, WESTERN, positive  # noqa: E402

#: Characters of each file that are read: for the clean shares, and those that are misread.
CLEAN, GARBLED = 400_000, 30_000
#: What shares of clean text are mixed: the kinds by their files' names.
MIXTURE = {"hans": 0.3, "hant": 0.3, "classical": 0.1, "mixed": 0.1, "names": 0.05, "terms": 0.02, "other": 0.13}
#: What a share is never below: characters that no sample has, among clean and among garbled ones.
UNSEEN, NEVER = 0.02 / 30000, 2e-7
#: Nats of both characters together from which a pair matters, and how often clean text must have it.
WORTH, KNOWN = 2, 2
#: Readers whose garbles are made of characters that clean text has as well (潮, 物 and 獲 are pairs of letters in UTF-16,
#: half of cp1256 is Arabic): those that clean text has more often than RARE are not suspicious, for the others tell enough.
QUIET = (*encodings.WIDE, "cp1255", "cp1256")
RARE = 3e-6
#: Misreadings of other languages, which ftfy undoes.
READERS = ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859-2", "mac_roman", "cp437")


def sample(corpus: Path, kind: str, most: int) -> str:
    """The first MOST characters of each file of KIND, less the lines that are kept apart (see tools/train.py)."""
    taken: list[str] = []
    for path in sorted({*corpus.glob(f"{kind}*.txt"), *corpus.glob(f"{kind}*.txt.xz")}):
        size = 0
        for line in train.read_lines(path):
            taken.append(line)
            size += len(line)
            if size > most:
                break
    if not taken:
        raise SystemExit(f"no {kind}*.txt or {kind}*.txt.xz under {corpus}")
    return "\n".join(taken)


def count(text: str) -> np.ndarray:
    codes = to_codes(text)
    return np.bincount(codes[codes < SIZE], minlength=SIZE)


def misread(text: str, chain: routes.Chain) -> str:
    for route in chain.routes:
        if route.read in encodings.CASED:
            text = routes.misread(text, route.name.partition("|")[0])
            text = text.lower() + text.upper()
        else:
            text = routes.misread(text, route.name)
    return text


def shares(counts: np.ndarray) -> np.ndarray:
    counts = counts.astype(np.float64)
    counts[0x0A] = 0
    return counts / counts.sum()


def familiar(corpus: Path, units: np.ndarray) -> np.ndarray:
    """The bits of each pair that clean text has KNOWN times or more, and that is suspicious enough to matter."""
    pairs, counts = np.zeros(0, np.uint64), np.zeros(0, np.int64)
    for path in sorted({*corpus.glob("*.txt"), *corpus.glob("*.txt.xz")}):
        codes = to_codes("\n".join(train.read_lines(path)))
        worth = units.take(codes, mode="clip").astype(np.int64)
        inside = codes != NEWLINE
        at = np.flatnonzero((worth[:-1] + worth[1:] >= WORTH * UNIT) & inside[:-1] & inside[1:])
        new, n = np.unique(codes[at].astype(np.uint64) << np.uint64(32) | codes[at + 1], return_counts=True)
        pairs, where = np.unique(np.concatenate([pairs, new]), return_inverse=True)
        counts = np.bincount(where, np.concatenate([counts, n])).astype(np.int64)
    pairs = pairs[counts >= KNOWN]
    known = np.zeros(1 << PAIR_BITS, np.uint16)
    np.bitwise_or.at(known, *hashed((pairs >> np.uint64(32)).astype(np.uint32), pairs.astype(np.uint32)))
    print(
        f"{len(pairs)} familiar pairs fill {np.unpackbits(known.view(np.uint8)).mean():.1%} of the table",
        file=sys.stderr,
    )
    return known


def build(corpus: Path) -> dict[str, np.ndarray]:
    clean = sum(part * shares(count(sample(corpus, kind, CLEAN))) for kind, part in MIXTURE.items())
    clean = 0.98 * clean + UNSEEN
    texts = {kind: sample(corpus, kind, GARBLED) for kind in ("hans", "hant", "other")}
    both = texts["hans"] + "\n" + texts["hant"]
    written = {"gb18030": texts["hans"], "big5": texts["hant"], "utf-8": both, "utf-16-le": both, "utf-16-be": both}
    names, columns = [], []
    for chain in routes.table():
        text = written[chain.routes[0].written]
        column = np.log((shares(count(misread(text, chain))) + NEVER) / clean)
        if (
            chain.routes[0].written == "utf-8" and chain.routes[-1].read in encodings.WIDE
        ):  # English, too, looks Chinese
            english = np.log((shares(count(misread(sample(corpus, "other-en", GARBLED), chain))) + NEVER) / clean)
            column = np.maximum(column, english)
        if any(route.read in QUIET for route in chain.routes):
            column = np.where(clean < RARE, column, np.minimum(column, 0.0))
        names.append(chain.name)
        columns.append(column)
    western = [shares(count(routes.misread(texts["other"], f"utf-8>{reader}"))) for reader in READERS]
    names.append(WESTERN)
    columns.append(np.log((np.max(western, axis=0) + NEVER) / clean))
    table = np.rint(np.clip(np.stack(columns, axis=1), -MOST, MOST) * UNIT).astype(np.int8)
    wide = [name.startswith(tuple(encodings.WIDE)) for name in names]
    null = np.where(wide, table[0], ASCII)  # every other byte of ASCII in UTF-16
    table[:0x80] = ASCII
    table[0] = null
    return {"names": np.array(names), "likelihood": table, "familiar": familiar(corpus, positive(table.max(axis=1)))}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    args = parser.parse_args()
    name = "suspicion.npz"
    np.savez_compressed(manifest.DATA / name, **build(args.corpus))
    manifest.describe(
        name,
        what="by code point and chain of routes: how much likelier the character is in text garbled so than in clean text",
        source=["textfix/data/routes.toml", *(ROOT / "tools" / "sources.txt").read_text("utf-8").split("\n")[:-1]],
        command="python tools/build_suspicion.py CORPUS",
        licence="Apache-2.0 (counts of texts under the licences named)",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
