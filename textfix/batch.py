"""The batch: many texts as one array of code points, so that work is done once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from textfix import signs

Codes = NDArray[np.uint32]
Offsets = NDArray[np.int64]

#: A text alone that is shorter than this is searched by a regular expression: arrays would cost more than they spare.
SHORT = 400


#: Where signs are one in so many characters of a text alone, each pass looks for its own: garbled text has little else.
DENSE = 4
#: The bits of all signs there may be, where nobody has looked which there are.
ASK = -1
#: Texts from this length on are encoded: numpy holds no string of 2 GB or more.
HUGE = 1 << 28


def to_codes(text: str) -> Codes:
    """The code points of TEXT; lone surrogates stay what they are."""
    if 0 < len(text) < HUGE:
        return np.array([text]).view(np.uint32)  # a copy that widens; encoding takes three times as long
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32, copy=False)


def to_text(codes: NDArray[np.integer]) -> str:
    """The string whose code points are CODES."""
    if 0 < len(codes) < HUGE and codes[-1]:  # numpy drops NUL at the end
        text: str = codes.astype(np.uint32, order="C", copy=False).view(f"U{len(codes)}").item()
        return text
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


class Slices(Sequence[str]):
    """Texts that are parts of one string, made when asked for: a batch that needs nothing makes none."""

    __slots__ = ("_ends", "_joined", "_starts")

    def __init__(self, joined: str, starts: Offsets, ends: Offsets) -> None:
        self._joined, self._starts, self._ends = joined, starts, ends

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self._joined[self._starts[index] : self._ends[index]]


class Batch:
    """Texts to be looked at together: `texts[i]` is `codes[starts[i] : ends[i]]`, a newline stands between two.

    The arrays are made when first asked for, so that a pass whose gate finds nothing pays nothing.
    """

    __slots__ = ("_bits", "_codes", "_ends", "_joined", "_notes", "_seen", "_starts", "texts")

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self._joined: str | None = None
        self._notes: dict[Any, Any] = {}
        self._bits: int | None = None
        self._codes: Codes | None = None
        self._seen: signs.Flags | None = None
        self._starts: Offsets | None = None
        self._ends: Offsets | None = None

    @classmethod
    def of_joined(cls, joined: str, number: int, measure: Callable[[], Offsets]) -> Batch:
        """The batch of NUMBER texts that come as one string, a newline between two; MEASURE gives their lengths.

        It is asked only if there are other newlines, for it reads all of them again.
        """
        batch = cls(())
        batch._joined = joined
        breaks = np.flatnonzero(batch.codes == 0x0A)
        ends = np.append(breaks, len(batch.codes)) if len(breaks) == number - 1 else np.cumsum(measure() + 1) - 1
        batch._starts, batch._ends = np.concatenate([[0], ends[:-1] + 1]), ends
        batch.texts = Slices(joined, batch._starts, ends)
        return batch

    def replaced(self, new: Mapping[int, str]) -> Batch:
        """The same batch with NEW texts in some places."""
        if not isinstance(self.texts, Slices):
            texts = list(self.texts)
            for place, text in new.items():
                texts[place] = text
            return Batch(texts)
        lengths, at = self.ends - self.starts, 0
        pieces: list[str] = []
        for place in sorted(new):
            pieces += (self.joined[at : self.starts[place]], new[place])
            at = int(self.ends[place])
            lengths[place] = len(new[place])
        return Batch.of_joined("".join([*pieces, self.joined[at:]]), len(lengths), lambda: lengths)

    @property
    def joined(self) -> str:
        """All texts as one string, a newline between two."""
        if self._joined is None:
            self._joined = self.texts[0] if len(self.texts) == 1 else "\n".join(self.texts)
        return self._joined

    @property
    def codes(self) -> Codes:
        if self._codes is None:
            self._codes = to_codes(self.joined)
        return self._codes

    @property
    def starts(self) -> Offsets:
        if self._starts is None:
            lengths = np.fromiter(map(len, self.texts), dtype=np.int64, count=len(self.texts))
            self._ends = np.cumsum(lengths + 1) - 1
            self._starts = self._ends - lengths
        return self._starts

    @property
    def ends(self) -> Offsets:
        _ = self.starts
        assert self._ends is not None
        return self._ends

    @property
    def seen(self) -> signs.Flags:
        """What one look at the code points tells: see `signs.look`."""
        if self._seen is None:
            self._seen = signs.look(self.codes)
        return self._seen

    def hide(self, texts: Iterable[int]) -> None:
        """Let nothing be `seen` in TEXTS from now on: they have changed, and are looked at elsewhere."""
        seen = self.seen
        for text in texts:
            seen[self.starts[text] : self.ends[text]] = 0
        self._notes.clear()
        self._bits = None

    def note(self, work: Callable[[Batch], Any]) -> Any:
        """What WORK gives for the batch; worked out once, for passes that want the same of an unchanged batch."""
        if work not in self._notes:
            self._notes[work] = work(self)
        return self._notes[work]

    @property
    def is_short(self) -> bool:
        """Whether it is one text that is done before arrays are made."""
        return len(self.texts) == 1 and len(self.texts[0]) < SHORT

    @property
    def is_dense(self) -> bool:
        """Whether it is one text that teems with signs, so that to look for all of them takes long."""
        dense: bool = self.note(_is_dense)
        return dense

    def has(self, bits: int) -> bool:
        """Whether any of the signs whose BITS these are is in the batch."""
        if self._bits is None:
            self._bits = _bits(self)
        return self._bits & bits != 0 and (self._bits != ASK or len(self.places(bits)) > 0)

    def places(self, bits: int) -> list[int]:
        """Where the signs whose BITS these are stand in the joined texts."""
        few = self.note(_signs_alone)
        if few is not None:
            return [place for place, flags in few if flags & bits]
        if self.is_dense:
            if bits not in self._notes:
                self._notes[bits] = _own_places(self, bits)
            own: list[int] = self._notes[bits]
            return own
        places, flags = self.note(_signs)
        found: list[int] = places[flags & bits != 0].tolist()
        return found

    def line(self, place: int) -> tuple[int, int]:
        """Where the line around PLACE starts and ends in the joined texts."""
        end = self.joined.find("\n", place)
        return self.joined.rfind("\n", 0, place) + 1, len(self.joined) if end < 0 else end

    def owner(self, place: int) -> int:
        """Which text PLACE (an index into `codes`) lies in."""
        return 0 if len(self.texts) == 1 else int(np.searchsorted(self.starts, place, side="right")) - 1

    def owners(self, places: NDArray[np.integer]) -> NDArray[np.int64]:
        """Which text each of PLACES (indices into `codes`) lies in."""
        return np.searchsorted(self.starts, places, side="right") - 1


def _places(batch: Batch) -> Offsets:
    """Where any sign may be."""
    return (batch.seen >= signs.SOME).nonzero()[0]


def _signs(batch: Batch) -> tuple[Offsets, signs.Flags]:
    """Where any sign is, and which."""
    return signs.find(batch.codes, batch.note(_places))


def _is_dense(batch: Batch) -> bool:
    """Whether the batch is one text that teems with signs."""
    if batch.note(_signs_alone) is not None or len(batch.texts) != 1:
        return False
    return bool(len(batch.note(_places)) * DENSE > len(batch.seen))


def _which(batch: Batch) -> signs.Flags:
    """By character, the bits of the signs that it may be."""
    return signs.tables().which.take(batch.codes, mode="clip")


def _own_places(batch: Batch, bits: int) -> list[int]:
    """Where the signs whose BITS these are stand, sought without the others."""
    places = (batch.note(_which) & np.uint8(bits) != 0).nonzero()[0]  # of truths it is found five times as fast
    if len(places) <= signs.FEW:
        return [place for place, flags in signs.find_few(batch.joined, places.tolist()) if flags & bits]
    places, flags = signs.find(batch.codes, places)
    found: list[int] = places[flags & bits != 0].tolist()
    return found


def _signs_alone(batch: Batch) -> list[tuple[int, int]] | None:
    """The same for one text that has few; None for any other batch."""
    if len(batch.texts) != 1:
        return None
    if batch.is_short:
        return signs.find_few(batch.joined, signs.search(batch.joined))
    there = batch.note(_places)
    return None if len(there) > signs.FEW else signs.find_few(batch.joined, there.tolist())


def _bits(batch: Batch) -> int:
    """The bits of all signs that are in the batch; ASK if each is to be asked for."""
    few = batch.note(_signs_alone)
    if few is not None:
        return reduce(or_, [flags for _, flags in few], 0)
    if batch.is_dense:
        return ASK
    return int(np.bitwise_or.reduce(batch.note(_signs)[1]))
