"""The stage that undoes damage: mojibake, byte slips, machine glosses, escapes."""

from __future__ import annotations

from collections.abc import Callable

from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change
from textfix.repair import escapes, glosses, marks, mojibake, slips, western

__all__ = ["finders"]


Finder = Callable[[Batch, Config], dict[int, Change]]


def finders(config: Config) -> list[tuple[Finder, int, int, bool]]:
    """The passes of this stage in their order, each with how often it may be asked again, the bits of its signs, and
    whether it is only for what the one before it changes.
    """
    found: list[tuple[Finder, int, int, bool]] = [(escapes.find, 3, escapes.SIGNS, False)] if config.escapes else []
    if config.max_layers:
        found.append((mojibake.find, config.max_layers, 0, False))
        found.append((western.find, 1, western.SIGN.bit, False))
        found.append((mojibake.find, config.max_layers, 0, True))  # under a layer that only ftfy takes off
        found.append((marks.find, 1, marks.SIGN.bit, False))
    return [*found, (slips.find, 1, slips.SIGNS, False), (glosses.find, 1, glosses.BRACKET.bit, False)]
