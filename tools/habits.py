"""What readers, and what stands behind them, do to text that was misread: each habit, and the routes it is measured on.

`measure` says how much of such text comes back. It is measured by `tools/build_fixtures.py --floors`, kept in
fixtures/habits.json, and shown in docs/routes.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher

import textfix
from textfix import routes

HOLE = "\ufffd"
SIZE = 16


@dataclass(frozen=True)
class Habit:
    """A habit: its NAME, where it is SEEN, what it does to garbled text (APPLY), and the ROUTES it is measured on."""

    name: str
    seen: str
    apply: Callable[[str], str]
    routes: tuple[str, ...]


def without(pattern: str, put: str = "") -> Callable[[str], str]:
    return lambda text: re.sub(pattern, put, text)


LATIN = ("utf-8>latin-1", "utf-8>cp1252", "utf-8>cp1251")
HABITS = (
    Habit("U+FFFD for what cannot be read", "browsers, editors, `errors=\"replace\"`", lambda text: text,
          ("utf-8>gb18030", "utf-8>big5", "utf-8>cp949", "utf-8>euc_jp", "gb18030>big5", "gb18030>cp949", "big5>cp949")),
    Habit("`?` for what cannot be read", "Windows, Java, databases, mail", without(HOLE, "?"),
          ("utf-8>gb18030", "utf-8>big5", "utf-8>cp949", "utf-8>euc_jp", "gb18030>big5", "gb18030>cp949", "big5>cp949")),
    Habit("what cannot be read dropped", "`iconv -c`, `errors=\"ignore\"`", without(HOLE),
          ("utf-8>gb18030", "utf-8>big5", "utf-8>cp949", "gb18030>big5")),
    Habit("private-use characters dropped", "search indexes, databases of three bytes", without("[\ue000-\uf8ff]"),
          ("utf-8>gb18030", "big5>gb18030")),
    Habit("private-use characters as `?`", "fonts, printers, PDF", without("[\ue000-\uf8ff]", "?"),
          ("utf-8>gb18030", "big5>gb18030")),
    Habit("C1 controls dropped", "sanitizers, XML writers, terminals", without("[\x80-\x9f]"), LATIN),
    Habit("C1 controls as spaces", "HTML cleaners", without("[\x80-\x9f]", " "), LATIN),
    Habit("no-break spaces as spaces", "HTML cleaners, copying from a browser", without("\xa0", " "),
          (*LATIN, "utf-8>koi8-r")),
    Habit("no-break spaces dropped", "`strip()` and its like", without("\xa0"), LATIN),
    Habit("soft hyphens dropped", "browsers, copying from a browser", without("\xad"), LATIN),
    Habit("full-width signs folded (NFKC)", "search indexes, user names",
          lambda text: unicodedata.normalize("NFKC", text), ("utf-8>gb18030", "utf-8>cp932", "gb18030>cp932")),
    Habit("accents composed (NFC)", "macOS file names, Java", lambda text: unicodedata.normalize("NFC", text),
          ("gb18030>cp1258",)),
    Habit("small letters", "addresses, search indexes, user names", str.lower,
          ("gb18030>cp1252", "big5>cp1252", "utf-8>cp1252", "gb18030>cp1251", "utf-8>cp1251")),
    Habit("capitals", "headings, file names of DOS", str.upper,
          ("gb18030>cp1252", "big5>cp1252", "utf-8>latin-1", "utf-8>cp1252", "gb18030>cp1251", "utf-8>cp1251")),
    Habit("capitals at the beginnings of words", "headings, names of people", str.title,
          ("gb18030>cp1252", "utf-8>latin-1", "utf-8>cp1252", "utf-8>cp1251")),
)  # fmt: skip


def rows() -> list[tuple[Habit, str]]:
    return [(habit, route) for habit in HABITS for route in habit.routes]


def snippets(habit: Habit, route: str, sentences: list[str]) -> list[tuple[str, str]]:
    """Garbled and true snippets of SIZE characters that show HABIT."""
    found = []
    for line in sentences:
        text = line[:SIZE]
        plain = routes.misread(f"{text}\n", route).removesuffix("\n")
        garbled = habit.apply(plain)
        shows = HOLE in plain if habit.name.startswith("U+FFFD") else garbled != plain
        if shows:
            found.append((garbled, text))
    return found


def measure(habit: Habit, route: str, sentences: list[str]) -> dict[str, int]:
    """How many snippets show HABIT, percent of their characters that come back, percent that do wrongly."""
    cases = snippets(habit, route, sentences)
    got = textfix.fix_many([garbled for garbled, _ in cases], clean=False)
    back = false = total = 0
    for (garbled, text), now in zip(cases, got, strict=True):
        total += len(text)
        if now != garbled:
            blocks = SequenceMatcher(None, now, text, autojunk=False).get_matching_blocks()
            same = sum(block.size for block in blocks)
            back += same
            false += max(0, sum(char not in "\ufffd? " for char in now) - same)
    return {"snippets": len(cases), "back": 100 * back // max(total, 1), "false": -(-100 * false // max(total, 1))}
