"""Writing so that at every moment a file is the old one or the new one, whoever is killed and whoever else is at work.

A draft is written beside the file, brought to the disk, given the old file's permissions and times, and renamed over
it. The directory is locked for the moment of the renaming only. A draft that a killed run left behind is known by its
name and by nobody's holding its lock.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from textfix.cli import streams
from textfix.cli.job import RefusedError, say_why

if sys.platform != "win32":
    import fcntl

#: How drafts end, and the longest name, in bytes, that any usual file system takes.
DRAFT, LONGEST = ".textfix-draft", 255


class ChangedError(Exception):
    """The file is no longer the one that was read."""


@contextmanager
def writing() -> Iterator[None]:
    """What the system says while a file is written, as a RefusedError: reading has errors of its own."""
    try:
        yield
    except OSError as error:
        raise RefusedError(f"cannot be written: {say_why(error)}", "unwritten") from None


def is_draft(name: str) -> bool:
    """Whether NAME is that of a draft."""
    return name.endswith(DRAFT)


def identify(status: os.stat_result) -> tuple[int, int, int, int]:
    """What tells whether a file is still the one it was."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


@contextmanager
def lock_directory(path: str) -> Iterator[None]:
    """Keep other runs from renaming in the directory PATH. Where a directory cannot be locked, go on without."""
    if sys.platform == "win32":
        yield
        return
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:  # a directory that may be written to need not be readable
        yield
        return
    try:
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def sweep(path: str) -> bool:
    """Remove the draft PATH if the run that wrote it is gone; whether it was."""
    if sys.platform == "win32":
        return False
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


class Draft:
    """A new version of the file PATH, in the making.

    `like` is the file whose permissions, owner and times it gets (else it has the permissions of PATH, if it exists, and
    is as old as it is); `expected` what PATH must still be when it is replaced. A symbolic link stays one: what it points
    to is replaced. `raw` is the open draft.
    """

    def __init__(self, path: str, how: str | None = None, *, like: str | None = None,
                 expected: os.stat_result | None = None) -> None:  # fmt: skip
        self.path = os.path.realpath(path)
        self._like, self._expected = like, expected
        if expected is not None and not (stat.S_IMODE(expected.st_mode) & 0o222 and os.access(self.path, os.W_OK)):
            raise RefusedError("is read-only, and was left as it is", "unwritten")
        self._folder, name = os.path.split(self.path)
        with writing():
            self.draft, self.raw = self._create(name)
        try:
            self._stream: Any = streams.pack(self.raw, how)
        except BaseException:
            self.discard()
            raise

    def _create(self, name: str) -> tuple[str, BinaryIO]:
        stem = os.fsdecode(os.fsencode(name)[: LONGEST - len(DRAFT) - 12])
        while True:
            path = os.path.join(self._folder, f".{stem}.{secrets.token_hex(4)}{DRAFT}")
            try:
                handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            except FileExistsError:
                continue
            if sys.platform != "win32":
                with contextlib.suppress(OSError):
                    fcntl.flock(handle, fcntl.LOCK_EX)
                if not os.fstat(handle).st_nlink:  # swept by another run before it was locked
                    os.close(handle)
                    continue
            return path, os.fdopen(handle, "wb")

    def write(self, data: bytes) -> None:
        with writing():
            self._stream.write(data)

    def commit(self, backup: str | None = None) -> str | None:
        """Put the draft in its place; returns the name under which the old file was kept, if BACKUP, a suffix, is given."""
        try:
            with writing():
                self._stream.close()
                self.raw.flush()
                self._dress()
                os.fsync(self.raw.fileno())
            with writing(), lock_directory(self._folder):
                if self._expected is not None:
                    try:
                        now = os.stat(self.path)
                    except OSError:
                        raise ChangedError from None
                    if identify(now) != identify(self._expected):
                        raise ChangedError
                kept = keep(self.path, backup) if backup else None
                if sys.platform == "win32":
                    self.raw.close()
                os.replace(self.draft, self.path)
        except BaseException:
            self.discard()
            raise
        self.raw.close()
        return kept

    def _dress(self) -> None:
        """Give the draft the permissions, owner and times of the old file; what the system does not allow is left."""
        try:
            old = os.stat(self._like or self.path)
        except OSError:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(self.draft, 0o666 & ~mask)
            return
        if sys.platform != "win32":
            with contextlib.suppress(OSError):
                os.chown(self.draft, old.st_uid, old.st_gid)
        if self._like is None:
            os.chmod(self.draft, stat.S_IMODE(old.st_mode))
        else:
            shutil.copystat(self._like, self.draft)

    def discard(self) -> None:
        """Leave the old file as it is."""
        with contextlib.suppress(OSError):
            os.unlink(self.draft)
        with contextlib.suppress(OSError):
            self.raw.close()


def keep(path: str, suffix: str) -> str:
    """Keep the file PATH under its name with SUFFIX; a file that has this name stays, and a number is added."""
    number = 0
    while True:
        name = path + suffix + (f".{number}" if number else "")
        try:
            os.link(path, name)
            return name
        except FileExistsError:
            number += 1
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK):
                raise
            return _copy(path, name)


def _copy(path: str, name: str) -> str:
    """The same where there are no hard links."""
    draft = Draft(name, like=path)
    try:
        with open(path, "rb") as old:
            while chunk := old.read(streams.CHUNK):
                draft.write(chunk)
    except BaseException:
        draft.discard()
        raise
    draft.commit()
    return name
