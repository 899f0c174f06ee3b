"""Marks that come in pairs: brackets, titles, quotation marks. What has no partner is left as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial

from textfix import tables
from textfix.punct.classes import is_han, is_word
from textfix.punct.english import english
from textfix.punct.line import REACH, Line
from textfix.punct.points import extensions

TITLE = re.compile(r"<<([^<>\n]{1,60})>>|<([^<>\n]{1,40})>")
BRACKET = re.compile("[()（）]")
#: What brackets hold that are a point or an interval: (3,4), (x, y, z), (lo,hi).
_ITEM = "(?:[-+−]?[0-9.]+|[A-Z]|[a-z]{1,3}[0-9]?)"
TUPLE = re.compile(f"\\s?{_ITEM}(?:\\s?,\\s?{_ITEM})+\\s?")
#: A telephone number, (010) 6512-3456, and the name of a file: 报告(终稿).docx
NUMBER_GOES_ON = re.compile(r"\([0-9+]{2,5}\) ?[0-9]{3,4}[- ]?[0-9]{4}(?![0-9])")
ENDING = re.compile(r"\.([a-z0-9]{1,10})(?![A-Za-z0-9])")
PATTERN = re.compile(r"\(\?(?:[:=!]|<[=!]|[aiLmsux]{1,5}[:)]|P?<[A-Za-z_])|\([^()\n]{0,40}?\\[dDwWsSbB](?![a-z])")
METHOD = re.compile(r"[^\s.]\.[A-Za-z_]\w*\Z", re.ASCII)
QUOTE = re.compile("[\"'“”‘’「」『』]")
OPEN = {"(": ")", "（": "）"}
#: Quotation marks: what each is (double or single, or corner, by depth) and which closes which.
OPENERS = {"“": "”", "‘": "’", "「": "」", "『": "』"}
CLOSERS = {after: before for before, after in OPENERS.items()}
#: The quotation marks that do not belong to a style.
STRANGE = {"full": re.compile("[\"'「」『』]"), "corner": re.compile("[\"'“”‘’]")}
DOUBLE = '"“”「」'
SETS = ("\"'", "“”‘’", "「」『』")
SET = {mark: kind for kind in SETS for mark in kind}


@cache
def cues() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words that announce a work, and words that end like one and do not."""
    data = tables.toml("punct.toml")["titles"]
    return tuple(data["cues"]), tuple(data["never"])


def announced(before: str) -> bool:
    """Whether what stands BEFORE an angle bracket announces the title of a work."""
    words, never = cues()
    stem = before.rstrip("了过過")
    return stem.endswith(words) and not stem.endswith(never)


def followed(after: str) -> bool:
    """Whether what stands AFTER an angle bracket speaks of a work."""
    return after.startswith(tuple(tables.toml("punct.toml")["titles"]["after"]))


def known(title: str) -> bool:
    """Whether TITLE is that of a work that everybody knows."""
    return title in tables.toml("punct.toml")["titles"]["works"]


def title_marks(line: Line) -> None:
    """<<三国>> to 《三国》; <三国> only after a word that announces a work, for angle brackets also hold placeholders."""
    text = line.text
    if "<" not in text:
        return
    for found in TITLE.finditer(text):
        start, end = found.span()
        if any(line.mask[start : start + 1]) or line.mask[end - 1]:
            continue
        before, after = text[start - 1 : start], text[end : end + 1]
        if before == "<" or after == ">":
            continue
        if found.group(1):
            body = found.group(1)
            inside = line.has_han(start, end)
            beside = is_han(line.letter_left(start)) or is_han(line.letter_right(end))
            latin = before.isascii() and is_word(before) and not line.has_han(start, end)
            if (inside and not (before.isascii() and is_word(before) and is_word(after))) or (beside and not latin):
                line.put(start, start + 2, "《", "title")
                line.put(end - 2, end, "》", "title")
        else:
            body = found.group(2)
            told = known(body) or announced(text[max(0, start - 5) : start]) or followed(text[end : end + 4])
            if is_han(body[0]) and text.find(f"</{body}>", end, end + 1000) < 0 and told:
                near = text[max(0, start - 40) : start]
                inner = near.rfind("《") > near.rfind("》")
                line.put(start, start + 1, "〈" if inner else "《", "title")
                line.put(end - 1, end, "〉" if inner else "》", "title")


