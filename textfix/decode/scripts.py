"""The script of decoded text, by counting characters that only one script has."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.batch import to_codes

HANS, HANT = 1, 2
#: The share of the deciding characters that one script must have.
CLEAR = 0.9


@cache
def _classes() -> NDArray[np.uint8]:
    data = tables.toml("decode_scripts.toml")
    classes = np.zeros(0x10000, np.uint8)
    classes[to_codes(data["hans"])] = HANS
    classes[to_codes(data["hant"])] = HANT
    return classes


def count_scripts(text: str) -> tuple[int, int]:
    """How many characters of TEXT only simplified text has, and how many only traditional.

    >>> count_scripts("简体和正體")
    (2, 1)
    """
    # By UTF-16 code units: no character beyond the first plane decides, and a look-up by 16 bits is never out of range.
    classes = _classes().take(np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)).tobytes()
    return classes.count(HANS), classes.count(HANT)


def name_script(text: str) -> str | None:
    """ "hans", "hant" or "mixed"; None where no character decides.

    >>> name_script("简体中文"), name_script("正體中文"), name_script("中文")
    ('hans', 'hant', None)
    """
    hans, hant = count_scripts(text)
    if not hans + hant:
        return None
    share = hans / (hans + hant)
    return "hans" if share >= CLEAR else "hant" if share <= 1 - CLEAR else "mixed"
