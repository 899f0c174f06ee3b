"""What we can read and write: charmaps that turn code points into bytes and back, with offsets and holes."""

from textfix.encodings.charmap import DOUBLE, FALLBACK, FOREIGN, HOLE, LOST, SINGLE, WIDE, Charmap, Decoded, Encoded, load

__all__ = ["DOUBLE", "FALLBACK", "FOREIGN", "HOLE", "LOST", "SINGLE", "WIDE", "Charmap", "Decoded", "Encoded", "load"]
