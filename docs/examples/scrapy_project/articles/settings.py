"""The settings of the crawl. The last block is what textfix needs."""

BOT_NAME = "articles"
SPIDER_MODULES = ["articles.spiders"]
ROBOTSTXT_OBEY = True
TELNETCONSOLE_ENABLED = False
LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"

DOWNLOADER_MIDDLEWARES = {"textfix.adapters.scrapy.TextfixMiddleware": 585}
ITEM_PIPELINES = {"textfix.adapters.scrapy.TextfixPipeline": 300}
TEXTFIX_FIELDS = ["title", "paragraphs"]
TEXTFIX_REPORT_FIELD = "textfix"
