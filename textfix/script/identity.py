from __future__ import annotations
from textfix.records import Script
def identify(text: str) -> Script:
    return Script("none", None, 0.0)
