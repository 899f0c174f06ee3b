"""Composition (NFC), and two passes over one text told as one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from textfix.clean.classes import HAN
from textfix.records import Edit, splice

#: What composition looks at: neither a space nor an ideograph ever takes part in it.
COMPOSED = re.compile(f"[^\\s{HAN}\uf900-\ufaff\U0002f800-\U0002fa1f]+")


def composition(text: str) -> Iterator[Edit]:
    """The edits that bring TEXT into NFC, compatibility ideographs left out."""
    if unicodedata.is_normalized("NFC", text):
        return
    for found in COMPOSED.finditer(text):
        before = found.group()
        if not unicodedata.is_normalized("NFC", before):
            yield Edit(found.start(), found.end(), before, unicodedata.normalize("NFC", before), "compose")


def chain(text: str, first: Sequence[Edit], second: Sequence[Edit]) -> list[Edit]:
    """The edits that do to TEXT what FIRST and then, counted in what FIRST left, SECOND do.

    Edits that overlap in the text between become one, which names both rules.
    """
    spans: list[tuple[int, int, int, Edit]] = []  # where an edit lies in the text between, and which pass it is of
    shift = 0
    for edit in first:
        spans.append((edit.start + shift, edit.start + shift + len(edit.after), 0, edit))
        shift += len(edit.after) - (edit.end - edit.start)
    spans += [(edit.start, edit.end, 1, edit) for edit in second]
    spans.sort(key=lambda span: span[:3])
    out: list[Edit] = []
    shift, at = 0, 0
    while at < len(spans):
        low, high = spans[at][:2]
        stop = at + 1
        while stop < len(spans) and (spans[stop][0] < high or spans[stop][:2] == (low, high) == (high, high)):
            high = max(high, spans[stop][1])
            stop += 1
        group = spans[at:stop]
        grown = sum(len(edit.after) - (edit.end - edit.start) for _, _, which, edit in group if which == 0)
        start, end = low - shift, high - shift - grown
        rules = dict.fromkeys(edit.rule for *_, edit in group)
        between, cursor = [], start  # the text between, in this group
        for _, _, which, edit in group:
            if which == 0:
                between += [text[cursor : edit.start], edit.after]
                cursor = edit.end
        between.append(text[cursor:end])
        moved = [Edit(e.start - low, e.end - low, e.before, e.after, e.rule) for _, _, which, e in group if which == 1]
        after = splice("".join(between), moved).text
        if after != text[start:end]:
            out.append(Edit(start, end, text[start:end], after, "+".join(rules)))
        shift += grown
        at = stop
    return out
