"""Scrapy: a crawl of a site whose pages lie about their encoding, with and without textfix; and items with damaged fields."""

from __future__ import annotations

import dataclasses
import gzip
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("scrapy")

import attrs
import scrapy
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, JsonResponse, Request, Response, TextResponse, XmlResponse
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from adapters.site import ENGLISH, EVEN, HANS, HANT, NOISE, PNG, Page, garble, html, list_pages, meta, serve
from textfix import ChoiceError, Config, replay
from textfix.adapters.scrapy import TextfixMiddleware, TextfixPipeline

MIDDLEWARE = {"DOWNLOADER_MIDDLEWARES": {"textfix.adapters.scrapy.TextfixMiddleware": 585}}
GARBLED, WHOLE = "鏁版嵁澶勭悊", "数据处理"
UTF8 = "text/html; charset=utf-8"
LARGE = (HANS[0], *(line * 120_000 for line in HANS))

Found = dict[str, dict[str, Any]]


def crawl(
    pages: list[Page], settings: dict[str, Any], out: Path, heads: tuple[str, ...] = ()
) -> tuple[Found, dict[str, Any]]:
    """What a spider finds on a site of PAGES, by name, and the statistics of the crawl."""
    with serve(pages) as address:
        task = {"addresses": [f"{address}/{page.name}" for page in pages], "settings": settings, "out": str(out)}
        task["heads"] = [f"{address}/{name}" for name in heads]
        program = Path(__file__).with_name("crawl.py")
        subprocess.run(
            [sys.executable, str(program), json.dumps(task)], check=True, timeout=120, stderr=subprocess.PIPE
        )
    items = [json.loads(line) for line in out.read_text("utf-8").strip().split("\n")]
    found = {item["name"] + ("#head" if item.get("method") == "HEAD" else ""): item for item in items}
    return found, json.loads(out.with_suffix(".stats").read_text("utf-8"))


def is_right(page: Page, item: dict[str, Any]) -> bool:
    if page.texts is None:
        return item["texts"] is None and item["size"] == len(page.body)
    return tuple(item["texts"]) == page.texts and item["title"] in (None, page.texts[0])


