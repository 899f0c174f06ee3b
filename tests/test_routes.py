"""Routes: misreading and its undoing are inverse where nothing was lost, and honest where something was."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
from _pytest.mark.structures import ParameterSet
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import textfix
from textfix import ChoiceError, encodings, routes, tables
from textfix.batch import to_codes

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ROOT / "fixtures" / "floors"
HANS = FLOORS.joinpath("sentences.txt").read_text("utf-8").split("\n")[:-1]
HANT = FLOORS.joinpath("sentences.hant.txt").read_text("utf-8").split("\n")[:-1]
NAMES = sorted({route.name for chain in routes.table() for route in chain.routes})
HOLE = "\ufffd"

#: Readers that give one character for two codes: undoing takes one of the two for granted, and the mask says "known".
AMBIGUOUS = {
    "big5>cp932": "cp932 reads 396 characters from two places, FA54 as well as ED9A",
    "gb18030>cp932": "cp932 reads 396 characters from two places",
    "utf-8>gb18030": "€ stands for the single byte 80 and for A2E3",
    "gb18030>utf-8|cp1252": "ã stands for E3 and for C3A3; repair weighs both (recut.py), undo takes one",
}
PAIRED = "Big5-HKSCS reads 8862 as two code points, of which only the pair could be written back"
#: A letter in one case may have been either of two bytes; repair weighs them, undo takes one.
CASED = [name for name in NAMES if name.endswith("|cased")]
AMBIGUOUS |= {
    name: "the case of the letters is gone"
    for name in CASED
    if name != "utf-8>latin-1|cased"  # what is made of Chinese has no letters there that could be either
}
AMBIGUOUS |= dict.fromkeys(("utf-16-le>gb18030", "utf-16-be>gb18030"), "€ stands for the single byte 80 and for A2E3")
AMBIGUOUS["utf-16-le>utf-16-be"] = "N stands for 一; repair looks at what is around it"
WIDE = [name for name in NAMES if "utf-16" in name]
#: What the bytes of an unknown character become is shorter or longer than they were.
UNALIGNED = AMBIGUOUS | {"utf-8>big5": PAIRED}


def marked(reasons: dict[str, str]) -> list[ParameterSet]:
    return [
        pytest.param(name, marks=[pytest.mark.xfail(reason=reasons[name])] if name in reasons else [], id=name)
        for name in NAMES
    ]


def written(text: str, name: str) -> bytes:
    """TEXT in the encoding that it was written in."""
    encoding = routes.parse(name).written
    if encoding in encodings.WIDE:
        return text.encode(encoding)
    return encodings.load(encoding).encode(to_codes(text)).data


def slices(name: str) -> list[str]:
    sentences = HANT if name.startswith("big5") else HANS + HANT if name.startswith("utf-8") else HANS
    return [sentence[at : at + size] for sentence in sentences for at, size in ((0, 12), (3, 17), (8, 30))]


HAN = "".join(map(chr, range(0x4E00, 0x9FA6)))
IN_BIG5 = HAN.encode("big5", "ignore").decode("big5")
#: Routes on which random characters hardly ever come through without a loss.
LOSING = (
    "utf-8>euc_jp",
    "gb18030>euc_jp",
    "utf-8>big5",
    "utf-8>cp949",
    "utf-8>cp857",
    "big5>cp949",
    "gb18030>big5",
    "gb18030>cp949",
)


@pytest.mark.parametrize("name", marked(AMBIGUOUS))
def test_sentences_are_undone(name: str) -> None:
    """Where no mark of loss stands in the garbled text, its bytes come back, all of them known."""
    whole = 0
    for text in slices(name):
        garbled = routes.misread(text, name)
        if HOLE in garbled:
            continue
        data, known = routes.undo(garbled, name)
        assert data == written(text, name), text
        assert known.all()
        assert len(known) == len(data)
        whole += 1
    assert whole or name in ("utf-8>big5", "utf-8>cp949", "utf-8>cp857", "utf-8>euc_jp", *WIDE), (
        "every sentence lost something"
    )


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*AMBIGUOUS, *LOSING, *WIDE, "utf-8>cp932")])
def test_any_han_is_undone(name: str) -> None:
    """The same for characters that no sentence has."""
    alphabet = st.sampled_from(IN_BIG5 if name.startswith("big5") else HAN)

    @settings(max_examples=15)
    @given(st.text(alphabet, min_size=1, max_size=12).map(lambda text: f"{text}\n"))
    def law(text: str) -> None:
        garbled = routes.misread(text, name)
        assume(HOLE not in garbled)
        assert routes.undo(garbled, name)[0] == written(text, name)

    law()


@pytest.mark.parametrize("name", [param for param in marked(UNALIGNED) if param.id not in WIDE])
def test_the_mask_marks_what_is_lost(name: str) -> None:
    """Every byte that the mask calls known is the byte that was written; the others are as many as were lost."""
    for text in slices(name):
        before = np.frombuffer(written(text, name), np.uint8)
        garbled = routes.misread(text, name)
        data, known = routes.undo(garbled, name)
        after = np.frombuffer(data, np.uint8)
        assert len(after) == len(before), text
        assert (after == before)[known].all(), text
        assert (~known).sum() == garbled.count(HOLE)
        assert (after[~known] == encodings.LOST).all()


def test_foreign_characters_are_unknown() -> None:
    """A character that the reader cannot have given is a newline in the bytes, which no sequence goes over."""
    data, known = routes.undo("ÖÐ文ÎÄ", "gb18030>latin-1")
    assert data == "中".encode("gb18030") + b"\n" + "文".encode("gb18030")
    assert known.tolist() == [True, True, False, True, True]


@pytest.mark.parametrize("text", ["", "plain ASCII, 1:2\n".lower()])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in WIDE])
def test_ascii_is_never_misread(name: str, text: str) -> None:
    """All encodings but UTF-16 agree on ASCII."""
    assert routes.misread(text, name) == text
    assert routes.undo(text, name)[0] == text.encode()


def test_a_euro_may_stand_last() -> None:
    """Byte 80 is € wherever nothing follows that makes a pair of it, so also at the end."""
    assert routes.misread("倀", "utf-8>cp936") == "鍊€"


@pytest.mark.parametrize("name", ["utf-8", "utf-8>klingon", "klingon>utf-8", "", ">", "utf-8>"])
def test_unknown_routes_list_the_choices(name: str) -> None:
    """A misspelt route is the caller's mistake, and the message should mend it."""
    with pytest.raises(ChoiceError, match="choose one of") as caught:
        routes.parse(name)
    assert caught.value.choices
    for choice in map(str, caught.value.choices):
        assert choice in str(caught.value)


