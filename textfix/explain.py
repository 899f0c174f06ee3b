"""One code path: everything that fixes, explains, or runs one stage alone goes through here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from textfix.config import Config, configure
from textfix.records import Plan, Result


def wrong_type(name: str, value: object) -> TypeError:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return TypeError(f"{name}() takes text, not {type(value).__name__}: for bytes there is textfix.fix_bytes()")
    return TypeError(f"{name}() takes a str, not {type(value).__name__}")


@cache
def run_one() -> Callable[[str, Config], tuple[str, Plan]]:
    """`pipeline.run_one`, loaded when first asked for; to import it anew takes longer than a short text."""
    from textfix import pipeline

    return pipeline.run_one


def work_out(text: str, config: Config, name: str = "fix") -> tuple[str, Plan]:
    """What becomes of one text under CONFIG, and the plan that leads there; NAME is the caller's, for its error."""
    if not isinstance(text, str):
        raise wrong_type(name, text)
    return run_one()(text, config)


def listed(texts: Iterable[str]) -> list[str]:
    """TEXTS as a list; TypeError names the first that is none."""
    if isinstance(texts, (str, bytes, bytearray)):
        raise TypeError(f"fix_many() takes an iterable of str, not one {type(texts).__name__}: use fix()")
    texts = list(texts)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"fix_many() takes texts of type str; number {i} is {type(text).__name__}")
    return texts


def work_out_many(texts: Iterable[str], config: Config) -> tuple[list[str], Iterator[tuple[str, Plan]]]:
    """The texts as a list, and the same for each of them, worked out together."""
    from textfix import pipeline

    texts = listed(texts)
    return texts, pipeline.run(texts, config)


def work_out_texts(texts: Iterable[str], config: Config) -> list[str]:
    """The same without the plans."""
    from textfix import pipeline

    return pipeline.run_texts(listed(texts), config)


def explain_text(text: str, config: Config, name: str = "explain") -> Result:
    """The result for one text under CONFIG; NAME is the caller's, for its error."""
    fixed, plan = work_out(text, config, name)
    return Result(fixed, plan, None, text)


def explain(text_or_bytes: str | bytes, config: Config | None = None, **options: Any) -> Result:
    """Say what `fix` (or, for bytes, `fix_bytes`) does and why: the text, the plan step by step, the encoding, the holes.

    Options are those of Config. The content never raises; an unknown option raises ChoiceError.

    >>> import textfix
    >>> for step in textfix.explain("處理：鏁版嵁澶勭悊").plan:
    ...     for edit in step.edits:
    ...         print(step.stage, edit.rule, edit.before, edit.after)
    repair utf-8>gb18030 鏁版嵁澶勭悊 数据处理
    """
    settings = configure(config, options)
    if isinstance(text_or_bytes, (bytes, bytearray, memoryview)):
        result = explain_bytes(bytes(text_or_bytes), None, settings)
    else:
        result = explain_text(text_or_bytes, settings)
    if settings.punctuation in ("full", "corner"):
        from textfix import punct

        result = replace(result, unpaired=punct.unpaired(result.text))
    return result


def explain_bytes(data: bytes, declared: str | None, config: Config) -> Result:
    """The result for bytes: detected, decoded, fixed."""
    from textfix import decode

    detection = decode.detect(data, declared=declared)
    text, parts = decode.decode_parts(data, detection)
    if (
        detection.encoding is None
    ):  # not text, but ASCII among holes: there is nothing to repair, and looking takes long
        config = replace(config, repair=False)
    result = explain_text(text, config)
    mixed = len({encoding for _, _, encoding in parts}) > 1
    return Result(result.text, result.plan, detection, text, tuple(parts) if mixed else ())


def explain_many(texts: Iterable[str], config: Config) -> list[Result]:
    """The results for many texts, worked out together."""
    before, after = work_out_many(texts, config)
    return [Result(fixed, plan, None, text) for text, (fixed, plan) in zip(before, after, strict=True)]
