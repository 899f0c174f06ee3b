"""Dask: text columns of a dataframe and texts of a bag, fixed partition by partition.

from textfix.adapters.dask import textfix_df

fixed = textfix_df(ddf, "text", script="hans", report=True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from textfix.adapters.numpy import fix_numpy
from textfix.config import Config, configure
from textfix.errors import ChoiceError

__all__ = ["textfix_bag", "textfix_df"]

#: What a report says of each text.
REPORT = ("changed", "steps", "odds", "holes")


def textfix_df(
    ddf: Any,
    columns: str | Sequence[str] = "text",
    *,
    report: bool | str = False,
    declared: str | None = None,
    config: Config | None = None,
    **options: Any,
) -> Any:
    """Fix text columns of a Dask DataFrame: the same texts as `fix` gives, partition by partition, lazily.

    Types, index, divisions and missing values stay. `report=True` adds `<column>_changed` (bool), `_steps` (lists of
    strings), `_odds` (float32, nats) and `_holes` (int32); a string is put before these names.

    A column that is not there, or an option that does not exist, raises here, before anything is computed.

        ddf = textfix_df(dask.dataframe.read_parquet("pages"), ["title", "text"], script="hans", report=True)
    """
    given = {"report": report, "declared": declared, "config": configure(config, options)}
    names = [columns] if isinstance(columns, str) else list(columns)
    return ddf.map_partitions(_fix_frame, names, given, meta=_fix_frame(ddf._meta, names, given))


def _fix_frame(frame: Any, columns: list[str], given: dict[str, Any]) -> Any:
    import textfix.adapters.pandas  # noqa: F401  (the accessor)

    return frame.textfix.fix(columns, **given)


def textfix_bag(
    bag: Any,
    keys: str | Sequence[str] | None = None,
    *,
    report: bool | str = False,
    declared: str | None = None,
    config: Config | None = None,
    **options: Any,
) -> Any:
    """Fix the texts of a Dask Bag: its items, or with `keys` these fields of its items, which are dicts.

    Texts and bytes become the texts that `fix` and `fix_bytes` give; anything else, and dicts that lack a key, stay as
    they are. `report=True` (with `keys`) adds `<key>_changed`, `_steps`, `_odds` and `_holes` to each dict; a string is
    put before these names. The dicts of the bag are not changed: new ones take their place.

        bag = textfix_bag(dask.bag.read_text("*.jsonl").map(json.loads), "text", script="hans", report=True)
    """
    if report is not False and keys is None:
        raise ChoiceError("value of the option 'report' for a bag without keys", report, [False])
    names = None if keys is None else [keys] if isinstance(keys, str) else list(keys)
    return bag.map_partitions(_fix_items, names, report, {"declared": declared, "config": configure(config, options)})


def _fix_items(items: Any, keys: list[str] | None, report: bool | str, given: dict[str, Any]) -> list[Any]:
    if keys is None:
        return _fix_values(list(items), given)[0]
    new: list[Any] = [{**item} if isinstance(item, dict) else item for item in items]
    prefix = report if isinstance(report, str) else ""
    for key in keys:
        own = [item for item in new if isinstance(item, dict) and key in item]
        fixed, rows = _fix_values([item[key] for item in own], given)
        for i, item in enumerate(own):
            item[key] = fixed[i]
            if report is not False:
                for name in REPORT:
                    if f"{prefix}{key}_{name}" in item:
                        raise ChoiceError(
                            "name for a field of the report", f"{prefix}{key}_{name}", ["report='PREFIX'"]
                        )
                    item[f"{prefix}{key}_{name}"] = rows[name][i]
    return new


def _fix_values(values: list[Any], given: dict[str, Any]) -> tuple[list[Any], dict[str, list[Any]]]:
    """VALUES fixed, and the report on each as plain Python objects, null for odds that nobody weighed."""
    array = np.empty(len(values), object)
    array[:] = values
    fixed, rows = fix_numpy(array, report=True, **given)
    plain = {name: rows[name].tolist() for name in REPORT}
    plain["odds"] = [None if odds != odds else odds for odds in plain["odds"]]
    texts: list[Any] = fixed.tolist()
    return texts, plain
