"""The first stage: which encoding bytes are in, and the text that they make.

Evidence is taken in the order of its strength: a byte-order mark, the escapes of the seven-bit encodings, valid
UTF-8, and then the model, which reads the same bytes in every encoding that is left and keeps the reading that looks
most like what a person wrote. What senders declare is a prior among others, never an order.
Chinese of some length needs no model: its commonest characters show it.
"""

from textfix.decode.detection import detect
from textfix.decode.mixed import parts
from textfix.decode.stream import Detector, StreamDecoder
from textfix.decode.text import decode, decode_parts

__all__ = ["Detector", "StreamDecoder", "decode", "decode_parts", "detect", "parts"]
