"""Glosses: readings that a machine put behind characters, as in 數(shù)量, told from those an author wrote."""

from __future__ import annotations

import re

import numpy as np

from textfix import model
from textfix.batch import Batch, to_codes
from textfix.config import Config
from textfix.records import Change, Edit, splice
from textfix.repair import pinyin

GLOSS = re.compile(rf"(?<=([\u3400-\u9fff]))((?:\( ?{pinyin.SYLLABLE} ?\)){{1,2}})")
INSIDE = re.compile(pinyin.SYLLABLE)
#: A character is common below this plain cost, in nats: 學 has 7.1, 嚴 9.4; those that authors gloss (劼 16.5,
#: 尬 12.6, 魑 15) stand above.
COMMON = 11.0
#: Where a line shows the machine at work, by this many times the caution, it may have glossed a rarer traditional one
#: (樞, 11.4) up to this cost.
AT_WORK, RARER = 2.0, 13.0
#: Evidence for a machine, in nats: a reading on a common character that only traditional script has (nobody glosses
#: 學 for a reader), and one on any other common character (an author may gloss 行 or 长 for their other readings).
TRADITIONAL, PLAIN = 12.0, 2.5


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The machine's glosses of each text; a line is the evidence."""
    joined = batch.joined
    matches = list(GLOSS.finditer(joined))
    if not matches:
        return {}
    fitting = [m for m in matches if all(pinyin.fits(m[1], s) for s in INSIDE.findall(m[2]))]
    if not fitting:
        return {}
    rarity = model.plain_costs(to_codes("".join(m[1] for m in fitting)))
    lines: dict[int, list[tuple[re.Match[str], float]]] = {}
    starts, _ = batch.lines(np.fromiter((match.start() for match in fitting), np.int64, len(fitting)))
    for match, cost, start in zip(fitting, rarity.tolist(), starts.tolist(), strict=True):
        lines.setdefault(start, []).append((match, cost))
    edits: dict[int, list[Edit]] = {}
    for priced in lines.values():
        odds = sum(TRADITIONAL if traditional(match[1]) else PLAIN for match, cost in priced if cost <= COMMON)
        if odds < config.caution:
            continue
        limit = RARER if odds >= AT_WORK * config.caution else COMMON
        group = [m for m, cost in priced if cost <= COMMON or (cost <= limit and traditional(m[1]))]
        owners = batch.owners(np.array([match.start() for match in group]))
        for match, owner in zip(group, owners.tolist(), strict=True):
            start, end = match.start() - int(batch.starts[owner]), match.end() - int(batch.starts[owner])
            edits.setdefault(owner, []).append(Edit(start, end, match[0], "", "gloss", odds))
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def traditional(char: str) -> bool:
    """Whether CHAR is in GBK and not in GB2312: traditional, where it is common."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False
