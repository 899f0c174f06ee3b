"""The style "half": full-width marks to ASCII, for indexes."""

from __future__ import annotations

import re
from functools import cache

from textfix import tables
from textfix.punct.classes import HAN_CLASS
from textfix.punct.line import Line, whole
from textfix.punct.shield import fences, guarded
from textfix.records import Change, Edit, Lazy, splice


@cache
def narrow() -> dict[str, str]:
    """Each full-width mark and its ASCII form; letters and digits are not punctuation and stay."""
    table = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if not chr(code - 0xFEE0).isalnum()}
    table.update(tables.toml("punct.toml")["half"])
    return table


@cache
def wide() -> re.Pattern[str]:
    """Runs of full-width marks."""
    return re.compile("[" + "".join(map(re.escape, narrow())) + "]+")


#: What makes a text Chinese enough: “curly” quotes alone are also English.
CHINESE = re.compile(f"[{HAN_CLASS}\u3001-\u3030\uff01-\uff60]")


@cache
def translation() -> dict[int, str]:
    return str.maketrans(narrow())


def halve(text: str) -> Change | None:
    """TEXT with every full-width mark outside code and addresses in ASCII; None if it has none."""
    change = once(text)
    after = change
    for _ in range(ROUNDS):  # a mark in ASCII may lay open what looked like a formula; prose never needs a second look
        after = None if after is None else once(after.text)
        if change is None or after is None:
            break
        change = Change(after.text, tuple(whole(text, after.text, "width")))
    return change


ROUNDS = 4


def once(text: str) -> Change | None:
    """One pass of `halve`."""
    if CHINESE.search(text) is None:
        return None
    shielded = guarded(text)

    def make() -> tuple[Edit, ...]:
        return tuple(
            Edit(found.start(), found.end(), found.group(), found.group().translate(translation()), "width")
            for found in wide().finditer(text)
        )

    if not shielded and not fences(text):
        after = text.translate(translation())
        return None if after == text else Change(after, Lazy(make))
    low = [*fences(text), *shielded]
    mask = bytearray(len(text))
    for start, end in low:
        mask[start:end] = b"\x01" * (end - start)
    edits = [
        Edit(place, place + 1, text[place], narrow()[text[place]], "width")
        for found in wide().finditer(text)
        for place in range(*found.span())
        if not mask[place]
    ]
    return splice(text, edits) if edits else None


def halve_line(line: Line) -> None:
    """The same for one line, where spacing follows."""
    if CHINESE.search(line.text) is None:
        return
    for place, char in enumerate(line.text):
        if char in narrow() and not line.mask[place]:
            line.put(place, place + 1, narrow()[char], "width")
