"""The stage that undoes damage: mojibake, byte slips, machine glosses, escapes."""

from __future__ import annotations

from collections.abc import Callable

from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change
from textfix.repair import escapes, glosses, mojibake, slips, western

__all__ = ["finders"]


def finders(config: Config) -> list[tuple[Callable[[Batch, Config], dict[int, Change]], int]]:
    """The passes of this stage in their order, each with how often it may be asked again."""
    return [
        (escapes.find, 1),
        (mojibake.find, config.max_layers),
        (western.find, 1),
        (slips.find, 1),
        (glosses.find, 1),
    ]