def brackets(line: Line) -> None:
    """Round brackets to full width, by what they hold and what they stand in."""
    text = line.text
    if "(" not in text and "（" not in text:
        return
    stack: list[int] = []
    pairs: list[tuple[int, int]] = []
    for found in BRACKET.finditer(text):
        place, char = found.start(), found.group()
        if line.mask[place]:
            continue
        if char in OPEN:
            stack.append(place)
        elif stack:
            pairs.append((stack.pop(), place))
    for start, end in sorted(pairs):
        if line.kaomoji(start, end + 1):
            line.shield(start, end + 1, "emoticon")
    for start, end in sorted(pairs):
        if line.mask[start] or line.mask[end] or (text[start] == "（" and text[end] == "）"):
            continue
        if not full_bracket(line, start, end):
            if text[start] == "(" and text[end] == ")" and line.has_han(start, end):
                line.shield(start, end + 1, "call")  # merge(左边, 右边): what it holds is not prose
        else:
            line.put(start, start + 1, "（", "width")
            line.put(end, end + 1, "）", "width")
            if text[start] == "(":
                line.drop_spaces(start, start + 1)
            if text[end] == ")":
                line.drop_spaces(end, end + 1)


def full_bracket(line: Line, start: int, end: int) -> bool:
    text = line.text
    before = text[start - 1 : start] if start else ""
    if "（" in text[start] or "）" in text[end]:
        return True
    latin_before = is_word(before) or (before in ("_", "]", ")") and not line.chinese(line.at(start - 1)))
    if end == start + 1:
        return is_han(before)
    inside = line.has_han(start, end)
    left, right = line.letter_left(start), line.letter_right(end + 1)
    if before in ("%", "@") and not text[max(0, start - 2) : start - 1].isdigit():
        return False  # the name of a variable: %(RootDir), @(Compile)
    if not text[start + 1 : end].strip(" .") or (before == ">" and text[start + 1] == "<"):
        return False  # (...): the name of a button; <类型>(<范围>): a form to fill in
    if not inside and TUPLE.fullmatch(text, start + 1, end):
        return False
    if ("|" in text[start:end] and (before in "^|" or text[end + 1 : end + 2] in tuple("?*+{$"))) or PATTERN.match(
        text, start
    ):
        return False  # part of a regular expression: ^(甲|乙)?$
    ending = text[end + 1 : end + 2] == "." and ENDING.match(text, end + 1)
    if NUMBER_GOES_ON.match(text, start) or (ending and ending[1] in extensions()):
        return False
    if inside and latin_before and METHOD.search(text, max(0, start - REACH), start):
        return False  # /^x$/.test(值)
    if inside:
        outside = line.has_han(0, start) or line.has_han(end, len(text))
        if left and right and not line.chinese(left) and not line.chinese(right):
            return outside and not english(line, start)
        return outside or not left
    if latin_before:
        # f(x), text(1): a call or an index. 500g(net)的 is rare enough.
        return False
    if not start and text[1:end].isdigit() and end < 4:
        return line.han(end, len(text)) > 1  # (3)JPEG 是有损的: the number of an item
    return (line.chinese(left) and (before != " " or line.chinese(right) or not right)) or (
        line.chinese(right) and not left
    )


def pair_quotes(text: str, mask: bytearray | None = None) -> tuple[list[tuple[int, int]], list[int]]:
    """The pairs of quotation marks in TEXT, outermost first, and those without a partner.

    Apostrophes and inches are neither, nor is what MASK shields.
    """
    size = len(text)
    stack: list[int] = []
    waiting = dict.fromkeys("\"'“‘「『", 0)
    # Where the curly ones are in balance among themselves, no straight one is the partner of a curly one.
    even = text.count("“") == text.count("”")
    pairs: list[tuple[int, int]] = []
    loose: list[int] = []

    def close(place: int, kinds: str) -> None:
        if not any(waiting[kind] for kind in kinds):
            loose.append(place)
            return
        while True:
            opening = stack.pop()
            waiting[text[opening]] -= 1
            if text[opening] in kinds:
                pairs.append((opening, place))
                return
            loose.append(opening)

    for found in QUOTE.finditer(text):
        place, char = found.start(), found.group()
        if mask is not None and mask[place]:
            continue
        before = text[place - 1] if place else ""
        after = text[place + 1] if place + 1 < size else ""
        if char in "'’" and (before.isascii() and before.isalnum()):
            if after.isascii() and after.isalnum():
                continue  # It's, 6'2
            if not waiting["'" if char == "'" else "‘"] and not (char == "’" and waiting["'"]):
                continue  # users' items
        if char in OPENERS:
            stack.append(place)
            waiting[char] += 1
        elif char in CLOSERS:
            close(
                place,
                CLOSERS[char] + ('"' if char == "”" and not even else "'" if char == "’" and "‘" not in text else ""),
            )
        else:
            curly = ("" if even else "“") if char == '"' else "‘"
            open_now = waiting[char] + (waiting[curly] if curly else 0)
            opens = (
                (not before or before in " \t\u3000:：(（=")
                and after != ""
                and after not in " \t\r\n,.;!?，。；！？、）)"
            )
            if open_now and not (opens and waiting[char]):
                close(place, char + curly)
            elif not open_now and char == '"' and before.isdigit() and before.isascii():
                continue  # inches
            elif after == "" and not open_now:
                loose.append(place)
            else:
                if open_now and opens:  # the one before was never closed
                    while stack:
                        loose.append(stack.pop())
                        waiting[text[loose[-1]]] -= 1
                        if text[loose[-1]] == char:
                            break
                stack.append(place)
                waiting[char] += 1
    return sorted(pairs), sorted([*loose, *stack])


