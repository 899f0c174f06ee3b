"""Latin in Chinese text: is it a name in a Chinese sentence, or an English sentence of its own?"""

from __future__ import annotations

import re

from textfix.punct.classes import WORD_CLASS, is_han, is_word
from textfix.punct.line import REACH, Line

WORDS = re.compile("[A-Za-z0-9\u00c0-\u052f]+(?:['’.+#/&-]+[A-Za-z0-9\u00c0-\u052f]+)*")


#: What a sentence has and a title has not: its verb, or a pronoun at the end.
SENTENCE = re.compile(
    r"\b(?:is|are|was|were|am|do|does|did|can|could|will|would|should|have|has|had|let's|(?:do|does|did|is|are|was|wo|ca)n't"
    r"|i'm|(?:it|that|what|he|she)'s|(?:you|we|they)'re|(?:i|you|we|they|it|he|she)'ll)\b|\b(?:it|you|me|us|him|them|that|this|now)\Z",
    re.IGNORECASE,
)


#: Latin words, digits and what stands between them, read backwards; an apostrophe, 1,000 and 12:30 are part of it.
BACKWARD = re.compile(
    f"(?:[\x00-\x7f{WORD_CLASS}°℃℉‰](?<![,;:!?\"'()<>\n])"
    f"|(?<=[{WORD_CLASS}])'(?=[{WORD_CLASS}])|(?<=[{WORD_CLASS}])[,:](?=[0-9]))*"
)


def latin_run(line: Line, place: int) -> int:
    """Where the stretch of Latin words, digits and spaces that ends at PLACE begins; what is shielded is one word."""
    text, start, last = line.text, place, place - REACH
    while start > max(0, last):
        if start in line.ends:
            last -= start - line.ends[start]
            start = line.ends[start]
            continue
        piece = text[max(0, last) : start]
        found = BACKWARD.match(piece[::-1])
        begin = start - (found.end() if found else 0)
        stop = start
        while stop > begin and stop - 1 not in line.rules and (stop == start or stop not in line.ends):
            stop -= 1
        if stop == start:
            break
        start = stop
        if stop not in line.ends:
            break
    return start


def latin_words(line: Line, start: int, end: int) -> list[str]:
    """The words in START:END that have a letter; what is shielded (code, addresses) does not speak."""
    part = line.text[start:end]
    if any(line.mask[start:end]):
        part = "".join(" " if hidden else char for char, hidden in zip(part, line.mask[start:end], strict=True))
    return [word for word in WORDS.findall(part) if any(map(str.isalpha, word))]


def english_run(line: Line, place: int) -> bool:
    """Whether the words before PLACE are an English sentence rather than a name in a Chinese one."""
    text = line.text
    end = place
    while end and text[end - 1] in "\"'”’」』)*_" and not line.mask[end - 1]:
        end -= 1
    start = latin_run(line, end)
    words = latin_words(line, start, end)
    if not words:
        return False
    before = line.before(start)[-1:]
    if is_chinese(line, before) or before == "":
        if before and len(words) == 1:
            return False
        lower = sum(word.islower() for word in words)
        if before and is_han(before):
            return (len(words) > 4 and lower > 2) or (len(words) > 2 and SENTENCE.search(" ".join(words)) is not None)
        return len(words) > 2 and lower > 0
    return before in "\"'“‘「『,!?:;" or len(words) > 2


def boundary_chinese(line: Line, place: int) -> bool:
    """Whether the Latin before PLACE follows on Chinese."""
    end = place
    while end and line.text[end - 1] in "\"'”’」』)*_" and not line.mask[end - 1]:
        end -= 1
    before = line.before(latin_run(line, end))[-1:]
    return is_chinese(line, before) or before in ("）", "”", "’", "」", "』", "`", "$")


def is_chinese(line: Line, char: str) -> bool:
    return line.chinese(char) or char == "…" or char == "—"


def english(line: Line, place: int) -> bool:
    """Whether PLACE lies after at least two Latin words in a row: an English sentence."""
    words, i = 0, place - 1
    stop = max(-1, place - 80)
    while i > stop and (line.text[i].isascii() or is_word(line.text[i])):
        if line.text[i].isalpha() and not (i and is_word(line.text[i - 1])):
            words += 1
        i -= 1
    return words > 2
