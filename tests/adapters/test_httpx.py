"""httpx against a local server, at once and asynchronously: headers that lie, streams, and bodies that are no text."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator

import pytest

pytest.importorskip("httpx")

import httpx

from adapters.site import HANS, HANT, ODD, REPAIRED, UTF8, html, is_right, list_pages, serve
from textfix.adapters.httpx import aiter_text, explain, iter_text, name_encoding, set_encoding, set_encoding_async, text

TEXTS = [page for page in list_pages() if page.texts]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve([*list_pages(), *ODD]) as address:
        yield address


def test_pages(site: str) -> None:
    """With the hook `.text` is right wherever naming the encoding is enough; `text` is right everywhere."""
    with httpx.Client(trust_env=False, event_hooks={"response": [set_encoding]}) as client:
        responses = {page.name: client.get(f"{site}/{page.name}") for page in TEXTS}
    assert {page.name for page in TEXTS if not is_right(page, responses[page.name].text)} == REPAIRED
    assert [page.name for page in TEXTS if not is_right(page, text(responses[page.name]))] == []
    assert responses["json-gbk"].headers["Content-Type"] == "application/json; charset=utf-8"


def test_pages_asynchronously(site: str) -> None:
    async def fetch() -> dict[str, httpx.Response]:
        async with httpx.AsyncClient(trust_env=False, event_hooks={"response": [set_encoding_async]}) as client:
            return {page.name: await client.get(f"{site}/{page.name}") for page in TEXTS}

    responses = asyncio.run(fetch())
    assert {page.name for page in TEXTS if not is_right(page, responses[page.name].text)} == REPAIRED
    assert [page.name for page in TEXTS if not is_right(page, text(responses[page.name]))] == []


def test_default_encoding(site: str) -> None:
    """httpx asks where the header names nothing; where it names the wrong thing, it does not."""
    with httpx.Client(trust_env=False, default_encoding=name_encoding) as client:
        undeclared = [page for page in TEXTS if "charset" not in (page.kind or "") and page.name not in REPAIRED]
        assert len(undeclared) > 10
        for page in undeclared:
            assert is_right(page, client.get(f"{site}/{page.name}").text), page.name
        assert "\ufffd" in client.get(f"{site}/gbk-header-utf-8").text
        assert client.get(f"{site}/empty").text == ""
        assert client.get(f"{site}/noise").encoding == "utf-8"


def test_what_httpx_does_alone(site: str) -> None:
    """The same pages without us: at most half of them."""
    with httpx.Client(trust_env=False) as client:
        assert 2 * sum(is_right(page, client.get(f"{site}/{page.name}").text) for page in TEXTS) <= len(TEXTS)


def test_what_is_left_alone(site: str) -> None:
    with (
        httpx.Client(trust_env=False) as alone,
        httpx.Client(trust_env=False, event_hooks={"response": [set_encoding]}) as client,
    ):
        for name in ("empty", "image", "noise", "utf-8", "no-such-page"):
            before, after = alone.get(f"{site}/{name}"), client.get(f"{site}/{name}")
            assert (before.encoding, before.content) == (after.encoding, after.content)
        assert text(client.head(f"{site}/gbk-undeclared")) == ""


def test_a_broken_body_raises_what_it_raised(site: str) -> None:
    def outcome(*hooks: object) -> object:
        with httpx.Client(trust_env=False, event_hooks={"response": hooks}) as client:
            try:
                return client.get(f"{site}/truncated").content
            except httpx.HTTPError as error:
                return type(error)

    assert outcome() == outcome(set_encoding)


def test_streams_stay_streams(site: str) -> None:
    """The hook does not read a stream; `iter_text` gives it as it comes."""
    with httpx.Client(trust_env=False, event_hooks={"response": [set_encoding]}) as client:
        with client.stream("GET", f"{site}/stream") as response:
            assert not response.is_stream_consumed
            assert response.encoding == "utf-8"
            pieces = list(iter_text(response))
        assert len(pieces) > 3
        assert "".join(pieces) == ODD[3].body.decode("gbk")
        with client.stream("GET", f"{site}/gbk-header-utf-8") as response:
            response.read()
            assert response.text == html(HANS)


def test_streams_asynchronously(site: str) -> None:
    async def fetch() -> str:
        hooks = {"response": [set_encoding_async]}
        async with (
            httpx.AsyncClient(trust_env=False, event_hooks=hooks) as client,
            client.stream("GET", f"{site}/stream") as response,
        ):
            return "".join([piece async for piece in aiter_text(response)])

    assert asyncio.run(fetch()) == ODD[3].body.decode("gbk")


def test_explain_and_options(site: str) -> None:
    with httpx.Client(trust_env=False) as client:
        result = explain(client.get(f"{site}/double"))
        assert result.detection is not None
        assert (result.detection.encoding, result.changed) == ("utf-8", True)
        response = client.get(f"{site}/big5-header-utf-8")
        assert text(response) == html(HANT)
        assert "台风过后" in text(response, script="hans")


def test_a_response_can_be_kept(site: str) -> None:
    with httpx.Client(trust_env=False, event_hooks={"response": [set_encoding]}) as client:
        response = pickle.loads(pickle.dumps(client.get(f"{site}/gbk-header-utf-8")))
    assert response.text == html(HANS)


def test_a_response_made_by_hand() -> None:
    """One that has its body already is decided at once, and one whose text was read is not changed under its reader."""
    response = httpx.Response(200, content=html(HANS).encode("gbk"), headers={"Content-Type": UTF8})
    set_encoding(response)
    assert response.text == html(HANS)
    response = httpx.Response(200, content=html(HANS).encode("gbk"), headers={"Content-Type": UTF8})
    before = response.text
    set_encoding(response)
    assert response.text == before
