"""Scrapy: pages that are read in the encoding they are in, and items whose fields are whole.

    DOWNLOADER_MIDDLEWARES = {"textfix.adapters.scrapy.TextfixMiddleware": 585}
    ITEM_PIPELINES = {"textfix.adapters.scrapy.TextfixPipeline": 300}
    TEXTFIX_FIELDS = ["title", "text"]

585 lies between decompression (590), which must come before, and what reads pages (meta refresh, 580).

    TEXTFIX_ENABLED        True; False switches both off
    TEXTFIX_PAGE_OPTIONS   {}: options of the middleware, over Config.MARKUP; {"repair": False} leaves mojibake in pages
    TEXTFIX_FIELDS         []: the fields that the pipeline fixes; "*" is all of them
    TEXTFIX_OPTIONS        {}: options of the pipeline, as {"script": "hans"}, over Config()
    TEXTFIX_REPORT_FIELD   None; the field that gets the report of what was done to an item
    TEXTFIX_REPORT_PLANS   False; True puts the plans into the report, so that it can be replayed

A field can also say so itself: `scrapy.Field(textfix=True)`, or with options of its own `scrapy.Field(textfix={"script":
"tw"})`; False leaves it alone whatever the settings say. A request with `meta={"dont_textfix": True}` is left alone.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from itemadapter import ItemAdapter, is_item
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, JsonResponse, TextResponse, XmlResponse
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from textfix.config import Config, configure
from textfix.decode.declarations import declare
from textfix.explain import explain_bytes, explain_many
from textfix.records import Result, least_odds, name_steps

logger = logging.getLogger(__name__)

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def read_settings(crawler: Any) -> Any:
    """The settings of CRAWLER, unless they switch textfix off."""
    if not crawler.settings.getbool("TEXTFIX_ENABLED", True):
        raise NotConfigured("TEXTFIX_ENABLED is False")
    return crawler.settings


class TextfixMiddleware:
    """Downloader middleware: replaces a response that Scrapy would misread by one that says what its body says.

    Header, declaration and body are weighed together. Where another encoding is all it takes, the new response has the
    same body and that encoding; where the page is in several, or has mojibake in it, its body is the repaired text in
    UTF-8 (JSON that is not UTF-8 becomes so: `response.json()` tries that first). Binary responses, empty ones, and those
    that Scrapy reads rightly by what is declared, pass as the same object.

    What was found is in `response.meta["textfix"]`, in the flag `textfix:…` of a response that was replaced, and in the
    statistics `textfix/…` of the crawl.
    """

    def __init__(self, config: Config = Config.MARKUP, stats: Any = None) -> None:
        self._config = config
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: Any) -> TextfixMiddleware:
        settings = read_settings(crawler)
        return cls(configure(Config.MARKUP, settings.getdict("TEXTFIX_PAGE_OPTIONS")), crawler.stats)

    def process_response(self, request: Any, response: Any, spider: Any = None) -> Any:
        if not isinstance(response, TextResponse) or not response.body or request.meta.get("dont_textfix"):
            return response
        header = http_content_type_encoding(response.headers.get(b"Content-Type", b"").decode("latin-1"))
        result = explain_bytes(response.body, header, self._config)
        if result.changed and is_json(result.source) and not is_json(result.text):
            result = fix_strings(result, self._config)
        found, action = choose(response, header, result)
        self._record(request, response, header, result, action)
        return found

    def _record(self, request: Any, response: Any, header: str | None, result: Result, action: str) -> None:
        detection = result.detection
        assert detection is not None
        edits = [edit for step in result.plan for edit in step.edits]
        holes = len(result.holes) if detection.encoding else 0
        request.meta["textfix"] = {
            "action": action,
            "encoding": detection.encoding,
            "declared": {"header": header, "body": html_body_declared_encoding(response.body)},
            "evidence": detection.evidence,
            "confidence": round(detection.confidence, 4),
            "parts": [list(part) for part in result.parts],
            "edits": len(edits),
            "holes": holes,
        }
        if self._stats is None:
            return
        self._stats.inc_value("textfix/pages")
        self._stats.inc_value(f"textfix/pages/{action}")
        self._stats.inc_value(f"textfix/encoding/{detection.encoding or 'unknown'}")
        for edit in edits:
            self._stats.inc_value(f"textfix/edits/{edit.rule}")
        if holes:
            self._stats.inc_value("textfix/holes", holes)


def choose(response: Any, header: str | None, result: Result) -> tuple[Any, str]:
    """The response that reads as RESULT, and what was put right in RESPONSE: "encoding", "text", or nothing.

    Nothing is "kept" where it is right as it is, "unknown" where the body is text in no encoding.
    """
    assert result.detection is not None
    codec = result.detection.encoding
    if codec is None:
        return response, "unknown"
    told = header or read_bom(response.body)[0] or html_body_declared_encoding(response.body)
    # Nothing told, Scrapy reads ASCII and UTF-8 by itself, and what else there is by guesses that take longer than ours.
    if (told or codec in ("ascii", "utf-8")) and response.text == result.text:
        return response, "kept"
    if not isinstance(response, JsonResponse):
        replaced = replace(response, encoding=codec, flags=[*response.flags, f"textfix:{codec}"])
        if replaced.text == result.text:
            return replaced, "encoding"
    text, flag, action = result.text, "textfix:text", "text"
    if isinstance(response, (HtmlResponse, XmlResponse)):
        text, _ = declare(text, "html", "utf-8")
    elif not result.changed and not result.parts:
        flag, action = f"textfix:{codec}", "encoding"
    body = text.encode("utf-8", "replace")
    return replace(response, body=body, encoding="utf-8", flags=[*response.flags, flag]), action


def replace(response: Any, **parts: Any) -> Any:
    """RESPONSE with other PARTS. Its own `replace` asks for the old encoding first, which where none is declared is a guess.

    That guess takes longer than all that is done here.
    """
    rest = {name: getattr(response, name) for name in response.attributes if name not in parts}
    return type(response)(**rest, **parts)


def is_json(text: str) -> bool:
    """Whether TEXT is a JSON document that has more than a number or a word in it."""
    if not text.lstrip().startswith(("{", "[", '"')):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def fix_strings(result: Result, config: Config) -> Result:
    """RESULT of a JSON document whose strings are repaired one by one.

    The second byte of 功 in Big5 is a backslash. Where it was misread, JSON has doubled it: one of the two belongs to the
    character, the other to JSON, and the document as a whole would lose what holds it together.
    """
    fixed = explain_many([json.loads(string) for string in _STRING.findall(result.source)], config)
    rest = iter(fixed)

    def put(string: re.Match[str]) -> str:
        one = next(rest)
        return json.dumps(one.text, ensure_ascii=False) if one.changed else string[0]

    text = _STRING.sub(put, result.source)
    return dataclasses.replace(result, text=text, plan=tuple(step for one in fixed for step in one.plan))


class TextfixPipeline:
    """Item pipeline: fixes the text in chosen fields of dicts, Items, dataclasses, attrs and pydantic models.

    Fields may hold text, lists and mappings of text, and items; anything else is left. An item that needs nothing is the
    same object with the same values. The report says for each field that changed or has holes: the steps
    ("repair:utf-8>gb18030"), the least odds in nats among them (None where none were weighed), and the number of holes.
    """

    def __init__(
        self,
        fields: Sequence[str] = (),
        config: Config | None = None,
        stats: Any = None,
        *,
        report_field: str | None = None,
        report_plans: bool = False,
    ) -> None:
        self._fields = frozenset([fields] if isinstance(fields, str) else fields)
        self._config = config or Config()
        self._stats = stats
        self._report_field = report_field
        self._report_plans = report_plans
        self._chosen: dict[tuple[type, str], Config | None] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> TextfixPipeline:
        settings = read_settings(crawler)
        return cls(
            settings.getlist("TEXTFIX_FIELDS"),
            configure(None, settings.getdict("TEXTFIX_OPTIONS")),
            crawler.stats,
            report_field=settings.get("TEXTFIX_REPORT_FIELD"),
            report_plans=settings.getbool("TEXTFIX_REPORT_PLANS"),
        )

    def process_item(self, item: Any, spider: Any = None) -> Any:
        adapter = ItemAdapter(item)
        texts: dict[str, list[str]] = {}
        fields: dict[Config, list[str]] = {}
        for name in list(adapter):
            config = self._choose(adapter, name)
            if config is not None and (found := list(find_texts(adapter[name]))):
                texts[name] = found
                fields.setdefault(config, []).append(name)
        results: dict[str, list[Result]] = {}
        for config, names in fields.items():
            fixed = iter(explain_many([text for name in names for text in texts[name]], config))
            results.update((name, [next(fixed) for _ in texts[name]]) for name in names)
        changed = [name for name, some in results.items() if any(result.changed for result in some)]
        for name in changed:
            value = put_texts(ItemAdapter(item)[name], iter([result.text for result in results[name]]))
            item = assign(item, name, value)
        self._count(changed, results)
        return self._report(item, results)

    def _choose(self, adapter: ItemAdapter, name: str) -> Config | None:
        """How the field NAME is fixed; None if it is not."""
        key = (type(adapter.item), name)
        if key not in self._chosen:
            own = adapter.get_field_meta(name).get("textfix")
            if own is None:
                own = bool(self._fields & {name, "*"}) and name != self._report_field
            options = own if isinstance(own, dict) else {}
            self._chosen[key] = configure(self._config, options) if own or own == {} else None
        return self._chosen[key]

    def _count(self, changed: list[str], results: dict[str, list[Result]]) -> None:
        if self._stats is None:
            return
        self._stats.inc_value("textfix/items")
        if changed:
            self._stats.inc_value("textfix/items/changed")
        for name in changed:
            self._stats.inc_value(f"textfix/fields/{name}")
        if holes := sum(len(result.holes) for some in results.values() for result in some):
            self._stats.inc_value("textfix/items/holes", holes)

    def _report(self, item: Any, results: dict[str, list[Result]]) -> Any:
        if self._report_field is None:
            return item
        report = {name: summarise(some, self._report_plans) for name, some in results.items()}
        try:
            return assign(item, self._report_field, {name: found for name, found in report.items() if found})
        except KeyError:
            if self._stats is None or not self._stats.get_value("textfix/items/unreported"):
                logger.warning("%s has no field %r for textfix's report", type(item).__name__, self._report_field)
            if self._stats is not None:
                self._stats.inc_value("textfix/items/unreported")
            return item


def summarise(results: Sequence[Result], with_plans: bool) -> dict[str, Any] | None:
    """What was done to the texts of one field; None if nothing was and nothing is missing."""
    holes = sum(len(result.holes) for result in results)
    plans = [result.plan for result in results]
    if not any(plans) and not holes:
        return None
    odds = [one for one in map(least_odds, plans) if one is not None]
    report: dict[str, Any] = {
        "changed": any(result.changed for result in results),
        "steps": list(dict.fromkeys(name for plan in plans for name in name_steps(plan))),
        "odds": round(min(odds), 2) if odds else None,
        "holes": holes,
    }
    if with_plans:
        report["plans"] = [[step.to_dict() for step in result.plan] for result in results]
    return report


def find_texts(value: Any) -> Iterator[str]:
    """The texts in VALUE, in order."""
    if isinstance(value, str):
        yield value
    else:
        for _, part in list_parts(value):
            yield from find_texts(part)


def list_parts(value: Any) -> Iterable[tuple[Any, Any]]:
    """What VALUE is made of, each with its place, if it is of a kind that is looked into."""
    if isinstance(value, (list, tuple)):
        return enumerate(value)
    if is_item(value):
        return list(ItemAdapter(value).items())
    return ()


def put_texts(value: Any, texts: Iterator[str]) -> Any:
    """VALUE with TEXTS in the places of its own; the same object if they are the same."""
    if isinstance(value, str):
        return next(texts)
    parts = [(place, part, put_texts(part, texts)) for place, part in list_parts(value)]
    changed = {place: new for place, part, new in parts if new is not part}
    if not changed:
        return value
    if isinstance(value, tuple):
        new = [new for _, _, new in parts]
        return value._make(new) if hasattr(value, "_make") else type(value)(new)
    value = copy.copy(value)
    for place, new in changed.items():
        if isinstance(value, list):
            value[place] = new
        else:
            value = assign(value, place, new)
    return value


def assign(item: Any, name: str, value: Any) -> Any:
    """ITEM with VALUE in the field NAME; a copy if it cannot be changed. KeyError if it has no such field."""
    try:
        ItemAdapter(item)[name] = value
    except (AttributeError, ValueError):  # frozen, as a dataclass, by attrs, or by pydantic
        if hasattr(item, "model_copy"):
            return item.model_copy(update={name: value})
        item = copy.copy(item)
        object.__setattr__(item, name, value)
    return item
