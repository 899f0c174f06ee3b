"""The options: one frozen record, its presets, and the check that refuses what it does not know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

from textfix.errors import ChoiceError

#: Evidence, in nats, that a repair must have before it is made. 12 nats are odds of 160,000 to one.
CAUTION = 12.0

CHOICES: dict[str, tuple[object, ...]] = {
    "repair": (True, False),
    "clean": ("safe", "full", False),
    "script": (None, "hans", "hant", "tw", "hk"),
    "words": (False, True),
    "punctuation": (None, "full", "corner", "half"),
    "spacing": (None, True, False),
    "holes": ("mark", "keep", "fill"),
}

#: The kinds of escapes that `escapes` may name.
ESCAPES = (
    "entity", "mime-word", "percent", "percent-u", "hex", "octal", "decimal", "unicode", "unicode-bare", "css", "rtf",
    "quoted-printable", "hz", "utf-7", "surrogates",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """What `fix` does: repair and clean are on, matters of taste (script, punctuation, spacing) are off.

    repair       undo mojibake, slips, glosses and escapes
    clean        "safe" (what cannot be seen or meant), "full" (width too) or False
    script       None, or the script asked for: "hans", "hant", "tw", "hk"
    words        with `script`, regional words too (软件 becomes 軟體 for "tw")
    punctuation  None, "full" (mainland), "corner" (Taiwan, Hong Kong) or "half" (ASCII)
    spacing      between Han and Latin or digits: True adds a space, False removes it, None leaves it
    holes        characters that were lost: "mark" them with U+FFFD, "keep" the garbled span, "fill" with the likeliest
    terms        words of your own, and what each is to become: {"网络": "網路"}; what they become is kept
    keep         words that no stage may change
    caution      evidence in nats that a repair must have (natural logarithm of the odds)
    max_layers   how many misreadings on top of one another are undone
    escapes      with `repair`, characters left as escapes are put back: True, False, or a collection of kinds
                 ("entity" &#20013; &Ouml;&ETH; "percent" %E4%B8%AD "percent-u" %u4E2D "unicode" \\u4e2d \\u{4e2d} <U+4E2D>
                 "unicode-bare" u4e2d "css" \\4e2d "hex" \\xe4 <E4> "octal" \\344 "decimal" \\228 "rtf" \\'d6 \\u20013?
                 "quoted-printable" =E4 "mime-word" =?UTF-8?B?5Lit?= "utf-7" +Ti0- &Ti0- "hz" "surrogates")

    An option that does not exist, or a value that is not among its choices, raises ChoiceError.

    >>> Config(script="hans").script
    'hans'
    """

    repair: bool = True
    clean: str | bool = "safe"
    script: str | None = None
    words: bool = False
    punctuation: str | None = None
    spacing: bool | None = None
    holes: str = "mark"
    terms: Mapping[str, str] | tuple[tuple[str, str], ...] = ()
    keep: Sequence[str] = ()
    caution: float = CAUTION
    max_layers: int = 3
    escapes: bool | Collection[str] = True

    SCRAPE: ClassVar[Config]
    CORPUS: ClassVar[Config]
    STRICT: ClassVar[Config]
    MARKUP: ClassVar[Config]

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if not any(value is choice or (isinstance(choice, str) and value == choice) for choice in choices):
                raise ChoiceError(f"value of the option {name!r}", value, choices)
        object.__setattr__(self, "terms", pairs(self.terms))
        object.__setattr__(self, "keep", words(self.keep))
        if isinstance(self.caution, bool) or not isinstance(self.caution, (int, float)) or not self.caution > 0:
            raise ChoiceError("value of the option 'caution'", self.caution, ["a number of nats above 0"])
        if isinstance(self.max_layers, bool) or not isinstance(self.max_layers, int) or self.max_layers < 0:
            raise ChoiceError("value of the option 'max_layers'", self.max_layers, ["a whole number from 0 up"])
        if not isinstance(self.escapes, bool):
            if isinstance(self.escapes, (str, bytes)) or not isinstance(self.escapes, Collection):
                raise ChoiceError("value of the option 'escapes'", self.escapes, (True, False, f"some of {ESCAPES}"))
            for kind in self.escapes:
                if kind not in ESCAPES:
                    raise ChoiceError("kind in the option 'escapes'", kind, ESCAPES)
            object.__setattr__(self, "escapes", tuple(kind for kind in ESCAPES if kind in self.escapes))


def pairs(terms: object) -> tuple[tuple[str, str], ...]:
    """TERMS, a mapping or pairs, as pairs of words."""
    found = list(terms.items() if isinstance(terms, Mapping) else terms if isinstance(terms, (tuple, list)) else [None])
    for pair in found:
        if not (
            isinstance(pair, (tuple, list)) and len(pair) == 2 and pair[0] and all(isinstance(x, str) for x in pair)
        ):
            raise ChoiceError("value of the option 'terms'", terms, ['a mapping of words, {"before": "after"}'])
    return tuple((before, after) for before, after in found)


def words(keep: object) -> tuple[str, ...]:
    """KEEP, words in a list or another collection, but no string."""
    found = sorted(keep, key=str) if isinstance(keep, Set) else keep
    if not isinstance(found, (tuple, list)) or not all(isinstance(word, str) and word for word in found):
        raise ChoiceError("value of the option 'keep'", keep, ["a list of words"])
    return tuple(found)


#: Scraped pages: wide clean-up as well, and what cannot be told is left as it was.
Config.SCRAPE = Config(clean="full")
#: Text for training language models: never a change of taste, twice the evidence.
Config.CORPUS = Config(caution=2 * CAUTION)
#: Only what is certain and whole: no hole is made.
Config.STRICT = Config(caution=3 * CAUTION, holes="keep", max_layers=1)
#: Pages, feeds and JSON that a parser is still to read: their escapes are its own business (a link's %E4%B8%AD too), and
#: what cannot be seen between tags, line ends among it, is not worth a page that differs from the one that was sent.
Config.MARKUP = Config(clean=False, escapes=False)

OPTIONS = tuple(field.name for field in fields(Config))


def configure(config: Config | None, options: dict[str, Any]) -> Config:
    """CONFIG with OPTIONS over it; an unknown option raises ChoiceError and lists those that exist."""
    for name in options:
        if name not in OPTIONS:
            raise ChoiceError("option", name, OPTIONS)
    if config is None:
        config = DEFAULT
    elif not isinstance(config, Config):
        raise TypeError(f"config must be a textfix.Config, not {type(config).__name__}")
    return replace(config, **options) if options else config


DEFAULT = Config()


def check_report(report: object) -> None:
    """Refuse what is neither True nor False nor a prefix for the names of a report's columns."""
    if not isinstance(report, (bool, str)):
        raise ChoiceError("value of the option 'report'", report, [True, False, "a prefix"])
