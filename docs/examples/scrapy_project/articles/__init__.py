"""A crawl of a small site whose pages are in several encodings, some of them under a wrong name."""
