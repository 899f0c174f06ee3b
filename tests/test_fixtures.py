"""Every line of fixtures/*.jsonl is a case; fixtures/README.md has the schema. One runner for all of them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

import textfix

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
PAGES = sorted(FIXTURES.glob("pages/*.hans.txt"))
KNOWN = "known.jsonl"
KEYS = {"id", "in", "in_hex", "declared", "out", "config", "plan", "source", "note"}


def load() -> list[tuple[str, dict[str, Any]]]:
    """(file name, case) for each case of each file."""
    found = []
    for path in sorted(FIXTURES.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
            if line.strip():
                try:
                    found.append((path.name, json.loads(line)))
                except ValueError as error:
                    raise ValueError(f"{path.name}, line {number}: {error}") from error
    return found


CASES = load()
PARAMETERS = [
    pytest.param(
        case, id=f"{name.removesuffix('.jsonl')}:{case.get('id')}", marks=[pytest.mark.xfail] * (name == KNOWN)
    )
    for name, case in CASES
]


def options_of(case: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = case.get("config", {})
    return options


@pytest.mark.parametrize("case", PARAMETERS)
def test_case(case: dict[str, Any]) -> None:
    """The right output, and with it what every output must keep: replay, JSON, idempotence, the same object."""
    out, options = case["out"], options_of(case)
    if "in_hex" in case:
        data = bytes.fromhex(case["in_hex"])
        assert textfix.fix_bytes(data, declared=case.get("declared"), **options) == out
        if "declared" in case:
            return
        given: str | bytes = data
    else:
        given = case["in"]
        assert textfix.fix(given, **options) == out
    result = textfix.explain(given, **options)
    assert result.text == out
    assert textfix.replay(result.source, result.plan) == out
    assert textfix.replay(result.source, json.loads(json.dumps(result.to_dict()))["plan"]) == out
    if "plan" in case:
        assert [edit.rule for step in result.plan for edit in step.edits] == case["plan"]
    assert textfix.fix(out, **options) == out, "not idempotent"
    if isinstance(given, str):
        assert result.changed == (given != out)
        if given == out:
            assert textfix.fix(given, **options) is given, "text that needs nothing must come back as the same object"


def test_batches_give_what_single_texts_give() -> None:
    """A batch is worked on as one array; no text in it may see its neighbours."""
    batches: dict[str, list[str]] = {}
    for _, case in CASES:
        if "in" in case:
            batches.setdefault(json.dumps(options_of(case), sort_keys=True), []).append(case["in"])
    for key, texts in batches.items():
        options = json.loads(key)
        assert textfix.fix_many(texts, **options) == [textfix.fix(text, **options) for text in texts]


def test_cases_follow_the_schema() -> None:
    """A case with a misspelt key tests something else than it seems to; two of one id cannot be told apart."""
    ids = [case.get("id") for _, case in CASES]
    assert sorted({i for i in ids if ids.count(i) > 1 or not i}) == []
    for _, case in CASES:
        assert set(case) <= KEYS, case["id"]
        assert ("in" in case) != ("in_hex" in case), case["id"]
        assert {"out", "source"} <= set(case), case["id"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name.split(".")[0])
class TestPage:
    """The bundled pages: damaged as scrapers damage them, and whole again."""

    def text(self, page: Path, kind: str) -> str:
        stem = page.name.removesuffix(".hans.txt")
        return page.with_name(stem + kind + ".txt").read_bytes().decode("utf-8")

    def test_repair(self, page: Path) -> None:
        """With no options the page is what it was before the damage, in the script and punctuation of its site."""
        assert textfix.fix(self.text(page, "")).split("\n") == self.text(page, ".fixed").split("\n")

    def test_conversion(self, page: Path) -> None:
        """Repair comes before script and punctuation: the simplified page is the one that was written."""
        fixed = textfix.fix(self.text(page, ""), script="hans", punctuation="full")
        assert fixed.split("\n") == self.text(page, ".hans").split("\n")

    def test_a_whole_page_stays(self, page: Path) -> None:
        """Repaired text needs no repair."""
        fixed = self.text(page, ".fixed")
        assert textfix.fix(fixed) is fixed

    def test_the_damage_is_reproducible(self, page: Path) -> None:
        """The damaged page is what tools/damage.py makes of the clean one, and nobody mended it by hand."""
        pytest.importorskip("opencc")
        spec = importlib.util.spec_from_file_location("damage", ROOT / "tools" / "damage.py")
        assert spec is not None
        assert spec.loader is not None
        damage = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(damage)
        clean = damage.traditional(self.text(page, ".hans")).split("\n")
        damaged = self.text(page, "").split("\n")
        fixed = self.text(page, ".fixed").split("\n")
        for line, after, whole in zip(clean, damaged, fixed, strict=True):
            if whole == line and after != line and after == damage.misread(line):
                continue
            assert after == damage.damage(line)
            assert whole == damage.fold(line)
