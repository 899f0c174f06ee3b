"""The style "half": full-width marks to ASCII, for indexes."""

from __future__ import annotations

import re
from functools import cache

from textfix import tables
from textfix.punct.classes import HAN_CLASS
from textfix.punct.line import Line


@cache
def narrow() -> dict[str, str]:
    """Each full-width mark and its ASCII form; letters and digits are not punctuation and stay."""
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if not chr(code - 0xFEE0).isalnum()}
    table.update(tables.toml("punct.toml")["half"])
    return table


@cache
def wide() -> re.Pattern[str]:
    """A full-width mark."""
    return re.compile("[" + "".join(map(re.escape, narrow())) + "]")


#: What makes a line Chinese enough: “curly” quotes alone are also English.
CHINESE = re.compile(f"[{HAN_CLASS}\u3001-\u3030\uff01-\uff60]")


def halve_plain(text: str) -> str:
    """The line TEXT, in which nothing is shielded, with every full-width mark in ASCII."""
    if CHINESE.search(text) is None:
        return text
    table = narrow()
    for mark in set(wide().findall(text)):
        text = text.replace(mark, table[mark])
    return text


def halve(line: Line) -> None:
    """The same for a line of which some stretches are shielded."""
    if CHINESE.search(line.text) is None:
        return
    for found in wide().finditer(line.text):
        place = found.start()
        if not line.mask[place]:
            line.put(place, place + 1, narrow()[found.group()], "width")
