"""Regional words: 软件 and 軟體. OpenCC's tables of them, longest first, on text that is already converted."""
from __future__ import annotations
from textfix.batch import Batch
from textfix.records import Edit
from textfix.script.characters import Codes
def edits(batch: Batch, out: Codes, to: str) -> dict[int, list[Edit]]:
    return {}
