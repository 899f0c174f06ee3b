"""The records that pass between the parts: edits, steps, plans, results, detections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, overload

from textfix import scars
from textfix.scars import Scar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: `before`, which stood at `start:end` of the step's input, became `after`, by `rule`.

    `odds` is the evidence in nats where the rule weighs any; `note` says what a reader should know besides.
    """

    start: int
    end: int
    before: str
    after: str
    rule: str
    odds: float | None = None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "start": self.start, "end": self.end, "before": self.before, "after": self.after, "rule": self.rule,
        }  # fmt: skip
        if self.odds is not None:
            out["odds"] = round(self.odds, 2)
        if self.note:
            out["note"] = self.note
        return out


class Lazy(Sequence[Item]):
    """Records that are made when somebody looks: most callers want the text and never read the plan."""

    __slots__ = ("_items", "_make")

    def __init__(self, make: Callable[[], tuple[Item, ...]]) -> None:
        self._make: Callable[[], tuple[Item, ...]] | None = make
        self._items: tuple[Item, ...] = ()

    def _get(self) -> tuple[Item, ...]:
        if self._make is not None:
            self._items, self._make = self._make(), None
        return self._items

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        return self._get()[index]

    def __len__(self) -> int:
        return len(self._get())

    def __iter__(self) -> Iterator[Item]:
        return iter(self._get())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self._get())

    def __repr__(self) -> str:
        return repr(self._get())


@dataclass(frozen=True, slots=True)
class Choice:
    """What might stand in a place instead, and the odds, in nats, of what was put there against it."""

    text: str
    odds: float


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A place, `start:end` of the step's input, where what was put (`text`) has close runners-up; it may be unchanged."""

    start: int
    end: int
    text: str
    alternatives: tuple[Choice, ...]

    def to_dict(self) -> dict[str, Any]:
        others = [{"text": other.text, "odds": round(other.odds, 2)} for other in self.alternatives]
        return {"start": self.start, "end": self.end, "text": self.text, "alternatives": others}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Ambiguity:
        others = tuple(Choice(str(other["text"]), float(other["odds"])) for other in data["alternatives"])
        return Ambiguity(int(data["start"]), int(data["end"]), str(data["text"]), others)


@dataclass(frozen=True, slots=True)
class Change:
    """What one pass made of one text: the text after it, and the edits that lead there, sorted and disjoint.

    `ambiguities` are the places where it had a close choice; `settled` says that the same pass would find nothing more;
    `batch` is the text after it as a batch of one, where the pass has looked at that already.
    """

    text: str
    edits: Sequence[Edit]
    ambiguities: Sequence[Ambiguity] = ()
    settled: bool = False
    batch: Any = field(default=None, repr=False, compare=False)


def splice(text: str, edits: Sequence[Edit]) -> Change:
    """TEXT with EDITS (sorted, disjoint) put in."""
    pieces: list[str] = []
    at = 0
    for edit in edits:
        pieces += (text[at : edit.start], edit.after)
        at = edit.end
    pieces.append(text[at:])
    return Change("".join(pieces), tuple(edits))


def substitute(before: str, after: str, rule: str, ambiguities: Sequence[Ambiguity] = ()) -> Change:
    """A change that keeps every character in its place: AFTER has the length of BEFORE.

    Neighbouring characters that changed are one edit.
    """

    def make() -> tuple[Edit, ...]:
        edits, start, size = [], -1, len(before)
        for i in range(size + 1):
            differs = i < size and before[i] != after[i]
            if differs and start < 0:
                start = i
            elif not differs and start >= 0:
                edits.append(Edit(start, i, before[start:i], after[start:i], rule))
                start = -1
        return tuple(edits)

    return Change(after, Lazy(make), ambiguities)


def spare(change: Change, text: str, kept: Sequence[tuple[int, int]]) -> Change | None:
    """CHANGE without what it does to the KEPT spans (sorted, disjoint) of TEXT; None where nothing is left of it.

    An edit that keeps the length is cut around a kept span; another that touches one is not made.
    """
    edits: list[Edit] = []
    for edit in change.edits:
        inside = [span for span in kept if span[0] < edit.end and edit.start < span[1]]
        if edit.start == edit.end:
            inside = [span for span in kept if span[0] < edit.start < span[1]]
        if not inside:
            edits.append(edit)
        elif len(edit.before) == len(edit.after):
            at = edit.start
            for start, end in [*inside, (edit.end, edit.end)]:
                if at < start:
                    part = slice(at - edit.start, start - edit.start)
                    before, after = edit.before[part], edit.after[part]
                    if before != after:
                        edits.append(replace(edit, start=at, end=start, before=before, after=after))
                at = max(at, end)
    if not edits:
        return None
    close = [place for place in change.ambiguities if not any(a < place.end and place.start < b for a, b in kept)]
    return replace(splice(text, edits), ambiguities=tuple(close))


