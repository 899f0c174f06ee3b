"""Measures what `holes="fill"` puts in: true characters against false ones, by how sure it must be. Writes the table in docs/limits.md.

    python tools/build_fill_page.py CORPUS             # a folder of *.txt or *.txt.xz, one text a line

Only lines whose CRC-32 is divisible by 20 are read, which no table was trained on: pieces of 32 characters of them, in
UTF-8, are read as Python's codecs read them, with U+FFFD for every byte that they cannot.
"""

from __future__ import annotations

import argparse
import lzma
import random
import sys
import zlib
from difflib import SequenceMatcher
from pathlib import Path

from train import APART, ROOT

from textfix.batch import to_text
from textfix.encodings import HOLE, LOST
from textfix.repair import completion

PAGE = ROOT / "docs" / "limits.md"
MARKS = ("<!-- fill -->\n", "<!-- end -->\n")
#: Readers, and the files of the corpus that show each.
READERS = (("gbk", "hans-*"), ("cp949", "hans-*"), ("big5", "hans-*"), ("big5", "hant-tw-*"))
SURE = (0.0, 0.3, 0.5, 0.6, completion.SURE, 0.7, 0.8, 0.9)
SIZE, NEWLINE = 32, 0x0A
BEFORE = (NEWLINE, NEWLINE, NEWLINE)


def pieces(corpus: Path, pattern: str, codec: str, many: int) -> list[tuple[bytes, str]]:
    """Pieces of text that CODEC loses bytes of: what is left of their bytes (LOST for each that is not), and they."""
    lines = []
    for path in sorted({*corpus.glob(pattern + ".txt"), *corpus.glob(pattern + ".txt.xz")}):
        with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as file:
            lines.append(
                [line for line in map(str.strip, file) if len(line) >= SIZE and not zlib.crc32(line.encode()) % APART]
            )
    if not any(lines):
        raise SystemExit(f"no {pattern}.txt or .txt.xz with lines kept apart under {corpus}")
    rng, found = random.Random(codec + pattern), []
    while len(found) < many:
        line = rng.choice(rng.choice([some for some in lines if some]))
        start = rng.randrange(len(line) - SIZE + 1)
        piece = line[start : start + SIZE]
        shown = piece.encode().decode(codec, "replace")
        han = sum("\u4e00" <= char <= "\u9fff" for char in piece)
        if chr(HOLE) in shown and "?" not in piece and piece == piece.strip() and han >= 0.6 * SIZE:
            left = b"".join(bytes([LOST]) if char == chr(HOLE) else char.encode(codec) for char in shown)
            found.append((left, piece))
    return found


def measure(cases: list[tuple[bytes, str]], codec: str) -> list[tuple[float, float]]:
    """For each of SURE the true characters that are back, and the false ones, in per cent of all."""
    completer = completion.completer("utf-8", codec, 0)
    lattices = [completer.search(left, BEFORE, NEWLINE) for left, _ in cases]
    rows = []
    for sure in SURE:
        true = false = 0
        for lattice, (_, truth) in zip(lattices, cases, strict=True):
            got = to_text(lattice.settle(sure).codes)
            same = sum(block.size for block in SequenceMatcher(None, got, truth, autojunk=False).get_matching_blocks())
            true += same
            false += len(got) - got.count(chr(HOLE)) - same
        rows.append((100 * true / SIZE / len(cases), 100 * false / SIZE / len(cases)))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--each", type=int, default=150, help="pieces of text for each reader")
    args = parser.parse_args()
    columns = []
    for codec, pattern in READERS:
        columns.append(measure(pieces(args.corpus, pattern, codec, args.each), codec))
        print(codec, pattern, columns[-1], file=sys.stderr)
    names = [f"{codec}, {'simplified' if 'hans' in pattern else 'traditional'}" for codec, pattern in READERS]
    table = ["| put in from | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for row, sure in enumerate(SURE):
        cells = [f"{column[row][0]:.1f} % / {column[row][1]:.1f} %" for column in columns]
        bold = "**" if sure == completion.SURE else ""
        table.append(f"| {bold}{sure:.0%}{bold} | ".replace("%", " %") + " | ".join(cells) + " |")
    head, tail = PAGE.read_text("utf-8").split(MARKS[0])
    PAGE.write_text(head + MARKS[0] + "\n".join(table) + "\n" + MARKS[1] + tail.split(MARKS[1])[1], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
