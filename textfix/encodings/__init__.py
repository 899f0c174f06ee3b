"""What we can read and write: charmaps that turn code points into bytes and back, with offsets and holes."""

from textfix.encodings.charmap import HOLE, LOST, Charmap, Encoded, load

__all__ = ["HOLE", "LOST", "Charmap", "Encoded", "load"]
