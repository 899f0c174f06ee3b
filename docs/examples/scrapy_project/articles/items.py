"""What is taken from a page."""

import scrapy


class Article(scrapy.Item):
    url = scrapy.Field()
    title = scrapy.Field()
    paragraphs = scrapy.Field()
    encoding = scrapy.Field()  # what the middleware took the page for
    textfix = scrapy.Field()  # what the pipeline did to title and paragraphs
