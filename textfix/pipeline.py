"""The order of the stages: the only place that knows it.

    decode ─▶ repair ─▶ clean ─▶ terms ─▶ script ─▶ punct

Text flows through once and never turns back. Each stage is one or more passes; a pass looks at a whole batch and
names the texts it changes. Its changes become one step of each text's plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from textfix import punct, script, terms
from textfix.batch import SHORT, Batch
from textfix.clean import SIGN as UNCLEAN
from textfix.clean import find as find_unclean
from textfix.config import Config
from textfix.records import Change, Plan, Step, spare
from textfix.repair import parts as parts_of_repair

#: Characters that go through together: the arrays of a block stay within some 40 MB, whatever the input.
BLOCK = 1 << 20

#: A batch of which no more than one text in so many has changed is not made anew for the next pass.
FEW = 8

Finder = Callable[[Batch, Config], dict[int, Change]]


@dataclass(frozen=True, slots=True)
class Pass:
    """One look at a batch: FIND names the texts that change, and is asked again while it does, `times` at most.

    It has nothing to do where its SIGNS (their bits) are missing, if it has any. If it is GATED, it looks for nothing but
    what the batch has seen. If it FOLLOWS, it looks only at texts that the pass before it has changed. AT_ONCE does the
    same to one text that is not short, where a glance is enough to tell, and nothing is left for another look.
    """

    stage: str
    find: Finder
    times: int = 1
    signs: int = 0
    gated: bool = False
    follows: bool = False
    at_once: Callable[[str, Config], Change | None] | None = None


@lru_cache(maxsize=64)
def passes(config: Config) -> list[Pass]:
    """What the options ask for, in the order in which it happens."""
    line: list[Pass] = []
    if config.repair:
        line += [
            Pass("repair", part.find, part.times, part.signs, True, part.follows, part.at_once)
            for part in parts_of_repair(config)
        ]
    if config.clean:
        safe = config.clean == "safe"
        line.append(Pass("clean", find_unclean, signs=UNCLEAN.bit if safe else 0, gated=safe))
    if config.terms:
        line.append(Pass("terms", terms.find))
    if config.script is not None:
        line.append(Pass("script", script.find))
    if config.punctuation is not None or config.spacing is not None:
        line.append(Pass("punct", punct.find))
    return line


def run(texts: Sequence[str], config: Config) -> Iterator[tuple[str, Plan]]:
    """Each text after the whole line, and the plan that led there; a text that needs nothing is the same object."""
    for block in blocks(texts):
        changed = run_block(Batch(block), passes(config), config)
        for i, text in enumerate(block):
            yield changed.get(i) or (text, ())


def run_texts(texts: list[str], config: Config) -> list[str]:
    """The same without the plans, and with nothing made for texts that need nothing."""
    fixed: list[str] = []
    for block in blocks(texts):
        at = len(fixed)
        fixed += block
        for i, (text, _) in run_block(Batch(block), passes(config), config).items():
            fixed[at + i] = text
    return fixed


def run_one(text: str, config: Config) -> tuple[str, Plan]:
    """The same for one text, without the lists that many need."""
    plan: Plan = ()
    batch = Batch([text])
    line = passes(config)
    if len(text) >= SHORT and (started := start(batch, line, config)) is not None:
        line, a_pass, change = started
        plan = (Step(a_pass.stage, change.edits, change.ambiguities),)
        batch = change.batch
    before = plan
    for a_pass in line:
        if a_pass.follows and before is plan:
            continue
        before = plan
        for _ in range(a_pass.times):
            if a_pass.signs and not batch.has(a_pass.signs):
                break
            changes = a_pass.find(batch, config)
            if changes and (config.keep or config.terms):
                changes = sparing(changes, batch, config, a_pass.stage)
            if not changes:
                break
            change = changes[0]
            plan += (Step(a_pass.stage, change.edits, change.ambiguities),)
            batch = change.batch or Batch([change.text])
            if change.settled:
                break
    return batch.texts[0], plan


def start(batch: Batch, line: list[Pass], config: Config) -> tuple[list[Pass], Pass, Change] | None:
    """The passes of LINE that are left for a BATCH of one text where one of them changes it at once, that one, and the
    change; None also if a pass before it finds something.
    """
    if config.keep or config.terms:
        return None
    for number, a_pass in enumerate(line):
        if a_pass.at_once is not None:
            change = a_pass.at_once(batch.texts[0], config)
            # What a pass before it looks for stands in what comes out as it does in the text.
            if change is None or any(change.batch.has(one.signs) and one.find(batch, config) for one in line[:number]):
                return None
            return line[number + 1 :], a_pass, change
        if not a_pass.signs:
            return None
    return None


def blocks(texts: Sequence[str]) -> Iterator[list[str]]:
    """TEXTS in lists of about BLOCK characters."""
    block: list[str] = []
    size = 0
    for text in texts:
        block.append(text)
        size += len(text) + 1
        if size > BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def run_block(batch: Batch, line: list[Pass], config: Config) -> dict[int, tuple[str, Plan]]:
    """Those texts of BATCH that change: what each is after the whole line, and the plan that led there."""
    plans: dict[int, Plan] = {}
    after: dict[int, str] = {}
    stale: set[int] = set()  # texts that have changed since the batch was made
    hidden: set[int] = set()  # those of them that the batch hides
    last: set[int] = set()  # texts that the pass before has changed
    for a_pass in line:
        if a_pass.follows and not last:
            continue
        if stale and a_pass.gated and len(stale) * FEW <= len(batch.texts):
            batch.hide(stale - hidden)
            hidden |= stale
        elif stale:
            batch, stale, hidden = batch.replaced({place: after[place] for place in stale}), set(), set()
        changed = {} if a_pass.follows else look(a_pass, batch, range(len(batch.texts)), config)
        again, last = last if a_pass.follows else hidden, set()
        for _ in range(a_pass.times):
            if again:
                places = sorted(again)
                changed |= look(a_pass, Batch([after[place] for place in places]), places, config)
            for place, change in sorted(changed.items()):
                plans[place] = (*plans.get(place, ()), Step(a_pass.stage, change.edits, change.ambiguities))
                after[place] = change.text
            stale |= changed.keys()
            last |= changed.keys()
            # Only what changed can change again.
            again = {place for place, change in changed.items() if not change.settled}
            changed = {}
            if not again:
                break
    return {place: (after[place], plan) for place, plan in plans.items()}


def look(a_pass: Pass, batch: Batch, places: Sequence[int], config: Config) -> dict[int, Change]:
    """What A_PASS changes in BATCH, by the PLACES that its texts have elsewhere."""
    if a_pass.signs and not batch.has(a_pass.signs):
        return {}
    changes = a_pass.find(batch, config)
    if changes and (config.keep or config.terms):
        changes = sparing(changes, batch, config, a_pass.stage)
    return {places[at]: change for at, change in changes.items()}


def sparing(changes: dict[int, Change], batch: Batch, config: Config, stage: str) -> dict[int, Change]:
    """CHANGES without what they do to words that the user keeps."""
    found = {}
    for at, change in changes.items():
        text = batch.texts[at]
        left = spare(change, text, terms.kept(text, config, stage))
        if left is not None:
            found[at] = left
    return found
