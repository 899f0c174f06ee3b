"""The command line: what its commands say and do for one file."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, page

import textfix
from textfix import Config, Edit, Result, Step
from textfix.cli import pieces, program
from textfix.cli.commands import cli as commands
from textfix.cli.job import Job
from textfix.config import CHOICES

ESCAPE = b"\x1b["


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], Job]]:
    """What reaches the library, instead of the library."""
    calls: list[tuple[list[str], Job]] = []

    def explain(texts: list[str], job: Job) -> list[Result]:
        calls.append((texts, job))
        return [Result("好", (), None, "好") for _ in texts]

    monkeypatch.setattr(pieces, "explain", explain)
    return calls


def give(monkeypatch: pytest.MonkeyPatch, result: Result) -> None:
    """Let the library give RESULT for every text."""
    monkeypatch.setattr(pieces, "explain", lambda texts, _: [result for _ in texts])


# --- fix ---------------------------------------------------------------------------------------------------------


def test_fix_a_file(run: Run, tmp_path: Path) -> None:
    """The main job: a GBK file becomes UTF-8 on standard output, and the file stays as it was."""
    data = "数据处理和存储，都在这里。\n".encode("gbk")
    path = page(tmp_path, data)
    assert run("fix", path) == (0, "数据处理和存储，都在这里。\n".encode(), "")
    assert path.read_bytes() == data


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_fix_standard_input(run: Run, arguments: tuple[str, ...]) -> None:
    """No file, or `-`: a place in a pipe."""
    assert run("fix", *arguments, stdin="鏁版嵁澶勭悊".encode()) == (0, "数据处理".encode(), "")


def test_several_files_follow_one_another(run: Run, tmp_path: Path) -> None:
    """As `cat` does, with nothing between."""
    first, second = page(tmp_path, "一，好的。".encode(), "1"), page(tmp_path, "二，好的。".encode(), "2")
    assert run("fix", first, second, first).out == "一，好的。二，好的。一，好的。".encode()


GIVEN: list[tuple[list[str], dict[str, Any]]] = [
    ([], {}),
    (["--no-repair"], {"repair": False}),
    (["--repair"], {"repair": True}),
    (["--clean", "full"], {"clean": "full"}),
    (["--clean", "off"], {"clean": False}),
    (["--script", "tw", "--words"], {"script": "tw", "words": True}),
    (["--no-words"], {"words": False}),
    (["--punctuation", "corner"], {"punctuation": "corner"}),
    (["--spacing"], {"spacing": True}),
    (["--no-spacing"], {"spacing": False}),
    (["--holes", "keep"], {"holes": "keep"}),
    (["--terms", "网络=網路", "--terms", "软件=軟體"], {"terms": {"网络": "網路", "软件": "軟體"}}),
    (["--keep", "余先生", "--keep", "范先生"], {"keep": ["余先生", "范先生"]}),
    (["--escapes", "off"], {"escapes": False}),
    (["--escapes", "on"], {"escapes": True}),
    (["--escapes", "percent", "--escapes", "hz"], {"escapes": ["hz", "percent"]}),
    (["--caution", "20"], {"caution": 20.0}),
    (["--max-layers", "1"], {"max_layers": 1}),
]


@pytest.mark.parametrize(("arguments", "options"), GIVEN, ids=[" ".join(given[0]) or "none" for given in GIVEN])
@pytest.mark.parametrize("command", ["fix", "explain"])
def test_options_reach_the_library(
    run: Run, seen: list[Any], command: str, arguments: list[str], options: dict[str, Any]
) -> None:
    """An option, its field and its flag share one word and one meaning."""
    assert run(command, *arguments, stdin=b"x").code == 0
    ((texts, job),) = seen
    assert (texts, job.declared, job.config) == (["x"], None, Config(**options))


def test_declared_reaches_the_library(run: Run, seen: list[Any]) -> None:
    """What the sender says is handed on."""
    assert run("fix", "--declared", "big5", stdin=b"x").code == 0
    assert seen[0][1].declared == "big5"


def test_every_field_of_config_has_its_option() -> None:
    """An option that the library has and the program lacks would be found out by a user."""
    flags = {parameter.name for parameter in commands.commands["fix"].params}
    assert {field.name for field in dataclasses.fields(Config)} <= flags
    for name, choices in CHOICES.items():
        words = {"off" if c is False else c for c in choices if isinstance(c, str) or (name == "clean" and c is False)}
        if words:
            (parameter,) = (p for p in commands.commands["fix"].params if p.name == name)
            assert set(parameter.type.choices) == words  # type: ignore[attr-defined]


def test_jsonl(run: Run, tmp_path: Path) -> None:
    """One JSON object a line and file: what `explain` gives, the name of the file, and what became of it."""
    data = "鏁版嵁澶勭悊，好。".encode()
    one, two = page(tmp_path, data, "1"), page(tmp_path, b"plain", "2")
    ended = run("fix", "--jsonl", one, two)
    first, second = map(json.loads, ended.out.decode().splitlines())
    assert first | {"file": str(one), **textfix.explain(data).to_dict()} == first
    assert (first["status"], first["edits"], first["rules"]) == ("changed", 1, {"repair": {"utf-8>gb18030": 1}})
    assert (second["status"], second["text"], second["plan"]) == ("unchanged", "plain", [])
    assert run("explain", "--jsonl", one, two).out == ended.out


def test_marks_without_partner_are_in_the_record(run: Run) -> None:
    """What a style could not pair is left, and whoever asked for the style is told where."""
    text = "他说：“好。\n".encode()
    record = json.loads(run("explain", "--punctuation", "full", "--jsonl", stdin=text).out)
    assert record["unpaired"] == [3]
    assert "unpaired" not in json.loads(run("explain", "--jsonl", stdin=text).out), "nobody asked for a style"


def test_json_is_one_list(run: Run, tmp_path: Path) -> None:
    """A program that reads one document gets one, however many files there are."""
    one, two = page(tmp_path, b"a", "1"), page(tmp_path, b"b", "2")
    for command in ("fix", "check", "detect", "explain"):
        assert [record["file"] for record in json.loads(run(command, "--json", one, two).out)] == [str(one), str(two)]
    assert json.loads(run("check", "--json", tmp_path / "nothing", tmp_path).out)[0]["status"] == "failed"


def test_a_plan_over_several_blocks_replays(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The plan of a long file is those of its blocks one after the other; it must lead from its text to the result."""
    for module in ("blocks", "files", "runner"):
        monkeypatch.setattr(f"textfix.cli.{module}.BLOCK", 60)
    text = "第一行鏁版嵁澶勭悊，好。\n好好的一行。\n第三行鏁版嵁澶勭悊\n" * 4
    (record,) = json.loads(run("fix", "--json", page(tmp_path, text.encode())).out)
    assert record["text"] == textfix.fix(text)
    assert textfix.replay(text, record["plan"]) == record["text"]


