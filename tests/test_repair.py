"""Repair as a whole: what it must keep, whatever the odds and thresholds are; and how much it must find."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import textfix
from textfix import routes

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
HOLE = "\ufffd"


def cases(*names: str) -> list[dict[str, Any]]:
    lines = [line for name in names for line in (FIXTURES / f"{name}.jsonl").read_text("utf-8").split("\n") if line]
    return [json.loads(line) for line in lines]


def kind(case: dict[str, Any]) -> bool:
    """Whether CASE is about damage whose lines are lines."""
    name: str = case["id"]
    return name.split("-")[0] in ("mojibake", "slips", "glosses", "harm") and "utf-16" not in name


def inputs(*names: str) -> list[str]:
    return [case["in"] for case in cases(*names) if "in" in case]


DAMAGED = inputs("mojibake", "slips", "glosses")
HARMLESS = inputs("harm")
KNOWN = [case["in"] for case in cases("known") if case["id"].split("-")[0] in ("mojibake", "slips", "glosses")]
#: Not in any fixture: a few strong garbles and what they are.
GARBLES = [
    (routes.misread(text, route), text)
    for text, route in [
        ("傍晚的操场上只剩下他一个人", "utf-8>latin-1"), ("厨房的水龙头又开始滴水了", "gb18030>cp1252"),
        ("請把椅子搬到陽臺去", "big5>latin-1"), ("照片洗出来了，明天寄给你", "utf-8>cp437"),
        ("客廳的燈壞了三天都沒人修", "utf-8>cp1251"), ("桥下的水涨得很快", "gb18030>koi8-r"),
    ]
]  # fmt: skip


def repair_many(texts: list[str], **options: Any) -> list[str]:
    return textfix.fix_many(texts, clean=False, **options)


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """tools/build_fixtures.py as a module; it is not part of the package."""
    spec = importlib.util.spec_from_file_location("build_fixtures", ROOT / "tools" / "build_fixtures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_repair_is_idempotent() -> None:
    """What repair wrote needs no repair, also where what it wrote is not right yet."""
    once = repair_many([*DAMAGED, *KNOWN])
    again = repair_many(once)
    assert [(a, b) for a, b in zip(once, again, strict=True) if a != b] == []


@pytest.mark.parametrize("text", HARMLESS)
def test_clean_text_is_the_same_object(text: str) -> None:
    """Do no harm: repair alone, with every way to treat holes."""
    for holes in ("mark", "keep", "fill"):
        assert textfix.repair(text, holes=holes) is text


@pytest.mark.parametrize(("first", "last"), [(0xA1, 0xFF), (0x2500, 0x25FF), (0x3041, 0x30FF), (0x3131, 0x3163)])
def test_one_character_over_and_over_stays(first: int, last: int) -> None:
    """Rules, boxes, laughter: ════, ㅋㅋㅋㅋ, ああああ say nothing of what their bytes were."""
    runs = [chr(code) * 8 for code in range(first, last + 1)]
    assert [(run, fixed) for run, fixed in zip(runs, repair_many(runs), strict=True) if run != fixed] == []


@pytest.mark.parametrize(("garbled", "text"), GARBLES)
@pytest.mark.parametrize(
    "around",
    [
        "标题：{}（共12页）",
        "id=7,name={},age=30",
        '{{"name": "{}"}}',
        "收件人\t{}\t已读",
        "昨天的留言「{}」已經刪除",
        "<p>{}</p>",
    ],
)
def test_neighbours_stay(garbled: str, text: str, around: str) -> None:
    """A garbled field in a clean line is repaired, and not a character around it."""
    result = textfix.explain(around.format(garbled), clean=False)
    assert result.text == around.format(text)
    at = around.index("{}")
    first, last = result.plan[0].edits[0], result.plan[0].edits[-1]
    assert first.start >= at - around[:at].count("{{")
    assert last.end <= at + len(garbled)


def test_several_spans_in_a_line() -> None:
    """Each span is a matter of its own, also where they came different ways."""
    damaged = "；".join(f"第{n}项：{garbled}（待查）" for n, (garbled, _) in enumerate(GARBLES, 1))
    whole = "；".join(f"第{n}项：{text}（待查）" for n, (_, text) in enumerate(GARBLES, 1))
    assert textfix.repair(damaged) == whole


def test_lines_are_independent() -> None:
    """Repairing a text is repairing its lines: a file can be cut at its line ends and worked on in parts.

    UTF-16 read byte by byte is not of lines: a newline is half of 上 or 不.
    """
    texts = [
        case["in"] for case in cases("mojibake", "slips", "glosses", "harm", "known") if "in" in case and kind(case)
    ]
    lines = [line for text in texts for line in text.split("\n")]
    together = textfix.fix("\n".join(lines), clean=False).split("\n")
    apart = repair_many(lines)
    assert [(line, a, b) for line, a, b in zip(lines, together, apart, strict=True) if a != b] == []


def test_a_slip_in_a_line_is_evidence_for_others() -> None:
    """A mark that ends a line with a quotation open may be meant: not where the filter was at work."""
    line, slip = "站长说：“今年人少了，大家都轻松一些!", "学!⒁皆汉陀示侄荚谕惶踅稚稀"
    whole, mended = "学校、医院和邮局都在同一条街上。", "站长说：“今年人少了，大家都轻松一些。”"
    assert textfix.repair(line) is line
    assert textfix.repair(f"{slip}\n{line}\n{slip}") == f"{whole}\n{line}\n{whole}"
    assert textfix.repair(f"{slip} {line}") == f"{whole} {mended}"


def test_a_gloss_in_a_line_is_evidence_for_slips() -> None:
    """Who puts readings behind bytes also cuts characters in two."""
    line = "站長說：“今年人少了，大家都輕鬆一些!"
    assert textfix.repair(line) is line
    assert textfix.repair(f"數(shù)據(jù)室的{line}") == "數據室的站長說：“今年人少了，大家都輕鬆一些。”"


def test_what_a_filter_left_alone_speaks_against_it() -> None:
    """Bytes that are still there were not replaced: 。” holds A3 A1, wherever its characters begin."""
    line = "他说:“今年人少了,大家都轻松一些!"
    assert textfix.repair(line).endswith("。”")
    assert textfix.repair(f"“来了。”{line}") == f"“来了。”{line}"


def test_guesses_are_named() -> None:
    """A character of which a byte was lost is named in the plan, with how sure it is."""
    (edit,) = textfix.explain("该指令可以放在文件顶部，以影响该?橹械闹噶").plan[0].edits
    assert edit.after.startswith("模块中的")
    assert "模 from half its bytes" in edit.note


def test_keep_makes_no_hole() -> None:
    """With holes="keep" a span that cannot be made whole is left as it stands."""
    for text, kept in zip([*DAMAGED, *KNOWN], repair_many([*DAMAGED, *KNOWN], holes="keep"), strict=True):
        assert kept.count(HOLE) <= text.count(HOLE), text


def test_fill_differs_from_mark_only_in_the_holes() -> None:
    """Filling invents what was lost and nothing else; the plan says where."""
    texts = [text for text, marked in zip(DAMAGED, repair_many(DAMAGED), strict=True) if HOLE in marked]
    assert texts
    filled = 0
    for text in texts:
        marked, result = textfix.repair(text), textfix.explain(text, clean=False, holes="fill")
        pattern = ".+".join(map(re.escape, re.split(f"{HOLE}+", marked)))
        assert re.fullmatch(pattern, result.text, re.DOTALL), (marked, result.text)
        assert result.text.count(HOLE) <= marked.count(HOLE)
        if result.text != marked:
            filled += 1
            assert any(edit.note for step in result.plan for edit in step.edits), text
    assert filled, "no hole was ever filled"


def test_more_caution_never_repairs_more() -> None:
    """Who asks for more evidence gets fewer repairs: no text is changed that less caution left alone."""
    texts = [*DAMAGED[::3], *KNOWN[::3], *HARMLESS]
    before = [True] * len(texts)
    for caution in (6.0, 12.0, 24.0, 48.0, 1e6):
        changed = [fixed is not text for text, fixed in zip(texts, repair_many(texts, caution=caution), strict=True)]
        assert [text for text, now, then in zip(texts, changed, before, strict=True) if now and not then] == []
        before = changed
    assert not any(before), "a million nats can never be had"


def test_no_layer_is_undone_where_none_is_asked_for() -> None:
    """max_layers=0 turns mojibake off."""
    texts = inputs("mojibake")
    fixed = repair_many(texts, max_layers=0)
    assert [text for text, now in zip(texts, fixed, strict=True) if now is not text] == []


def test_slips_and_glosses_are_no_layers() -> None:
    """max_layers=0 leaves them on."""
    assert textfix.fix("工廠的設(shè)備由專人負責(zé)檢修。", max_layers=0) == "工廠的設備由專人負責檢修。"


def test_no_more_layers_than_asked_for() -> None:
    """Two misreadings are two layers: max_layers=1 must not undo both."""
    text = "雪停了以后，孩子们都跑到院子里去了"
    once = routes.misread(text, "utf-8>latin-1")
    assert textfix.fix(routes.misread(once, "utf-8>latin-1"), clean=False, max_layers=1) != text


@pytest.mark.parametrize("chain", [chain for chain in routes.table() if len(chain.routes) > 1], ids=lambda c: c.name)
def test_layers_are_undone_together(chain: routes.Chain) -> None:
    """Nobody has to call fix twice."""
    garbled = text = (
        "操场边上那棵老槐树今年又开花了" if chain.routes[0].written != "big5" else "操場邊上的老槐樹又開花了"
    )
    for route in chain.routes:
        garbled = routes.misread(f"{garbled}\n", route.name).removesuffix("\n")
    if HOLE not in garbled:
        assert textfix.fix(garbled, clean=False) == text


@pytest.mark.parametrize("chain", routes.table(), ids=lambda chain: chain.name)
def test_floors(chain: routes.Chain, builder: ModuleType) -> None:
    """How much is found on each route may only grow; `python tools/build_fixtures.py --floors` raises the floors."""
    floors = json.loads((FIXTURES / "floors.json").read_text("utf-8"))
    assert set(floors) == {other.name for other in routes.table()}
    for size, floor in floors[chain.name].items():
        assert builder.recall(chain, int(size)) >= floor, f"{size} characters"


def test_long_garbled_lines_do_not_hide_the_next() -> None:
    """However much surprise a line gathers, the line behind it is looked at for itself."""
    text = "\n".join(["老街上的茶馆每天都有人来喝茶。" * 70, "短的一行也坏了，写的是别的事情。"] * 6)
    garbled = routes.misread(text, "utf-8>latin-1")
    assert textfix.fix(garbled, clean=False, max_layers=1) == text


def test_what_is_missing_without_a_trace_is_said() -> None:
    """Big5 read as GB 18030 shows every third character as a private-use one; where none is left, the plan says so."""
    garbled = routes.misread("溫暖的下午，我們一起去圖書館看書。後來下雨了", "big5>gb18030")
    left = re.sub("[\ue000-\uf8ff]", "", garbled)
    notes = [[edit.note for step in textfix.explain(text).plan for edit in step.edits] for text in (garbled, left)]
    assert notes[0] == [""]
    assert "missing" in notes[1][0]


def test_what_is_missing_without_a_trace_is_marked_where_the_text_tells() -> None:
    """GBK read as Big5 by a reader that dropped what it had no character for: 入, 当, 和 are gone."""
    left = "如果用户没有输密码，系统就会要求重新登录，并且自动记录时的时间地址。"
    garbled = left.replace("如", "").encode("gbk").decode("big5hkscs")
    marked = "果用户没有输\ufffd密码，系统就会要求重新登录，并且自动记录时的时间\ufffd地址。"
    assert textfix.repair(garbled) == marked
    (edit,) = (edit for step in textfix.explain(garbled).plan for edit in step.edits)
    assert edit.note.startswith("missing without a trace: 2")
    filled = textfix.explain(garbled, holes="fill")
    assert filled.text == marked.replace("\ufffd", "入", 1).replace("\ufffd", "和")
    assert "filled: 入 和" in filled.plan[0].edits[0].note


@pytest.mark.parametrize(
    "kept", ["大家都知道这本书的作者是谁，他没有来过。", "我们明天早上出发，下午到达山里的小村庄。"]
)
def test_nothing_is_marked_where_nothing_is_missing(kept: str) -> None:
    assert textfix.repair(kept.encode("gbk").decode("big5hkscs")) == kept