@pytest.fixture(scope="module")
def crawls(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[tuple[Found, dict[str, Any]], tuple[Found, dict[str, Any]]]:
    """The site crawled by the same spider without textfix and with it."""
    folder = tmp_path_factory.mktemp("crawl")
    return crawl(list_pages(), {}, folder / "alone.jsonl"), crawl(list_pages(), MIDDLEWARE, folder / "with.jsonl")


def test_every_page_comes_out_right(crawls: Any) -> None:
    """The same spider: with the middleware every page is right, without it at most half of them."""
    (alone, _), (found, _) = crawls
    assert [page.name for page in list_pages() if not is_right(page, found[page.name])] == []
    assert 2 * sum(page.name in alone and is_right(page, alone[page.name]) for page in list_pages()) <= len(
        list_pages()
    )


def test_what_is_declared_rightly_is_left(crawls: Any) -> None:
    """Pages that Scrapy is told the truth about come back as they were sent."""
    (alone, _), (found, _) = crawls
    for page in list_pages()[:10]:
        assert found[page.name] == {
            **alone[page.name],
            "record": found[page.name]["record"],
            "links": found[page.name]["links"],
        }
        assert (found[page.name]["record"] or {"action": "kept"})["action"] == "kept"


def test_links_are_the_pages_own(crawls: Any) -> None:
    """What is escaped in an address stays escaped, whatever became of the page."""
    for page in list_pages():
        for link in crawls[1][0][page.name]["links"]:
            assert link.endswith("/%E4%B9%A6?q=%E4%B8%AD%E6%96%87&page=2")


def test_what_was_done_is_recorded(crawls: Any) -> None:
    found, stats = crawls[1]
    assert found["gbk-header-utf-8"]["flags"] == ["textfix:gb18030"]
    assert found["gbk-header-utf-8"]["record"]["declared"] == {"header": "utf-8", "body": None}
    assert found["utf-8-meta-gb2312"]["record"]["declared"] == {"header": None, "body": "gb18030"}
    assert found["two-encodings"]["record"]["parts"]
    assert found["double"]["record"]["edits"] > 0
    texts = [page for page in list_pages() if page.texts]
    assert stats["textfix/pages"] == len(texts)
    assert stats["textfix/pages/kept"] + stats["textfix/pages/encoding"] + stats["textfix/pages/text"] == len(texts)
    assert stats["textfix/encoding/hz"] == 1
    assert stats["textfix/edits/utf-8>gb18030"] > 0


def test_bad_responses(tmp_path: Path) -> None:
    """Nothing raises and nothing is lost: what Scrapy makes of hopeless responses, the middleware leaves at that."""
    gbk = html(HANS * 9).encode("gbk")
    pages = [
        Page("empty", b"", (), UTF8),
        Page("truncated", gzip.compress(gbk)[:-60], None, UTF8, {"Content-Encoding": "gzip"}),
        Page("no-gzip", gbk, HANS, UTF8, {"Content-Encoding": "gzip"}),
        Page("image-as-html", PNG, (), "text/html"),
        Page("text-as-image", gbk, HANS, "image/png"),
        Page("noise", NOISE, (), UTF8),
        Page("nul", b"\0" * 5000, (), UTF8),
        Page("cut", gbk[:-301], HANS, UTF8),
        Page("large", html(LARGE).encode("gbk"), LARGE, UTF8),
    ]
    assert len(pages[-1].body) > 18_000_000
    alone, _ = crawl(pages, {}, tmp_path / "alone.jsonl", ("empty", "large"))
    found, _ = crawl(pages, MIDDLEWARE, tmp_path / "with.jsonl", ("empty", "large"))
    assert set(found) == set(alone)
    for name, item in found.items():
        before = alone[name]
        assert item.get("failed") == before.get("failed")
        assert {key: item.get(key) for key in ("status", "size", "class")} == {
            key: before.get(key) for key in ("status", "size", "class")
        }
    assert found["truncated"]["texts"][:3] == list(HANS[:3])
    assert found["cut"]["texts"][:8] == list(HANS * 2)
    assert found["large"]["texts"] == list(LARGE)
    assert found["image-as-html"]["record"]["action"] == "unknown"
    assert found["noise"]["texts"] == alone["noise"]["texts"]


# --- the middleware alone ---


def process(response: Response, config: Config = Config.MARKUP, **parts: Any) -> Any:
    request = Request(response.url, **parts)
    found = TextfixMiddleware(config).process_response(request, response)
    found.request = request  # as the engine does when all middleware has run
    return found


def page(body: bytes, header: str | None = None, kind: type[Response] = HtmlResponse) -> Any:
    headers = {} if header is None else {"Content-Type": header}
    return kind("http://example.com/", body=body, headers=headers)


@pytest.mark.parametrize(
    "response",
    [
        page(b""),
        page(html(HANS).encode(), UTF8),
        page(html(HANS).encode()),
        page(html(HANS, meta("gbk")).encode("gbk")),
        page(html(ENGLISH, meta("latin-1")).encode("cp1252")),
        page(html(("All is well.",)).encode()),
        page(PNG, "image/png", Response),
        page(PNG, "text/html"),
        page(json.dumps(HANS).encode(), "application/json", JsonResponse),
        page(b"\xef\xbb\xbf" + html(HANS).encode(), "text/html; charset=gbk"),
    ],
)  # fmt: skip
def test_the_same_object(response: Response) -> None:
    """What is right, empty or no text passes untouched."""
    assert process(response) is response


def test_requests_can_opt_out() -> None:
    response = page(html(HANS).encode("gbk"), UTF8)
    assert process(response, meta={"dont_textfix": True}) is response
    assert "textfix" not in response.meta


def test_the_body_stays_where_the_encoding_is_enough() -> None:
    response = page(html(HANS).encode("gbk"), UTF8)
    found = process(response)
    assert type(found) is HtmlResponse
    assert (found.body, found.encoding, found.headers) == (response.body, "gb18030", response.headers)
    assert found.css("p::text").getall() == list(HANS)
    assert found.replace(url="http://example.com/2").text == html(HANS)  # what comes later keeps it


def test_a_repaired_body_says_what_it_is() -> None:
    """Who parses `response.body` himself must not be misled by what the page declared before."""
    body = html((*HANS, GARBLED), meta("gb2312")).encode("gbk")
    found = process(page(body, "text/html; charset=gb2312"))
    assert found.encoding == "utf-8"
    assert found.meta["textfix"]["declared"] == {"header": "gb18030", "body": "gb18030"}
    assert found.body.decode() == html((*HANS, WHOLE), meta("utf-8"))
    feed = f'<?xml version="1.0" encoding="gb2312"?><a>{HANS[0]}{GARBLED}</a>'
    found = process(page(feed.encode("gbk"), "text/xml", XmlResponse))
    assert found.xpath("//a/text()").get() == HANS[0] + WHOLE
    assert b'encoding="utf-8"' in found.body


def test_options_of_pages() -> None:
    body = html((*HANS, GARBLED)).encode()
    found = process(page(body, "text/html; charset=gbk"), Config(repair=False, clean=False))
    assert found.css("p::text").getall() == [*HANS, GARBLED]
    found = process(page(html(HANT).encode("big5")), Config(clean=False, escapes=False, script="hans"))
    assert "台风过后" in found.css("p::text").getall()[1]


def test_json_stays_json() -> None:
    """A repair that would break the document is not made; JSON that is not UTF-8 becomes so, for `json()` tries that first."""
    found = process(
        page(json.dumps({"地址": "联通"}, ensure_ascii=False).encode("gbk"), "application/json", JsonResponse)
    )
    assert found.json() == {"地址": "联通"}
    assert (found.flags, found.encoding) == (["textfix:gb18030"], "utf-8")
    # The second byte of 功, 許 and 蓋 in Big5 is a backslash, which JSON doubles.
    text = "成功者的許多功夫\n都在細節裡，蓋房子也"
    document = json.dumps({"a": garble(text, "big5", "latin-1"), "b": [1.50, "\\"]}, ensure_ascii=False).replace(
        "1.5", "1.50"
    )
    found = process(page(document.encode(), "application/json", JsonResponse))
    assert found.json() == {"a": text, "b": [1.5, "\\"]}
    assert b"1.50" in found.body
    assert found.meta["textfix"]["edits"] > 0
    broken = document.replace("\\\\", "\\")  # and whose maker does not know that is put right with the whole
    assert process(page(broken.encode(), "application/json", JsonResponse)).text.startswith('{"a": "成功者的許多功夫')


def test_plain_text() -> None:
    found = process(page("\n".join(HANS).encode("gbk"), "text/plain; charset=utf-8", TextResponse))
    assert found.text == "\n".join(HANS)


def make_crawler(settings: dict[str, Any]) -> Any:
    """What `from_crawler` is given, without the crawl."""
    crawler = SimpleNamespace(settings=Settings(settings))
    crawler.stats = MemoryStatsCollector(crawler)
    return crawler


@pytest.mark.parametrize("settings", [{"TEXTFIX_ENABLED": False}, {"TEXTFIX_ENABLED": "0"}])
@pytest.mark.parametrize("kind", [TextfixMiddleware, TextfixPipeline])
def test_switched_off(kind: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(NotConfigured, match="TEXTFIX_ENABLED"):
        kind.from_crawler(make_crawler(settings))


def test_wrong_options_are_named_at_the_start() -> None:
    """A misspelt option must not wait for the first page."""
    for name, kind in (("TEXTFIX_PAGE_OPTIONS", TextfixMiddleware), ("TEXTFIX_OPTIONS", TextfixPipeline)):
        with pytest.raises(ChoiceError, match="scirpt"):
            kind.from_crawler(make_crawler({name: {"scirpt": "hans"}}))


# --- the pipeline ---


class Article(scrapy.Item):
    title = scrapy.Field()
    text = scrapy.Field(textfix={"script": "hant"})
    raw = scrapy.Field(textfix=False)
    report = scrapy.Field()


@dataclasses.dataclass
class Data:
    title: str
    number: int = 3


@dataclasses.dataclass(frozen=True)
class Frozen:
    title: str
    report: Any = None


@attrs.define
class Attrs:
    title: str
    tags: list[str]


@attrs.frozen
class FrozenAttrs:
    title: str


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"title": GARBLED, "url": GARBLED}, {"title": WHOLE, "url": GARBLED}),
        ({"title": [GARBLED, 1, None, {"a": GARBLED}]}, {"title": [WHOLE, 1, None, {"a": WHOLE}]}),
        ({"title": (GARBLED, b"x")}, {"title": (WHOLE, b"x")}),
        ({"title": Data(GARBLED)}, {"title": Data(WHOLE)}),
        ({"title": None}, {"title": None}),
        ({"title": 5}, {"title": 5}),
        ({}, {}),
        (Data(GARBLED), Data(WHOLE)),
        (Frozen(GARBLED), Frozen(WHOLE)),
        (Attrs(GARBLED, [GARBLED]), Attrs(WHOLE, [GARBLED])),
        (FrozenAttrs(GARBLED), FrozenAttrs(WHOLE)),
        (Article(title=GARBLED), Article(title=WHOLE)),
    ],
)  # fmt: skip
def test_kinds_of_items(before: Any, after: Any) -> None:
    assert TextfixPipeline(["title"]).process_item(before) == after