def test_fix_explains_on_standard_error(run: Run) -> None:
    """The text goes down the pipe, the reasons to the person who watches."""
    ended = run("fix", "--explain", stdin="处理：鏁版嵁澶勭悊".encode())
    assert ended.out == "处理：数据处理".encode()
    for word in ("standard input", "line 1", "repair", "utf-8>gb18030", "- 处理：鏁版嵁澶勭悊", "+ 处理：数据处理"):
        assert word in ended.err


def test_line_ends_are_the_files_own(run: Run) -> None:
    """The library makes line ends one kind; a file keeps those that it has, each line its own."""
    data = "一\r\n二\r三\n四".encode()
    assert run("fix", stdin=data).out == data
    assert run("fix", stdin="鏁版嵁澶勭悊\r\n好\r\n".encode()).out == "数据处理\r\n好\r\n".encode()
    assert run("fix", stdin="鏁版嵁澶勭悊\r\n好\n\u2028坏\n".encode()).out == "数据处理\r\n好\n\n坏\n".encode()
    assert run("fix", "--line-ends", "lf", stdin=data).out == "一\n二\n三\n四".encode()
    assert run("fix", "--line-ends", "crlf", stdin=data).out == "一\r\n二\r\n三\r\n四".encode()


def test_an_empty_file_is_an_empty_text(run: Run, tmp_path: Path) -> None:
    """Nothing is wrong with it."""
    assert run("fix", page(tmp_path, b"")) == (0, b"", "")
    assert run("fix", stdin=b"") == (0, b"", "")


