"""What a page costs in each web tool, without textfix and with it: pages of 3 and 50 KB, `python -m pytest benchmarks/test_web.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy")
pytest.importorskip("httpx")
pytest.importorskip("bs4")
pytest.importorskip("trafilatura")

import bs4
import httpx
import scrapy
import trafilatura
from scrapy.http import HtmlResponse

from textfix.adapters.bs4 import soup
from textfix.adapters.httpx import name_encoding, text
from textfix.adapters.scrapy import TextfixMiddleware
from textfix.adapters.trafilatura import extract

LINES = (Path(__file__).parent.parent / "fixtures" / "sentences" / "hans.txt").read_text("utf-8").split()
SIZES = {"3K": 40, "50K": 700}
KINDS = {
    "utf-8": ("utf-8", "utf-8"),
    "gbk": ("gb18030", "gb2312"),
    "gbk-undeclared": ("gb18030", ""),
    "gbk-as-utf-8": ("gb18030", "utf-8"),
}
ADDRESS = "http://example.com/"


def make(size: str, kind: str) -> tuple[bytes, dict[str, str]]:
    """A page of SIZE of KIND, and its header."""
    encoding, charset = KINDS[kind]
    lines = "\n".join(f'<p class="line"><a href="/{i}">{LINES[i % len(LINES)]}</a></p>' for i in range(SIZES[size]))
    page = f"<html><head><title>{LINES[0]}</title></head><body>{lines}</body></html>"
    return page.encode(encoding), {"Content-Type": "text/html" + (f"; charset={charset}" if charset else "")}


def crawl(body: bytes, headers: dict[str, str], middleware: TextfixMiddleware | None) -> int:
    """What a spider does with a page, after what the middleware did."""
    request = scrapy.Request(ADDRESS)
    response = HtmlResponse(ADDRESS, body=body, headers=headers, request=request)
    if middleware is not None:
        response = middleware.process_response(request, response)
    return len(response.css("p a::text").getall())


def run_scrapy(body: bytes, headers: dict[str, str], ours: bool) -> Callable[[], Any]:
    middleware = TextfixMiddleware() if ours else None
    return lambda: crawl(body, headers, middleware)


def run_httpx(body: bytes, headers: dict[str, str], ours: bool) -> Callable[[], Any]:
    def read() -> str:
        response = httpx.Response(
            200, content=body, headers=headers, default_encoding=name_encoding if ours else "utf-8"
        )
        return text(response) if ours else response.text

    return read


def run_bs4(body: bytes, headers: dict[str, str], ours: bool) -> Callable[[], Any]:
    declared = headers["Content-Type"].partition("charset=")[2] or None
    if ours:
        return lambda: soup(body, "lxml", declared=declared)
    return lambda: bs4.BeautifulSoup(body, "lxml", from_encoding=declared)


def run_trafilatura(body: bytes, headers: dict[str, str], ours: bool) -> Callable[[], Any]:
    return lambda: (extract if ours else trafilatura.extract)(body)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("ours", [False, True], ids=["alone", "textfix"])
@pytest.mark.parametrize("run", [run_scrapy, run_httpx, run_bs4, run_trafilatura], ids=lambda run: run.__name__[4:])
def test_page(benchmark: Any, run: Callable[..., Callable[[], Any]], size: str, kind: str, ours: bool) -> None:
    benchmark.group = f"{run.__name__[4:]} {size} {kind}"
    benchmark(run(*make(size, kind), ours))
