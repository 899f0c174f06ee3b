"""The command line on trees of files: which are taken, where results go, what is said of them."""

from __future__ import annotations

import gzip
import json
import os
import stat
from pathlib import Path

import pytest
from conftest import Grow, Run

import textfix

HANS = "数据处理和存储，都在这里。\n"
GARBLED = "鏁版嵁澶勭悊\n"
FIXED = "数据处理\n"
TREE = {
    "legacy.txt": HANS.encode("gb18030"),
    "garbled.txt": GARBLED.encode(),
    "clean.txt": HANS.encode(),
    "sub/big5.txt": "資料處理和儲存，都在這裡。\n".encode("big5"),
    "image.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    ".hidden.txt": GARBLED.encode(),
    ".git/config.txt": GARBLED.encode(),
}


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def statuses(out: bytes) -> dict[str, str]:
    return {os.path.basename(record["file"]): record["status"] for record in map(json.loads, out.splitlines())}


# --- what is taken -----------------------------------------------------------------------------------------------


def test_a_tree_is_repaired_in_place(run: Run, grow: Grow) -> None:
    """One command, every file; what is hidden, under version control or binary is left alone and counted."""
    root = grow(TREE)
    ended = run("fix", "--in-place", root)
    assert ended.code == 0
    assert ended.out == b""
    assert contents(root) == TREE | {
        "legacy.txt": HANS.encode(),
        "garbled.txt": FIXED.encode(),
        "sub/big5.txt": "資料處理和儲存，都在這裡。\n".encode(),
    }
    for words in ("5 files", "3 changed", "1 unchanged", "1 binary", "1 hidden", "1 version control"):
        assert words in ended.err
    again = run("fix", "--in-place", root)
    assert "0 changed, 4 unchanged" in again.err


@pytest.mark.parametrize(
    ("arguments", "taken"),
    [
        (["--include", "*.txt"], {"legacy.txt", "garbled.txt", "clean.txt", "big5.txt"}),
        (["--include", "sub/*"], {"big5.txt"}),
        (["--exclude", "sub"], {"legacy.txt", "garbled.txt", "clean.txt", "image.png"}),
        (["--exclude", "*.txt"], {"image.png"}),
        (["--include", "*.txt", "--exclude", "g*", "--exclude", "sub/"], {"legacy.txt", "clean.txt"}),
        (["--hidden", "--include", ".*"], {".hidden.txt"}),
    ],
    ids=" ".join,
)
def test_globs(run: Run, grow: Grow, arguments: list[str], taken: set[str]) -> None:
    """A pattern without a slash is about names, one with a slash about paths."""
    assert set(statuses(run("check", "--jsonl", *arguments, grow(TREE)).out)) == taken


def test_links_are_not_followed_in_trees(run: Run, grow: Grow, tmp_path: Path) -> None:
    """A link may lead out of the tree, or round in a circle, or nowhere."""
    root = grow({"a.txt": GARBLED.encode()})
    outside = tmp_path / "outside.txt"
    outside.write_bytes(GARBLED.encode())
    (root / "out.txt").symlink_to(outside)
    (root / "round").symlink_to(root)
    (root / "nowhere").symlink_to(root / "missing")
    os.mkfifo(root / "pipe")
    ended = run("fix", "--in-place", root)
    assert ended.code == 0
    assert "3 symbolic link" in ended.err
    assert outside.read_bytes() == GARBLED.encode()


def test_a_link_that_is_named_is_followed_and_stays(run: Run, tmp_path: Path) -> None:
    """What the link points to is repaired; the link is not replaced by a file."""
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_bytes(GARBLED.encode())
    link.symlink_to(real)
    assert run("fix", "--in-place", link).code == 0
    assert link.is_symlink()
    assert real.read_bytes() == FIXED.encode()


