"""Dask on a local cluster of two worker processes, each under a nanny that starts it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import textfix
from textfix.adapters.arrow import fix_arrow

pytest.importorskip("distributed")
pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")

import dask  # noqa: E402
import dask.bag  # noqa: E402
import dask.dataframe  # noqa: E402
from distributed import Client, LocalCluster  # noqa: E402

from textfix.adapters.dask import textfix_bag, textfix_df  # noqa: E402

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"
)


@pytest.fixture(scope="module", autouse=True)
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    settings = {"distributed.comm.timeouts.connect": "120s", "distributed.scheduler.allowed-failures": 10}
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=str(tmp_path_factory.mktemp("dask")),
            memory_limit="2GB",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def as_rows(frame: Any) -> list[dict[str, Any]]:
    """The rows of a frame with None for whatever is missing."""
    return pa.Table.from_pandas(frame, preserve_index=False).to_pylist()


def test_all_rows_as_in_one_process(rows: Any) -> None:
    frame = rows.select(["id", "text"]).to_pandas()
    ddf = dask.dataframe.from_pandas(frame, npartitions=8)
    fixed = textfix_df(ddf, "text", script="hans", report=True)
    due = fix_arrow(rows.select(["id", "text"]), "text", script="hans", report=True)
    found = fixed.compute().sort_values("id")
    assert as_rows(found) == due.to_pylist()
    assert fixed.divisions == ddf.divisions
    assert list(fixed.columns) == due.column_names
    assert (found.dtypes == fixed.dtypes).all(), "what was promised is what came"
    assert fixed.dtypes["text"] == ddf.dtypes["text"]


def test_a_killed_worker_costs_nothing(rows: Any, killer: Any) -> None:
    """A worker process dies in the middle: its nanny starts it again, no row is lost, doubled or different."""
    hold = killer.hold

    def wait(frame: Any) -> Any:
        if len(frame):
            hold(int(frame["id"].iloc[0]))
        return frame

    frame = rows.select(["id", "text"]).to_pandas()
    ddf = dask.dataframe.from_pandas(frame, npartitions=24)
    ddf = ddf.map_partitions(wait, meta=ddf._meta)
    killer.start()
    found = textfix_df(ddf, "text", script="hans", report=True).compute().sort_values("id")
    killer.stop()
    assert killer.repeated() >= 1
    assert as_rows(found) == fix_arrow(rows.select(["id", "text"]), "text", script="hans", report=True).to_pylist()


def test_a_bag_of_texts_and_of_dicts(rows: Any) -> None:
    due = fix_arrow(rows, ["text", "page"], report=True).to_pylist()
    texts = [row["text"] for row in rows.to_pylist()]
    found = textfix_bag(dask.bag.from_sequence(texts, npartitions=3)).compute()
    assert found == [row["text"] for row in due]
    items = [*rows.to_pylist(), {"id": -1}, "no dict"]
    found = textfix_bag(dask.bag.from_sequence(items, npartitions=3), ["text", "page"], report=True).compute()
    assert found[-2:] == [{"id": -1}, "no dict"]
    for row, want in zip(found[:-2], due, strict=True):
        page = want["page"]
        assert row == {**want, "page": None if page is None else page.decode()}


def test_errors_come_before_the_job() -> None:
    ddf = dask.dataframe.from_pandas(pd.DataFrame({"id": [1], "text": ["中文"]}), npartitions=1)
    with pytest.raises(textfix.ChoiceError, match=r"'scirpt'.*script"):
        textfix_df(ddf, "text", scirpt="hans")
    with pytest.raises(textfix.ChoiceError, match=r"'txt'.*text"):
        textfix_df(ddf, "txt")
    with pytest.raises(TypeError, match="'id' holds int64"):
        textfix_df(ddf, "id")
    with pytest.raises(textfix.ChoiceError, match="report"):
        textfix_bag(dask.bag.from_sequence(["中文"]), report=True)
