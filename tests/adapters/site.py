"""A small site of the kinds of pages that Chinese sites serve, each with what it must come out as; and a server for it."""

from __future__ import annotations

import gzip
import json
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANS = (
    "村口的老槐树下，几位老人正在下棋。",
    "县图书馆从本周起延长开放时间，周末也能借书。",
    "修车铺的师傅说，链条要每个月上一次油。",
    "孩子们把风筝放得很高，线轴在手里呼呼作响。",
)
HANT = (
    "巷子裡的麵店換了老闆，味道卻一點也沒變。",
    "颱風過後，港口的漁民忙著修補漁網。",
    "圖書館的閱覽室今年添了許多舊報紙。",
    "清晨的市場裡，賣豆腐的推車最先開張。",
)
CANTONESE = ("佢哋琴晚喺碼頭食咗一餐好豐富嘅晚飯。", "個細路哥話唔想返學，阿媽就嗌佢起身。", "嗰間舖頭嘅嘢又平又靚。")
RARE = ("朱镕先生与陈喆女士主持会议。", "㐀字与𠮷字都在字典里，㛃字也在。", "会议记录由档案室保存。")
#: Lines of which no byte is lost when their UTF-8 is read as GB18030.
EVEN = ("修车铺的师傅说，链条要每个月上一次油", "晚饭以后全家人一起去河边散步", "老师布置的作业写完了")
ENGLISH = ("The café on the corner opens at seven.", "Its owner, Zoë, bakes the bread herself — every day.")
NOISE = random.Random(7).randbytes(50_000)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + bytes(range(256)) * 4


@dataclass(frozen=True)
class Page:
    """What is served at `/NAME`, and the texts that a reader must find there; None where it is not text."""

    name: str
    body: bytes
    texts: tuple[str, ...] | None
    kind: str | None = "text/html"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> dict[str, str]:
        return {} if self.kind is None else {"Content-Type": self.kind}


def html(texts: tuple[str, ...], meta: str = "") -> str:
    """A page with TEXTS, the first of which is its title too; with a script and links, as pages have."""
    lines = "\n".join(f'<p class="line">{text}</p>' for text in texts)
    return (
        f'<!DOCTYPE html>\n<html><head>{meta}<title>{texts[0]}</title>\n<script>var menu = "\\u83dc\\u5355";</script></head>\n'
        f'<body><a href="/%E4%B9%A6?q=%E4%B8%AD%E6%96%87&amp;page=2">2</a>\n{lines}\n</body></html>\n'
    )


