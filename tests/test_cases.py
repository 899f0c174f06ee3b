"""Garbles in one case: a letter may have been either of two bytes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import textfix
from textfix import encodings
from textfix.batch import to_codes
from textfix.repair import cases
from textfix.routes import misread

TEXTS = ["春天的花园里开满了花", "请把窗户关上", "他们在图书馆里看书"]
FOLDS = [str.lower, str.upper, str.title]


@pytest.mark.parametrize("fold", FOLDS, ids=lambda fold: fold.__name__)
@pytest.mark.parametrize("route", ["gb18030>cp1252", "utf-8>latin-1", "utf-8>cp1251", "gb18030>cp1251"])
def test_no_wrong_character(route: str, fold: Callable[[str], str]) -> None:
    """What comes back is true or a hole, and most of it comes back."""
    for text in TEXTS:
        got = textfix.repair(fold(misread(text, route)))
        assert len(got) == len(text)
        assert all(now in (char, "\ufffd") for now, char in zip(got, text, strict=True))
        assert got.count("\ufffd") <= 2


def test_both_bytes_of_a_letter() -> None:
    """µ and ƒ have capitals that are in no code page of the West."""
    ways = encodings.cases("cp1252|cased")
    assert ways[ord("ö")] == (0xF6, 0xD6)
    assert ways[ord("Μ")] == (0xB5,)  # a Greek letter
    assert ways[ord("Ƒ")] == (0x83,)


@pytest.mark.parametrize(
    ("text", "one"), [("öðîä", True), ("ÖÐÎÄ", True), ("Öðîä ±Í", True), ("ÖÐîä", False), ("öÐîä", False), ("", True)]
)
def test_of_one_case(text: str, one: bool) -> None:
    assert cases.of_one_case(to_codes(text)) is one


def test_letters_of_both_cases_are_no_doubt() -> None:
    from textfix import routes

    chain = next(chain for chain in routes.table() if chain.name == "gb18030>cp1252")
    assert cases.doubt(to_codes("ÖÐÎÄÎÂÅ¯µÄÏÂÎç"), chain) == 0
    assert cases.doubt(to_codes("öðîäîâå¯µäïâîç"), chain) > 5
    assert cases.doubt(np.zeros(0, np.uint32), chain) == 0


@pytest.mark.parametrize(
    "text", ["été à la plage", "ÉTÉ À LA PLAGE", "über größe", "привет мир", "ПРИВЕТ МИР", "sötét kör"]
)
def test_words_of_one_case_are_words(text: str) -> None:
    assert textfix.repair(text) is text