def test_names_that_are_no_text(run: Run, tmp_path: Path) -> None:
    """Names with line ends, and bytes that are no UTF-8, are names like others."""
    odd = os.fsencode(tmp_path) + b"/\xb0\xa1\xff\n.txt"
    Path(os.fsdecode(odd)).write_bytes(GARBLED.encode())
    ended = run("fix", "--in-place", "--explain", tmp_path)
    assert ended.code == 0
    assert "\\xb0\\xa1\\xff\\n.txt" in ended.err
    assert json.loads(run("check", "--jsonl", tmp_path).out)["file"].encode("utf-8", "surrogateescape") == odd


def test_binary_files_are_never_text(run: Run, grow: Grow) -> None:
    """Found in a tree they are skipped, named they are an error; --text insists."""
    data = b"some text\0with a NUL, as programs have\n"
    root = grow({"program.dat": data, "noise.dat": b"\xff" * 40})
    ended = run("fix", "--in-place", root)
    assert (ended.code, ended.err.count("skipped (1 binary, 1 unknown)")) == (0, 1)
    ended = run("fix", "--in-place", root / "program.dat")
    assert ended.code == 2
    assert "NUL" in ended.err
    assert run("fix", "--text", root / "program.dat").out == data.replace(b"\0", b"")
    assert (root / "program.dat").read_bytes() == data


