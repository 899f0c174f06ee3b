"""What can go wrong that is the caller's to know: one root, a few children."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class TextfixError(Exception):
    """The root of every error that textfix raises on purpose."""


class ChoiceError(TextfixError, ValueError):
    """A name that is not among the choices: an unknown option, style, target, route or encoding."""

    def __init__(self, what: str, given: object, choices: Iterable[object]) -> None:
        self.what, self.given, self.choices = what, given, tuple(choices)
        listed = ", ".join(map(repr, self.choices))
        super().__init__(f"unknown {what} {given!r}; choose one of {listed}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.what, self.given, self.choices)


class ReplayError(TextfixError, ValueError):
    """A plan that does not belong to the text it is replayed on."""


class DataError(TextfixError, RuntimeError):
    """A data file of the package is missing or is not the one that the manifest names."""
