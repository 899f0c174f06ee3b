"""Which lines may have to change: one class of characters, its hits judged by their neighbours.

A hit costs nothing where both neighbours say that the mark is right, and proper Chinese text has few hits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from textfix.punct.classes import HAN_CLASS, WIDE_CLASS, WORD_CLASS
from textfix.punct.half import narrow

#: The marks of a style that are wrong wherever they stand in Chinese text.
ALWAYS = {"full": "「」『』•‧・･∙⋅", "corner": "“”‘’"}
TITLE = re.compile("<[^>\n]{1,61}>")
#: What ends, and what begins, a stretch that is no Han itself and may belong to a Chinese sentence.
CLOSED, OPENED = "”’%℃°`*)\\]}>$_", "“‘`*(\\[$"


@cache
def gate(style: str | None, spacing: bool | None, dots: bool = True) -> re.Pattern[str]:
    """What finds the places that `punctuation=STYLE` and `spacing=SPACING` may have to change.

    The pattern begins with one class of characters, which the matcher runs over without trying anything else; what
    the neighbours must be follows it, so that it is only looked at where the class has matched. DOTS is whether 。。。
    is looked for: a text without any is spared a look at each 。
    """
    chinese, blank = HAN_CLASS + WIDE_CLASS, " \t\u3000\xa0"
    edge = "\n\r"
    near = f"(?<![^{chinese}{edge}{CLOSED}].)|(?![^{chinese}{edge}{OPENED}])|(?<=[{chinese}][{blank}].)|(?=[{blank}][{chinese}])"
    first: list[str] = []
    then: list[str] = []

    def look(chars: str, condition: str = "") -> None:
        first.append(chars)
        then.append(f"(?<=[{chars}])(?:{condition})" if condition else f"(?<=[{chars}])")

    if style in ("full", "corner"):
        look(",;:!?.\"'()", near)
        look(",;:", "(?<=[A-Za-z].)(?=[A-Za-z0-9])|(?<=[0-9].)(?=[A-Za-z])")
        look("<", f"(?=[^>\n]{{1,61}}>)(?:{near})")
        look(r"\-", "(?=-)")
        look("…—", "(?<![…—].)(?![…—])")
        look(ALWAYS[style])
        if dots:
            look("。", "(?=。。)")
    elif style == "half":
        look("".join(map(re.escape, narrow())))
    if spacing is True:
        look(WORD_CLASS + "%‰℃℉°+#`/~", f"(?=[{HAN_CLASS}])")
        look(WORD_CLASS + r"@#$`/~\\", f"(?<=[{HAN_CLASS}].)")
    elif spacing is False:
        look(" ", f"(?<=[{HAN_CLASS}].)|(?=[{HAN_CLASS}])")
    return re.compile(f"[{''.join(first)}](?:{'|'.join(then)})")


def lines(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where the lines of TEXT with a hit of PATTERN start and end, line ends (of Windows too) left out."""
    search, size, end = pattern.search, len(text), 0
    while found := search(text, end):
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.start())
        if end < 0:
            end = size
        yield start, end - 1 if text.endswith("\r", start, end) else end
        if end == size:
            return
