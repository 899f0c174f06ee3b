"""The command line on names: of files and folders, and of the members of archives."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

from conftest import Grow, Run

HANS = "数据处理和存储，都在这里。\n"
GARBLED = "鏁版嵁澶勭悊"


def test_names(run: Run, tmp_path: Path) -> None:
    """Garbled names, and names in the bytes of another system, of files and of the folders that they are in."""
    root = tmp_path / "tree"
    folder = os.fsencode(root) + b"/" + "会议资料".encode("gb18030")
    os.makedirs(folder)
    Path(os.fsdecode(folder + b"/" + "工作计划总结.txt".encode("gb18030"))).write_bytes(b"x")
    (root / "鏁版嵁澶勭悊.txt").write_bytes(GARBLED.encode())
    (root / "好的.txt").write_bytes(b"y")
    ended = run("check", "--names", root)
    assert ended.code == 1
    assert "3 names would be repaired" in ended.err
    assert run("fix", "--names", "-o", tmp_path / "out", root).code == 0
    assert {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.txt")} == {
        "会议资料/工作计划总结.txt", "数据处理.txt", "好的.txt",
    }  # fmt: skip
    assert run("fix", "--names", "--in-place", root).code == 0
    found = {str(path.relative_to(root)) for path in root.rglob("*.txt")}
    assert found == {"会议资料/工作计划总结.txt", "数据处理.txt", "好的.txt"}
    assert (root / "数据处理.txt").read_text("utf-8") == "数据处理"
    assert run("check", "--names", root).code == 0


def test_a_name_that_is_taken_stays(run: Run, grow: Grow) -> None:
    """Renaming over another file would lose it."""
    root = grow({f"{GARBLED}.txt": b"one", "数据处理.txt": b"two"})
    ended = run("fix", "--names", "--in-place", root)
    assert ended.code == 3
    assert "there is such a file" in ended.err
    assert (root / "数据处理.txt").read_bytes() == b"two"
    assert (root / f"{GARBLED}.txt").read_bytes() == b"one"


def test_names_in_zip_archives(run: Run, tmp_path: Path) -> None:
    """Chinese Windows writes names in GBK and marks them as nothing; everybody else reads them as cp437."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = b"a comment"
        for name, data in (("会议资料/工作计划.txt", b"one" * 500), ("会议资料/照片/", b""), ("readme.txt", b"two")):
            info = zipfile.ZipInfo("x" * len(name.encode("gb18030")), (2020, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100640 << 16
            info.orig_filename = info.filename = name.encode("gb18030").decode("latin-1")
            archive.writestr(info, data)
    raw = path.read_bytes()
    for name in (
        "会议资料/工作计划.txt",
        "会议资料/照片/",
    ):  # zipfile marks names as UTF-8; the system meant here does not
        wrong, right = name.encode("gb18030").decode("latin-1").encode(), name.encode("gb18030")
        raw = raw.replace(wrong, right)
    path.write_bytes(_unmark(raw))
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] != "会议资料/工作计划.txt"
    assert "a.zip" in run("check", "--names", path).out.decode()
    assert run("fix", "--names", "--in-place", "--backup", ".old", path).code == 0
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["会议资料/工作计划.txt", "会议资料/照片/", "readme.txt"]
        assert archive.testzip() is None
        assert archive.read("会议资料/工作计划.txt") == b"one" * 500
        assert archive.comment == b"a comment"
        info = archive.infolist()[0]
        assert (info.date_time, info.external_attr, info.compress_type) == ((2020, 1, 2, 3, 4, 6), 0o100640 << 16, 8)
    assert run("check", "--names", path).code == 0
    assert run("fix", path).code == 2


def _unmark(raw: bytes) -> bytes:
    """The archive RAW, whose names became shorter, written out by the format with no flags and the right lengths."""
    members, at = [], 0
    while raw[at : at + 4] == b"PK\x03\x04":
        fields = list(struct.unpack_from("<4s5H3I2H", raw, at))
        start = at + 30
        name = next(
            n
            for n in ("会议资料/工作计划.txt".encode("gb18030"), "会议资料/照片/".encode("gb18030"), b"readme.txt")
            if raw.startswith(n, start)
        )
        data = raw[start + len(name) + fields[10] : start + len(name) + fields[10] + fields[7]]
        fields[2], fields[9], fields[10] = 0, len(name), 0
        members.append((fields, name, data))
        at = start + len(name) + len(data)
    out, central = b"", b""
    for fields, name, data in members:
        place = len(out)
        out += struct.pack("<4s5H3I2H", *fields) + name + data
        central += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, *fields[1:6], *fields[6:9], len(name), 0, 0, 0, 0, 0o100640 << 16, place
        ) + name  # fmt: skip
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(members), len(members), len(central), len(out), 9)
    return out + central + end + b"a comment"