def test_surrogates_never_stop_the_program(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a surrogate pair has no UTF-8 form: text gets U+FFFD, JSON keeps the escape, so that the plan replays."""
    plan = (Step("repair", (Edit(0, 1, "x", "\ud800", "escape"),)),)
    give(monkeypatch, Result("\ud800\ud83d\ude00", plan, None, "x\ud83d\ude00"))
    assert run("fix", stdin=b"x").out == "\ufffd😀".encode()
    assert json.loads(run("fix", "--jsonl", stdin=b"x").out)["text"].startswith("\ud800")
    assert b"\\ud800" in run("explain", stdin=b"x").out


# --- explain -----------------------------------------------------------------------------------------------------


def made_up() -> Result:
    """Two steps over two lines, the second counting in what the first left."""
    source = "第一行\n数(shù)量和\u200b线\n"
    first = Step("repair", (Edit(5, 10, "(shù)", "", "gloss", 14.25),))
    second = Step("clean", (Edit(0, 1, "第", "弟", "odd", None, "a note"), Edit(7, 8, "\u200b", "", "invisible")))
    text = textfix.replay(source, (first, second))
    return Result(text, (first, second), None, source)


def test_explain_shows_each_edit_before_and_after(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A person must be able to judge an edit without opening the file: line, rule, odds, before, after."""
    give(monkeypatch, made_up())
    ended = run("explain", page(tmp_path, b"x"))
    assert ended.out.decode().splitlines()[1:] == [
        "line 2  repair  gloss  14.2 nats",
        "  - 数(shù)量和\\u200b线",
        "  + 数量和\\u200b线",
        "line 1  clean  odd  a note",
        "  - 第一行",
        "  + 弟一行",
        "line 2  clean  invisible",
        "  - 数量和\\u200b线",
        "  + 数量和线",
    ]
    assert "page.txt: ascii (valid): 3 changes" in ended.out.decode().splitlines()[0]
    assert (ended.code, ended.err) == (0, "")


def test_explain_shows_close_choices(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the context hardly decided, a person should: what stands there, and what else might."""
    close = textfix.Ambiguity(1, 2, "里", (textfix.Choice("裏", 0.75),))
    give(monkeypatch, Result("三里", (Step("script", (), (close,)),), None, "三里"))
    assert run("explain", stdin=b"x").out.decode().splitlines()[1:] == [
        "line 1  script  close choice",
        "  ? 三里  or 裏 (0.8 nats)",
    ]


def test_explain_has_colours_only_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours in a file or a pipe are garbage, and NO_COLOR is a wish to respect."""
    give(monkeypatch, made_up())
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ESCAPE not in run("explain", stdin=b"x").out
    assert ESCAPE in run("explain", stdin=b"x", terminal=True).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert ESCAPE not in run("explain", stdin=b"x", terminal=True).out


def test_explain_leaves_out_the_middle_of_what_is_long(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A garbled page of 2 MB is one edit; nobody reads it on a terminal."""
    long = "长" * 100_000
    result = Result("短", (Step("repair", (Edit(0, len(long), long, "短", "x"),)),), None, long)
    give(monkeypatch, result)
    assert len(run("explain", stdin=b"x").out) < 2_000


def test_explain_says_when_there_is_nothing_to_say(run: Run) -> None:
    """Silence could be a failure."""
    assert "nothing to change" in run("explain", stdin="一切都好。".encode()).out.decode()


# --- detect ------------------------------------------------------------------------------------------------------


def test_detect_is_a_table(run: Run, tmp_path: Path) -> None:
    """One row a file, under headings; a long name is not cut."""
    one = page(tmp_path, "数据处理和存储，都在这里。".encode("gb18030"), "一个很长的文件名" * 8 + ".txt")
    two = page(tmp_path, "資料處理和儲存，都在這裡。".encode("big5"), "2.txt")
    ended = run("detect", one, two)
    heading, *rows = ended.out.decode().splitlines()
    assert heading.split() == ["file", "encoding", "confidence", "evidence", "script"]
    assert [row.split()[0] for row in rows] == [str(one), str(two)]
    assert [row.split()[1] for row in rows] == [textfix.detect(path.read_bytes()).encoding for path in (one, two)]
    assert ESCAPE not in ended.out
    assert ended.code == 0


def test_detect_as_json(run: Run, tmp_path: Path) -> None:
    """One JSON object a line and file."""
    data = "数据处理和存储".encode("gb18030")
    path = page(tmp_path, data)
    found = textfix.detect(data)
    record = json.loads(run("detect", "--jsonl", path).out)
    assert (record["file"], record["encoding"], record["detection"]) == (str(path), found.encoding, found.to_dict())


def test_detect_admits_not_to_know(run: Run, tmp_path: Path) -> None:
    """Bytes that are no text in any encoding have no name; that is an answer, not an error."""
    ended = run("detect", page(tmp_path, b"\xff" * 40))
    assert "unknown" in ended.out.decode()
    assert ended.code == 0


# --- the program as a whole --------------------------------------------------------------------------------------


def test_version(run: Run) -> None:
    """For bug reports."""
    assert run("--version") == (0, f"textfix {textfix.__version__}\n".encode(), "")


@pytest.mark.parametrize("command", [(), ("fix",), ("detect",), ("explain",)])
def test_help(run: Run, command: tuple[str, ...]) -> None:
    """Every command says what it does."""
    ended = run(*command, "--help")
    assert ended.code == 0
    assert b"Usage: textfix" in ended.out


def test_help_loads_nothing_heavy() -> None:
    """Nobody should wait for tables and neighbours to read four lines of help."""
    script = (
        "import sys; from textfix import cli, tables; cli.run(['--help']);"
        "print(sorted({'rich', 'opencc', 'ftfy', 'charset_normalizer'} & set(sys.modules)), tables.arrays.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[] 0"


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_closed_pipe_is_silent(tmp_path: Path) -> None:
    """`textfix fix big.txt | head` is no error worth a traceback."""
    path = page(tmp_path, "好的，没有问题。\n".encode() * 4_000)
    with subprocess.Popen(
        [sys.executable, "-m", "textfix.cli", "fix", *[str(path)] * 30], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == program.PIPE_CLOSED


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full device of Linux")
@pytest.mark.parametrize(
    "arguments", [["fix", "-"], ["detect", "-"], ["explain", "--json", "-"], ["--help"]], ids=" ".join
)
def test_a_full_disk_behind_standard_output(arguments: list[str]) -> None:
    """`textfix fix big.txt > somewhere` where there is no more room: said, and no success."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "textfix.cli", *arguments], input=b"x\n", stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == program.SOME_FAILED
    assert done.stderr == b"textfix: standard output cannot be written: no space left on device\n"
