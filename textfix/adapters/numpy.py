"""numpy: arrays of objects, of fixed-width strings, and of StringDType.

from textfix.adapters.numpy import fix_numpy

texts = fix_numpy(texts, script="hans")
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from textfix import pipeline
from textfix.batch import Batch
from textfix.config import Config, configure
from textfix.explain import explain_bytes
from textfix.records import Result, least_odds, name_steps

__all__ = ["fix_numpy"]

HOLE = "\ufffd"


def fix_numpy(
    array: NDArray[Any],
    *,
    report: bool = False,
    declared: str | None = None,
    config: Config | None = None,
    **options: Any,
) -> Any:
    """Fix the texts of a numpy array of any shape: objects, `U` strings (which may widen), `S` bytes, or StringDType.

    In an array of objects only `str` and `bytes` are touched, the latter by way of `fix_bytes` (`declared` is what the
    sender says their encoding is), and become `str`; None, NaN and everything else stay the objects they are. An `S`
    array becomes a `U` array. An array that needs nothing is the same object. Options are those of Config.

    With `report=True` the answer is a pair: the array, and a dict of arrays of its shape: `changed` (bool), `steps`
    (lists of names such as "repair:utf-8>gb18030"), `odds` (float32 nats, the smallest that were weighed, else NaN) and
    `holes` (int32, U+FFFD in the text). An array of numbers raises TypeError; content never raises.

    >>> import numpy as np
    >>> fix_numpy(np.array(["ÖÐÎÄ±àÂë", None, 1.5], object)).tolist()
    ['中文编码', None, 1.5]
    """
    settings = configure(config, options)
    if not isinstance(array, np.ndarray):
        raise TypeError(f"fix_numpy() takes a numpy array, not {type(array).__name__}")
    if array.dtype.kind not in "OUST":
        raise TypeError(f"this array holds {array.dtype}, and no text")
    values = array.ravel().tolist()
    changed = fix_objects(values, declared, settings)
    new = array
    if changed:
        for place, result in changed.items():
            values[place] = result.text
        kind = array.dtype if array.dtype.kind in "OT" else np.dtype(np.str_)
        flat = np.empty(len(values), kind) if kind.kind == "O" else np.array(values, kind)
        if kind.kind == "O":
            flat[:] = values
        new = flat.reshape(array.shape)
    return (new, describe(values, changed, array.shape)) if report else new


def fix_objects(values: list[Any], declared: str | None, config: Config) -> dict[int, Result]:
    """What becomes of those of VALUES that are bytes, and of those that are texts and change."""
    places = [i for i, value in enumerate(values) if isinstance(value, str)]
    found: dict[int, Result] = {}
    line = pipeline.passes(config)
    at = 0
    for block in pipeline.blocks([values[i] for i in places]):
        for i, (text, plan) in pipeline.run_block(Batch(block), line, config).items():
            found[places[at + i]] = Result(text, plan)
        at += len(block)
    for i, value in enumerate(values):
        if isinstance(value, bytes):
            result = explain_bytes(value, declared, config)
            # Bytes that are the UTF-8 of their text are another type now, and nothing was done to them.
            found[i] = result if result.text.encode("utf-8", "replace") != value else Result(result.text)
    return dict(sorted(found.items()))


def describe(values: list[Any], changed: dict[int, Result], shape: tuple[int, ...]) -> dict[str, NDArray[Any]]:
    """The report on VALUES, of which some were CHANGED."""
    size = len(values)
    mask, odds = np.zeros(size, np.bool_), np.full(size, np.nan, np.float32)
    steps = np.empty(size, object)
    steps[:] = [[] for _ in range(size)]
    for place, result in changed.items():
        mask[place] = result.changed or result.detection is not None
        steps[place] = [*named(result), *name_steps(result.plan)]
        least = weighed(result)
        odds[place] = np.nan if least is None else least
    holes = np.array([value.count(HOLE) if isinstance(value, str) else 0 for value in values], np.int32)
    return {name: part.reshape(shape) for name, part in
            (("changed", mask), ("steps", steps), ("odds", odds), ("holes", holes))}  # fmt: skip


def named(result: Result) -> list[str]:
    """How bytes were read."""
    if result.detection is None:
        return []
    encodings = [name for _, _, name in result.parts] or [result.detection.encoding or "unknown"]
    return [f"decode:{name}" for name in dict.fromkeys(encodings)]


def weighed(result: Result) -> float | None:
    own = None if result.detection is None else result.detection.odds
    return min((odds for odds in (own, least_odds(result.plan)) if odds is not None), default=None)
