"""Placeholder until the stage is written."""
from textfix.batch import Batch
from textfix.config import Config
from textfix.records import Change
def find(batch: Batch, config: Config) -> dict[int, Change]:
    return {}
