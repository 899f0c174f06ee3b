"""Line ends are the file's own: the library, which knows one kind only, is shown \\n, and each line gets its end back.

A line that keeps its place keeps its end, also in a file that mixes them; a line end that a repair makes (U+2028, say)
gets the kind that most lines around it have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from textfix.records import Result, Step

_END = re.compile("\r\n?|\n")
LINE_ENDS = {"lf": "\n", "crlf": "\r\n"}

#: The one end that all lines have, or that of each line.
Ends = str | list[str]


def take(text: str) -> tuple[str, Ends]:
    """TEXT with \\n for every line end, and what the ends were.

    >>> take("一\\r\\n二\\n")
    ('一\\n二\\n', ['\\r\\n', '\\n'])
    """
    if "\r" not in text:
        return text, "\n"
    both, returns, feeds = text.count("\r\n"), text.count("\r"), text.count("\n")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if both == returns == feeds:
        return plain, "\r\n"
    if not feeds:
        return plain, "\r"
    return plain, _END.findall(text)


def put(result: Result, ends: Ends) -> str:
    """The text of RESULT with the ENDS that its source had.

    >>> import textfix
    >>> plain, ends = take("一\\r\\n二\\n")
    >>> put(textfix.explain(plain), ends)
    '一\\r\\n二\\n'
    """
    text = result.text
    if isinstance(ends, str):
        return text if ends == "\n" else text.replace("\n", ends)
    places = [found.start() for found in re.finditer("\n", result.source)]
    kept: Sequence[tuple[int, str]] = list(zip(places, ends, strict=True))
    for step in result.plan:
        kept = carry(kept, step)
    common = Counter(ends).most_common(1)[0][0]
    at = dict(kept)
    return _END.sub(lambda found: at.get(found.start(), common) if found[0] == "\n" else found[0], text)


def carry(kept: Sequence[tuple[int, str]], step: Step) -> list[tuple[int, str]]:
    """Where the line ends KEPT (place, end) stand after STEP; those that it took out are gone."""
    out: list[tuple[int, str]] = []
    at, shift = 0, 0
    for edit in step.edits:
        while at < len(kept) and kept[at][0] < edit.start:
            out.append((kept[at][0] + shift, kept[at][1]))
            at += 1
        inside = at
        while at < len(kept) and kept[at][0] < edit.end:
            at += 1
        breaks = (found.start() for found in re.finditer("\n", edit.after))
        out += [(edit.start + shift + place, end) for place, (_, end) in zip(breaks, kept[inside:at], strict=False)]
        shift += len(edit.after) - (edit.end - edit.start)
    out += [(place + shift, end) for place, end in kept[at:]]
    return out


def unify(text: str, end: str) -> str:
    """TEXT with END for every line end."""
    return _END.sub(end, text)
