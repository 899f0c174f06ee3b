"""Glosses: readings that a machine put behind characters, as in 數(shù)量, told from those an author wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from textfix import model
from textfix.batch import Batch, to_codes
from textfix.config import Config
from textfix.records import Change, Edit, splice
from textfix.repair import pinyin
from textfix.signs import Sign, matched

#: What one kind of machine brackets in the place of readings, or beside them: 作(✒)为, 扶贫(pín )(🐌)对象.
PICTURE = "[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?"
GLOSS = re.compile(rf"(?<=([\u3400-\u9fff]))((?:\( ?(?:{pinyin.SYLLABLE}|{PICTURE}) ?\)){{1,2}})(?=(.?))", re.DOTALL)
#: The bracket of a reading or a picture: what may stand before it, for slips too, and behind it.
BEFORE = re.compile("[\n\u3000-\u303f\u3400-\u9fff\uff00-\uff5e“”‘’…—·,:;)]")
AFTER = re.compile(f"[ {pinyin.LETTERS}\u2190-\u2bff\U0001f000-\U0001faff]")
BRACKET = Sign("(", before=partial(matched, BEFORE, beyond=False), after=partial(matched, AFTER, beyond=True))
INSIDE = re.compile(pinyin.SYLLABLE)
PICTURES = re.compile(PICTURE)
#: A character is common below this plain cost, in nats: 學 has 7.1, 嚴 9.4; those that authors gloss (劼 16.5,
#: 尬 12.6, 魑 15) stand above.
COMMON = 11.0
#: Where a line shows the machine at work, by this many times the caution, it may have glossed a rarer traditional one
#: (樞, 11.4) up to this cost.
AT_WORK, RARER = 2.0, 13.0
#: Evidence for a machine, in nats: a reading on a common character that only traditional script has (nobody glosses
#: 學 for a reader), and one on any other common character (an author may gloss 行 or 长 for their other readings).
TRADITIONAL, PLAIN = 12.0, 2.5
#: Evidence for a machine, in nats: the same reading twice, 设(she)(she).
DOUBLED = 8.0
#: Evidence for a machine, in nats: a picture in brackets within a phrase. People put them at the end of one.
WITHIN = 3.0


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The machine's glosses of each text; a line is the evidence."""
    fitting = [m for m in find_glosses(batch) if all(pinyin.fits(m[1], s) for s in INSIDE.findall(m[2]))]
    if not fitting:
        return {}
    rarity = model.plain_costs(to_codes("".join(m[1] for m in fitting)))
    lines: dict[tuple[int, int], list[tuple[re.Match[str], float]]] = {}
    for match, cost in zip(fitting, rarity.tolist(), strict=True):
        place = match.start()
        lines.setdefault((batch.owner(place), batch.line(place)[0]), []).append((match, cost))
    edits: dict[int, list[Edit]] = {}
    for (owner, _), priced in lines.items():
        odds = sum(evidence(match) for match, cost in priced if cost <= COMMON or PICTURES.search(match[2]))
        if odds < config.caution:
            continue
        limit = RARER if odds >= AT_WORK * config.caution else COMMON
        for match, cost in priced:
            common = cost <= COMMON or PICTURES.search(match[2])
            if common or (cost <= limit and traditional(match[1])):
                start, end = match.start() - int(batch.starts[owner]), match.end(2) - int(batch.starts[owner])
                edits.setdefault(owner, []).append(Edit(start, end, match[2], "", "gloss", odds))
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def find_glosses(batch: Batch) -> Iterator[re.Match[str]]:
    """What matches GLOSS in the joined texts, one after another."""
    at = 0
    for place in batch.places(BRACKET.bit):
        if place >= at and (match := GLOSS.match(batch.joined, place)) is not None:
            yield match
            at = match.end(2)


def evidence(match: re.Match[str]) -> float:
    """Evidence for a machine, in nats, of what stands behind one character."""
    if PICTURES.search(match[2]):
        return WITHIN if "\u3400" <= match[3] <= "\u9fff" else 0.0
    if traditional(match[1]):
        return TRADITIONAL
    inside = INSIDE.findall(match[2])
    return DOUBLED if len(inside) == 2 and inside[0] == inside[1] else PLAIN


def traditional(char: str) -> bool:
    """Whether CHAR is in GBK and not in GB2312: traditional, where it is common."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False
