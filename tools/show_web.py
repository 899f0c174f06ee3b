"""Show what the tools of the web make of Chinese pages, alone and with textfix: the tables of docs/pipelines.md.

    pip install 'textfix[web]'
    python tools/show_web.py

The pages are those of tests/adapters/site.py.
"""

from __future__ import annotations

import logging
import re
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import bs4
import httpx
import lxml.html
import parsel
import requests
import scrapy
import trafilatura
from scrapy.http import TextResponse

from textfix.adapters import bs4 as our_bs4
from textfix.adapters import httpx as our_httpx
from textfix.adapters import lxml as our_lxml
from textfix.adapters import parsel as our_parsel
from textfix.adapters import requests as our_requests
from textfix.adapters import trafilatura as our_trafilatura
from textfix.adapters.scrapy import TextfixMiddleware

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from adapters.site import HANS, HANT, Page, garble, html, list_pages, meta

UTF8 = "text/html; charset=utf-8"
ADDRESS = "http://example.com/"
BROKEN = html(HANS, meta("gbk")).encode("gbk").replace("老人".encode("gbk"), b"\xc0\xcf\xff\xc8\xcb")
EXAMPLES = {
    "GBK, nothing declared": Page("", html(HANS).encode("gbk"), HANS),
    "GBK under a header `utf-8`": Page("", html(HANS).encode("gbk"), HANS, UTF8),
    "GBK under a `<meta>` utf-8": Page("", html(HANS, meta("utf-8")).encode("gbk"), HANS),
    "UTF-8 under a `<meta>` gb2312": Page("", html(HANS, meta("gb2312")).encode(), HANS),
    "Big5 under a header `gb2312`": Page("", html(HANT).encode("big5"), HANT, "text/html; charset=gb2312"),
    "GBK with one bad byte, rightly declared": Page("", BROKEN, HANS),
    "GBK, four characters, nothing declared": Page("", html(("数据处理",)).encode("gbk"), ("数据处理",)),
    "garbled before it was put online": Page("", garble(html(HANS), "utf-8", "latin-1").encode(), HANS, UTF8),
}

Read = Callable[[Page, bool], str | None]


def read_scrapy(page: Page, ours: bool) -> str | None:
    request = scrapy.Request(ADDRESS)
    response = scrapy.http.HtmlResponse(ADDRESS, body=page.body, headers=page.content_type)
    if ours:
        response = TextfixMiddleware().process_response(request, response)
    assert isinstance(response, TextResponse)
    return "\n".join(response.css("p.line::text").getall())


def read_requests(page: Page, ours: bool) -> str | None:
    response = requests.Response()
    response._content = page.body
    response.headers.update(page.content_type)
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    return find_lines(our_requests.text(response) if ours else response.text)


def read_httpx(page: Page, ours: bool) -> str | None:
    response = httpx.Response(200, content=page.body, headers=page.content_type)
    return find_lines(our_httpx.text(response) if ours else response.text)


def read_bs4(page: Page, ours: bool) -> str | None:
    make = our_bs4.soup if ours else bs4.BeautifulSoup
    return "\n".join(line.text for line in make(page.body, "lxml").find_all("p", "line"))


def read_parsel(page: Page, ours: bool) -> str | None:
    found = our_parsel.selector(page.body) if ours else parsel.Selector(body=page.body)
    return "\n".join(found.css("p.line::text").getall())


def read_lxml(page: Page, ours: bool) -> str | None:
    found = our_lxml.html(page.body) if ours else lxml.html.fromstring(page.body)
    return "\n".join(line.text or "" for line in found.iterfind(".//p"))


def read_trafilatura(page: Page, ours: bool) -> str | None:
    found = (our_trafilatura.extract if ours else trafilatura.extract)(page.body, favor_recall=True)
    return None if found is None else found.removeprefix("2\n")


def find_lines(text: str) -> str:
    return "\n".join(re.findall('<p class="line">([^<]*)', text))


TOOLS: dict[str, Read] = {
    "Scrapy": read_scrapy, "requests": read_requests, "httpx": read_httpx, "Beautiful Soup": read_bs4, "parsel": read_parsel,
    "lxml": read_lxml, "trafilatura": read_trafilatura,
}  # fmt: skip


def show(page: Page, read: Read, ours: bool) -> str:
    """The first characters that come out, or what comes instead; "right" if all of them are."""
    found = read(page, ours)
    if is_right(page, found):
        return "right"
    if not found:
        return "nothing"
    line = found.split("\n")[0][:7]
    return f"`{''.join(c if c.isprintable() else f'<{ord(c):X}>' for c in line)}`"


def is_right(page: Page, found: str | None) -> bool:
    lines = [line for line in page.texts or () if "老人" not in line or b"\xff" not in page.body]
    return found is not None and all(line in found.split("\n") for line in lines)


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    print("| page | " + " | ".join(TOOLS) + " |\n|---" + "|---" * len(TOOLS) + "|")
    for name, page in EXAMPLES.items():
        print(f"| {name} | " + " | ".join(show(page, read, False) for read in TOOLS.values()) + " |")
    pages = [page for page in list_pages() if page.texts and not page.headers and "json" not in (page.kind or "")]
    print(f"\nRight of {len(pages)} pages\n\n| | " + " | ".join(TOOLS) + " |\n|---" + "|---" * len(TOOLS) + "|")
    for ours, label in ((False, "alone"), (True, "with textfix")):
        counts = [sum(is_right(page, read(page, ours)) for page in pages) for read in TOOLS.values()]
        print(f"| {label} | " + " | ".join(map(str, counts)) + " |")
    wrong = {
        name: [page for page in EXAMPLES if show(EXAMPLES[page], read, True) != "right"] for name, read in TOOLS.items()
    }
    print("\nwrong with textfix:", {name: pages for name, pages in wrong.items() if pages} or "none")
    packages = ["scrapy", "requests", "httpx", "beautifulsoup4", "parsel", "lxml", "trafilatura", "charset-normalizer"]
    print(", ".join(f"{name} {version(name)}" for name in packages))


if __name__ == "__main__":
    main()
