"""Plans as data: replayed on a text, and read back from JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textfix.errors import ReplayError
from textfix.records import Step, splice


def replay(text: str, plan: Sequence[Step | Mapping[str, Any]]) -> str:
    """Apply the plan of an `explain` to the text it was made for, without looking for anything anew.

    `plan` is `Result.plan`, or the list under "plan" of its JSON form. A plan that does not fit the text raises
    ReplayError; nothing is applied in part.

    >>> import textfix
    >>> result = textfix.explain("ÖÐÎÄ±àÂë")
    >>> textfix.replay("ÖÐÎÄ±àÂë", result.plan)
    '中文编码'
    """
    if not isinstance(text, str):
        raise TypeError(f"replay() takes text, not {type(text).__name__}")
    for number, entry in enumerate(plan, 1):
        try:
            step = entry if isinstance(entry, Step) else Step.from_dict(dict(entry))
        except (KeyError, TypeError, ValueError) as error:
            raise ReplayError(f"step {number} of the plan is not a step: {error}") from error
        at = 0
        for edit in step.edits:
            if edit.start < at or edit.end < edit.start or text[edit.start : edit.end] != edit.before:
                raise ReplayError(
                    f"step {number} of the plan does not fit: {edit.before!r} is not at {edit.start}:{edit.end}"
                )
            at = edit.end
        text = splice(text, step.edits).text
    return text
