"""Characters that are spoken of: 「爲」是「為」的異體字 says nothing any more once both are one."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from textfix.script.characters import TOP, folding

#: Quotation marks, and a character that stands in them by itself.
QUOTES = [(pair[0], re.compile(f"{pair[0]}.{pair[1]}", re.DOTALL)) for pair in ("「」", "『』", "“”", "‘’")]
OPENINGS = frozenset(opening for opening, _ in QUOTES)
#: Places that are looked at one by one.
FEW = 8


def places(text: str, forms: NDArray[np.int64] | None = None) -> list[int]:
    """The places of characters that are quoted by themselves in a line that also quotes another form of the same one.

    If FORMS are given, at least one of two forms stands at one of them: where they are few, that is soon seen.
    """
    if forms is not None and len(forms) <= FEW and not any(text[at - 1 : at] in OPENINGS for at in forms.tolist()):
        return []
    found: list[int] = []
    for opening, quoted_alone in QUOTES:
        if opening in text and quoted_alone.search(text):
            found += [match.start() + 1 for match in quoted_alone.finditer(text)]
    if len(found) < 2:
        return []
    quoted: dict[tuple[int, int], list[int]] = {}
    line, last = 0, 0
    for at in sorted(found):
        line, last = line + text.count("\n", last, at), at
        quoted.setdefault((line, int(folding()[min(ord(text[at]), TOP)])), []).append(at)
    return sorted(at for forms in quoted.values() if len({text[at] for at in forms}) > 1 for at in forms)
