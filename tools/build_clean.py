"""Writes textfix/data/clean.toml: characters that stand for another character, and what they stand for.

    python tools/build_clean.py [EquivalentUnifiedIdeograph.txt]

Sources: the Unicode Character Database, as Python's `unicodedata` has it; the property Equivalent_Unified_Ideograph, from
the file given or else from the copy inside Perl; Python's codecs gb18030 and big5hkscs for the code points that GBK and
Big5 kept for private use; and, by hand below, the few that GB 18030-2005 and GB 18030-2022 moved.
"""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

from manifest import DATA, describe

#: Cells without a character in GBK of 1995, in the order in which Windows gave them U+E766 and up: row, first, last.
GBK_EMPTY = [
    (0xA2, 0xAB, 0xB0), (0xA2, 0xE3, 0xE4), (0xA2, 0xEF, 0xF0), (0xA2, 0xFD, 0xFE), (0xA4, 0xF4, 0xFE),
    (0xA5, 0xF7, 0xFE), (0xA6, 0xB9, 0xC0), (0xA6, 0xD9, 0xDF), (0xA6, 0xEC, 0xED), (0xA6, 0xF3, 0xF3),
    (0xA6, 0xF6, 0xFE), (0xA7, 0xC2, 0xD0), (0xA7, 0xF2, 0xFE), (0xA8, 0x96, 0xA0), (0xA8, 0xBC, 0xBC),
    (0xA8, 0xBF, 0xBF), (0xA8, 0xC1, 0xC4), (0xA8, 0xEA, 0xFE), (0xA9, 0x58, 0x58), (0xA9, 0x5B, 0x5B),
    (0xA9, 0x5D, 0x5F), (0xA9, 0x89, 0x95), (0xA9, 0x97, 0xA3), (0xA9, 0xF0, 0xFE), (0xD7, 0xFA, 0xFE),
    (0xFE, 0x50, 0x7E), (0xFE, 0x80, 0xA0),
]  # fmt: skip

#: Two bytes of GB 18030 whose private-use code point got a character after 2000 (2005: A8BC; 2022: the others).
GB18030_MOVED = {
    0xA3A0: 0x3000,  # an ideographic space to every reader in the field
    0xA6D9: 0xFE10, 0xA6DA: 0xFE12, 0xA6DB: 0xFE11, 0xA6DC: 0xFE13, 0xA6DD: 0xFE14, 0xA6DE: 0xFE15, 0xA6DF: 0xFE16,
    0xA6EC: 0xFE17, 0xA6ED: 0xFE18, 0xA6F3: 0xFE19, 0xA8BC: 0x1E3F,
    0xFE51: 0x20087, 0xFE52: 0x20089, 0xFE53: 0x200CC, 0xFE59: 0x9FB4, 0xFE61: 0x9FB5, 0xFE66: 0x9FB6, 0xFE67: 0x9FB7,
    0xFE6C: 0x215D7, 0xFE6D: 0x9FB8, 0xFE76: 0x2298F, 0xFE7E: 0x9FB9, 0xFE90: 0x9FBA, 0xFE91: 0x241FE, 0xFEA0: 0x9FBB,
}  # fmt: skip

#: The rows that cp950 keeps for private use, in the order of their code points: first code point, rows, first trail byte.
BIG5_ROWS = [(0xE000, range(0xFA, 0xFF)), (0xE311, range(0x8E, 0xA1)), (0xEEB8, range(0x81, 0x8E))]
TRAILS = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]

HEADER = """\
# Characters that stand for another character: what is found, and what it stands for.
# Written by tools/build_clean.py; not edited by hand.
"""

NOTES = {
    "kangxi": "Kangxi radicals: the ideograph that the radical is (compatibility decomposition).",
    "radicals": "CJK Radicals Supplement: the property Equivalent_Unified_Ideograph.",
    "compatibility": "CJK compatibility ideographs: canonical decomposition. The twelve unified ones have none.",
    "gb": "Private-use code points of GBK and GB 18030-2000 that have a character in GB 18030-2022.",
    "eten": "Private-use code points of Big5 C6A1 to C8FE: the ETEN extensions.",
    "hkscs": "The other private-use code points of Big5 that have a character in HKSCS.",
    "kana": "Half-width katakana and their marks: compatibility decomposition.",
}


def kangxi() -> dict[int, str]:
    return {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}


