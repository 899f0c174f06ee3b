"""Texts that were garbled from end to end are read at once, and come out as the search would have it."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textfix
from textfix import pipeline, routes
from textfix.batch import Batch, to_codes
from textfix.config import Config
from textfix.records import Change
from textfix.repair import lines, mojibake, suspicion, whole

LINES = [
    "市中心的旧电影院明天重新开门，票价不变。",
    "Monday 9:30 – 11:00",
    "",
    "她把窗台上的花都搬进了屋里，又给它们浇了水。",
    "好",
    "第三章　远方的来信",
    "他说：“明天再说吧！”",
]
ROUTES = ["utf-8>latin-1", "utf-8>cp1252", "utf-8>gb18030", "utf-8>cp437", "utf-8>cp1251", "utf-8>koi8-r"]


def is_whole(garbled: str) -> bool:
    batch = Batch([garbled])
    rows = mojibake.suspicion.find_rows(batch.codes)
    return whole.read(garbled, batch.codes, len(rows), Config()) is not None


@pytest.mark.parametrize("route", ROUTES)
def test_whole_and_by_line_are_the_same(route: str) -> None:
    """A line is the widest context: a text that is read at once gives what its lines give one by one."""
    text = "\n".join(LINES)
    garbled = routes.misread(text, route)
    apart = "\n".join(textfix.repair(line) for line in garbled.split("\n"))
    assert textfix.repair(garbled) == apart
    result = textfix.explain(garbled, clean=False)
    assert textfix.replay(garbled, result.plan) == result.text


def test_long_lines_are_taken_and_short_ones_left() -> None:
    garbled = routes.misread("\n".join(LINES), "utf-8>latin-1")
    assert is_whole(garbled)
    result = textfix.explain(garbled, clean=False)
    assert result.text.split("\n")[3] == LINES[3]
    # One character alone is too little, in a garbled text as elsewhere.
    assert result.text.split("\n")[4] == routes.misread(LINES[4], "utf-8>latin-1")
    edit = result.plan[0].edits[0]
    assert (edit.before, edit.after) == (garbled.split("\n")[0], LINES[0])
    assert edit.odds is not None
    assert edit.odds > 100


def test_a_broken_byte_is_left_to_the_search() -> None:
    garbled = routes.misread(LINES[0], "utf-8>latin-1")
    assert not is_whole(garbled[:5] + garbled[6:])


def test_french_is_not_ours() -> None:
    garbled = routes.misread("L’été dernier, nous avons mangé des pâtes à la crème brûlée.", "utf-8>latin-1") * 3
    assert not is_whole(garbled)


def test_one_character_over_and_over_says_nothing() -> None:
    """Two different characters are the least, as in the search."""
    garbled = routes.misread("\n".join([LINES[0], "一、一、一", LINES[3]]), "utf-8>latin-1")
    got = textfix.repair(garbled).split("\n")
    assert got[0] == LINES[0]
    assert got[1] == textfix.repair(garbled.split("\n")[1])


HANT = [
    "市中心的舊電影院明天重新開門，票價不變。",
    "她把窗臺上的花都搬進了屋裡，又給它們澆了水。",
    "第三章　遠方的來信",
    "會議室的鑰匙在櫃檯",
    "晚上七點以前請打電話 0912 訂位",
]
BYTES = [
    f"{written}>{reader}"
    for written in ("utf-8", "gb18030", "big5")
    for reader in ("latin-1", "cp1252", "cp437", "cp1251", "koi8-r", "mac_roman", "cp1250", "cp850", "iso8859-5")
    if f"{written}>{reader}" in {chain.name for chain in routes.table()}
]
FOREIGN = [
    "L’été dernier, nous avons mangé des pâtes à la crème brûlée.",
    "Вчера вечером мы долго гуляли по набережной.",
    "Ěště řízek a žluťoučký kůň pěl ďábelské ódy",
    "Größere Mengen süßer Äpfel übrig",
    "昨日は雨だったので、家で本を読んでいました。",
    "이 길을 따라 쭉 가시면 우체국이 나옵니다.",
    "Η θάλασσα ήταν ήρεμη και ο ήλιος έλαμπε",
    "plain ASCII, 42 %",
    "",
]


def lines_of(route: str) -> list[str]:
    return HANT if route.startswith("big5") else [line for line in LINES if line]


def searched(text: str) -> Change | None:
    """What the search alone makes of TEXT."""
    with mock.patch.object(mojibake, "read_wholes", return_value=()):
        return mojibake.find(Batch([text]), Config()).get(0)


def assert_same(garbled: str) -> None:
    quick, slow = mojibake.find(Batch([garbled]), Config()).get(0), searched(garbled)
    assert (quick and quick.text) == (slow and slow.text)
    if quick is not None and slow is not None:
        rows = [[(edit.start, edit.end, edit.before, edit.after) for edit in change.edits] for change in (quick, slow)]
        assert rows[0] == rows[1]
        assert all(edit.odds is not None and edit.odds >= Config().caution for edit in quick.edits)
        if quick.settled:
            assert not mojibake.find(Batch([quick.text]), Config())


@pytest.mark.parametrize("route", BYTES)
def test_as_the_search_has_it(route: str) -> None:
    """Line by line and all together, what is read at once is what spans and chains that are weighed would give."""
    some = lines_of(route)
    for text in (*some, "\n".join(some), "\n".join([some[0], "", some[1], "plain", some[2], ""])):
        assert_same(routes.misread(text, route))


@pytest.mark.parametrize("route", BYTES)
def test_a_whole_text_is_named_as_its_lines_are(route: str) -> None:
    garbled = routes.misread("\n".join(lines_of(route)), route)
    assert is_whole(garbled)
    quick, slow = mojibake.find(Batch([garbled]), Config())[0], searched(garbled)
    assert slow is not None
    assert [edit.rule for edit in quick.edits] == [edit.rule for edit in slow.edits]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(BYTES),
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["garbled", "clean", "foreign", "part"])), max_size=7),
    st.integers(1, 25),
)
def test_mixtures_too(route: str, rows: list[tuple[int, str]], part: int) -> None:
    """Clean lines, lines of other languages and parts of lines among the garbled ones change nothing of that."""
    some = lines_of(route)
    made = []
    for number, kind in rows:
        line = some[number % len(some)]
        if kind == "foreign":
            line = FOREIGN[number % len(FOREIGN)]
        elif kind != "clean":
            line = routes.misread(line[:part] if kind == "part" else line, route)
        made.append(line)
    assert_same("\n".join(made))


@pytest.mark.parametrize("line", FOREIGN)
def test_other_languages_are_not_ours(line: str) -> None:
    text = "\n".join([line] * 4)
    batch = Batch([text])
    assert whole.read(text, batch.codes, len(text), Config()) is None
    assert textfix.repair(text) is text


def test_what_is_settled_is_not_looked_at_again() -> None:
    """The second look at a text that was read as a whole would find nothing, and is spared."""
    garbled = routes.misread("\n".join([LINES[0], LINES[3]]), "utf-8>latin-1")
    assert mojibake.find(Batch([garbled]), Config())[0].settled
    with mock.patch.object(suspicion, "windows") as asked:
        assert textfix.repair(garbled) == "\n".join([LINES[0], LINES[3]])
        assert textfix.fix_many([garbled, garbled]) == ["\n".join([LINES[0], LINES[3]])] * 2
        asked.assert_not_called()


@pytest.mark.parametrize("layers", ["utf-8>cp1252, utf-8>cp1252", "gb18030>cp1252, utf-8>cp1252"])
def test_two_layers_are_not_settled(layers: str) -> None:
    """A text that is garbled again under its first layer is not done with one, alone or among others."""
    text = "\n".join([LINES[0], LINES[3]])
    garbled = text
    for route in layers.split(", "):
        garbled = routes.misread(garbled, route)
    assert textfix.repair(garbled) == text
    assert textfix.fix_many([garbled, text]) == [text, text]


def test_readers_that_differ_in_few_letters_are_told_apart() -> None:
    """koi8-r has lines where koi8-u has і and ї: the reader whose bytes say more is believed."""
    text = "\n".join([LINES[0], LINES[3], "了一口气，有人还在后面走着，信也没有修改"])
    for route in ("gb18030>iso8859-7", "gb18030>koi8-u", "gb18030>iso8859-15"):
        garbled = routes.misread(text, route)
        got, lost = textfix.repair(garbled), routes.misread(text, route).count("\ufffd")
        assert got.count("\ufffd") == lost
        assert all(one == other for one, other in zip(got, text, strict=True) if one != "\ufffd")


def test_letters_of_one_case_are_left_to_the_search() -> None:
    """ö may have been Ö: a reading that takes the letters as they stand is no better than one that does not."""
    garbled = routes.misread("她在信裡寫道，異鄉的冬天很長，可是", "big5>cp1252").lower()
    assert not is_whole(garbled)


@pytest.mark.parametrize(
    ("line", "different"),
    [
        ("一、一", False),
        ("一二", True),
        ("䷀䷿", False),
        ("㐀䷀", False),
        ("一䷀", False),
        ("一䷀二", True),
        ("abc，", False),
        ("", False),
    ],
)
def test_two_different_han(line: str, different: bool) -> None:
    """Hexagrams stand among the Han characters and are none."""
    codes = to_codes(f"天地\n{line}\n上上{line}")
    found = lines.has_different_han(codes, lines.edges(codes))
    assert found.tolist() == [True, different, different or "一" in line or "㐀" in line]
    assert lines.has_different_han(to_codes(f"{line}"), lines.edges(to_codes(line))).tolist() == [different]


@pytest.mark.parametrize(
    "between", ["", "&#20013;&#25991;&#32534;&#30721;", "a=1&b=2%20", "Monday – 9:30", "好", "數(shù)據(jù)"]
)
@pytest.mark.parametrize("route", ROUTES)
def test_at_once_and_step_by_step_are_the_same(route: str, between: str) -> None:
    """One long text may be read before all else, a batch never is: text and plan are the same."""
    clean = "\n".join([LINES[0], LINES[3], LINES[6]] * 8)
    garbled = routes.misread(clean, route) + "\n" + between
    alone, batch = textfix.explain(garbled), Batch([garbled])
    with mock.patch.object(pipeline, "start", return_value=None):
        assert textfix.explain(garbled) == alone
    assert textfix.fix_many([garbled, "好"]) == [alone.text, "好"]
    if not between and route != "utf-8>gb18030":
        assert mojibake.find_at_once(garbled, Config()) == mojibake.find(batch, Config())[0]


def test_a_line_that_is_not_sure_is_left_to_the_usual_way() -> None:
    garbled = routes.misread("\n".join([*[LINES[0]] * 20, LINES[4]]), "utf-8>latin-1")
    assert mojibake.find_at_once(garbled, Config()) is None
    assert mojibake.find_at_once("\n".join([LINES[0]] * 20), Config()) is None