def levels(
    text: str,
    style: str,
    pairs: list[tuple[int, int]],
    quotable: Callable[[int, int, bool], bool] | None = None,
) -> Iterator[tuple[int, int, str]]:
    """PAIRS, each with the marks that it gets in STYLE: where it starts, where it ends, the two marks.

    A straight mark has no level: it gets the one that it stands at, single in double and double in single. Every other
    mark keeps its own, but for one that stands in a mark of the same level and another set: 「他說“好”」.
    """
    marks: str = tables.toml("punct.toml")["quotes"][style]
    nested: list[tuple[int, bool, str]] = []  # where the enclosing pairs end, whether they are double, and their set
    for start, end in pairs:
        while nested and nested[-1][0] < start:
            nested.pop()
        opening = text[start]
        double = opening in DOUBLE
        kind = SET[opening]
        if nested and nested[-1][1] == double and (kind == SETS[0] or nested[-1][2] != kind):
            double = not double
        if quotable is None or quotable(start, end, bool(nested)):
            nested.append((end, double, kind))
            yield start, end, marks[:2] if double else marks[2:]


def quotation_marks(line: Line, style: str) -> None:
    """Quotation marks in STYLE, level by level; English in quotes inside English stays as it is."""
    text = line.text
    if STRANGE[style].search(text) is None:
        return
    pairs, _ = pair_quotes(text, line.mask)
    for start, end, pair in levels(text, style, pairs, partial(quotable, line)):
        if text[start] + text[end] == pair:
            continue
        line.put(start, start + 1, pair[0], "quotes")
        line.put(end, end + 1, pair[1], "quotes")
        for place in (start, end):
            if text[place] in "\"'":
                tighten(line, place, "quotes")


def tighten(line: Line, place: int, rule: str) -> None:
    """Outside a quotation mark that was straight, a space between it and Han is no longer wanted."""
    text = line.text
    left = place
    while left and text[left - 1] == " ":
        left -= 1
    if 0 < left < place and line.chinese(line.at(left - 1) or text[left - 1]) and not any(line.mask[left - 1 : place]):
        line.erase(left, place, rule)
    right = place + 1
    while right < len(text) and text[right] == " ":
        right += 1
    if place + 1 < right < len(text) and line.chinese(text[right]) and not any(line.mask[place + 1 : right + 1]):
        line.erase(place + 1, right, rule)


def quotable(line: Line, start: int, end: int, inside: bool) -> bool:
    """Whether a quotation is part of Chinese text; INSIDE another one, or not."""
    text = line.text
    before = text[start - 1] if start else ""
    if text[start] in "\"'":
        if text[max(0, start - 3) : start].rstrip().endswith(("=", "=>", "??", "||", "&&")) or (
            before in "([{" and before and start > 1 and is_word(text[start - 2])
        ):
            return False
        if end == start + 1 or (
            before == "("
            and text[end + 1 : end + 2] == ")"
            and text[max(0, start - 3) : start - 1].strip().isascii()
            and is_word(text[max(0, start - 3) : start - 1].strip()[-1:] or " ")
        ):
            return False
    left = line.letter_left(start)
    han = line.has_han(start, end)
    if line.chinese(left) and (han or text[start] in "「『"):
        return True
    right = line.letter_right(end + 1)
    if han:
        latin = left and right and not line.chinese(left) and not line.chinese(right)
        if latin:
            return (line.has_han(0, start) or line.has_han(end, len(text))) and not english(line, start)
        return True
    if text[start] in "「『":
        return True
    beside = line.chinese(left) or line.chinese(right)
    if text[start] == "'" and not inside:
        line.shield(start, end + 1, "quoted")  # 'a', '0000-00-00': a literal
        return False
    return beside and not (is_word(left) and english(line, start))
