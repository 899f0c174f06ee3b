"""The stage that undoes damage: mojibake, byte slips, machine glosses, escapes."""

from __future__ import annotations

from collections.abc import Callable

from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change
from textfix.repair import escapes, glosses, mojibake, slips, western
from textfix.signs import Sign

__all__ = ["finders"]


Finder = Callable[[Batch, Config], dict[int, Change]]


def finders(config: Config) -> list[tuple[Finder, int, Sign | None]]:
    """The passes of this stage in their order, each with how often it may be asked again, and its sign if it has one."""
    found: list[tuple[Finder, int, Sign | None]] = [(escapes.find, 3, escapes.SIGN)] if config.escapes else []
    if config.max_layers:
        found += [(mojibake.find, config.max_layers, None), (western.find, 1, western.SIGN)]
    return [*found, (slips.find, 1, slips.SIGN), (glosses.find, 1, slips.SIGN)]
