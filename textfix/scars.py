"""Scars: places where text was destroyed and nothing is left to bring back, known by what destroyed it.

U+FFFD, the mark of a loss, is text like any other: written in one encoding and read in another it becomes 锟斤拷 or ï¿½.
So does the byte-order mark. Memory that was never written, read as GBK, is 烫烫烫 or 屯屯屯. A program that cannot write
Chinese puts ???? in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

#: U+FFFD in UTF-8 (EF BF BD) as it is read in each encoding; where two bytes are a character, twice over.
MARKS = {
    "gb18030": "锟斤拷", "big5": "嚙踝蕭", "cp949": "占쏙옙", "euc_jp": "鐃緒申", "cp932": "\ufffdｿｽ", "latin-1": "ï¿½",
    "mac_roman": "ÔøΩ", "cp437": "∩┐╜", "cp850": "´┐¢", "cp852": "´┐Ż", "cp866": "я┐╜", "cp1250": "ďż˝", "cp1251": "пїЅ",
    "koi8-r": "О©╫",
}  # fmt: skip
PAIRED = ("gb18030", "big5", "cp949", "euc_jp")
#: The byte-order mark in UTF-8 (EF BB BF) by reader of one byte a character; readers of two take a neighbour with it.
ORDER_MARKS = ("ï»¿", "п»ї", "ď»ż", "Ôªø", "∩╗┐", "´╗┐", "я╗┐", "О╩©")
#: What compilers fill memory with before it is used, CC, CD and DD, read as GBK. Three make a scar: 烫烫 may be hot.
FILLERS, FEWEST_FILLERS = "烫屯葺", 3
#: Question marks in a row that are no longer a question. ??? is common in chat.
FEWEST_QUESTIONS = 4
#: U+FFFD in GB18030 is 84 31 A4 37. As GBK, 84 31 and A4 37 are no characters; readers of one byte a character keep all.
GB18030_MARK = "(?:\ufffd1\ufffd7|锟1锟7|\x841¤7|„1¤7)"
#: Characters of which EF BF BD is a half: what is left of 锟斤拷 where a mark stood beside a byte of other text.
CUT = "锟.|.拷"


@dataclass(frozen=True, slots=True)
class Scar:
    """A stretch `start:end` of text that is damaged beyond repair.

    `kind` is "replacement" (U+FFFD read as something else: 锟斤拷, ï¿½), "byte-order mark" (ï»¿), "memory" (烫烫烫) or
    "question marks" (????); `count` says how many marks of loss, bytes of memory or question marks it stands for.
    """

    kind: str
    start: int
    end: int
    count: int

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "start": self.start, "end": self.end, "count": self.count}


@cache
def pattern() -> re.Pattern[str]:
    """One pattern for all kinds; the group that matched is the kind."""
    pairs = [f"(?:{MARKS[reader]})+{MARKS[reader][0]}?" for reader in PAIRED]
    singles = [f"(?:{mark})+" for reader, mark in MARKS.items() if reader not in PAIRED]
    fillers = "|".join(f"{char}{{{FEWEST_FILLERS},}}" for char in FILLERS)
    return re.compile(
        f"(?P<paired>{'|'.join(pairs)})|(?P<single>{'|'.join(singles)})|(?P<four>{GB18030_MARK}+)"
        f"|(?P<order>{'|'.join(ORDER_MARKS)})|(?P<memory>{fillers})|(?P<questions>[?？]{{{FEWEST_QUESTIONS},}})"
    )


KINDS = {
    "paired": "replacement", "single": "replacement", "four": "replacement", "order": "byte-order mark",
    "memory": "memory", "questions": "question marks",
}  # fmt: skip


def find(text: str) -> tuple[Scar, ...]:
    """The scars of TEXT in their order; they are reported, and never changed.

    >>> [(scar.kind, scar.count) for scar in find("保存失败：锟斤拷锟斤拷，烫烫烫")]
    [('replacement', 4), ('memory', 6)]
    """
    found = []
    for match in pattern().finditer(text):
        group, size = str(match.lastgroup), len(match[0])
        if group == "paired":
            count = max(1, size * 2 // 3)
        else:
            count = {"single": size // 3, "four": size // 4, "order": 1, "memory": 2 * size, "questions": size}[group]
        found.append(Scar(KINDS[group], match.start(), match.end(), count))
    if any(scar.kind == "replacement" for scar in found) and "锟" in text:
        taken = {place for scar in found for place in range(scar.start, scar.end)}
        found += [
            Scar("replacement", match.start(), match.end(), 1)
            for match in re.finditer(CUT, text)
            if is_cut(match[0]) and taken.isdisjoint(range(match.start(), match.end()))
        ]
        found.sort(key=lambda scar: scar.start)
    return tuple(found)


def is_cut(pair: str) -> bool:
    """Whether the GBK bytes of PAIR, two characters, hold EF BF BD out of step."""
    return b"\xef\xbf\xbd" in pair.encode("gbk", "replace")
