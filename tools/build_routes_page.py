"""Writes docs/routes.md: every misreading that is looked for, with an example and its measured recall.

    python tools/build_routes_page.py           write the page
    python tools/build_routes_page.py --check   say whether it is up to date (exit 1 if not)

The rows come from textfix/data/routes.toml, the figures from fixtures/floors.json, which `tools/build_fixtures.py --floors`
measures.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import habits  # noqa: E402
from build_fixtures import SIZES, misread_line  # noqa: E402

from textfix import routes  # noqa: E402

PAGE = ROOT / "docs" / "routes.md"
#: What is garbled in the examples, by what it is written in.
EXAMPLES = {"big5": "溫暖的下午", "": "温暖的下午"}
#: What cannot be seen, or not told from a space.
UNSEEN = re.compile("[\x00-\x1f\x7f-\xa0\xad\ue000-\uf8ff\ufffe\uffff]")
HEAD = """# Routes

Every misreading that textfix looks for, from `textfix/data/routes.toml`. This page is written by `tools/build_routes_page.py`.

`utf-8>gb18030` is text written in UTF-8 and read as GB18030. The example is {hans} ({hant} where the text was Big5) after it:
`\\x8d` is a character that cannot be seen, `�` one that the reader lost. *Prior* is the evidence in nats that a route needs
beyond `caution`, more for what is rarer.

*Recall* is measured on {sizes} characters of 24 sentences (`fixtures/floors`), 48 snippets a route: the percentage that comes
back as it was or, where the reader lost bytes, with U+FFFD for exactly the characters that lost one. `utf-8>big5` and
its like lose a byte of nearly every other character.

`cp1252|cased` and its like are readers whose text was then made all small letters, or all capitals: a letter may have been one
of two bytes. Where the model is not sure which (20 to 1), the character counts as lost; their recall is that of snippets
without a wrong character and with holes for no more than half of them.

"""


def visible(text: str) -> str:
    """TEXT for a cell of a table."""

    def escape(match: re.Match[str]) -> str:
        code = ord(match[0])
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

    return UNSEEN.sub(escape, text).replace("|", "\\|")


def row(chain: routes.Chain, floors: dict[str, dict[str, int]]) -> str:
    text = EXAMPLES.get(chain.routes[0].written, EXAMPLES[""])
    for route in chain.routes:
        text = misread_line(text, route)
    name = " then ".join(f"`{route.name}`" for route in chain.routes).replace("|", "\\|")
    cells = [name, f"`{visible(text)}`", chain.seen, f"{chain.prior:g}"]
    cells += [str(floors[chain.name][str(size)]) for size in SIZES]
    return f"| {' | '.join(cells)} |"


LEFT_OUT = """## Not looked for

| what | why |
|---|---|
| UTF-8, GB18030 or Big5 read as UTF-8 with U+FFFD | every character loses all of its bytes: `锟斤拷` and its like are reported as scars |
| UTF-16 read as UTF-8 with U+FFFD | two bytes of three are lost |
| UTF-16 read as Big5, cp932, cp949, EUC-JP | half of the pairs that its bytes form do not exist there |
| Big5 read as EUC-JP | EUC-JP has no second byte below A1, and Big5 has one in half of its characters |
| anything read as cp874, cp864, cp862 and other code pages of languages far from Chinese | hardly seen, and each makes clean text of its language slower to pass |
| half-width katakana made full-width (GB18030 read as cp932, then NFKC) | every katakana word of Japanese would have to be weighed against two Han |
| EBCDIC, UTF-7 read as anything, UTF-32 | UTF-7 is undone as an escape; the others are not seen |
"""


def habit_rows() -> str:
    measured = json.loads((ROOT / "fixtures" / "habits.json").read_text("utf-8"))
    parts = [
        "## Habits of readers",
        "",
        "What readers, and what stands behind them, do to garbled text. Measured on 24 snippets of 16 characters, those of them",
        "that show the habit: the percentage of all characters that come back, and of those that come back wrong. What a",
        "habit destroys cannot come back: of UTF-8 read as Latin-1 without its C1 controls one character in four is whole.",
        "",
        "| habit | seen | route | example | snippets | back | false |",
        "|---|---|---|---|--:|--:|--:|",
    ]
    for habit, route in habits.rows():
        row = measured[f"{habit.name}: {route}"]
        text = EXAMPLES.get(route.partition(">")[0], EXAMPLES[""])
        example = visible(habit.apply(routes.misread(f"{text}\n", route).removesuffix("\n")))
        cells = [
            habit.name,
            habit.seen,
            f"`{route}`",
            f"`{example}`",
            *(str(row[key]) for key in ("snippets", "back", "false")),
        ]
        parts.append(f"| {' | '.join(cells)} |")
    return "\n".join(parts) + "\n"


def page() -> str:
    floors = json.loads((ROOT / "fixtures" / "floors.json").read_text("utf-8"))
    sizes = [str(size) for size in SIZES]
    parts = [HEAD.format(hans=EXAMPLES[""], hant=EXAMPLES["big5"], sizes=f"{', '.join(sizes[:-1])} and {sizes[-1]}")]
    groups = [
        ("One misreading", [chain for chain in routes.table() if len(chain.routes) == 1]),
        ("Several on top of one another", [chain for chain in routes.table() if len(chain.routes) > 1]),
    ]
    for title, chains in groups:
        columns = ["route", "example", "seen", "prior", *(f"recall at {size}" for size in sizes)]
        lines = [f"## {title}", "", f"| {' | '.join(columns)} |", f"|{'---|' * 3}{'--:|' * (len(columns) - 3)}"]
        lines += [row(chain, floors) for chain in chains]
        parts.append("\n".join(lines) + "\n")
    return parts[0] + "\n".join([*parts[1:], habit_rows(), LEFT_OUT])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the page is up to date")
    args = parser.parse_args()
    now = page()
    if args.check:
        return int(PAGE.read_text("utf-8") != now)
    PAGE.write_text(now, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
