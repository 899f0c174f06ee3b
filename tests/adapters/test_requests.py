"""requests against a local server: responses whose headers lie, streams, redirects, and bodies that are no text."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

pytest.importorskip("requests")

import requests

from adapters.site import HANS, HANT, ODD, PNG, REPAIRED, Page, html, is_right, list_pages, serve
from textfix import ChoiceError
from textfix.adapters.requests import explain, iter_text, set_encoding, text

EXTRA = [
    *ODD,
    Page("ansi", b"\x1b[31mred\x1b[0m\n" * 9000 + HANS[0].encode("gbk"), (HANS[0],), "text/plain"),
    Page("hz-stream", b"plain ~\n" * 9 + HANS[0].encode("hz"), (HANS[0],), "text/plain"),
    Page("ascii", b"plain\n" * 9, ("plain",), "text/plain"),
]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve([*list_pages(), *EXTRA]) as address:
        yield address


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.hooks["response"].append(set_encoding)
        yield session


TEXTS = [page for page in list_pages() if page.texts]


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.name)
def test_pages(site: str, session: requests.Session, page: Page) -> None:
    """With the hook `.text` is right wherever naming the encoding is enough; `text` is right everywhere."""
    response = session.get(f"{site}/{page.name}")
    assert is_right(page, response.text) == (page.name not in REPAIRED)
    assert is_right(page, text(response))
    assert response.content.startswith(page.body[:2]) or "Content-Encoding" in response.headers


def test_what_requests_does_alone(site: str) -> None:
    """The same pages without the hook: at most half of them."""
    session = requests.Session()
    session.trust_env = False
    right = [
        page for page in TEXTS if all(line in session.get(f"{site}/{page.name}").text for line in page.texts or ())
    ]
    assert 2 * len(right) <= len(TEXTS)


def test_json(site: str, session: requests.Session) -> None:
    assert session.get(f"{site}/json-gbk").json() == list(HANS)
    assert session.get(f"{site}/json").json() == list(HANS)


def test_what_is_left_alone(site: str, session: requests.Session) -> None:
    """Nothing to read, nothing to decide: what requests chose stays."""
    alone = requests.Session()
    alone.trust_env = False
    for name in ("empty", "image", "noise", "ascii"):
        response = session.get(f"{site}/{name}")
        assert response.encoding == alone.get(f"{site}/{name}").encoding
        assert response.content == {page.name: page.body for page in [*list_pages(), *EXTRA]}[name]
    response = session.head(f"{site}/gbk-undeclared")
    assert (response.content, response.encoding, text(response)) == (b"", "ISO-8859-1", "")
    assert session.get(f"{site}/no-such-page").status_code == 404


def test_a_broken_body_raises_what_it_raised(site: str, session: requests.Session) -> None:
    """A truncated gzip is the network's error, with the hook and without it."""

    def outcome(session: requests.Session) -> object:
        try:
            return session.get(f"{site}/truncated").content
        except requests.RequestException as error:
            return type(error)

    alone = requests.Session()
    alone.trust_env = False
    assert outcome(session) == outcome(alone)


def test_streams_stay_streams(site: str, session: requests.Session) -> None:
    """The hook does not read a stream; `iter_text` gives it as it comes, right from header to end."""
    with session.get(f"{site}/stream", stream=True) as response:
        assert response._content is False
        assert response.encoding == "utf-8"
        pieces = list(iter_text(response, 1000))
    assert len(pieces) > 200
    assert "".join(pieces) == EXTRA[3].body.decode("gbk")
    for name, end in (("ansi", HANS[0]), ("hz-stream", HANS[0]), ("ascii", "plain\n"), ("empty", "")):
        with session.get(f"{site}/{name}", stream=True) as response:
            assert "".join(iter_text(response, 700)).endswith(end)
    for size in (1, 7, 4096):
        with session.get(f"{site}/utf-16-mark", stream=True) as response:
            assert "".join(iter_text(response, size)) == html(HANS)


def test_explain_and_options(site: str, session: requests.Session) -> None:
    response = session.get(f"{site}/double")
    result = explain(response)
    assert result.detection is not None
    assert (result.detection.encoding, result.changed) == ("utf-8", True)
    response = session.get(f"{site}/big5-header-utf-8")
    assert "台风过后" in text(response, script="hans")
    assert text(response) == html(HANT)
    with pytest.raises(ChoiceError, match="scirpt"):
        text(response, scirpt="hans")


def test_a_response_can_be_kept(site: str, session: requests.Session) -> None:
    response = pickle.loads(pickle.dumps(session.get(f"{site}/gbk-header-utf-8")))
    assert response.text == html(HANS)
    assert response.encoding == "gb18030"


def test_without_a_hook() -> None:
    """The functions take any response, also one that was made by hand."""
    response = requests.Response()
    assert text(response) == ""
    response._content = PNG
    set_encoding(response)
    assert response.encoding is None
