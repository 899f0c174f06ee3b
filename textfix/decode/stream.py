"""Detection for streams and sockets: bytes are fed as they come, the answer is that of `detect` on all of them."""

from __future__ import annotations

from textfix.decode.detection import check_declared, judge, listen
from textfix.decode.material import CELL, LIMIT, RAW, Run, Whole
from textfix.records import Detection


class Detector:
    """Names the encoding of bytes that come in pieces: `feed` each, then `close`.

    The answer is the one that `detect` gives for all of them at once, however they are divided. Memory is bounded: up
    to 1 MiB is kept as it is, beyond that samples and counts only.

    >>> import textfix
    >>> from textfix.decode.stream import Detector
    >>> data = "图书馆周末开门".encode("gb18030")
    >>> Detector().feed(data[:5]).feed(data[5:]).close().encoding
    'gb18030'
    """

    __slots__ = ("_buffer", "_declared", "_result", "_run")

    def __init__(self, *, declared: str | None = None) -> None:
        check_declared(declared)
        self._declared = declared
        self._buffer = bytearray()
        self._run: Run | None = None
        self._result: Detection | None = None

    def feed(self, chunk: bytes | bytearray | memoryview) -> Detector:
        """Take the next bytes; returns the detector. After `close` it raises ValueError."""
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise TypeError(f"feed() takes bytes, not {type(chunk).__name__}")
        if self._result is not None:
            raise ValueError("feed() after close(): a Detector is for one stream")
        view = memoryview(chunk if not isinstance(chunk, memoryview) or chunk.c_contiguous else chunk.tobytes())
        view = view.cast("B")
        # In steps, so that one large piece needs no second copy of itself.
        for start in range(0, len(view), LIMIT):
            self._buffer += view[start : start + LIMIT]
            self._drain()
        return self

    def _drain(self) -> None:
        if self._run is None:
            if len(self._buffer) <= LIMIT:
                return
            head = bytes(self._buffer[:RAW])
            self._run = Run(head, listen(head, self._declared))
        whole = len(self._buffer) // CELL * CELL
        for start in range(0, whole, CELL):
            self._run.feed(bytes(self._buffer[start : start + CELL]))
        del self._buffer[:whole]

    def close(self) -> Detection:
        """The encoding of everything that was fed; a second call gives the same."""
        if self._result is None:
            if self._run is None:
                self._result = judge(Whole(bytes(self._buffer)), self._declared)
            else:
                if self._buffer:
                    self._run.feed(bytes(self._buffer))
                self._result = judge(self._run, self._declared)
            self._buffer.clear()
            self._run = None
        return self._result
