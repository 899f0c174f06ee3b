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

from build_fixtures import SIZES  # noqa: E402

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

Not looked for: text in UTF-16 on either side. Bytes of UTF-16 are for `textfix.detect`, which knows them; read as something
else they are half ASCII, and any two letters of ASCII are a Chinese character in UTF-16.

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
        text = routes.misread(f"{text}\n", route.name).removesuffix("\n")
    name = " then ".join(f"`{route.name}`" for route in chain.routes).replace("|", "\\|")
    cells = [name, f"`{visible(text)}`", chain.seen, f"{chain.prior:g}"]
    cells += [str(floors[chain.name][str(size)]) for size in SIZES]
    return f"| {' | '.join(cells)} |"


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
    return parts[0] + "\n".join(parts[1:])


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
