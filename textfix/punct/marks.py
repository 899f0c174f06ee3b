"""Marks of the sentence: points to full width, ellipses, dashes, the interpunct of names."""

from __future__ import annotations

import re
from functools import cache

from textfix import tables
from textfix.punct.classes import HAN_CLASS, is_han, is_word
from textfix.punct.line import PAIR_CLOSERS, REACH, Line

ELLIPSIS = re.compile(r"(?<![.…])(?:\.{3,}|…)(?![.…])|(?<!。)。{3,}(?!。)")
DASH = re.compile(r"(?<![-—])(?:-{2,4}|—)(?![-—>])")
POINTS = re.compile(r"[,;:!?.]+")
LIST_NUMERAL = re.compile(r"\s*(?:第?[一二三四五六七八九十百]{1,4}|[甲乙丙丁])\.")
WORDS = re.compile(r"[^\W_]+(?:['’.+#/&-]+[^\W_]+)*")


@cache
def full() -> dict[str, str]:
    table: dict[str, str] = tables.toml("punct.toml")["full"]
    return table


@cache
def abbreviations() -> frozenset[str]:
    return frozenset(tables.toml("punct.toml")["abbreviations"]["words"])


@cache
def name_chars() -> frozenset[str]:
    return frozenset(tables.toml("punct.toml")["names"]["chars"].replace("\n", ""))


@cache
def name_dots() -> str:
    dots: str = tables.toml("punct.toml")["names"]["dots"]
    return dots


def ellipses(line: Line) -> None:
    """`...`, `。。。` and a single `…` to ……, in Chinese text."""
    for found in ELLIPSIS.finditer(line.text):
        start, end = found.span()
        if any(line.mask[start:end]):
            continue
        left, right = line.letter_left(start), line.letter_right(end)
        if found.group()[0] != "。" and not line.chinese(left) and not (line.chinese(right) and not left):
            near = line.text[end : end + 1]
            if not (is_han(near) and not english_run(line, start)):
                continue
        line.put(start, end, "……" if end - start < 10 else "…" * (2 * round((end - start) / 6)), "ellipsis")


def dashes(line: Line) -> None:
    """`--` and a single — between Han to ——; between digits or in a pair of short names it is a range, and stays."""
    text = line.text
    for found in DASH.finditer(text):
        start, end = found.span()
        if any(line.mask[start:end]):
            continue
        left, right = beside(line, start, -1), beside(line, end, 1)
        if found.group() == "—":
            if not (is_han(text[start - 1 : start]) and is_han(text[end : end + 1])):
                continue
            if run_of_han(text, start - 1, -1) < 4 or run_of_han(text, end, 1) < 4:
                continue
        elif not (line.chinese(left) or left in "”’\"'!?.," and left) or not (
            line.chinese(right) or right in "“‘\"'" or (not right and is_han(left))
        ):
            continue
        elif not line.chinese(left) and not line.chinese(line.letter_left(start)):
            continue
        line.put(start, end, "——", "dash")
        if found.group() != "—":
            line.drop_spaces(start, end, "dash")


def run_of_han(text: str, place: int, step: int) -> int:
    count = 0
    while 0 <= place < len(text) and count < 4 and is_han(text[place]):
        count, place = count + 1, place + step
    return count


def beside(line: Line, place: int, step: int) -> str:
    """The nearest character that is not a space, left of PLACE (step -1) or from PLACE on (step 1)."""
    i = place - 1 if step < 0 else place
    for _ in range(8):
        if not 0 <= i < len(line.text):
            return ""
        if line.text[i] not in " \t":
            return line.text[i]
        i += step
    return ""


def interpuncts(line: Line) -> None:
    """The dot of a foreign name to ·: any of the look-alikes between Han, a full stop only within such a name."""
    text = line.text
    for place in range(1, len(text) - 1):
        char = text[place]
        if line.mask[place] or (char != "." and char not in name_dots()):
            continue
        if not (is_han(text[place - 1]) and is_han(text[place + 1])):
            continue
        if char == ".":
            around = text[max(0, place - 2) : place] + text[place + 1 : place + 3]
            if len(around) < 4 or not all(other in name_chars() for other in around):
                continue
        line.put(place, place + 1, "·", "interpunct")


def points(line: Line) -> None:
    """, ; : ! ? and . to full width where they stand in Chinese text."""
    text, table = line.text, full()
    numeral = LIST_NUMERAL.match(text)
    for found in POINTS.finditer(text):
        start, end = found.span()
        while start < end and (line.mask[start] or start in line.rules):
            start += 1
        while end > start and (line.mask[end - 1] or end - 1 in line.rules):
            end -= 1
        if start == end or any(line.mask[start:end]) or (numeral and end == numeral.end()):
            continue
        run = text[start:end]
        if ".." in run:
            continue
        if pointed(line, start, end):
            line.put(start, end, "".join(table[char] for char in run), "width")
            line.drop_spaces(start, end)


