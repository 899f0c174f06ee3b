"""A crawl in a process of its own: `python crawl.py URLS SETTINGS OUT`, all JSON. What a spider finds at each address."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import JsonResponse, Response, TextResponse


class Spider(scrapy.Spider):
    name = "texts"
    addresses: list[str]
    wrong: list[str]

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for address in self.addresses:
            yield scrapy.Request(address, errback=self.failed, dont_filter=True)
        for address in self.wrong:
            yield scrapy.Request(address, method="HEAD", errback=self.failed, dont_filter=True)

    def parse(self, response: Response) -> Iterator[dict[str, Any]]:
        item: dict[str, Any] = {
            "name": response.url.rsplit("/", 1)[1], "method": response.request.method, "status": response.status,
            "size": len(response.body), "class": type(response).__name__, "flags": response.flags,
            "record": response.meta.get("textfix"), "texts": None, "title": None, "links": [],
        }  # fmt: skip
        if isinstance(response, JsonResponse):
            item["texts"] = response.json()
        elif isinstance(response, TextResponse) and response.body:
            item["encoding"] = response.encoding
            item["texts"] = response.css("p.line::text").getall()
            item["title"] = response.css("title::text").get()
            item["links"] = [response.urljoin(link) for link in response.css("a::attr(href)").getall()]
        yield item

    def failed(self, failure: Any) -> dict[str, Any]:
        return {"name": failure.request.url.rsplit("/", 1)[1], "failed": repr(failure.value)}


def main() -> None:
    task = json.loads(sys.argv[1])
    out = Path(task["out"])
    settings = {
        "FEEDS": {str(out): {"format": "jsonlines", "encoding": "utf-8"}}, "LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_DELAY": 0, "RETRY_ENABLED": False, "ROBOTSTXT_OBEY": False, **task["settings"],
    }  # fmt: skip
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(Spider)
    process.crawl(crawler, addresses=task["addresses"], wrong=task.get("heads", []))
    process.start()
    stats = {key: value for key, value in crawler.stats.get_stats().items() if isinstance(value, (int, float, str))}
    out.with_suffix(".stats").write_text(json.dumps(stats), "utf-8")


if __name__ == "__main__":
    main()
