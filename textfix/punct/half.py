"""The style "half": full-width marks to ASCII, for indexes."""

from __future__ import annotations

from functools import cache

from textfix import tables
from textfix.punct.line import Line


@cache
def narrow() -> dict[str, str]:
    """Each full-width mark and its ASCII form; letters and digits are not punctuation and stay."""
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if not chr(code - 0xFEE0).isalnum()}
    table.update(tables.toml("punct.toml")["half"])
    return table


def halve(line: Line) -> None:
    """Every full-width mark outside code and addresses to ASCII."""
    table = narrow()
    for place, char in enumerate(line.text):
        if char in table and not line.mask[place] and (char != "\u3000" or place):
            line.put(place, place + 1, table[char], "width")