def pointed(line: Line, start: int, end: int) -> bool:
    """Whether the marks at START:END belong to Chinese text, judged by what stands on both sides."""
    text = line.text
    point = text[start]
    after = text[end] if end < len(text) else ""
    place = start
    while place and (line.at(place - 1) in PAIR_CLOSERS if line.at(place - 1) else True) and start - place < 8:
        if line.at(place - 1) in "”’」』）》】〉" and line.at(place - 1) and place - 1 in line.rules:
            break
        place -= 1
    before = line.at(place - 1)
    closed = place < start
    if not before and place == 0 and closed:
        before = ""
    gap = before in " \t" and before != ""
    if gap:
        before = beside(line, place, -1)
    if is_chinese(line, before):
        if gap and not (after == "" or after in " \t\r" or line.chinese(after)):
            return False
        if point == "." and end - start == 1:
            if after and after.isascii() and after.isalnum():
                return after.isupper() and text[end : end + 3].upper() != "NET" and not text[end : end + 4].isupper()
        return not (after == "/" and point == ":")
    if not before:
        return point in ",;" and is_han(after)
    if not (is_word(before) or before in "%℃°+#$`*&@/^=~_)]}\"'>-’”"):
        return False
    near = after
    spaced = near in (" ", "\t") and near != ""
    if spaced:
        near = beside(line, end, 1)
    if near and is_word(near):
        return False
    if point == "." and end - start == 1 and not dotted(line, start):
        return False
    latin = english_run(line, start)
    if near and line.chinese(near):
        if spaced:
            return not latin and boundary_chinese(line, start)
        return not latin or point in ",;:"
    if not near or near in "\r" or near in PAIR_CLOSERS or near in "“‘":
        return not latin and boundary_chinese(line, start)
    return False


def is_chinese(line: Line, char: str) -> bool:
    return line.chinese(char) or char == "…" or char == "—"


def dotted(line: Line, place: int) -> bool:
    """Whether a point after Latin or a digit ends a sentence: not that of 1. 打开, No. 5, p.m. or vs."""
    text = line.text
    start = place
    while start and place - start < REACH and (is_word(text[start - 1]) or text[start - 1] in ".'"):
        start -= 1
    word = text[start:place]
    if word.isdigit():
        return bool(start) and (is_han(text[start - 1]) or text[start - 1] in "￥¥$-~:") and len(word) > 0
    if word.lower() in abbreviations():
        return False
    pieces = word.split(".")
    if len(pieces) > 1 and all(len(piece) == 1 and piece.isalpha() for piece in pieces):
        return False
    return not (len(word) == 1 and not (start and is_han(text[start - 1])))


def latin_run(line: Line, place: int) -> int:
    """Where the stretch of Latin words, digits and spaces that ends at PLACE begins."""
    text = line.text
    start = place
    while start and place - start < REACH:
        char = text[start - 1]
        if start - 1 in line.rules and line.out[start - 1] != char:
            break
        if not (char.isascii() and char not in ",;:!?\"'()<>\n" or is_word(char)):
            if not (char == "'" and start > 1 and is_word(text[start - 2])):
                break
        start -= 1
    return start


def english_run(line: Line, place: int) -> bool:
    """Whether the words before PLACE are an English sentence rather than a name in a Chinese one."""
    text = line.text
    end = place
    while end and text[end - 1] in "\"'”’)*_":
        end -= 1
    start = latin_run(line, end)
    words = [word for word in WORDS.findall(text[start:end]) if any(map(str.isalpha, word))]
    if not words:
        return False
    before = line.at(start - 1)
    if is_chinese(line, before) or before == "":
        if before and len(words) == 1:
            return False
        lower = sum(word.islower() for word in words)
        if before and is_han(before):
            return len(words) > 4 and lower > 2
        return len(words) > 2 and lower > 0
    return before in "\"'“‘,!?:;" or len(words) > 2


def boundary_chinese(line: Line, place: int) -> bool:
    """Whether the Latin before PLACE follows on Chinese."""
    end = place
    while end and line.text[end - 1] in "\"'”’)*_":
        end -= 1
    before = line.at(latin_run(line, end) - 1)
    return is_chinese(line, before) or before in ("）", "”", "’", "`", "$")


HAN_ONLY = re.compile(f"[{HAN_CLASS}]")
