"""Which files a run is about: those named, and those found in the directories named."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from textfix.cli import save
from textfix.cli.job import Source, say_why

VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", "_darcs", "CVS", ".jj", ".pijul"})


@dataclass(frozen=True, slots=True)
class Filter:
    """Which files of a directory are taken.

    A pattern without a slash is held against each name, one with a slash against the path from the directory on, where
    `*` goes through slashes. What `exclude` matches is left out with all that is below it; where there is `include`,
    only files that it matches are taken.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    backup: str | None = None
    avoid: frozenset[str] = frozenset()

    def refuse_file(self, inside: str) -> str | None:
        """The reason to leave out the file with the path INSIDE a directory, if there is one."""
        if reason := self.refuse(inside):
            return reason
        if self.backup and re.search(re.escape(self.backup) + r"(\.\d+)?\Z", inside):
            return "backup"
        if self.include and not any(matches(inside, pattern) for pattern in self.include):
            return "not included"
        return None

    def refuse(self, inside: str) -> str | None:
        """The same for a file or directory."""
        name = os.path.basename(inside)
        if name in VERSION_CONTROL:
            return "version control"
        if name.startswith(".") and not self.hidden:
            return "hidden"
        if any(matches(inside, pattern) for pattern in self.exclude):
            return "excluded"
        return None


def matches(inside: str, pattern: str) -> bool:
    """Whether the path INSIDE a directory matches PATTERN.

    >>> matches("书/第一章.txt", "*.txt"), matches("书/第一章.txt", "书/*"), matches("书/第一章.txt", "*.md")
    (True, True, False)
    """
    inside = inside.replace(os.sep, "/")
    pattern = pattern.rstrip("/")
    if "/" not in pattern:
        return fnmatch.fnmatchcase(inside.rpartition("/")[2], pattern)
    return fnmatch.fnmatchcase(inside, pattern.removeprefix("/").removeprefix("./"))


@dataclass(slots=True)
class Found:
    """What was found: files to work on, how many were left out and why, and what could not be looked into.

    `entries` are all files and directories within the directories named, for their names.
    """

    sources: list[Source] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[str, str]] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    swept: int = 0


def find(names: Sequence[str], taken: Filter) -> Found:
    """The files that NAMES, of files and directories, stand for, in the order of names.

    Where one directory alone is named its files lie at the top of a mirrored tree, else under the directory's name.
    """
    found = Found()
    for name in names:
        if name != "-" and os.path.isdir(name):
            top = os.path.basename(os.path.abspath(name)) if len(names) > 1 else ""
            for path, inside, size in _walk(name, "", taken, found):
                found.sources.append(Source(path, os.path.join(top, inside), size, False))
        else:
            found.sources.append(Source(name, os.path.basename(name), _measure(name), True))
    return found


def _measure(name: str) -> int:
    if name == "-":
        return -1
    try:
        status = os.stat(name)
    except (OSError, ValueError):
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else -1


def _walk(folder: str, inside: str, taken: Filter, found: Found) -> Iterator[tuple[str, str, int]]:
    """The files below FOLDER: path, path from the directory named on, size. Symbolic links are not followed."""
    waiting = [(folder, inside)]
    while waiting:
        folder, inside = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            found.failed.append((folder, f"cannot be looked into: {say_why(error)}"))
            continue
        below: list[tuple[str, str]] = []
        for entry in entries:
            path = os.path.join(inside, entry.name)
            if save.is_draft(entry.name):
                found.swept += save.sweep(entry.path)
                continue
            if os.path.abspath(entry.path) in taken.avoid:
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            if reason := taken.refuse(path) if is_folder else taken.refuse_file(path):
                found.skipped[reason] += 1
            elif entry.is_symlink():
                found.skipped["symbolic link"] += 1
            elif is_folder:
                found.entries.append(entry.path)
                below.append((entry.path, path))
            elif not entry.is_file(follow_symlinks=False):
                found.skipped["no file of bytes"] += 1
            else:
                found.entries.append(entry.path)
                try:
                    yield entry.path, path, entry.stat(follow_symlinks=False).st_size
                except OSError:
                    continue  # gone since
        waiting += reversed(below)
