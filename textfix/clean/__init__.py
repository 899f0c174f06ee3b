"""Cleaning: what cannot be seen or meant ("safe"), and uneven width ("full").

"safe" takes out byte order marks, invisible characters that do nothing where they stand, soft hyphens and controls; puts
the character for a radical, a compatibility ideograph or a private-use code point that stands for it; makes line ends one
kind. "full" also evens out the width of letters, digits, katakana and spaces, composes (NFC), and drops the variation
selectors of Han. Chinese punctuation keeps its width at both levels, and NFKC is never used.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import partial

from textfix import signs
from textfix.batch import Batch
from textfix.clean.classes import gate
from textfix.clean.composition import chain, composition
from textfix.clean.walk import Walk
from textfix.config import Config
from textfix.records import Change, Edit, Lazy, splice

#: Passes over one text: what one pass uncovers, the next cleans. Hostile text needs three; nothing was seen to need more.
PASSES = 6


def clean_text(text: str, level: str, becomes_traditional: bool, places: list[int] | None) -> Change | None:
    """What LEVEL makes of TEXT, which may be about to be converted; None if nothing changes. PLACES are where it may have
    anything to clean, None if anywhere.
    """
    if "\r\n" in text:  # a file of Windows is nothing but these, most often
        after = text.replace("\r\n", "\n")
        if gate(level).search(after) is None and (level == "safe" or unicodedata.is_normalized("NFC", after)):
            return Change(after, Lazy(partial(returns, text)))
    full = level == "full"
    edits = list(Walk(text, full, becomes_traditional).edits(places))
    after = splice(text, edits).text
    for number in range(PASSES):
        if full and number % 2 == 0:
            further = list(composition(after))
        elif full:
            further = list(Walk(after, full, becomes_traditional).edits()) if gate(level).search(after) else []
        else:
            further = list(Walk(after, full, becomes_traditional).edits(places)) if (places := spots(after)) else []
        if further:
            edits = chain(text, edits, further)
            after = splice(text, edits).text
        elif number % 2 or not full:
            break
    return Change(after, tuple(edits)) if edits and after != text else None


def spots(text: str) -> list[int]:
    """Where TEXT may have anything that "safe" looks at; a pattern would take five times as long."""
    return Batch([text]).places(SIGN.bit)


def returns(text: str) -> tuple[Edit, ...]:
    """The edits that take the carriage returns of Windows line ends from TEXT."""
    edits, place = [], text.find("\r\n")
    while place >= 0:
        edits.append(Edit(place, place + 1, "\r", "", "line-end"))
        place = text.find("\r\n", place + 2)
    return tuple(edits)


SIGN = signs.Sign(lambda: signs.matched(gate("safe"), beyond=True))


def suspects(batch: Batch, level: str) -> dict[int, list[int] | None]:
    """Which texts have anything that may have to go, and where in them it may be; None if that is not known."""
    search = gate(level).search
    if level == "safe":
        match = gate(level).match  # what is beyond the BMP is a sign in any case
        spotted: dict[int, list[int] | None] = {}
        for at in batch.places(SIGN.bit):
            if match(batch.joined, at):
                owner = batch.owner(at)
                mine = spotted.setdefault(owner, [])
                assert mine is not None
                mine.append(at - int(batch.starts[owner]))
        return spotted
    joined = batch.joined
    if not unicodedata.is_normalized("NFC", joined):
        unsound = [
            i for i, text in enumerate(batch.texts) if search(text) or not unicodedata.is_normalized("NFC", text)
        ]
        return dict.fromkeys(unsound)
    if len(batch.texts) == 1:
        return {0: None} if search(joined) else {}
    found: list[int] = []
    starts: list[int] = []
    hit = search(joined)
    while hit:
        if not starts:
            starts = [*batch.starts.tolist(), len(joined) + 1]
        owner = bisect_right(starts, hit.start()) - 1
        found.append(owner)
        hit = search(joined, starts[owner + 1])
    return dict.fromkeys(found)


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """What to clean in each text of the batch, at the level `config.clean`; texts that need nothing are absent.

    >>> from textfix.batch import Batch
    >>> find(Batch(["⽂件", "文件"]), Config())[0].text
    '文件'
    """
    level = str(config.clean)
    traditional = config.script not in (None, "hans")
    changes = (
        (i, clean_text(batch.texts[i], level, traditional, places)) for i, places in suspects(batch, level).items()
    )
    return {i: change for i, change in changes if change is not None}
