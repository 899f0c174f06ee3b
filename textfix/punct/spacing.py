"""Spacing between Han and Latin letters or digits."""

from __future__ import annotations

from textfix.punct.classes import is_han, is_word
from textfix.punct.line import Line


def space(line: Line) -> None:
    """One space between Han and a Latin word, a number or a piece of code; full-width marks need none."""
    text = line.text
    for place in range(1, len(text)):
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
    return (
        (char != "" and is_word(char))
        or (char == "$" and after.isdigit())
        or (char != "" and char in "@#" and after.isascii() and after.isalnum())
        or line.kinds.get(place) in whole_at(char)
    )


def closes(line: Line, place: int) -> bool:
    """Whether a word ends before PLACE."""
    char, before = line.at(place - 1), line.at(place - 2)
    if line.kinds.get(place - 1) in whole_at(char):
        return True
    return (char != "" and is_word(char)) or (
        char != "" and char in "%‰℃℉°+#" and bool(before) and (is_word(before) or before == char)
    )


def whole_at(char: str) -> tuple[str, ...]:
    """The shielded stretches that count as a word where CHAR is at their edge."""
    if char == "`":
        return ("code",)
    return ("path", "winpath") if char in "/~\\" and char else ()


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
