"""Placeholder."""
from textfix.records import Detection
def detect(data, *, declared=None):
    return Detection("utf-8", 0.0, 0.5, "default")
def decode(data, detection):
    return data.decode("utf-8", "replace")
