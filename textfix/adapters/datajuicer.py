"""data-juicer: the operator `textfix_mapper` for its recipes.

    process:
      - textfix_mapper:
          script: hans
          report: true

An installed textfix names it among its entry points (`data_juicer.ops`): a recipe finds it without an import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_juicer.ops.base_op import OPERATORS, Mapper

from textfix.adapters.datasets import Fixer
from textfix.config import CAUTION, Config, check_report

__all__ = ["TextfixMapper"]


@OPERATORS.register_module("textfix_mapper")
class TextfixMapper(Mapper):  # type: ignore[misc]
    """Makes damaged Chinese text whole: mojibake, slips and glosses are undone, what cannot be seen is taken out.

    The texts of a batch of samples become those that `textfix.fix` gives. With `report` each sample also says what was
    done to it: `<text_key>_changed`, `_steps`, `_odds` and `_holes`; a string is put before these names.
    """

    _batched_op = True

    def __init__(
        self,
        repair: bool = True,
        clean: str | bool = "safe",
        script: str | None = None,
        words: bool = False,
        punctuation: str | None = None,
        spacing: bool | None = None,
        holes: str = "mark",
        terms: Mapping[str, str] | None = None,
        keep: Sequence[str] | None = None,
        caution: float = CAUTION,
        max_layers: int = 3,
        escapes: bool | Sequence[str] = True,
        report: bool | str = False,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """
        :param repair: undo mojibake, slips, glosses and escapes.
        :param clean: 'safe' (what cannot be seen or meant), 'full' (width too) or False.
        :param script: None, or 'hans', 'hant', 'tw', 'hk'.
        :param words: with script, regional words too.
        :param punctuation: None, 'full' (mainland), 'corner' (Taiwan, Hong Kong) or 'half' (ASCII).
        :param spacing: between Han and Latin or digits: True adds a space, False removes it, None leaves it.
        :param holes: characters that were lost: 'mark', 'keep' or 'fill'.
        :param terms: words of your own, and what each becomes.
        :param keep: words that stay.
        :param caution: evidence, in nats, that a repair must have.
        :param max_layers: how many misreadings on top of one another are undone.
        :param escapes: put escapes back: True, False, or a list of kinds.
        :param report: add what was done as fields; a string is put before their names.
        :param args: extra args
        :param kwargs: extra args
        """
        super().__init__(*args, **kwargs)
        check_report(report)
        config = Config(
            repair=repair, clean=clean, script=script, words=words, punctuation=punctuation, spacing=spacing, holes=holes,
            terms=terms or (), keep=keep or (), caution=caution, max_layers=max_layers, escapes=escapes,
        )  # fmt: skip
        self.fixer = Fixer(self.text_key, report, None, config)

    def process_batched(self, samples: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """SAMPLES, lists by field, with their texts fixed."""
        found = self.fixer(samples)
        return {
            **samples,
            **{name: column.tolist() if hasattr(column, "tolist") else column for name, column in found.items()},
        }
