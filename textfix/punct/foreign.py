"""Lines that are not Chinese, or not enough of it: their marks are not for Chinese rules to judge."""

from __future__ import annotations

import re

from textfix.punct.classes import HAN_CHAR, HAN_RUN, OTHER_LANGUAGE

#: Words that a sentence in English has and a name in a Chinese sentence has not.
ENGLISH = re.compile(
    r"(?<![^\s(\"'“])(?:a|an|the|and|or|of|to|in|on|at|by|for|with|from|as|is|are|was|were|be|been|has|have|had|not|do"
    r"|does|did|can|will|would|this|that|these|those|it|its|he|she|they|we|you|my|me|his|her|your|our|please|if|which|who|what|how)"
    r"(?=[\s,.;:!?)\"'”])|(?<![^\s(\"'“])I(?='| [a-z])",
    re.IGNORECASE,
)
LATIN_START = re.compile(r"[\W\d_]*[A-Za-z]")
LATIN_WORD = re.compile("[A-Za-z]{2,}")
QUOTED = re.compile(r"\"[^\"\n]*\"|“[^“”\n]*”|「[^「」\n]*」")


def foreign(line: str) -> bool:
    """Whether LINE is Japanese, Korean or an English sentence, or has no Chinese at all."""
    others = len(line.encode("ascii", "ignore"))
    if others == len(line):
        return True
    latin = LATIN_START.match(line) is not None
    if (3 * others < len(line) or (not latin and others < 31)) and OTHER_LANGUAGE.search(line) is None:
        return HAN_CHAR.search(line) is None  # too little of anything else
    han = sum(map(len, HAN_RUN.findall(line)))
    if not han:
        return True
    if len(line) > 8 * han + 40 and sum(map(str.isalpha, line)) > 9 * han + 30:
        return True
    if latin and len(line) > 3 * han:
        said = QUOTED.sub("", line)
        if HAN_CHAR.search(said) is None and len(LATIN_WORD.findall(said)) > 1:
            return True
        letters = sum(map(str.isascii, filter(str.isalpha, said)))
        if letters > 8 * han and len(LATIN_WORD.findall(said)) > 3:
            return True  # Copyright (c) 2020, 张三. All rights reserved.
        words = len(ENGLISH.findall(said))
        if words and letters > 2 * han and (words > 1 or (han < 5 and "，" not in line)):
            return True
    others = len(OTHER_LANGUAGE.findall(line))
    return others * 6 > han + others
