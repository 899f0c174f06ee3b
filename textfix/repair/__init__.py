"""The stage that undoes damage: mojibake, byte slips, machine glosses, escapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change
from textfix.repair import escapes, glosses, marks, mojibake, slips, traces, western

__all__ = ["Part", "parts"]


class Part(NamedTuple):
    """One of the passes of this stage: how often `find` may be asked again, the bits of its `signs`, whether it is only for
    what the one before it changes, and what does the same to one long text `at_once` where a glance is enough.
    """

    find: Callable[[Batch, Config], dict[int, Change]]
    times: int = 1
    signs: int = 0
    follows: bool = False
    at_once: Callable[[str, Config], Change | None] | None = None


def parts(config: Config) -> list[Part]:
    """The passes of this stage in their order."""
    found = [Part(escapes.find, 3, escapes.SIGNS)] if config.escapes else []
    if config.max_layers:
        found.append(Part(mojibake.find, config.max_layers, at_once=mojibake.find_at_once))
        found.append(Part(western.find, 1, western.SIGN.bit))
        found.append(Part(mojibake.find, config.max_layers, follows=True))  # under a layer that only ftfy takes off
        found.append(Part(marks.find, 1, marks.SIGN.bit))
    return [*found, Part(slips.find, 1, traces.SIGNS), Part(glosses.find, 1, glosses.BRACKET.bit)]
