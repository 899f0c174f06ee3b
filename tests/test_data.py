"""The data files: each is described, is the one that was described, and can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

import textfix
from textfix import DataError, tables

DATA = Path(textfix.__file__).parent / "data"
NAMES = sorted(path.name for path in DATA.iterdir() if path.suffix in (".toml", ".npz"))


def test_the_manifest_names_what_is_there() -> None:
    """A table whose origin and licence nobody can name cannot be shipped; one that is missing breaks the library."""
    assert sorted(tables.manifest()["files"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_file_says_where_it_is_from(name: str) -> None:
    """What, from where, by which command, under which licence; and nothing under the GPL."""
    entry = tables.manifest()["files"][name]
    for key in ("what", "source", "command", "licence", "sha256", "bytes"):
        assert entry[key], f"{name} has no {key}"
    assert entry["bytes"] == (DATA / name).stat().st_size
    assert "GPL" not in str(entry["licence"])


@pytest.mark.parametrize("name", NAMES)
def test_each_file_can_be_read(name: str) -> None:
    """The hash is right, the table is one, and nobody can change it by accident."""
    if name.endswith(".toml"):
        assert tables.toml(name)
    else:
        arrays = tables.arrays(name)
        assert arrays
        assert not any(array.flags.writeable for array in arrays.values())


def test_a_missing_file_is_a_data_error() -> None:
    """A broken installation should say that it is one."""
    with pytest.raises(DataError, match="reinstall"):
        tables.read("nothing.toml")


def test_a_changed_file_is_a_data_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-downloaded table would repair wrongly, and quietly."""
    changed = {"files": {"routes.toml": {"sha256": "0" * 64}}}
    monkeypatch.setattr(tables, "manifest", lambda: changed)
    with pytest.raises(DataError, match="MANIFEST"):
        tables.read("routes.toml")
