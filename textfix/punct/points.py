"""Points of the sentence, , ; : ! ? and ., to full width where they stand in Chinese text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from textfix import tables
from textfix.punct.classes import HAN_CLASS, is_han, is_word
from textfix.punct.english import SENTENCE, WORDS, boundary_chinese, english_run, is_chinese, latin_run, latin_words
from textfix.punct.foreign import ENGLISH
from textfix.punct.line import PAIR_CLOSERS, REACH, Line
from textfix.punct.marks import beside

BLANK = re.compile(r"\s*\Z")
POINTS = re.compile(r"[,;:!?.]+")
#: A point, and no full stop, right between two Han.
BETWEEN = re.compile("[\u3400-\u9fff][,!?:;][\u3400-\u9fff]")
LIST_NUMERAL = re.compile(r"\s*(?:第?[一二三四五六七八九十百]{1,4}|[甲乙丙丁])\.")
#: A word with the signs that belong to it: C++, C#, 10%
NAME = re.compile(f"{WORDS.pattern}[+#%℃]*")
#: What brackets hold that is Latin as a whole: (adj.)
LATIN_IN = re.compile(r"[(（][\x20-\x27\x2a-\x7e]*\Z")
#: A statement in front of its semicolon: p->next = NULL
ASSIGNED = re.compile(r"(?:[\w\])] ?[-+*/|&]?=(?!=) ?|->)[A-Za-z0-9_.>()\[\]\"'-]+\Z")
#: What a member belongs to: self.名字
MEMBER = re.compile(r"(?<![A-Za-z0-9])(?:self|this|cls|super)\Z")
#: A number that counts what the Han after it name.
COUNT = re.compile(f"[0-9]+(?:\\.[0-9]+)?%?[{HAN_CLASS}]")


@cache
def full() -> dict[str, str]:
    table: dict[str, str] = tables.toml("punct.toml")["full"]
    return table


@cache
def abbreviations() -> frozenset[str]:
    return frozenset(tables.toml("punct.toml")["abbreviations"]["words"])


def points(line: Line) -> None:
    """, ; : ! ? and . to full width where they stand in Chinese text."""
    text, table = line.text, full()
    numeral = LIST_NUMERAL.match(text)
    for found in POINTS.finditer(text):
        place, point = found.start(), found.group()
        if len(point) == 1 and (line.mask[place] or place in line.rules):
            continue
        if BETWEEN.match(text, place - 1) and not line.mask[place - 1] and place - 1 not in line.rules:
            line.put(place, place + 1, table[point], "width")  # most points are of this kind
            continue
        for start, end in free(line, *found.span()):
            run = text[start:end]
            if ".." in run or (numeral and end == numeral.end()):
                continue
            if pointed(line, start, end):
                line.put(start, end, "".join(table[char] for char in run), "width")
                line.drop_spaces(start, end)


def free(line: Line, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of START:END that are neither shielded nor already something else."""
    place = start
    while place < end:
        if line.mask[place] or place in line.rules:
            place += 1
            continue
        stop = place
        while stop < end and not line.mask[stop] and stop not in line.rules:
            stop += 1
        yield place, stop
        place = stop


