"""The stage that undoes damage: mojibake, byte slips, machine glosses, escapes."""

from __future__ import annotations

from collections.abc import Callable

from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change
from textfix.repair import escapes, glosses, mojibake, slips, western

__all__ = ["finders"]


Finder = Callable[[Batch, Config], dict[int, Change]]


def finders(config: Config) -> list[tuple[Finder, int, int]]:
    """The passes of this stage in their order, each with how often it may be asked again, and the bits of its signs."""
    found: list[tuple[Finder, int, int]] = [(escapes.find, 3, escapes.SIGNS)] if config.escapes else []
    if config.max_layers:
        found += [(mojibake.find, config.max_layers, 0), (western.find, 1, western.SIGN.bit)]
    return [*found, (slips.find, 1, slips.SIGNS), (glosses.find, 1, glosses.BRACKET.bit)]
