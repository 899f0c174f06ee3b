"""Ray Data on a local cluster: a head without processors, and two nodes of one processor each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

import textfix
from textfix.adapters.arrow import fix_arrow
from textfix.adapters.ray import Fixer

ray = pytest.importorskip("ray")
pa = pytest.importorskip("pyarrow")

pytestmark = pytest.mark.filterwarnings("ignore")  # of Ray's own dependencies, and of its sockets


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_DATA_DISABLE_PROGRESS_BARS", "1")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        memory = 400 << 20
        folder = tempfile.mkdtemp()  # short: the paths of Ray's sockets lie in it, and may have 107 characters
        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": memory, "temp_dir": folder}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        try:
            for _ in range(2):
                cluster.add_node(num_cpus=1, object_store_memory=memory)
            ray.init(address=cluster.address, log_to_driver=False, logging_level="ERROR")
            ray.data.DataContext.get_current().enable_progress_bars = False
            yield cluster
        finally:
            ray.shutdown()
            cluster.shutdown()
            shutil.rmtree(folder, ignore_errors=True)


def blocks(table: Any, number: int) -> Any:
    """TABLE as a dataset of NUMBER blocks; a repartition would want a processor beside those that actors hold."""
    size = -(-len(table) // number)
    return ray.data.from_arrow([table.slice(start, size) for start in range(0, len(table), size)])


def gather(dataset: Any) -> list[dict[str, Any]]:
    return sorted(dataset.take_all(), key=lambda row: row["id"])


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What Ray's rows hold, with lists where numpy arrays stand."""
    return [
        {name: value.tolist() if hasattr(value, "tolist") else value for name, value in row.items()} for row in rows
    ]


def test_all_rows_as_in_one_process(rows: Any) -> None:
    """What two nodes make of a dataset is what one process makes of the table: texts, bytes, nulls and report."""
    dataset = blocks(rows, 8)
    fixed = dataset.map_batches(Fixer(["text", "page"], script="hans", report=True), batch_format="pyarrow")
    due = fix_arrow(rows, ["text", "page"], script="hans", report=True)
    assert fixed.schema().names == due.column_names
    assert plain(gather(fixed)) == due.to_pylist()
    assert 0 < sum(due["text_changed"].to_pylist()) < len(rows)


def test_actors_give_the_same(rows: Any) -> None:
    dataset = blocks(rows, 4)
    fixed = dataset.map_batches(
        Fixer,
        fn_constructor_args=("text",),
        fn_constructor_kwargs={"script": "hant"},
        batch_format="pyarrow",
        concurrency=2,
    )
    assert gather(fixed) == fix_arrow(rows, "text", script="hant").to_pylist()


def test_a_killed_worker_costs_nothing(rows: Any, killer: Any) -> None:
    """A worker process dies in the middle: its task runs again, no row is lost, doubled or different."""
    hold = killer.hold

    def wait(batch: Any) -> Any:
        hold(batch["id"][0].as_py())
        return batch

    dataset = blocks(rows, 24).map_batches(wait, batch_format="pyarrow")
    fixed = dataset.map_batches(Fixer("text", script="hans", report=True), batch_format="pyarrow")
    killer.start()
    found = gather(fixed)
    killer.stop()
    assert killer.repeated() >= 1
    assert plain(found) == fix_arrow(rows, "text", script="hans", report=True).to_pylist()


def test_bad_rows_neither_raise_nor_vanish() -> None:
    """Bytes that are nothing, invalid UTF-8 in a column of strings, nulls, and a cell of 50 megabytes."""
    raw = [b"\xff\xfe\xfd\x00\x80", b"", None, bytes(range(256)), "中文".encode()[:-1], "数据处理".encode("gb18030")]
    sentence = "数据处理和存储的费用，今年比去年低了三成。\n"
    times = 50_000_000 // len(sentence.encode()) + 1
    raw.append((sentence * times + "ÖÐÎÄ±àÂë").encode())
    pages = pa.array(raw, pa.binary())
    table = pa.table({"id": range(len(raw)), "page": pages, "text": pages.view(pa.string())})
    fixed = ray.data.from_arrow(table).map_batches(Fixer(["page", "text"], report=True), batch_format="pyarrow")
    found = pa.concat_tables(ray.get(fixed.to_arrow_refs()))
    assert found["id"].to_pylist() == list(range(len(raw)))
    assert found["page"].cast(pa.string()).equals(found["text"])
    texts = found["text"].to_pylist()
    assert (texts[1], texts[2], texts[5]) == ("", None, "数据处理")
    assert texts[6] == sentence * times + "中文编码"


def test_errors_come_before_the_job() -> None:
    with pytest.raises(textfix.ChoiceError, match=r"'scirpt'.*script"):
        Fixer("text", scirpt="hans")
    with pytest.raises(textfix.ChoiceError, match=r"'simplified'.*hans"):
        Fixer("text", script="simplified")
    with pytest.raises(TypeError, match="batch_format='pyarrow'"):
        Fixer("text")({"text": ["中文"]})