@pytest.mark.parametrize("item", [{"title": ["一切都好", ("是的",)]}, Data("一切都好"), Article(title="一切都好")])
def test_items_that_need_nothing(item: Any) -> None:
    """The same item, and in it the same values."""
    value = item["title"] if not isinstance(item, Data) else item.title
    fixed = TextfixPipeline("*").process_item(item)
    assert fixed is item
    assert (item["title"] if not isinstance(item, Data) else item.title) is value


def test_fields_speak_for_themselves() -> None:
    item = Article(title="处理" + GARBLED, text="处理" + GARBLED, raw=GARBLED)
    assert TextfixPipeline().process_item(item) == Article(title="处理" + GARBLED, text="處理數據處理", raw=GARBLED)
    item = Article(title=GARBLED, text=GARBLED, raw=GARBLED)
    assert TextfixPipeline("*").process_item(item) == Article(title=WHOLE, text="數據處理", raw=GARBLED)


def test_the_report() -> None:
    """It says what was done, and with plans can be replayed."""
    pipeline = TextfixPipeline(["title", "tags"], report_field="report", report_plans=True)
    item = pipeline.process_item({"title": GARBLED, "tags": ["好", "\u200b" + GARBLED, "缺\ufffd"]})
    report = item["report"]
    assert report["title"]["steps"] == ["repair:utf-8>gb18030"]
    assert report["title"]["odds"] > 12
    assert (report["tags"]["changed"], report["tags"]["holes"]) == (True, 1)
    assert [
        replay(text, plan)
        for text, plan in zip(["好", "\u200b" + GARBLED, "缺\ufffd"], report["tags"]["plans"], strict=True)
    ] == item["tags"]
    assert json.loads(json.dumps(report)) == report
    assert pipeline.process_item({"title": "好"}) == {"title": "好", "report": {}}
    assert pipeline.process_item(Frozen(GARBLED)).report["title"]["changed"]


