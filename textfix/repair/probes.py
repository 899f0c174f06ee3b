"""Probes: what the middle of a suspicious stretch says along each chain, before its whole line is read.

A rare word in clean text may look like one that was misread, and to read a line along a chain takes a millisecond. Where
text was misread, its most suspicious part alone makes most of the odds; a rare word says there what bytes say by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model, routes
from textfix.batch import Codes
from textfix.encodings import CASED, FALLBACK, HOLE, WIDE
from textfix.repair import lossy, readings
from textfix.repair.readings import NULL, STRANGE
from textfix.repair.suspicion import NEWLINE, Window
from textfix.routes import Chain

#: Characters on either side of the middle that are read with it, and how long a middle is probed: no word is longer.
BESIDE, LONGEST = 4, 24
#: What a lost character costs, and says, at least (nats).
LOST = 7.0
#: How far the odds of the middle may stay behind those of the whole. Of 11,000 garbles that are repaired, 3 to 10
#: characters along all chains, 5 are further behind; of 900 rare words and foreign letters one in eight is not.
SLACK = 5.0


@dataclass(frozen=True, slots=True)
class Probe:
    """PIECES read along CHAIN: the borders of the atoms in the text and in the reading, and the characters of that."""

    chain: Chain
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    codes: Codes
    width: NDArray[np.int64]
    blocked: NDArray[np.bool_]


@cache
def chains() -> dict[str, Chain]:
    return {chain.name: chain for chain in routes.table()}
