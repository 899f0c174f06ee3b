"""Signs: what one look tells is what each pass would have found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from textfix import pipeline, routes, signs
from textfix.batch import SHORT, Batch
from textfix.config import Config
from textfix.repair import glance, glosses, suspicion

SENTENCES = Path(__file__).resolve().parent.parent / "fixtures" / "floors" / "sentences.txt"
LINES = SENTENCES.read_text("utf-8").split("\n")[:-1]
GARBLED = [
    routes.misread(line[:size], route)
    for line in LINES[:12]
    for size in (2, 5, 12)
    for route in ("utf-8>gb18030", "utf-8>cp1252", "gb18030>latin-1", "gb18030>cp949", "big5>gb18030")
]
ODD = ["", "\n", "a", "一", "Ã", "😀", "\ufffd", "\ud800", "中\n文", "\U0010ffff锟斤拷", "ÿþ\n"]


@pytest.mark.parametrize("most", [0, 3])
def test_a_glance_tells_what_arrays_tell(most: int) -> None:
    """Also at the edges, beyond the BMP, and for lone surrogates."""
    for text in [*LINES, *GARBLED, *ODD]:
        codes = Batch([text]).codes
        rows = suspicion.find_rows(codes)
        left = suspicion.unfamiliar(codes, rows) if len(rows) else rows
        assert glance.is_suspicious(text, most) == (len(rows) > most or len(left) > 0), text


def test_short_and_long_texts_have_the_same_signs() -> None:
    """A regular expression looks at the short ones, a table at the others."""
    config = Config()
    for a_pass in pipeline.passes(config):
        if not a_pass.signs:
            continue
        for text in [*LINES, *GARBLED, *ODD, "他说(好)!", "&#20013;", "a\u200bb", "café"]:
            long = Batch([text + "\n" + "好" * SHORT])
            assert Batch([text]).has(a_pass.signs) == long.has(a_pass.signs), text
            assert long.has(a_pass.signs) == (len(long.places(a_pass.signs)) > 0)


def test_a_pass_without_its_sign_finds_nothing() -> None:
    """What is skipped would have changed nothing."""
    config = Config()
    for a_pass in pipeline.passes(config):
        if a_pass.signs:
            for text in [*LINES, *GARBLED, *ODD]:
                batch = Batch([text])
                assert batch.has(a_pass.signs) or a_pass.find(batch, config) == {}, text


def test_each_sign_has_a_bit_of_its_own() -> None:
    bits = [sign.bit for sign in signs._signs]
    assert len(set(bits)) == len(bits) <= signs.BITS
    assert np.bitwise_or.reduce(bits) < 1 << signs.BITS


def test_few_texts_that_change_do_not_make_the_batch_anew() -> None:
    """What changed is hidden in the batch and looked at apart: the same happens to each text as happens to it alone."""
    damaged = ["鏁版嵁澶勭悊\u200b，⽂件", "⽂件", "&amp;#20013;&amp;#25991;，數(shù)據(jù)", "a\u200bb\n數(shù)據(jù)"]
    texts = [*LINES[:20], *damaged, *LINES[20:40]]
    config = Config()
    alone = [pipeline.run_one(text, config) for text in texts]
    assert list(pipeline.run(texts, config)) == alone
    assert pipeline.run_texts(texts, config) == [text for text, _ in alone]
    assert [text for text, (_, plan) in zip(texts, alone, strict=True) if plan] == damaged


def test_a_sign_counts_beside_what_it_may_stand_beside() -> None:
    """The ends of a text are those of a line; what does not fit is no sign, in short texts and in long ones."""
    for text, there in [
        ("(hé)", True),
        ("和(hé)", True),
        ("a(b)", False),
        ("f(x)", False),
        ("和(1)", False),
        ("\n(x", True),
    ]:
        for shown in (text, text + "\n" + "好" * SHORT):
            batch = Batch([shown])
            assert batch.has(glosses.BRACKET.bit) == there, text
            assert batch.places(glosses.BRACKET.bit) == ([text.index("(")] if there else []), text
