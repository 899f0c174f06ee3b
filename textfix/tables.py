"""The data files: found by name, checked against the manifest, loaded once, read-only."""

from __future__ import annotations

import hashlib
import io
import json
import sys
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textfix.errors import DataError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@cache
def manifest() -> dict[str, Any]:
    """MANIFEST.json: for each data file what it is, from where, by which command, under which licence, its SHA-256."""
    data: dict[str, Any] = json.loads(resources.files("textfix.data").joinpath("MANIFEST.json").read_text("utf-8"))
    return data


def read(name: str) -> bytes:
    """The bytes of the data file NAME; DataError if it is missing or not the one that the manifest names."""
    try:
        data = resources.files("textfix.data").joinpath(name).read_bytes()
    except OSError as error:
        raise DataError(f"the data file {name} is missing from the installed package: reinstall textfix") from error
    entry = manifest()["files"].get(name)
    if entry is None or hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise DataError(f"the data file {name} is not the one that MANIFEST.json names: reinstall textfix")
    return data


@cache
def toml(name: str) -> dict[str, Any]:
    """The table NAME (for people: *.toml)."""
    return tomllib.loads(read(name).decode("utf-8"))


@cache
def arrays(name: str) -> dict[str, NDArray[Any]]:
    """The arrays of NAME (for machines: *.npz), read-only."""
    with np.load(io.BytesIO(read(name)), allow_pickle=False) as archive:
        loaded = {key: archive[key] for key in archive.files}
    for array in loaded.values():
        array.flags.writeable = False
    return loaded
