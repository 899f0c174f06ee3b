"""Marks alone: punctuation and signs that were misread one by one, in text that is otherwise whole.

A page puts together what came by different ways: `â€œ` for “ in a Chinese sentence, `It鈥檚` for It’s in an English one.
Such a mark is too short for the search, which asks for Han; but its garbles are few, and hardly any text has them.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Batch, to_codes, to_text
from textfix.config import Config
from textfix.records import Change, Edit, splice
from textfix.repair.western import EASTERN
from textfix.signs import SIZE, Sign

#: Marks and signs of text that beyond ASCII has no other character of Western languages.
MARKS = (
    "\xa0§©®°±·×÷µ²³½¼¾£¥«»“”‘’–—…•™€→←↑↓★☆■□●○◆◇▲△▼※№℃①②③④⑤⑥⑦⑧⑨⑩\u3000、。〈〉《》「」『』【】〔〕"
    "，．：；？！（）～％＋－＝＆＠＃／＿｜≤≥≠≈∞√∠∑‰℉㎡㎏㎝㎜♀♂♥♠✓✔★☎"
)  # fmt: skip
#: Those that stand before a letter of English: 鈥檚 is ’s.
ENGLISH = "\ufeff“”‘’–—…•"
#: Those that GB 18030 reads as one character that text is not full of: °C as 掳C, 20×30 as 20脳30, © as 漏.
SINGLE = "°×±©£"
#: Letters of Western languages, which are one Han each to GB 18030: café is caf茅.
LETTERS = "".join(map(chr, range(0xC0, 0x100))).replace("×", "").replace("÷", "")
#: The first two bytes of ENGLISH, of 、。《》 and of ，：？！, read as GB 18030: with a ? behind, the third is lost.
HALVES = "鈥銆锛"
#: The one of them that is a word, an adze: 用锛? asks something. It counts where the line has another half.
WORD = "锛"
LATIN, GBK = "utf-8>cp1252", "utf-8>gb18030"
#: What it says, in nats, that a letter of Western languages stands alone in a Chinese line with a sign behind it; and that
#: a Han stands where a sign does, between digits or before a year, in a line with other Han or without.
LONELY, BETWEEN, ONLY = 8.0, 10.0, 18.0
SIGN_LIKE = re.compile(
    r"(?<=\d)(?:掳(?=[CF\s，。、,.)）]|$)|[脳卤](?=\d))|(?:(?<=Copyright )|^)漏(?= ?(?:19|20)\d\d)|拢(?=\d)",
    re.MULTILINE,
)
HALF = re.compile(f"[{HALVES}][?\ufffd]")
#: Characters on each side with which a mark is weighed; and what a lost character costs.
AROUND, LOSS = 6, 3.0
#: Characters of the line on each side that tell what else is in it: a long line costs no more than many short ones.
REACH = 400
HOLE = "\ufffd"
#: ” without its last byte, which cp1252 has no character for.
CUT_QUOTE, OPENING, CLOSING = "â€", ("â€œ", "“"), ("â€\x9d", "”")


@cache
def forms() -> dict[str, str]:
    """What each garble of a mark says."""
    found: dict[str, str] = {}
    for mark in MARKS:
        data = mark.encode("utf-8")
        for shown in (data.decode("latin-1"), western(data)):
            found[shown] = mark
            if "\xa0" in shown:
                found[shown.replace("\xa0", " ")] = mark
    for mark in ENGLISH:
        for letter in map(chr, range(0x40, 0x7F)):
            shown = to_text(encodings.load("gb18030").decode((mark + letter).encode("utf-8")).codes)
            if letter.isalpha() and HOLE not in shown:
                found[shown] = mark + letter
    for mark in SINGLE + LETTERS:
        found[mark.encode("utf-8").decode("gb18030")] = mark
    return found


@cache
def letters() -> frozenset[str]:
    """The Han that are LETTERS."""
    return frozenset(letter.encode("utf-8").decode("gb18030") for letter in LETTERS)


@cache
def other_han() -> re.Pattern[str]:
    """Finds what an English line with garbled marks and letters does not have."""
    own = re.escape("".join(sorted({char for form in forms() for char in form if EASTERN.match(char)} | set(HALVES))))
    return re.compile(f"(?![{own}]){EASTERN.pattern}")


def western(data: bytes) -> str:
    """DATA read as cp1252, with control characters for the five bytes that it lacks."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)