def radicals(path: str | None) -> dict[int, str]:
    """The property Equivalent_Unified_Ideograph of U+2E80..2EFF."""
    if path:
        rows = [line.split("#")[0].split(";") for line in Path(path).read_text("utf-8").splitlines()]
        pairs = [(row[0].strip(), row[1].strip()) for row in rows if len(row) == 2]
    else:
        script = (
            'use Unicode::UCD "prop_invmap"; my ($at, $to) = prop_invmap("EqUIdeo");'
            "for my $i (0 .. $#$at - 1) { next unless $to->[$i]; my $n = 0;"
            'for my $c ($at->[$i] .. $at->[$i + 1] - 1) { printf "%X %X\\n", $c, $to->[$i] } }'
        )
        done = subprocess.run(["perl", "-e", script], check=True, capture_output=True, text=True)
        pairs = [tuple(line.split()) for line in done.stdout.splitlines()]
    table = {}
    for codes, to in pairs:
        first, _, last = codes.partition("..")
        for code in range(int(first, 16), int(last or first, 16) + 1):
            if 0x2E80 <= code <= 0x2EFF:
                table[code] = chr(int(to, 16))
    # Those that GB 18030 has among its components are meant where they stand.
    return {code: char for code, char in table.items() if len(chr(code).encode("gb18030")) == 4}


def compatibility() -> dict[int, str]:
    table = {}
    for code in [*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)]:
        to = unicodedata.normalize("NFC", chr(code))
        if to != chr(code):
            table[code] = to
    return table


def private(char: str) -> bool:
    return unicodedata.category(char) == "Co"


def gb() -> dict[int, str]:
    cells = [row << 8 | trail for row, first, last in GBK_EMPTY for trail in range(first, last + 1)]
    table = {0xE5E5: chr(GB18030_MOVED[0xA3A0])}
    for code, cell in enumerate(cells, 0xE766):
        char = cell.to_bytes(2, "big").decode("gb18030")
        if cell in GB18030_MOVED:
            char = chr(GB18030_MOVED[cell])
        elif private(char):
            if char != chr(code):
                raise SystemExit(f"{cell:X} is U+{ord(char):X}, expected U+{code:X}: the list of empty cells is wrong")
            continue
        table[code] = char
    if max(table) > 0xE864:
        raise SystemExit(f"the list of empty cells is too long: U+{max(table):X}")
    return table


def hkscs(lead: int, trail: int) -> str | None:
    try:
        char = bytes([lead, trail]).decode("big5hkscs")
    except UnicodeDecodeError:
        return None
    return char if len(char) == 1 and not private(char) else None


def eten() -> dict[int, str]:
    cells = [(0xC6, trail) for trail in TRAILS if trail >= 0xA1]
    cells += [(lead, trail) for lead in (0xC7, 0xC8) for trail in TRAILS]
    found = {code: hkscs(*cell) for code, cell in enumerate(cells, 0xF6B1)}
    return {code: char for code, char in found.items() if char}


def big5(taken: set[int]) -> dict[int, str]:
    table = {}
    for start, leads in BIG5_ROWS:
        cells = [(lead, trail) for lead in leads for trail in TRAILS]
        for code, cell in enumerate(cells, start):
            char = hkscs(*cell)
            if char and code not in taken:
                table[code] = char
    return dict(sorted(table.items()))


def kana() -> dict[int, str]:
    return {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF61, 0xFFA0)}


def render(tables: dict[str, dict[int, str]]) -> str:
    lines = [HEADER]
    for name, table in tables.items():
        lines += [f"# {NOTES[name]}", f"[{name}]"]
        for code, char in table.items():
            escape = f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
            visible = unicodedata.category(char)[0] in "LNSP"
            after = char if visible else f"\\u{ord(char):04X}"
            lines.append(f'"{escape}" = "{after}"')
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    path = sys.argv[1] if len(sys.argv) > 1 else None
    table_gb, table_eten = gb(), eten()
    tables = {
        "kangxi": kangxi(), "radicals": radicals(path), "compatibility": compatibility(),
        "gb": table_gb, "eten": table_eten, "hkscs": big5({*table_gb, *table_eten}), "kana": kana(),
    }  # fmt: skip
    follow = {**tables["kangxi"], **tables["radicals"], **tables["compatibility"]}
    for name in ("gb", "eten", "hkscs"):  # one look-up must be enough, or cleaning twice would differ from once
        tables[name] = {code: follow.get(ord(char), char) for code, char in tables[name].items()}
    (DATA / "clean.toml").write_text(render(tables), "utf-8")
    describe(
        "clean.toml",
        what="characters that stand for another character: radicals, compatibility ideographs, private-use code points",
        source=[
            f"Unicode Character Database {unicodedata.unidata_version} (Python's unicodedata)",
            "EquivalentUnifiedIdeograph.txt of the Unicode Character Database",
            "Python's codecs gb18030 and big5hkscs; by hand, the code points that GB 18030-2005 and -2022 moved",
        ],
        command="python tools/build_clean.py",
        licence="Unicode-3.0 and PSF-2.0; facts of published standards",
    )
    for name, table in tables.items():
        print(name, len(table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
