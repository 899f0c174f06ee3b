"""Measures what `caution` trades: recall of garbled text against repairs of clean text. Writes the table of docs/caution.md.

    python tools/build_caution_page.py CORPUS          measure, and write the table between the marks in the page
    python tools/build_caution_page.py CORPUS --show   also list the repairs of clean text, the likeliest first

CORPUS is a folder of clean text, one text a line: *.txt or *.txt.xz; files named other-* are in other languages, and their
words are also tried one by one. Recall is measured on the snippets of fixtures/floors.
"""

from __future__ import annotations

import argparse
import lzma
import re
import sys
from collections.abc import Iterator
from operator import eq
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from build_fixtures import HOLE, snippets  # noqa: E402

import textfix  # noqa: E402
from textfix import Config, routes  # noqa: E402
from textfix.batch import Batch  # noqa: E402
from textfix.repair import mojibake, western  # noqa: E402

PAGE = ROOT / "docs" / "caution.md"
MARKS = ("<!-- table -->\n", "<!-- end -->\n")
CAUTIONS = (4, 6, 8, 10, 12, 16, 20, 24, 36, 48)
SIZES = (2, 4, 8)
#: Lines of a file that are read, lines of one batch, and what stands in for words where none are written.
MOST, BATCH, SLICE = 200_000, 20_000, 4

Found = tuple[float, str, str, str]


def read(path: Path) -> list[str]:
    open_ = lzma.open if path.suffix == ".xz" else open
    with open_(path, "rt", encoding="utf-8") as file:
        return [line.rstrip("\n") for _, line in zip(range(MOST), file, strict=False)]


def repairs(texts: list[str]) -> Iterator[Found]:
    """Each repair of TEXTS at the lowest caution: its odds, its rule, before and after."""
    config = Config(caution=CAUTIONS[0])
    for at in range(0, len(texts), BATCH):
        batch = Batch(texts[at : at + BATCH])
        for find in (mojibake.find, western.find):
            for change in find(batch, config).values():
                for edit in change.edits:
                    yield edit.odds or 0.0, edit.rule, edit.before, edit.after


def words(texts: list[str]) -> list[str]:
    """The words of TEXTS and pairs of them, also in capitals; slices of what is written without spaces."""
    found: set[str] = set()
    for text in texts:
        parts = text.split()
        if len(parts) * 12 < len(text):
            found.update(text[at : at + SLICE] for at in range(0, len(text), SLICE))
            found.update(re.findall("[ァ-ヴー]{2,}", text))
        else:
            found.update(parts)
            found.update(map(str.upper, parts[:3]))
            found.update(" ".join(parts[at : at + 2]) for at in range(0, len(parts) - 1, 2))
    return sorted(found)


def clean(corpus: Path) -> tuple[dict[str, list[Found]], dict[str, int]]:
    """The repairs of clean text by kind, and how many characters of each kind there are."""
    found: dict[str, list[Found]] = {"Chinese": [], "other languages": [], "single words": []}
    sizes = dict.fromkeys(found, 0)
    paths = sorted({*corpus.glob("*.txt"), *corpus.glob("*.txt.xz")})
    if not paths:
        raise SystemExit(f"no *.txt or *.txt.xz under {corpus}")
    for path in paths:
        texts = read(path)
        other = path.name.startswith("other-")
        looks = [("other languages", texts), ("single words", words(texts))] if other else [("Chinese", texts)]
        for kind, some in looks:
            found[kind] += repairs(some)
            sizes[kind] += sum(map(len, some))
    return found, sizes


def recall() -> dict[int, dict[int, float]]:
    """Percent of snippets that come back at each size and caution, the mean over the routes that are not lossy."""
    shares: dict[int, dict[int, list[float]]] = {size: {caution: [] for caution in CAUTIONS} for size in SIZES}
    for chain in routes.table():
        for size in SIZES:
            cases = [(garbled, text) for garbled, text in snippets(chain, size) if HOLE not in garbled]
            if not cases:
                continue
            garbled, texts = [one for one, _ in cases], [text for _, text in cases]
            for caution in CAUTIONS:
                got = textfix.fix_many(garbled, clean=False, caution=caution)
                shares[size][caution].append(100 * sum(map(eq, got, texts)) / len(cases))
    return {size: {at: sum(some) / len(some) for at, some in by.items()} for size, by in shares.items()}


def table(found: dict[str, list[Found]], sizes: dict[str, int]) -> str:
    back = recall()
    kinds = [f"{kind} ({sizes[kind] / 1e6:.1f} M)" for kind in found]
    columns = ["`caution`", *(f"recall at {size}, %" for size in SIZES), *kinds]
    lines = [f"| {' | '.join(columns)} |", f"|{'--:|' * len(columns)}"]
    for caution in CAUTIONS:
        cells = [str(caution), *(f"{back[size][caution]:.1f}" for size in SIZES)]
        for kind, some in found.items():
            cells.append(f"{sum(one[0] >= caution for one in some) / sizes[kind] * 1e6:.2f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--show", action="store_true", help="list the repairs of clean text")
    args = parser.parse_args()
    found, sizes = clean(args.corpus)
    if args.show:
        for kind, some in found.items():
            for odds, rule, before, after in sorted(some, reverse=True)[:40]:
                print(f"{kind}\t{odds:.1f}\t{rule}\t{before[:60]!r} -> {after[:60]!r}")
    text = PAGE.read_text("utf-8")
    head, rest = text.split(MARKS[0])
    tail = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{head}{MARKS[0]}{table(found, sizes)}{MARKS[1]}{tail}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