@dataclass(frozen=True, slots=True)
class Step:
    """One pass of one stage over the text; the spans of its edits count in the text that the pass was given.

    `ambiguities` are the places, changed or not, where the choice was close: for review.
    """

    stage: str
    edits: Sequence[Edit]
    ambiguities: Sequence[Ambiguity] = ()

    def to_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {"stage": self.stage, "edits": [edit.to_dict() for edit in self.edits]}
        if self.ambiguities:
            out["ambiguities"] = [place.to_dict() for place in self.ambiguities]
        return out

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Step:
        edits = tuple(Edit(**edit) for edit in data["edits"])
        return Step(str(data["stage"]), edits, tuple(map(Ambiguity.from_dict, data.get("ambiguities", ()))))


Plan = tuple[Step, ...]


def name_steps(plan: Plan) -> list[str]:
    """What PLAN does, as stage and rule, each once for each step: for tables, where a plan is too much.

    >>> name_steps((Step("repair", (Edit(0, 2, "ÖÐ", "中", "gb18030>cp1252"),)),))
    ['repair:gb18030>cp1252']
    """
    names = []
    for step in plan:
        rules = dict.fromkeys(edit.rule.removeprefix(f"{step.stage}:") for edit in step.edits)
        names += [f"{step.stage}:{rule}" for rule in rules]
    return names


def least_odds(plan: Plan) -> float | None:
    """The least certain of the edits of PLAN that were weighed, in nats; None if none was."""
    return min((edit.odds for step in plan for edit in step.edits if edit.odds is not None), default=None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding that was weighed: its name and its odds, in nats, against the best of the others."""

    encoding: str
    odds: float

    def to_dict(self) -> dict[str, Any]:
        return {"encoding": self.encoding, "odds": round(self.odds, 2)}


@dataclass(frozen=True, slots=True)
class Detection:
    """What bytes are: the encoding (a name that `bytes.decode` takes; None = unknown) and why.

    `odds` are nats against the next best reading; `confidence` is the share of such answers that are right (0..1);
    `evidence` is "bom", "valid", "declared", "model" or "default"; `script` is that of the decoded text.
    """

    encoding: str | None
    odds: float
    confidence: float
    evidence: str
    script: str | None = None
    runners_up: tuple[Candidate, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "encoding": self.encoding,
            "odds": round(self.odds, 2),
            "confidence": round(self.confidence, 4),
            "evidence": self.evidence,
            "script": self.script,
            "runners_up": [other.to_dict() for other in self.runners_up],
        }


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text and the script that its deciding characters belong to."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Script:
    """Which script a text is in: `name` "hans", "hant", "mixed" or "none"; `region` "tw", "hk", "cn" or None.

    `odds` are nats for the named script against the other; `spans` are the stretches that disagree with it.
    """

    name: str
    region: str | None
    odds: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What `explain` gives: the text, the plan that leads to it, and what the bytes were taken for.

    `source` is the text that the plan starts from; `parts` are the stretches of the bytes (start, end, encoding) where
    they are not all in one encoding; `holes` are the places of U+FFFD in the text, `scars` the stretches that are damaged
    beyond repair (锟斤拷, 烫烫烫). `str(result)` is the text; `to_dict()` is plain JSON. Where a style of punctuation was asked
    for, `unpaired` are the places in the text of quotation marks that have no partner in their line and were left as they
    are.
    """

    text: str
    plan: Plan = ()
    detection: Detection | None = None
    source: str = field(default="", repr=False)
    parts: tuple[tuple[int, int, str], ...] = ()
    unpaired: tuple[int, ...] = ()

    @property
    def holes(self) -> tuple[int, ...]:
        return tuple(i for i, char in enumerate(self.text) if char == "\ufffd") if "\ufffd" in self.text else ()

    @property
    def scars(self) -> tuple[Scar, ...]:
        return scars.find(self.text)

    @property
    def changed(self) -> bool:
        return bool(self.plan)

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "text": self.text,
            "plan": [step.to_dict() for step in self.plan],
            "detection": None if self.detection is None else self.detection.to_dict(),
            "parts": [list(part) for part in self.parts],
            "holes": list(self.holes),
            "scars": [scar.to_dict() for scar in self.scars],
        }
        if self.unpaired:
            out["unpaired"] = list(self.unpaired)
        return out
