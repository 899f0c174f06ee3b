"""Words of the user's own: what some become, and what no stage may change."""

from __future__ import annotations

import re
from functools import lru_cache

from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change, Edit, splice


@lru_cache(maxsize=16)
def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """WORDS, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(set(words), key=lambda word: (-len(word), word)))) or "(?!)")


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The texts of BATCH in which a word of `config.terms` becomes another; what it becomes is not looked into again."""
    terms = dict(config.terms)
    becomes = {after: after for after in terms.values() if after} | terms | {word: word for word in config.keep}
    words = pattern(tuple(becomes))
    changes = {}
    for i, text in enumerate(batch.texts):
        edits = [
            Edit(*match.span(), match[0], becomes[match[0]], "terms")
            for match in words.finditer(text)
            if becomes[match[0]] != match[0]
        ]
        if edits:
            changes[i] = splice(text, edits)
    return changes


def kept(text: str, config: Config, stage: str) -> list[tuple[int, int]]:
    """The spans of TEXT that STAGE may not change: words of `config.keep`, and what terms became."""
    words = tuple(config.keep)
    if stage != "terms":
        words += tuple(after for after in dict(config.terms).values() if after)
    return [match.span() for match in pattern(words).finditer(text)]