def test_a_report_without_a_field(caplog: pytest.LogCaptureFixture) -> None:
    """The item is worth more than the report."""
    pipeline = TextfixPipeline(["title"], report_field="report")
    assert pipeline.process_item(Data(GARBLED)) == Data(WHOLE)
    assert "Data has no field 'report'" in caplog.text


def test_settings_reach_the_pipeline() -> None:
    settings = {"TEXTFIX_FIELDS": "title,text", "TEXTFIX_OPTIONS": '{"script": "hans"}', "TEXTFIX_REPORT_FIELD": "done"}
    crawler = make_crawler(settings)
    item = TextfixPipeline.from_crawler(crawler).process_item({"title": GARBLED, "text": "數據", "other": "數據"})
    done = item.pop("done")
    assert item == {"title": WHOLE, "text": "数据", "other": "數據"}
    assert set(done) == {"title", "text"}
    assert crawler.stats.get_value("textfix/items") == crawler.stats.get_value("textfix/items/changed") == 1
    assert crawler.stats.get_value("textfix/fields/title") == 1


def test_one_by_one_is_all_at_once() -> None:
    """Fields of an item go through the library together: each comes out as it would alone."""
    texts = [*HANS, *HANT, GARBLED, garble(EVEN[0], "gbk", "latin-1"), "\u200b", ""]
    together = TextfixPipeline("*").process_item({str(i): text for i, text in enumerate(texts)})
    assert list(together.values()) == [TextfixPipeline("*").process_item({"t": text})["t"] for text in texts]
