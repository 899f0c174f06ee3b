"""Print the characters that tell garbled Chinese from Chinese: frequent in UTF-8 read as GBK, all but missing in clean text.

    python tools/garbled.py FOLDER      # clean text, *.txt or *.txt.xz, one line a text

They are the table `garbled` of textfix/data/punct.toml.
"""

from __future__ import annotations

import lzma
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

#: How many times as frequent in garbled text as in clean, and how many of the commonest garbled characters are looked at.
RATIO, MOST = 400, 900
LINES = 30_000


def lines(folder: Path, *prefixes: str) -> Iterator[str]:
    """The first lines of every file in FOLDER whose name begins with one of PREFIXES."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(prefixes):
            with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
                for line in islice(file, LINES):
                    yield line.decode("utf-8")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    clean: Counter[str] = Counter()
    garbled: Counter[str] = Counter()
    for line in lines(folder, "hans", "hant", "classical", "names", "other-ja"):
        clean.update(line)
    for line in lines(folder, "hans"):
        garbled.update(line.encode("utf-8").decode("gbk", "replace"))
    size, garbled_size = clean.total(), garbled.total()
    found = [
        char
        for char, count in garbled.most_common(MOST)
        if "\u3400" <= char <= "\u9fff" and count / garbled_size > RATIO * (clean[char] + 1) / size
    ]
    print("".join(sorted(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