def test_what_is_not_sure_is_not_overwritten(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bytes may be anything. A file is not rewritten on a guess, unless somebody vouches for it."""
    found = textfix.Detection("gb18030", 0.1, 0.6, "model", None)
    monkeypatch.setattr(textfix, "detect", lambda data, declared=None: found)
    root = grow({"short.txt": "中".encode("gb18030")})
    ended = run("fix", "--in-place", root)
    assert "1 unsure" in ended.err
    assert (root / "short.txt").read_bytes() == "中".encode("gb18030")
    assert run("fix", root / "short.txt").out == "中".encode()


# --- where results go --------------------------------------------------------------------------------------------


def test_output_to_a_file(run: Run, grow: Grow, tmp_path: Path) -> None:
    """One input, one output, whatever it is compressed with."""
    root = grow(TREE)
    for name, read in (("out.txt", bytes), ("out.txt.gz", gzip.decompress)):
        assert run("fix", "-o", tmp_path / name, root / "legacy.txt") == (0, b"", "")
        assert read((tmp_path / name).read_bytes()) == HANS.encode()
    assert run("fix", "-o", tmp_path / "from-pipe", stdin=GARBLED.encode()).code == 0
    assert (tmp_path / "from-pipe").read_bytes() == FIXED.encode()
    assert stat.S_IMODE((tmp_path / "from-pipe").stat().st_mode) & 0o600 == 0o600


def test_output_to_a_directory_mirrors_the_tree(run: Run, grow: Grow, tmp_path: Path) -> None:
    """All that is text, changed or not; the tree itself stays as it was."""
    root, out = grow(TREE), tmp_path / "out"
    assert run("fix", "-o", out, root).code == 0
    assert contents(root) == TREE
    assert contents(out) == {
        "legacy.txt": HANS.encode(),
        "garbled.txt": FIXED.encode(),
        "clean.txt": HANS.encode(),
        "sub/big5.txt": "資料處理和儲存，都在這裡。\n".encode(),
    }
    assert run("check", out).code == 0


def test_output_within_the_tree_is_not_input(run: Run, grow: Grow) -> None:
    """`textfix fix -o tree/clean tree`, twice, must not mirror the mirror."""
    root = grow({"a.txt": GARBLED.encode()})
    for _ in range(2):
        assert run("fix", "-o", root / "clean", root).code == 0
    assert set(contents(root)) == {"a.txt", "clean/a.txt"}


def test_several_directories_keep_their_names(run: Run, grow: Grow, tmp_path: Path) -> None:
    """Two sites have an index each; the tree that is mirrored has room for both."""
    root = grow({"a/index.txt": "甲，好的。\n".encode(), "b/index.txt": "乙，好的。\n".encode(), "c.txt": b"c"})
    out = tmp_path / "out"
    assert run("fix", "-o", out, root / "a", str(root / "b") + "/", root / "c.txt").code == 0
    assert set(contents(out)) == {"a/index.txt", "b/index.txt", "c.txt"}


def test_output_over_the_input_is_refused(run: Run, grow: Grow) -> None:
    """To write over files is what --in-place is for, and has to be said."""
    root = grow({"a.txt": GARBLED.encode()})
    ended = run("fix", "-o", root, root)
    assert ended.code == 3
    assert "--in-place" in ended.err
    assert contents(root) == {"a.txt": GARBLED.encode()}


def test_a_mirrored_tree_has_the_old_times_and_a_new_file_its_own(run: Run, grow: Grow, tmp_path: Path) -> None:
    """What is mirrored is the same page; what is written to a file is a result."""
    path = grow({"a.txt": GARBLED.encode()}) / "a.txt"
    os.utime(path, (1_500_000_000, 1_500_000_000))
    path.chmod(0o640)
    for target in ("out/", "new.txt", "new.txt"):
        assert run("fix", "-o", f"{tmp_path}/{target}", path).code == 0
    assert (tmp_path / "out" / "a.txt").stat().st_mtime == 1_500_000_000
    assert stat.S_IMODE((tmp_path / "out" / "a.txt").stat().st_mode) == 0o640
    assert (tmp_path / "new.txt").stat().st_mtime > 1_600_000_000


def test_two_inputs_of_one_name_are_told_apart(run: Run, grow: Grow, tmp_path: Path) -> None:
    """The second must not silently take the place of the first."""
    root = grow({"a/page.txt": "甲，好的。\n".encode(), "b/page.txt": "乙，好的。\n".encode()})
    ended = run("fix", "-o", tmp_path / "out", root / "a" / "page.txt", root / "b" / "page.txt")
    assert ended.code == 3
    assert "page.txt" in ended.err
    assert (tmp_path / "out" / "page.txt").read_text("utf-8") == "甲，好的。\n"


def test_backups_are_never_overwritten(run: Run, grow: Grow) -> None:
    """The oldest is the only one that is nobody's work but the user's; and backups are no input."""
    root = grow({"a.txt": GARBLED.encode()})
    assert run("fix", "--in-place", "--backup", ".bak", root).code == 0
    (root / "a.txt").write_bytes(HANS.encode("gb18030"))
    assert "2 files" not in run("fix", "--in-place", "--backup", ".bak", root).err
    assert contents(root) == {
        "a.txt": HANS.encode(),
        "a.txt.bak": GARBLED.encode(),
        "a.txt.bak.1": HANS.encode("gb18030"),
    }


def test_permissions_and_times_stay(run: Run, grow: Grow) -> None:
    """What changes is the text."""
    path = grow({"a.sh": GARBLED.encode()}) / "a.sh"
    path.chmod(0o751)
    os.utime(path, ns=(1_600_000_000_123_456_789, 1_500_000_000_987_654_321))
    assert run("fix", "--in-place", path).code == 0
    status = path.stat()
    assert path.read_bytes() == FIXED.encode()
    assert stat.S_IMODE(status.st_mode) == 0o751
    assert status.st_mtime_ns == 1_500_000_000_987_654_321


def test_what_needs_nothing_is_not_touched(run: Run, grow: Grow) -> None:
    """Not even rewritten: the same file on the disk."""
    path = grow({"a.txt": HANS.replace("\n", "\r\n").encode() + "没有结尾".encode()}) / "a.txt"
    before = path.stat()
    assert run("fix", "--in-place", path).code == 0
    assert (path.stat().st_ino, path.stat().st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


# --- check, diff, records ----------------------------------------------------------------------------------------


def test_check_changes_nothing_and_says_what_would(run: Run, grow: Grow) -> None:
    """Exit code 1 for a hook, a line for each file for a person."""
    root = grow(TREE)
    ended = run("check", root)
    assert ended.code == 1
    lines = {line.split(": ")[0].rsplit("/")[-1]: line for line in ended.out.decode().splitlines()}
    assert set(lines) == {"legacy.txt", "garbled.txt", "big5.txt"}
    assert "gb18030 (model) → utf-8" in lines["legacy.txt"]
    assert "1 change (repair 1)" in lines["garbled.txt"]
    assert contents(root) == TREE
    assert run("check", root / "clean.txt") == (0, b"", "")


def test_diff(run: Run, grow: Grow) -> None:
    """As `diff -u` has it, so that a person, or `patch`, can read it."""
    lines = [f"第{i}行，好的。\n" for i in range(20)]
    lines[4] = lines[12] = GARBLED
    root = grow({"a.txt": "".join(lines).encode()})
    ended = run("fix", "--diff", root)
    assert ended.out.decode().splitlines() == [
        f"--- {root}/a.txt\tutf-8",
        f"+++ {root}/a.txt\tutf-8",
        "@@ -2,7 +2,7 @@",
        *(f" 第{i}行，好的。" for i in range(1, 4)),
        "-鏁版嵁澶勭悊",
        "+数据处理",
        *(f" 第{i}行，好的。" for i in range(5, 8)),
        "@@ -10,7 +10,7 @@",
        *(f" 第{i}行，好的。" for i in range(9, 12)),
        "-鏁版嵁澶勭悊",
        "+数据处理",
        *(f" 第{i}行，好的。" for i in range(13, 16)),
    ]
    assert run("check", "--diff", root).code == 1
    assert (root / "a.txt").read_bytes() == "".join(lines).encode()


def test_diff_marks_characters_on_a_terminal(run: Run, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a long line the eye finds a changed character only if it is marked."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    root = grow({"a.txt": "登記的人數(shù)多了。\n".encode()})
    assert "\x1b[1;7;31m(shù)\x1b[0m" in run("check", "--diff", root, terminal=True).out.decode()


def test_records_of_what_was_written(run: Run, grow: Grow) -> None:
    """For programs: what each file was, what became of it, and why it was skipped."""
    root = grow(TREE)
    ended = run("fix", "--in-place", "--jsonl", "--backup", ".old", root)
    records = {os.path.basename(record["file"]): record for record in map(json.loads, ended.out.splitlines())}
    assert records["garbled.txt"]["rules"] == {"repair": {"utf-8>gb18030": 1}}
    assert records["garbled.txt"]["backup"] == str(root / "garbled.txt.old")
    assert records["legacy.txt"]["encoding"] == "gb18030"
    assert records["legacy.txt"]["to_encoding"] == "utf-8"
    assert records["clean.txt"]["status"] == "unchanged"
    assert (records["image.png"]["status"], records["image.png"]["kind"]) == ("skipped", "binary")
    assert "text" not in records["garbled.txt"]


# --- combinations that make no sense -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fix", "--in-place"], ["standard input"]),
        (["fix", "--in-place", "-o", "x", "FILE"], ["--in-place", "--output"]),
        (["fix", "--backup", ".bak", "FILE"], ["--in-place"]),
        (["fix", "--in-place", "--backup", "a/b", "FILE"], ["--backup"]),
        (["fix", "--resume", "FILE"], ["--in-place"]),
        (["fix", "--json", "--jsonl", "FILE"], ["choose one"]),
        (["fix", "--names", "FILE"], ["--names"]),
        (["fix", "-o", "FILE", "FILE", "FILE"], ["is a file"]),
        (["fix", "--to-encoding", "klingon", "FILE"], ["unknown encoding", "gb18030"]),
        (["fix", "--to-encoding", "base64", "FILE"], ["not an encoding of text"]),
        (["convert", "FILE"], ["--to"]),
        (["punctuate", "FILE"], ["--style"]),
        (["mend", "FILE"], ["mend"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_usage(run: Run, tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    """One sentence that says what to do instead, and nothing done."""
    path = tmp_path / "page.txt"
    path.write_bytes(GARBLED.encode())
    ended = run(*[str(path) if argument == "FILE" else argument for argument in arguments])
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.startswith("textfix: ")
    assert ended.err.count("\n") == 1
    for word in words:
        assert word in ended.err
    assert path.read_bytes() == GARBLED.encode()
