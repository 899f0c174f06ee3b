"""Follows the links of the first page and takes title and paragraphs of each; nothing in here knows of encodings."""

from collections.abc import AsyncIterator, Iterator

import scrapy
from scrapy.http import Response

from articles.items import Article


class Articles(scrapy.Spider):
    name = "articles"

    def __init__(self, address: str = "http://127.0.0.1:8000/", **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.address = address

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield scrapy.Request(self.address)

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        yield from response.follow_all(css="a", callback=self.parse_article)

    def parse_article(self, response: Response) -> Iterator[Article]:
        yield Article(
            url=response.url,
            title=response.css("title::text").get(),
            paragraphs=response.css("p::text").getall(),
            encoding=response.meta.get("textfix", {}).get("encoding"),
        )