def meta(label: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={label}">'


def garble(text: str, written: str, read: str) -> str:
    return text.encode(written).decode(read)


def spoil(body: bytes, after: str, encoding: str) -> bytes:
    """BODY with half a character put in after the text AFTER."""
    place = body.index(after.encode(encoding)) + len(after.encode(encoding))
    return body[:place] + b"\xc4" + body[place:]


def list_pages() -> list[Page]:
    hans, hant, garbled = html(HANS), html(HANT), garble(EVEN[1], "utf-8", "gb18030")
    utf8 = "text/html; charset=utf-8"
    many = HANS * 60
    pages = [
        # What everybody reads.
        Page("utf-8", hans.encode(), HANS, utf8),
        Page("utf-8-undeclared", hant.encode(), HANT),
        Page("gbk-meta", html(HANS, meta("gb2312")).encode("gbk"), HANS),
        Page("gbk-header", hans.encode("gbk"), HANS, "text/html; charset=GBK"),
        Page("big5-meta", html(HANT, meta("big5")).encode("big5"), HANT),
        Page("gb18030-meta-gb2312", html(RARE, meta("gb2312")).encode("gb18030"), RARE),
        Page("english", html(ENGLISH, meta("iso-8859-1")).encode("cp1252"), ENGLISH),
        Page("utf-16-mark", b"\xff\xfe" + hans.encode("utf-16-le"), HANS),
        Page("json", json.dumps(HANS, ensure_ascii=False).encode(), HANS, "application/json"),
        Page("image", PNG, None, "image/png"),
        # Nothing declared.
        Page("gbk-undeclared", hans.encode("gbk"), HANS),
        Page("big5-undeclared", hant.encode("big5"), HANT),
        Page("gbk-short", html(("数据处理",)).encode("gbk"), ("数据处理",)),
        Page("big5-short", html(("會員資料",)).encode("big5"), ("會員資料",)),
        Page("utf-16-bare", hans.encode("utf-16-le"), HANS),
        Page("no-type", html(HANT).encode("big5"), HANT, None),
        # Declared wrongly in the header.
        Page("gbk-header-utf-8", hans.encode("gbk"), HANS, utf8),
        Page("gbk-header-latin-1", hans.encode("gbk"), HANS, "text/html; charset=ISO-8859-1"),
        Page("big5-header-gb2312", hant.encode("big5"), HANT, "text/html; charset=gb2312"),
        Page("big5-header-utf-8", hant.encode("big5"), HANT, utf8),
        Page("utf-8-header-gbk", hans.encode(), HANS, "text/html; charset=gbk"),
        Page("utf-8-header-big5", hant.encode(), HANT, "text/html; charset=big5"),
        Page("header-right-meta-wrong", html(HANS, meta("utf-8")).encode("gbk"), HANS, "text/html; charset=gbk"),
        # Declared wrongly in the page.
        Page("gbk-meta-utf-8", html(HANS, meta("utf-8")).encode("gbk"), HANS),
        Page("utf-8-meta-gb2312", html(HANS, meta("gb2312")).encode(), HANS),
        Page("utf-8-meta-big5", html(HANT, meta("big5")).encode(), HANT),
        Page("big5-meta-gbk", html(HANT, meta("gbk")).encode("big5"), HANT),
        Page("hkscs-meta-big5", html(CANTONESE, meta("big5")).encode("big5hkscs"), CANTONESE),
        Page("unknown-label", html(HANS, meta("chinese-simplified")).encode("gbk"), HANS, "text/html; charset=gb-2312x"),
        # More than one encoding, or one on top of another.
        Page("fragment", html((*HANS, garbled), meta("utf-8")).encode(), (*HANS, EVEN[1]), utf8),
        Page("fragment-in-gbk", html((*HANS, garble(HANS[1], "gbk", "latin-1"))).encode("utf-8"), (*HANS, HANS[1]), utf8),
        Page("two-encodings", hans.encode("gbk").replace(HANS[2].encode("gbk"), HANS[2].encode()), HANS, "text/html; charset=gbk"),
        Page("double", garble(html(HANS, meta("utf-8")), "utf-8", "latin-1").encode(), HANS, utf8),
        Page("double-gbk", garble(html(HANS, meta("utf-8")), "gbk", "latin-1").encode(), HANS, utf8),
        Page("double-as-gb18030", garble(html(EVEN), "utf-8", "gb18030").encode(), EVEN, utf8),
        # The rest.
        Page("gzip", gzip.compress(hans.encode("gbk")), HANS, utf8, {"Content-Encoding": "gzip"}),
        Page("json-gbk", json.dumps(HANS, ensure_ascii=False).encode("gbk"), HANS, "application/json; charset=utf-8"),
        Page("json-fragment", json.dumps((*HANS, garbled), ensure_ascii=False).encode(), (*HANS, EVEN[1]), "application/json"),
        Page("long-head", html(HANS, f"<style>{'p { margin: 0 } ' * 300}</style>{meta('big5')}").encode("gbk"), HANS),
        Page("long", html(many, meta("big5")).encode("gbk"), many, utf8),
        Page("octets", html(HANS, meta("utf-8")).encode("gbk"), HANS, "application/octet-stream"),
        Page("hz", html(HANS, meta("gb2312")).encode("hz"), HANS),
    ]  # fmt: skip
    assert len({page.name for page in pages}) == len(pages)
    return pages


#: Pages with mojibake or two encodings in them: naming an encoding is not enough.
REPAIRED = frozenset(
    ("fragment", "fragment-in-gbk", "two-encodings", "double", "double-gbk", "double-as-gb18030", "json-fragment")
)


def is_right(page: Page, text: str) -> bool:
    """Whether TEXT, that of the whole page, says what it must."""
    if (page.kind or "").startswith("application/json"):
        return json.loads(text) == list(page.texts or ())
    return tuple(re.findall('<p class="line">([^<]*)</p>', text)) == page.texts


class Handler(BaseHTTPRequestHandler):
    """Serves the pages of its server, by name."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self, send_body: bool = True) -> None:
        page = self.server.pages.get(self.path.strip("/"))
        self.send_response(200 if page else 404)
        body = page.body if page else b""
        for name, value in ({**page.content_type, **page.headers} if page else {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if send_body:
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET(send_body=False)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    pages: dict[str, Page]


@contextmanager
def serve(pages: list[Page]) -> Iterator[str]:
    """Serve PAGES on this machine; gives the address."""
    server = Server(("127.0.0.1", 0), Handler)
    server.pages = {page.name: page for page in pages}
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


GBK = html(HANS * 500).encode("gbk")
UTF8 = "text/html; charset=utf-8"
#: What clients meet besides pages: no body, a body that breaks off, no text, and a page that is plain for long.
ODD = [
    Page("empty", b"", (), UTF8),
    Page("truncated", gzip.compress(GBK)[:-50], None, UTF8, {"Content-Encoding": "gzip"}),
    Page("noise", NOISE, None, "application/octet-stream"),
    Page("stream", b"<!-- plain at first -->\n" * 9000 + GBK, HANS * 500, UTF8),
]
