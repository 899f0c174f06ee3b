"""Zip archives: the names in them, which many programs wrote in whatever encoding their system had."""

from __future__ import annotations

import copy
import shutil
import struct
import zipfile
from typing import IO, cast

from textfix.cli import files, names, save
from textfix.cli.job import CHANGED, Done, Job, Record, RefusedError, Sample, Source

#: The flag of a name in UTF-8, and that of an encrypted member.
UTF8, ENCRYPTED = 0x800, 0x1
#: Extra fields that a copy must not have: sizes of the old archive, and names by checksum of the old name.
STALE = (0x0001, 0x7075)


def work_archive(job: Job, source: Source) -> files.Outcome:
    """What becomes of a zip archive: its names are put right, its members stay as they are."""
    record = Record(source.name, size=max(source.size, 0))
    try:
        return record, _rewrite(job, source, record)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        return files.record_error(source, RefusedError(f"is no zip archive that can be read: {error}"), record), None
    except Exception as error:
        return files.record_error(source, error, record), None


def _rewrite(job: Job, source: Source, record: Record) -> Done:
    from textfix.cli.streams import open_input

    done = Done(None)
    with open_input(source.name) as (stream, _, status), zipfile.ZipFile(stream) as old:
        members = old.infolist()
        found = rename(members, job.config.caution)
        for i, (name, why) in found.items():
            record.rules["names", why] += 1
            if job.samples is None or len(done.samples) < job.samples:
                done.samples.append(Sample(i, "names", why, members[i].filename, name, "", ""))
        written = files.Written(job, source, None, status)
        if found:
            record.status = CHANGED
        if written.path is None or (not found and job.output == "in-place"):
            return done
        taken = [found[i][0] if i in found else member.filename for i, member in enumerate(members)]
        if len(set(taken)) < len(taken):
            raise RefusedError("would have two members of one name, and was left as it is", "unwritten")
        if any(member.flag_bits & ENCRYPTED for member in members):
            raise RefusedError("has encrypted members, and was left as it is", "unwritten")
        draft = written.draft()
        try:
            with save.writing():
                copy_members(old, taken, cast(IO[bytes], draft.raw))
        except BaseException:
            draft.discard()
            raise
        record.backup = draft.commit(job.backup if job.output == "in-place" else None)
        record.written = written.path
    return done


def rename(members: list[zipfile.ZipInfo], caution: float) -> dict[int, tuple[str, str]]:
    """Which of MEMBERS, by number, get another name, and why. The parts of a path are looked at one by one."""
    paths: list[list[str | bytes]] = [list(read_name(member)) for member in members]
    parts = list(dict.fromkeys(part for path in paths for part in path))
    new = dict(zip(parts, names.repair(parts, caution), strict=True))
    out = {}
    for i, (member, path) in enumerate(zip(members, paths, strict=True)):
        changed = [new[part] for part in path]
        text = "/".join(one[0] if one else _show(part) for one, part in zip(changed, path, strict=True))
        if text != member.filename:
            whys = dict.fromkeys(one[1] for one in changed if one)
            out[i] = text, ", ".join(whys) or "utf-8"
    return out


def read_name(member: zipfile.ZipInfo) -> list[str] | list[str | bytes]:
    """The parts of the name of MEMBER: text, or bytes where it is not marked as UTF-8 and is not."""
    if member.flag_bits & UTF8 or member.orig_filename.isascii():
        return member.filename.split("/")
    raw = member.orig_filename.encode("cp437")
    try:
        return raw.decode("utf-8").split("/")
    except UnicodeDecodeError:
        return [part.decode("ascii") if part.isascii() else part for part in raw.split(b"/")]


def _show(part: str | bytes) -> str:
    return part if isinstance(part, str) else part.decode("cp437")


def copy_members(old: zipfile.ZipFile, taken: list[str], target: IO[bytes]) -> None:
    """Write the members of OLD under the names TAKEN to TARGET, each packed as it was."""
    with zipfile.ZipFile(target, "w") as new:
        new.comment = old.comment
        for member, name in zip(old.infolist(), taken, strict=True):
            info = copy.copy(member)
            info.filename = info.orig_filename = name
            info.extra = strip(member.extra)
            if member.is_dir():
                new.writestr(info, b"")
                continue
            with old.open(member) as source, new.open(info, "w", force_zip64=member.file_size >= 1 << 31) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def strip(extra: bytes) -> bytes:
    """EXTRA, fields of a kind, a length and so many bytes, without those that are STALE."""
    out, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind not in STALE:
            out += extra[at : at + 4 + size]
        at += 4 + size
    return out