@cache
def longest() -> int:
    return max(map(len, forms()))


def behind() -> NDArray[np.bool_]:
    """By code point, what may stand behind the first character of a form."""
    found = np.zeros(SIZE, np.bool_)
    found[[ord(form[1]) for form in forms() if len(form) > 1]] = True
    found[[*range(ord("a"), ord("z") + 1)]] = True
    found[[ord(char) for char in f" ?{HOLE}0123456789CF，。、,.)）\n"]] = True
    return found


SIGN = Sign("".join({form[0] for form in forms()} | set(HALVES)), after=behind)


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The misread marks of each text."""
    joined = batch.joined
    edits: dict[int, list[Edit]] = {}
    done = 0
    for place in batch.places(SIGN.bit):
        if place < done or (joined[place] < "\u0100" and "a" <= joined[place + 1 : place + 2] <= "z"):
            continue
        low, high = batch.line(place)
        low, high = max(low, place - REACH), min(high, place + REACH)
        end, after = read(joined, place, low, high, config)
        if end == place:
            continue
        route = LATIN if joined[place] < "\u0100" else GBK
        odds = weigh(
            joined[max(low, place - AROUND) : place], joined[place:end], after, joined[end : min(high, end + AROUND)]
        )
        if route == LATIN:
            odds += LONELY
        elif SIGN_LIKE.match(joined, place, high) is not None:
            odds += ONLY if other_han().search(joined, low, high) is None else BETWEEN
        if odds < config.caution or (route == LATIN and not is_beside(joined, place, end, low, high)):
            continue
        done = end
        owner = batch.owner(place)
        shift = int(batch.starts[owner])
        edits.setdefault(owner, []).append(
            Edit(place - shift, end - shift, joined[place:end], after, f"mark:{route}", odds)
        )
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def read(text: str, place: int, low: int, high: int, config: Config) -> tuple[int, str]:
    """Where the forms end that stand one behind the other from PLACE on in the line LOW to HIGH of TEXT, and what they say."""
    at, said = place, ""
    while at < high:
        size = next((size for size in range(min(longest(), high - at), 0, -1) if text[at : at + size] in forms()), 0)
        if size == 1 and not may_stand(text, at, low, high):
            break
        if size:
            said += forms()[text[at : at + size]]
        elif text.startswith(CUT_QUOTE, at) and is_open(text[low:at]):
            size, said = len(CUT_QUOTE), said + "”"
        elif config.holes != "keep" and is_half(text, at, low, high):
            size, said = 2, said + HOLE
        else:
            break
        at += size
    return at, said


def may_stand(text: str, at: int, low: int, high: int) -> bool:
    """Whether the Han at AT of the line LOW to HIGH may be a sign, or a letter of a word in a line without other Han."""
    if SIGN_LIKE.match(text, at, high) is not None:
        return True
    beside = text[max(low, at - 1) : at] + text[at + 1 : min(at + 2, high)]
    return (
        text[at] in letters() and any("a" <= char <= "z" for char in beside) and not other_han().search(text, low, high)
    )


def is_half(text: str, at: int, low: int, high: int) -> bool:
    """Whether a mark whose last byte was lost stands at AT in the line LOW to HIGH of TEXT."""
    if HALF.match(text, at, high) is None:
        return False
    return text[at] != WORD or len(HALF.findall(text, low, high)) > 1


def is_open(before: str) -> bool:
    """Whether a quotation was opened BEFORE and is not closed."""
    return sum(map(before.count, OPENING)) > sum(map(before.count, CLOSING))


def is_beside(text: str, place: int, end: int, low: int, high: int) -> bool:
    """Whether the form from PLACE to END stands in a line with Chinese, and beside no letter beyond ASCII."""
    before, behind = text[max(low, place - 1) : place], text[end : min(high, end + 1)]
    if before == " " and text.startswith("Â ", place):
        return False  # a letter that is spoken of
    around = before + behind
    return EASTERN.search(text, low, high) is not None and not any("\xc0" <= char < "\u0250" for char in around)


def weigh(before: str, form: str, after: str, behind: str) -> float:
    """How much likelier (nats) AFTER is between what stands BEFORE and BEHIND than FORM."""
    costs = [to_codes(f"\n{before}{said}{behind}") for said in (form, after)]
    stands, reads = (model.costs(codes).astype(np.float64) for codes in costs)
    reads[costs[1] == ord(HOLE)] = LOSS
    return float(stands.sum() - reads.sum())
