"""Counts the lines of native text that conversion to their own script and region changes, by what was changed.

    python tools/native_lines.py CORPUS [--examples N]

CORPUS is a folder as `train_script.py` takes it; only lines that were kept apart from training are looked at. A line
counts once, under the first of these that it has a change of:

    context   a character that both scripts have, or that the script chose, became another: ours, right or wrong
    script    a character that only the other script has became its counterpart: the line was not all native
    shape     a shape that the region does not write (裏 in Taiwan) became the region's
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from script_examples import corpus  # noqa: E402

import textfix  # noqa: E402
from textfix import tables  # noqa: E402
from textfix.script.characters import shape_pairs  # noqa: E402
from textfix.script.targets import SIMPLIFIED, TRADITIONAL, sides  # noqa: E402

KINDS = ("context", "script", "shape")
#: The files of each target, and the script that it is not.
NATIVE = {"hans": ("hans-*", TRADITIONAL), "tw": ("hant-tw-*", SIMPLIFIED), "hk": ("hant-hk-*", SIMPLIFIED)}


def shapes(to: str) -> set[str]:
    """The characters that are another region's shape of the one that TO writes."""
    hand = tables.toml("script.toml")["shapes"]
    listed = {pair[0] for pair in hand.get(f"foreign_{to}", []) + (hand["hk"] if to == "hk" else [])}
    return listed | (set(map(chr, shape_pairs())) if to == "tw" else set())


def kind(before: str, to: str) -> str:
    """What the change of a character BEFORE counts as."""
    if before in shapes(to):
        return "shape"
    return "script" if sides()[ord(before)] == NATIVE[to][1] else "context"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--examples", type=int, default=0, help="changes shown of each kind")
    args = parser.parse_args()
    for to, (pattern, _) in NATIVE.items():
        lines = [
            line for _, text in corpus(args.corpus, pattern + ".txt.xz", True) for line in text.split("\n") if line
        ]
        changed: Counter[str] = Counter()
        shown: dict[str, list[str]] = {name: [] for name in KINDS}
        for line, after in zip(lines, textfix.fix_many(lines, repair=False, clean=False, script=to), strict=True):
            places = [i for i, (a, b) in enumerate(zip(line, after, strict=True)) if a != b]
            if places:
                kinds = [kind(line[i], to) for i in places]
                first = min(kinds, key=KINDS.index)
                changed[first] += 1
                at = places[kinds.index(first)]
                shown[first].append(f"{line[max(0, at - 8) : at]}[{line[at]}→{after[at]}]{line[at + 1 : at + 8]}")
        same = len(lines) - sum(changed.values())
        shares = ", ".join(f"{name} {changed[name]} ({100 * changed[name] / len(lines):.2f} %)" for name in KINDS)
        print(f"{to}: {len(lines)} lines, {100 * same / len(lines):.2f} % the same; changed: {shares}")
        for name in KINDS:
            for example in shown[name][: args.examples]:
                print(f"    {name:8} {example}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
