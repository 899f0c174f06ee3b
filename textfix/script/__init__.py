"""Placeholder until the stage is written."""
from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change, Script
def find(batch: Batch, config: Config) -> dict[int, Change]:
    return {}
def convert_opencc(text: str, to: str, *, words: bool = False) -> str:
    return text
def identify(text: str) -> Script:
    return Script("none", None, 0.0)
