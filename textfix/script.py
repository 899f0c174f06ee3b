"""Placeholder until the stage is written."""
from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change
def find(batch: Batch, config: Config) -> dict[int, Change]:
    return {}
from textfix.records import Script
def convert_opencc(text: str, to: str, *, words: bool = False) -> str:
    return text
def identify(text: str) -> Script:
    return Script("none", None, 0.0)
