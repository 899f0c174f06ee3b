"""A glance at a short text: whether it may hold mojibake, told without arrays, which would cost more than they spare.

What it tells is exactly what the first two steps of suspicion.py tell of longer ones.
"""

from __future__ import annotations

import re
from functools import cache

from textfix.repair import suspicion
from textfix.repair.familiar import is_strange

#: Levels of suspicion: so many units each, rounded up. What has no level is looked at.
LEVEL, BEYOND = 4, "\U00010000-\U0010ffff"


def is_suspicious(text: str, most: int) -> bool:
    """Whether TEXT has more than MOST rows, or one that stays suspicious: what arrays tell, for a text too short for them."""
    if suspicious_levels().search(text.translate(levels())) is None:
        return False
    codes = [*map(ord, text), *[suspicion.NEWLINE] * suspicion.ROW]
    table = suspicion.table()
    units, known = table.units.data, table.familiar.data  # one item of an array costs more than twice as much
    said = [units[code] if code < suspicion.SIZE else units[-1] for code in codes]
    rows = [at for at in range(len(text)) if said[at] + said[at + 1] + said[at + 2] >= suspicion.ENOUGH]
    if len(rows) > most:
        return True
    for at in rows:
        left, strange = 0, is_strange(codes[at - 1], codes[at], known)  # the last of CODES stands before the first
        for place in range(at, at + suspicion.ROW):
            before, strange = strange, is_strange(codes[place], codes[place + 1], known)
            left += said[place] * before * strange
        if left >= suspicion.ENOUGH and codes[at + 1] != suspicion.NEWLINE:
            return True
    return False


@cache
def levels() -> str:
    """By code point the level of its units, as a letter from A on; characters beyond keep standing for themselves."""
    return "".join([chr(ord("A") + -(-int(units) // LEVEL)) for units in suspicion.table().units])


@cache
def suspicious_levels() -> re.Pattern[str]:
    """Finds ROW levels that may be ENOUGH together; a class stands first, which is quickest."""
    top = suspicion.MOST * suspicion.UNIT // LEVEL
    enough = -(-suspicion.ENOUGH // LEVEL)
    letters = [chr(ord("A") + level) for level in range(top + 1)]

    def at_least(level: int) -> str:
        return f"[{letters[level]}-{letters[top]}{BEYOND}]"

    ways = [f"(?<={at_least(enough)})"]
    for one in range(1, enough):
        third = [f"{letters[two]}{at_least(enough - one - two)}" for two in range(enough - one)]
        ways.append(f"(?<={letters[one]})(?:{at_least(enough - one)}|{'|'.join(third)})")
    return re.compile(f"{at_least(1)}(?:{'|'.join(ways)})")