def test_unknown_encodings_list_the_choices() -> None:
    """The same for an encoding by itself."""
    with pytest.raises(ChoiceError, match=r"gb18030.*latin-1"):
        encodings.load("klingon")


def test_every_row_is_whole() -> None:
    """A row is a promise: two encodings that load, a price that is not a reward, and a place where it was seen."""
    data = tables.toml("routes.toml")
    rows = [*data["route"], *data["chain"]]
    assert len(routes.table()) == len(rows)
    for row, chain in zip(rows, routes.table(), strict=True):
        assert chain.name
        assert chain.prior >= 0
        assert chain.seen.strip() == row["seen"] != ""
        for route in chain.routes:
            decodable = ("utf-8", *encodings.DOUBLE, *encodings.WIDE)
            assert route.written in decodable, "what was written must be decodable"
            encodings.load(route.written), encodings.load(route.read)
            assert routes.parse(route.name).name == route.name


def test_no_row_stands_twice() -> None:
    """A row twice would be weighed twice."""
    names = [chain.name for chain in routes.table()]
    assert len(set(names)) == len(names)


def test_the_page_is_up_to_date() -> None:
    """`python tools/build_routes_page.py` writes docs/routes.md; a row that is not in it is a row nobody finds."""
    spec = importlib.util.spec_from_file_location("build_routes_page", ROOT / "tools" / "build_routes_page.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (ROOT / "docs" / "routes.md").read_text("utf-8") == tool.page()


#: What readers do to what they cannot read, or programs to what they cannot show: garbled, and what is left to say.
HABITS = {
    "a no-break space became a space": ("æ ¼å¼åˆ†å‰²çš„ç»Ÿä¸€è½¬å‘", "格�分割的统一转�"),
    "the same behind two bytes, nothing else missing": (
        routes.misread("了解以后再来", "utf-8>cp1252").replace("\xa0", " "),
        "了解以后再来",
    ),
    "controls became spaces": (
        "".join(" " if "\x80" <= c < "\xa0" else c for c in routes.misread("考试结束的铃声", "utf-8>cp1252")),
        "考试结�的铃声",
    ),
    "the dot of Japanese Windows": ("譏ｯ蜷ｦ蜷ｯ逕ｨ隸･扈・ｻｶ", "是否启用该�"),
    "question marks of a losing reader": ("皜祈岫雿輻??", "測試使�"),
    "one byte or two": (
        routes.misread("没有办法，每天都这么没精神", "gb18030>utf-8|cp1252"),
        "没有办法，每天都这么没精神",
    ),
}


@pytest.mark.parametrize("habit", HABITS)
def test_habits_of_readers(habit: str) -> None:
    """What can still be told comes back, and what cannot is one U+FFFD, never another character."""
    garbled, honest = HABITS[habit]
    got = textfix.repair(garbled)
    assert re.sub(f"{HOLE}+", HOLE, got) == honest


@pytest.mark.parametrize("text", ["真的吗??", "去哪儿??我也去", "測試??", "東京・大阪・京都へ行きます"])
def test_habits_are_not_seen_in_clean_text(text: str) -> None:
    """Two question marks behind a clean word are two question marks."""
    assert textfix.repair(text) is text