def pointed(line: Line, start: int, end: int) -> bool:
    """Whether the marks at START:END belong to Chinese text, judged by what stands on both sides."""
    text = line.text
    point = text[start]
    if point in ",;" and end - start == 1 and code_end(line, start):
        return False
    if line.kinds.get(start - 1) == "emoticon":
        return point != "." and line.chinese(line.at(end)[:1]) and is_han(line.letter_left(start))
    following = end
    while following < len(text) and not line.out[following]:
        following += 1
    after = line.at(following)[:1]
    place = start
    while place and (not line.at(place - 1) or line.at(place - 1) in PAIR_CLOSERS) and start - place < 8:
        closer = line.at(place - 1)
        if closer and closer in "）》】〉":
            break
        if (
            closer
            and closer in "”’」』"
            and line.han(max(0, place - 30), place)
            and (point in ",;" or not is_word(after))
        ):
            return point != "." or not english_quote(line, place - 1)
        place -= 1
    before = line.at(place - 1)
    closed = place < start
    if closed and text[max(0, place - 3) : place] == "...":
        before = line.letter_left(place)  # the entry of a menu
    gap = before in " \t" and before != ""
    if gap:
        before = beside(line, place, -1)
    if point == "." and after and after in "{+":
        return False  # part of a regular expression: (甲|乙).{1,2}
    if point == "." and not gap and before and before in "（《〈【〔［":
        return False  # (.*pdb*): what opens before it does not end a sentence
    if point == "." and before and after and before in NUMERALS and after in NUMERALS:
        return False  # 五.一, 三.五倍
    if point == ":" and after == " " and line.kinds.get(following + 1) == "literal":
        return False  # 环境: { 名: 生产 }
    if is_chinese(line, before):
        if gap and point in ",;:" and after != "" and after in " \t" and spoken_of(line, start, end, "strict"):
            return False
        if gap and not (after == "" or after in " \t\r" or line.chinese(after)):
            return False
        if gap and after != "" and after in " \t" and point in "!?.":
            return point != "." and not spoken_of(line, start, end)
        if point == "." and end - start == 1 and after and is_word(after):
            return is_han(before) and ends_sentence(line, start)
        return not (after == "/" and point == ":")
    if not before:
        return point == "," and end - start == 1 and is_han(after)
    if not (is_word(before) or before in "%‰℃℉°′″²³㎡㎥+#$`*&@/^=~_)]}\"'>-’”」』"):
        return False
    near = after
    spaced = near in (" ", "\t") and near != ""
    if spaced:
        near = beside(line, end, 1)
    if near == "[" and not spaced and point in ",;" and line.kinds.get(start - 1) == "link":
        return is_han(line.letter_right(end)) and is_han(line.letter_left(line.ends.get(start, start)))
    if near and is_word(near):
        if spaced or end - start != 1:
            return False
        return between_names(line, start) if point in ",;" else point == ":" and label(line, start)
    if (
        point == "."
        and end - start == 1
        and (not dotted(line, start) or (near in (")", "）") and LATIN_IN.search(text, max(0, start - REACH), start)))
    ):
        return False
    if point == "!" and before.islower() and spaced and line.chinese(near):
        return False  # part of a name: panic! 宏
    if point in "!?." and spaced and line.chinese(near) and said(line, start, point):
        return False  # What's Going On? 是一首歌; How much is it? 多少钱; Just do it. 深入人心
    if point == ";" and end - start == 1 and ASSIGNED.search(text, max(0, start - REACH), start):
        return False
    if point == "." and not spaced and MEMBER.search(text, max(0, start - REACH), start):
        return False  # self.名字
    latin = english_run(line, start)
    if near and line.chinese(near):
        if spaced:
            return not latin and boundary_chinese(line, start)
        return not latin or point in ",;:"
    if not spaced and near and near in "“「『":
        return not latin
    if not near or near == "\r" or near in PAIR_CLOSERS or near in "“‘「『":
        return not latin and boundary_chinese(line, start)
    return False


def said(line: Line, place: int, point: str) -> bool:
    """Whether the Latin before PLACE, three words or more, is a title (first and last with a capital) or a sentence."""
    words = latin_words(line, latin_run(line, place), place)
    if len(words) < 3:
        return False
    if SENTENCE.search(" ".join(words)):
        return True
    if point == ".":
        return False
    return (words[0][0].isupper() and words[-1][0].isupper()) or ENGLISH.search(" ".join([*words, ""])) is not None


def code_end(line: Line, place: int) -> bool:
    """Whether the mark at PLACE ends a line of code: after a literal, or after the brackets that close one: '…'))"""
    text = line.text
    kind = line.kinds.get(place - 1)
    if kind == "literal":
        return True
    if text[place + 1 : place + 2].strip() or BLANK.match(text, place + 1) is None:
        return False
    if kind in ("tag", "call", "member"):
        return True
    start = place
    while start and place - start < 8 and text[start - 1] in ")]}":
        start -= 1
    closers = text[start:place]
    return "}" in closers or (
        closers != "" and text[start - 1 : start] in ("'", '"', ";") and text[start - 1 : start] != ""
    )


def spoken_of(line: Line, start: int, end: int, words: str = "before") -> bool:
    """Whether a mark with spaces on both sides is a sign that the sentence speaks of: 用 ? 表示, and not 請問 ? 有人在嗎"""
    before, after = line.text[max(0, start - 12) : start].rstrip(), line.text[end : end + 12].lstrip()
    signs = tables.toml("punct.toml")["signs"]
    if before.endswith(tuple(signs[words])):
        return True
    return words == "before" and (after.startswith(tuple(signs["after"])) or not is_han(after[:1]))


