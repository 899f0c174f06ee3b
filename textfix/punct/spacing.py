"""Spacing between Han and Latin letters or digits."""

from __future__ import annotations

import re

from textfix.punct.classes import HAN_CLASS, WORD_CLASS, is_han, is_word
from textfix.punct.line import Line

#: Where Han meets what may be a word, from either side.
MEETING = re.compile(f"(?<=[{HAN_CLASS}])(?=[{WORD_CLASS}@#$`/~\\\\.])|(?<=[{WORD_CLASS}%‰℃℉°+#`/~])(?=[{HAN_CLASS}])")
#: A path from the root, and not the stroke between two words: /etc/hosts, /root, but 工作区/applyEdit
ROOTED = re.compile(
    r"[~.]{0,2}/[A-Za-z0-9_.-]+/|[~.]{1,2}/|/(?:bin|boot|dev|etc|home|lib|mnt|opt|proc|root|srv|sys|tmp|usr|var)\b"
)


def space(line: Line) -> None:
    """One space between Han and a Latin word, a number or a piece of code; full-width marks need none."""
    for found in MEETING.finditer(line.text):
        place = found.start()
        if line.inner[place]:
            continue
        left, right = line.at(place - 1), line.at(place)
        if is_han(left):
            wanted = opens(line, place)
        elif is_han(right):
            wanted = closes(line, place)
        else:
            continue
        if wanted:
            line.inserts[place] = " "


def opens(line: Line, place: int) -> bool:
    """Whether a word begins at PLACE."""
    char, after = line.at(place), line.at(place + 1)
    kind = line.kinds.get(place)
    if kind in ("path", "winpath"):
        return ROOTED.match(line.text, place) is not None and before_han(line, place) != "/"
    return (
        (char != "" and is_word(char))
        or (char == "$" and after.isdigit())
        or (char != "" and char in "@#" and after.isascii() and after.isalnum())
        or (kind == "code" and char == "`")
    )


def before_han(line: Line, place: int) -> str:
    """What stands before the Han that end at PLACE: docs/主题/examples is one path."""
    start = place
    while start and place - start < 12 and is_han(line.text[start - 1]):
        start -= 1
    return line.text[start - 1 : start]


def closes(line: Line, place: int) -> bool:
    """Whether a word ends before PLACE."""
    char, before = line.at(place - 1), line.at(place - 2)
    kind = line.kinds.get(place - 1)
    if (kind == "code" and char == "`") or (kind == "path" and char == "/" and rooted(line, place)):
        return True
    return (char != "" and is_word(char)) or (
        char != "" and char in "%‰℃℉°+#" and bool(before) and (is_word(before) or before == char)
    )


def rooted(line: Line, end: int) -> bool:
    """Whether the path that ends at END begins at the root, and not in the middle of another."""
    start = line.ends.get(end, end)
    return ROOTED.match(line.text, start) is not None and before_han(line, start) != "/"


def unspace(line: Line) -> None:
    """No space between Han and a word or number; beside an address it stays, for it shows where the address ends."""
    text = line.text
    place = 0
    while (place := text.find(" ", place)) >= 0:
        end = place
        while end < len(text) and text[end] == " ":
            end += 1
        if place > 0 and end < len(text) and not any(line.mask[place:end]) and all(line.out[place:end]):
            left, right = line.at(place - 1), line.at(end)
            free = free_edge(line, place - 1) and free_edge(line, end)
            if free and ((is_han(left) and opens(line, end)) or (is_han(right) and closes(line, place))):
                line.erase(place, end, "spacing")
        place = end


def free_edge(line: Line, place: int) -> bool:
    return not line.mask[place] or line.kinds.get(place) == "code"
