"""The order of the stages: the only place that knows it.

    decode ─▶ repair ─▶ clean ─▶ terms ─▶ script ─▶ punct

Text flows through once and never turns back. Each stage is one or more passes; a pass looks at a whole batch and
names the texts it changes. Its changes become one step of each text's plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from textfix import punct, script, terms
from textfix.batch import Batch
from textfix.clean import SIGN as UNCLEAN
from textfix.clean import find as find_unclean
from textfix.config import Config
from textfix.records import Change, Plan, Step, spare
from textfix.repair import finders as find_damage
from textfix.signs import Sign

#: Characters that go through together: the arrays of a block stay within some 40 MB, whatever the input.
BLOCK = 1 << 20

Finder = Callable[[Batch, Config], dict[int, Change]]


@dataclass(frozen=True, slots=True)
class Pass:
    """One look at a batch: FIND names the texts that change, and is asked again while it does, `times` at most.

    It has nothing to do where its SIGN is missing.
    """

    stage: str
    find: Finder
    times: int = 1
    sign: Sign | None = None


@lru_cache(maxsize=64)
def passes(config: Config) -> list[Pass]:
    """What the options ask for, in the order in which it happens."""
    line: list[Pass] = []
    if config.repair:
        line += [Pass("repair", find, times, sign) for find, times, sign in find_damage(config)]
    if config.clean:
        line.append(Pass("clean", find_unclean, sign=UNCLEAN if config.clean == "safe" else None))
    if config.terms:
        line.append(Pass("terms", terms.find))
    if config.script is not None:
        line.append(Pass("script", script.find))
    if config.punctuation is not None or config.spacing is not None:
        line.append(Pass("punct", punct.find))
    return line


@lru_cache(maxsize=64)
def signs(config: Config) -> int:
    """The bits of the signs of all passes."""
    return reduce(or_, (a_pass.sign.bit for a_pass in passes(config) if a_pass.sign is not None), 0)


def run(texts: Sequence[str], config: Config) -> Iterator[tuple[str, Plan]]:
    """Each text after the whole line, and the plan that led there; a text that needs nothing is the same object."""
    line = passes(config)
    for block in blocks(texts):
        changed = run_block(Batch(block), line, config)
        for i, text in enumerate(block):
            yield changed.get(i) or (text, ())


def run_one(text: str, config: Config) -> tuple[str, Plan]:
    """The same for one text, without the lists that many need."""
    plan: Plan = ()
    batch = Batch([text])
    any_sign = signs(config)
    quiet = any_sign != 0 and not batch.has(any_sign)  # one look spares many texts as many as there are passes
    for a_pass in passes(config):
        for _ in range(a_pass.times):
            if a_pass.sign is not None and (quiet or not batch.has(a_pass.sign.bit)):
                break
            changes = a_pass.find(batch, config)
            if changes and (config.keep or config.terms):
                changes = sparing(changes, batch, config, a_pass.stage)
            if not changes:
                break
            change = changes[0]
            plan += (Step(a_pass.stage, change.edits, change.ambiguities),)
            batch, quiet = Batch([change.text]), False
            if change.settled:
                break
    return batch.texts[0], plan


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
    for a_pass in line:
        places: Sequence[int] = range(len(batch.texts))
        part = batch
        for _ in range(a_pass.times):
            if a_pass.sign is not None and not part.has(a_pass.sign.bit):
                break
            changes = a_pass.find(part, config)
            if changes and (config.keep or config.terms):
                changes = sparing(changes, part, config, a_pass.stage)
            if not changes:
                break
            new = {places[at]: change for at, change in sorted(changes.items())}
            for place, change in new.items():
                plans[place] = (*plans.get(place, ()), Step(a_pass.stage, change.edits, change.ambiguities))
            batch = batch.replaced({place: change.text for place, change in new.items()})
            places = [place for place, change in new.items() if not change.settled]  # what changed can change again
            if not places:
                break
            part = Batch([new[place].text for place in places])
    return {place: (batch.texts[place], plan) for place, plan in plans.items()}


def sparing(changes: dict[int, Change], batch: Batch, config: Config, stage: str) -> dict[int, Change]:
    """CHANGES without what they do to words that the user keeps."""
    found = {}
    for at, change in changes.items():
        text = batch.texts[at]
        left = spare(change, text, terms.kept(text, config, stage))
        if left is not None:
            found[at] = left
    return found