def english_quote(line: Line, place: int) -> bool:
    """Whether the quotation that ends at PLACE follows on English words."""
    opening = max(line.text.rfind(mark, max(0, place - 4 * REACH), place) for mark in '“"「『‘')
    opening = max(opening, 0)
    return english_run(line, opening)


def ends_sentence(line: Line, place: int) -> bool:
    """Whether a point between Han and a word ends a sentence: not that of 课表.xlsx, .NET or 第三章.2."""
    text = line.text
    word = WORDS.match(text, place + 1)
    name = word.group() if word else ""
    if name.lower() in extensions() or (name.isupper() and name.isalpha()):
        return False
    start = place
    while start and place - start < 4 and is_han(text[start - 1]):
        start -= 1
    return place - start >= 4 or name[:1].isupper()


@cache
def extensions() -> frozenset[str]:
    return frozenset(tables.toml("punct.toml")["extensions"]["words"])


def between_names(line: Line, place: int) -> bool:
    """Whether the comma at PLACE parts Latin names or numbers in a Chinese sentence: 学Python,Java的人, not (x,y) or 1,000."""
    text = line.text
    start, end = latin_run(line, place), place + 1
    while end < len(text) and end - place < REACH and (is_word(text[end]) or text[end] in ",;.+#&/_ %-"):
        end += 1
    names = [*NAME.findall(text, start, place)[-1:], *NAME.findall(text, place + 1, end)[:1]]
    if len(names) < 2 or (names[0][0].isdigit() and names[1][0].isdigit() and names[0][-1] not in "%℃"):
        return False
    before, after = line.before(start)[-1:], line.at(end)[:1]
    if not ((is_chinese(line, before) or not before) and is_chinese(line, after)):
        return False
    if names[1][0].isdigit() and is_han(after) and names[0][-1] not in "%℃":
        return any(map(str.isalpha, names[0])) and len(names[0]) > 1 and COUNT.match(text, place + 1) is not None
    words = WORDS.findall(text[start:end])
    return len(names[0]) > 1 and len(names[1]) > 1 and len(words) < 6 and text[end - 1] not in ",;."


def label(line: Line, place: int) -> bool:
    """Whether the colon at PLACE follows a label that a count belongs to: CPU:8核, not localhost:8080"""
    text = line.text
    start = place
    while start and place - start < 8 and "A" <= text[start - 1] <= "Z":
        start -= 1
    before = line.at(start - 1)
    return 1 < place - start < 8 and not is_word(before) and not is_han(before) and bool(COUNT.match(text, place + 1))


def dotted(line: Line, place: int) -> bool:
    """Whether a point after Latin or a digit ends a sentence: not that of a list's 1. or of an abbreviation"""
    text = line.text
    start = place
    while start and place - start < REACH and (is_word(text[start - 1]) or text[start - 1] in ".'"):
        start -= 1
    word = text[start:place]
    if word.isdigit():
        before = text[start - 1 : start]
        named = before == " " and start > 1 and text[start - 2].isascii() and text[start - 2].isalpha()
        return is_han(before) or named or before in ("￥", "¥", "$", "-", "~", ":", "+", "*", "/", "=")
    if word.replace(".", "").isdigit() and text[start - 1 : start] == " " and text[place + 1 : place + 3] == "**":
        return False  # **定义 5.2.** the number of a heading
    if word.lower() in abbreviations() or (ROMAN.fullmatch(word) and text[place + 1 : place + 2] == " "):
        return False
    pieces = word.split(".")
    if len(pieces) > 1 and len(pieces[-1]) == 1 and pieces[-1].isalpha():
        return False
    if not word:
        return text[place - 1 : place] in SIGNS
    return len(word) > 1 or (start > 0 and (is_han(text[start - 1]) or text[start - 1] in "°/-+=<>"))


#: The number of a chapter or an item: II. 方法
ROMAN = re.compile("[IVX]{1,6}")
NUMERALS = frozenset("一二三四五六七八九十百千零〇两兩")
#: What may stand before a full stop instead of a letter: 0.12%. 36℃. `npm start`. [文档](地址).
SIGNS = frozenset("%‰℃℉°′″²³㎡㎥+#$`)]}>*_")
