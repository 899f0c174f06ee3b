"""Marks of the sentence: points to full width, ellipses, dashes, the interpunct of names."""

from __future__ import annotations

import re
from functools import cache

from textfix import tables
from textfix.punct.classes import HAN_CLASS, is_han, is_word
from textfix.punct.english import english_run
from textfix.punct.line import Line

ELLIPSIS = re.compile(r"(?<![.…])(?:\.{3,}|…)(?![.…])|(?<!。)。{3,}(?!。)")
DASH = re.compile(r"(?<![-—])(?:-{2,4}|—)(?![-—>])")


BETWEEN_HAN = re.compile(f"\\.(?<=[{HAN_CLASS}].)(?=[{HAN_CLASS}])")


@cache
def name_chars() -> frozenset[str]:
    return frozenset(tables.toml("punct.toml")["names"]["chars"].replace("\n", ""))


@cache
def name_dots() -> str:
    dots: str = tables.toml("punct.toml")["names"]["dots"]
    return dots


@cache
def looks() -> re.Pattern[str]:
    """A look-alike of the interpunct."""
    return re.compile("[" + re.escape(name_dots()) + "]")


@cache
def dots() -> re.Pattern[str]:
    """A dot that may be that of a name."""
    return re.compile("[." + re.escape(name_dots()) + "]")


def ellipses(line: Line) -> None:
    """`...`, `。。。` and a single `…` to ……, in Chinese text."""
    text = line.text
    if "…" not in text and "..." not in text and "。。。" not in text:
        return
    for found in ELLIPSIS.finditer(text):
        start, end = found.span()
        if any(line.mask[start:end]):
            continue
        if found.group() == "…" and not is_han(text[start - 1 : start]):
            continue
        if found.group() == "..." and symbol(beside(line, start, -1)) and symbol(beside(line, end, 1)):
            continue  # the name of a button or a placeholder: [...]
        if found.group() == "..." and text[start - 1 : start] == " " and symbol(beside(line, end, 1)):
            continue  # an entry of a menu: **另存为 ...**
        left, right = line.letter_left(start), line.letter_right(end)
        if found.group()[0] != "。" and not line.chinese(left) and not (line.chinese(right) and not left):
            near = line.text[end : end + 1]
            if not (is_han(near) and not english_run(line, start)):
                continue
        line.put(start, end, "……" if end - start < 10 else "…" * (2 * round((end - start) / 6)), "ellipsis")


def symbol(char: str) -> bool:
    """A sign that neither speaks nor ends a sentence."""
    return char != "" and char in "()（）[]{}<>「」『』“”‘’【】`#+=|*/&\\"


def dashes(line: Line) -> None:
    """`--` and a single — between Han to ——; between digits or in a pair of short names it is a range, and stays."""
    text = line.text
    if "--" not in text and "—" not in text:
        return
    for found in DASH.finditer(text):
        start, end = found.span()
        if any(line.mask[start:end]):
            continue
        left, right = beside(line, start, -1), beside(line, end, 1)
        if found.group() == "—":
            if not (is_han(text[start - 1 : start]) and is_han(text[end : end + 1])):
                continue
            if span_dash(text, start):
                continue
        elif not (joins(left, line.letter_left(start)) and (joins(right, line.letter_right(end)) or not right)):
            continue
        line.put(start, end, "——", "dash")
        if found.group() != "—":
            line.drop_spaces(start, end, "dash")


def joins(near: str, letter: str) -> bool:
    """Whether a side of a dash is Chinese: Han itself, or a mark beyond which Han stands."""
    return is_han(letter) and near != "" and not is_word(near) and near not in "=+*/\\|&@#$%^~`"


def span_dash(text: str, place: int) -> bool:
    """Whether the — at PLACE joins two names or the ends of a stretch: short, in a chain, or ending alike."""
    left = right = place
    while left and place - left < 40 and is_han(text[left - 1]):
        left -= 1
    while right + 1 < len(text) and right - place < 40 and is_han(text[right + 1]):
        right += 1
    if text[place - 1] in PARTICLES:
        return False
    if place - left < 4 or right - place < 4:
        return True
    if any(text[place - size : place] == text[place + 1 : place + 1 + size] for size in (2, 3, 4) if size <= place):
        return True
    if text[left - 1 : left] == "—" or text[right + 1 : right + 2] == "—":
        return True
    return text[place - 1] == text[right] or text[place - 1] in STATIONS


#: What ends a clause and no name: before these a dash is a pause.
PARTICLES = "了吧呢吗嗎啊呀哦噢嗯哎唉哟喲啦嘛着著"

#: What names of places and times end in: a dash after one is "to".
STATIONS = "路站市省县縣区區镇鎮村线線州港街年月日时時"


def beside(line: Line, place: int, step: int) -> str:
    """The nearest character that is not a space, left of PLACE (step -1) or from PLACE on (step 1)."""
    i = place - 1 if step < 0 else place
    for _ in range(8):
        if not 0 <= i < len(line.text):
            return ""
        if line.at(i) not in ("", " ", "\t"):
            return line.at(i)[-1 if step < 0 else 0]
        i += step
    return ""


def interpuncts(line: Line) -> None:
    """The dot of a foreign name to ·: any of the look-alikes between Han, a full stop only within such a name."""
    text = line.text
    if BETWEEN_HAN.search(text) is None and looks().search(text) is None:
        return
    for found in dots().finditer(text, 1, max(1, len(text) - 1)):
        place, char = found.start(), found.group()
        if line.mask[place]:
            continue
        if char == "." and not (is_han(text[place - 1]) and is_han(text[place + 1])):
            continue
        sides = name_side(text, place - 1, -1), name_side(text, place + 1, 1)
        if "" in sides or "han" not in sides:
            continue
        if char == "." and (sides != ("han", "han") or not named(text, place)):
            continue
        line.put(place, place + 1, "·", "interpunct")


def named(text: str, place: int) -> bool:
    """Whether the characters around the dot at PLACE are those that foreign names are written with."""
    around = text[max(0, place - 2) : place] + text[place + 1 : place + 3]
    return len(around) > 3 and all(other in name_chars() for other in around)


def name_side(text: str, place: int, step: int) -> str:
    """What a dot has on one side, from PLACE outwards: "han", "initial" (R• beyond which no Han stands) or ""."""
    for _ in range(4):
        char = text[place] if 0 <= place < len(text) else ""
        if is_han(char):
            return "han"
        if not ("A" <= char <= "Z"):
            return ""
        place += step
        char = text[place] if 0 <= place < len(text) else ""
        if char == "" or char not in name_dots():
            return "" if is_word(char) else "initial"
        place += step
    return ""
