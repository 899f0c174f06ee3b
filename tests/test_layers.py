"""The layers of the package: an import only points down. Read from the syntax trees, so that no import escapes by being lazy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import textfix

ROOT = Path(textfix.__file__).parent

#: Low to high. A package counts as one unit, and its modules may import one another.
LAYERS = (
    ("errors", "config", "records", "scars", "signs"),
    ("data", "batch", "tables", "codepoints"),
    ("encodings", "routes", "model"),
    ("decode", "repair", "clean", "terms", "script", "punct"),
    ("pipeline", "replay", "explain"),
    ("__init__", "cli", "adapters"),
)
HEIGHT = {unit: height for height, layer in enumerate(LAYERS) for unit in layer}
STAGES = LAYERS[3]
#: The adapters that others build on: columns of polars, Spark and the rest reach us as Arrow or as arrays; a partition of
#: Dask is a frame of pandas, and a batch of data-juicer one of Hugging Face's datasets.
CORE = ("textfix.adapters.arrow", "textfix.adapters.numpy", "textfix.adapters.pandas", "textfix.adapters.datasets")
MODULES = sorted(ROOT.rglob("*.py"))


def unit_of(path: Path) -> str:
    """textfix/repair/slips.py belongs to `repair`, textfix/__init__.py is `__init__`."""
    return path.relative_to(ROOT).with_suffix("").parts[0]


def is_module(dotted: str) -> bool:
    path = ROOT.parent.joinpath(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imported(path: Path) -> Iterator[str]:
    """The dotted names of our own modules that PATH imports, anywhere in it."""
    package = path.relative_to(ROOT.parent).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "textfix")
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [base])])
            if base.split(".")[0] == "textfix":
                for alias in node.names:
                    name = f"{base}.{alias.name}"
                    yield name if is_module(name) else base


def faults(path: Path) -> Iterator[str]:
    """What PATH imports and must not."""
    here = unit_of(path)
    for name in imported(path):
        there = [*name.split("."), "__init__"][1]
        if there not in HEIGHT:
            yield f"{name} is in no layer"
        elif there == here:
            if here == "adapters" and name.count(".") > 1 and not name.startswith(CORE):
                yield f"{name}: each adapter stands alone"
        elif there in ("cli", "adapters"):
            yield f"{name}: nobody imports a face"
        elif there == "__init__" and HEIGHT[here] == HEIGHT["__init__"]:
            continue  # the command line and the adapters use what every user has
        elif HEIGHT[there] > HEIGHT[here]:
            yield f"{name} lies above {here}"
        elif there in STAGES and here in STAGES:
            yield f"{name}: stages are strangers to one another"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    """A layer that knows the one above it cannot be understood, tested or replaced alone."""
    assert unit_of(path) in HEIGHT, f"{path} belongs to no layer: name it in LAYERS"
    assert not list(faults(path))


def test_the_walk_sees_every_kind_of_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checker that finds nothing passes everything: it must see lazy, relative and aliased imports."""
    monkeypatch.setitem(globals(), "ROOT", tmp_path / "textfix")
    for name in ("__init__", "clean", "punct", "pipeline", "cli", "batch"):
        file = tmp_path / "textfix" / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text("", "utf-8")
    guilty = tmp_path / "textfix" / "clean.py"
    guilty.write_text(
        "from textfix import batch\nfrom . import punct\ndef f():\n    import textfix.pipeline as p\n    from textfix.cli import x\n    import textfix\n",
        "utf-8",
    )
    assert len(list(faults(guilty))) == 4
