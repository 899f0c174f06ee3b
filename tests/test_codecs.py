"""The codecs that Python lacks: against iconv where it is installed, and against facts about our own sentences."""

from __future__ import annotations

import codecs
import io
import random
import shutil
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from textfix.encodings.codecs import NAMES, register

register()

ICONV = shutil.which("iconv")
IN_ICONV = ("euc-tw", "iso-2022-cn", "iso-2022-cn-ext")
#: Sentences that the encoding can write, and their bytes.
FACTS = [
    ("euc-tw", "書在桌上。", "d5f3c7e3d6a4c4b8a1a4"),
    ("euc-tw", "游錫堃", "e0acf2e68ea3b4f6"),
    ("iso-2022-cn", "他说：好！\n再见。", "1b2429410e4b7b4b35233a3a4323210f0a1b2429410e5459 3c7b21230f"),
    ("iso-2022-cn", "體温", "1b2429470e7c551b2429410e4e420f"),
    ("iso-2022-cn", "丏 a", "1b242a481b4e212d2061"),
    ("iso-2022-cn-ext", "堃㐀", "1b2429450e2f691b242b4c1b4f222c0f"),
    ("big5-eten", "①⑴ⅰあアЖ恒碁", "c6a1c6abc6b5c6e8c77cc7fa f9daf9d6"),
    ("big5-eten", "十卅═幺", "a451a4caf9f9c6cd"),
    ("big5-uao", "无法被Big5編碼の字串", "c6d3aa6bb351 42696735 bd73bd58c755a672a6ea"),
    ("big5-uao", "♥", "9dde"),
    ("gb18030-2022", "︐龴ḿ€中", "a6d9fe59a8bca2e3d6d0"),
    ("gb18030-2022", "\ue7c7\U00020087", "8135f43795329031"),
]
#: Bytes that are read as this text, but not written for it.
READ_ONLY = [
    ("euc-tw", "8ea1c4e3", "中"),
    ("big5-eten", "a2cca2cea2a4", "十卅═"),
    ("gb18030-2022", "80", "€"),
    ("gb18030-2022", "a3a0", "\u3000"),
    ("gb18030-2022", "84318236", "︐"),
    # A second SO, SI twice, a line that ends without SI, a line that does not say its set again.
    ("iso-2022-cn", "1b2429410e0e56500f0f61", "中a"),
    ("iso-2022-cn", "1b2429410e56500a61", "中\na"),
    ("iso-2022-cn", "1b2429410e56500f0a0e5650", "中\n中"),
]
#: Text that each of ours can write, with what makes it hard: ASCII among it, ends of lines, several sets in a line.
TEXT = {
    "euc-tw": "正體中文 and ASCII\r\n游錫堃說：「好」。\n",
    "iso-2022-cn": "简体和正體在一行，丏也在。\n\nASCII only\n第三行\t完",
    "iso-2022-cn-ext": "简体和正體在一行，堃也在。\n\nASCII only\n第三行\t完",
    "big5-eten": "中文、ひらがな、カタカナ、Жизнь、①②③\\n",
    "big5-uao": "中文、简体字、ひらがな、許功蓋\\育|\n",
    "gb18030-2022": "︐龴中文€𠂇\U0010ffffḿé\n",
}
EACH = pytest.mark.parametrize("name", NAMES)


def test_the_texts_cover_all_names() -> None:
    """A codec without its sentence would not be tested below."""
    assert set(TEXT) == set(NAMES)


@pytest.mark.parametrize(("name", "text", "data"), FACTS)
def test_known_bytes(name: str, text: str, data: str) -> None:
    """Tables that are wrong in the same way in both directions still make round trips."""
    assert text.encode(name) == bytes.fromhex(data)
    assert bytes.fromhex(data).decode(name) == text


@pytest.mark.parametrize(("name", "data", "text"), READ_ONLY)
def test_what_is_read_but_not_written(name: str, data: str, text: str) -> None:
    """Readers must take what other writers wrote, not only what we would."""
    assert bytes.fromhex(data).decode(name) == text


@EACH
def test_round_trip_of_all_that_can_be_written(name: str) -> None:
    """Whatever a codec writes, it reads again as the same."""
    every = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    data = "\n".join(every).encode(name, "ignore")
    again = data.decode(name)
    assert again.encode(name) == data
    if name == "gb18030-2022":  # the private-use characters whose pairs have moved are written as what they meant
        written = [
            char for char in every if char not in "\ue5e5\ue78d\ue81e" and char.encode(name).decode(name) == char
        ]
        assert len(written) == len(every) - 19
    else:
        assert set(again) == {char for char in every if char.encode(name, "ignore")} | {"\n"}


@EACH
def test_pieces_equal_the_whole(name: str) -> None:
    """A file read in blocks must not depend on where a block ends: byte by byte is the hardest case."""
    text = TEXT[name]
    data = text.encode(name)
    assert data.decode(name) == text
    decoder = codecs.getincrementaldecoder(name)()
    assert "".join(decoder.decode(bytes([byte])) for byte in data) + decoder.decode(b"", True) == text
    encoder = codecs.getincrementalencoder(name)()
    assert b"".join(encoder.encode(char) for char in text) + encoder.encode("", True) == data


@EACH
def test_long_text_equals_its_pieces(name: str) -> None:
    """Reading goes in blocks inside, whose ends fall into the middle of characters."""
    text = TEXT[name] * 3000
    data = text.encode(name)
    assert len(data) > 1 << 16
    assert data.decode(name) == text
    assert (b"a" + data + b"\xff").decode(name, "replace") == "a" + text + "\ufffd"


@EACH
def test_a_decoder_can_be_set_back(name: str) -> None:
    """Files opened as text tell and seek by the state of their decoder."""
    text = TEXT[name]
    data = text.encode(name)
    with io.TextIOWrapper(io.BytesIO(data), encoding=name, newline="") as file:
        head = file.read(9)
        place = file.tell()
        rest = file.read()
        file.seek(place)
        assert file.read() == rest
        assert head + rest == text
    assert codecs.getreader(name)(io.BytesIO(data)).read() == text
    stream = io.BytesIO()
    writer = codecs.getwriter(name)(stream)
    for line in text.splitlines(keepends=True):
        writer.write(line)
    assert stream.getvalue().decode(name) == text


@pytest.mark.parametrize(
    ("name", "data", "replaced", "ignored"),
    [
        ("euc-tw", b"a\xc4\xe3\xff\xc4\xe3", "a中\ufffd中", "a中中"),
        (
            "euc-tw",
            b"\xfe\xfe\xc4\xe3",
            "\ufffd中",
            "中",
        ),  # a pair that stands for nothing is one error, and keeps step
        ("euc-tw", b"\xc4<b>", "\ufffd<b>", "<b>"),
        ("euc-tw", b"\xc4\xe3\x8e\xa2\xa1", "中\ufffd", "中"),
        ("big5-eten", b"\xa4\xa4\xff\xa4\xa4", "中\ufffd中", "中中"),
        ("big5-eten", b"\xfe\x41\xa4\xa4\xa4", "\ufffdA中\ufffd", "A中"),  # ASCII is never swallowed
        ("big5-uao", b"\x80\xa4\xa4", "\ufffd中", "中"),
        ("iso-2022-cn", b"\x1b$)A\x0eVP\x0f\xff\x1b(B.", "中\ufffd\ufffd(B.", "中(B."),
        ("iso-2022-cn", b"\x1b$)A\x0eVPV", "中\ufffd", "中"),
        ("iso-2022-cn", b"\x0ea\x1bN!!\x1b$", "\ufffda\ufffdN!!\ufffd", "aN!!"),
        ("gb18030-2022", b"\xd6\xd0\xff\xd6\xd0\xd6", "中\ufffd中\ufffd", "中中"),
    ],
)
def test_errors(name: str, data: bytes, replaced: str, ignored: str) -> None:
    """What cannot be read is marked, left out or refused, and what follows is read."""
    assert data.decode(name, "replace") == replaced
    assert data.decode(name, "ignore") == ignored
    with pytest.raises(UnicodeDecodeError) as caught:
        data.decode(name)
    assert caught.value.encoding == name
    assert caught.value.object == data
    assert data[: caught.value.start].decode(name, "ignore") in replaced
    if not name.startswith("iso"):  # what is wrong there may be ASCII, and that is never escaped
        assert data.decode(name, "surrogateescape").encode(name, "surrogateescape") == data


@EACH
def test_errors_of_writing(name: str) -> None:
    """The handlers that Python documents all work, and the error names the place in the text as it was given."""
    text = "a文\ud800字\ue5e5"
    assert text.encode(name, "ignore").decode(name).startswith("a文字")
    assert text.encode(name, "replace").decode(name).startswith("a文?字")
    assert text.encode(name, "xmlcharrefreplace").decode(name).startswith("a文&#55296;字")
    assert text.encode(name, "backslashreplace").decode(name).startswith(r"a文\ud800字")
    with pytest.raises(UnicodeEncodeError) as caught:
        text.encode(name)
    assert (caught.value.encoding, caught.value.start, caught.value.end) == (name, 2, 3)
    assert caught.value.object == text
    assert b"\xff" in "a文\udcff".encode(name, "surrogateescape")


@EACH
def test_handlers_that_jump(name: str) -> None:
    """A handler may go on somewhere else than after the error: forward, or at the second byte of a broken pair."""
    codecs.register_error("test.skip", lambda error: ("[]", len(error.object)))  # type: ignore[attr-defined]
    codecs.register_error("test.step", lambda error: ("?", error.start + 1))  # type: ignore[attr-defined]
    data = "文".encode(name)
    assert (data + b"\xff\xfe\xfe" + data).decode(name, "test.skip") == "文[]"
    assert (data + b"\xff\xff\xff" + data).decode(name, "test.step") == "文???文"
    assert "文\ud800字".encode(name, "test.skip").decode(name) == "文[]"


@EACH
def test_codecs_know_bytes_like_objects(name: str) -> None:
    """codecs.decode takes any buffer."""
    data = "中文".encode(name)
    for buffer in (bytearray(data), memoryview(data)):
        assert codecs.decode(buffer, name) == "中文"
    assert b"".decode(name) == ""
    assert "".encode(name) == b""


@given(st.binary(max_size=60), st.sampled_from(sorted(NAMES)))
@example(b"\x8e" * 5, "euc-tw")
@example(b"\x1b$)A\x0e!\x1bN\x1b", "iso-2022-cn-ext")
@example(b"\x81\x30\x81", "gb18030-2022")
def test_hostile_bytes_never_raise(data: bytes, name: str) -> None:
    """Bytes from anywhere give text, the same whether they come at once or one by one."""
    whole = data.decode(name, "replace")
    decoder = codecs.getincrementaldecoder(name)("replace")
    assert "".join(decoder.decode(bytes([byte])) for byte in data) + decoder.decode(b"", True) == whole
    decoder.reset()
    assert decoder.decode(data, True) == whole


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "\n",
                "\x0e",
                "\x0f",
                "\x1b",
                "$",
                ")",
                "*",
                "+",
                "A",
                "G",
                "E",
                "H",
                "I",
                "N",
                "O",
                "!",
                "VP",
                "0!",
                "ÿ",
            ]
        ),
        max_size=40,
    )
)
@example(["\x1b", "$", ")", "A", "\x0e", "VP", "!", "\x0f"])
def test_hostile_escapes_never_raise(parts: list[str]) -> None:
    """Escapes in any order and cut anywhere."""
    data = "".join(parts).encode("latin-1")
    for name in ("iso-2022-cn", "iso-2022-cn-ext"):
        decoder = codecs.getincrementaldecoder(name)("replace")
        pieces = "".join(decoder.decode(bytes([byte])) for byte in data) + decoder.decode(b"", True)
        assert pieces == data.decode(name, "replace")


@EACH
def test_noise_of_many_blocks(name: str) -> None:
    """Noise has an error every few bytes: those at the ends of blocks too must be read as in one piece."""
    data = random.Random(7).randbytes(100_000)
    decoder = codecs.getincrementaldecoder(name)("replace")
    pieces = [decoder.decode(data[at : at + 777]) for at in range(0, len(data), 777)]
    assert "".join(pieces) + decoder.decode(b"", True) == data.decode(name, "replace")


@EACH
def test_damaged_text_in_long_and_short_blocks(name: str) -> None:
    """Long blocks are read as arrays and short ones by a pattern: both must see the same damage at the same places."""
    dice = random.Random(11)
    sound = (TEXT[name] + "\0x" * 3) * 400
    for size in (300, 3000, len(sound)):
        data = bytearray(sound[:size].encode(name))
        for _ in range(dice.randrange(4)):
            at = dice.randrange(len(data))
            data[at : at + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
        decoder = codecs.getincrementaldecoder(name)("replace")
        pieces = [decoder.decode(bytes(data[at : at + 19])) for at in range(0, len(data), 19)]
        whole = bytes(data).decode(name, "replace")
        assert "".join(pieces) + decoder.decode(b"", True) == whole
        encoder = codecs.getincrementalencoder(name)("ignore")
        assert b"".join(map(encoder.encode, whole)) + encoder.encode("", True) == whole.encode(name, "ignore")


@EACH
def test_names(name: str) -> None:
    """Names are found however they are written, and the codec says its own."""
    for spelling in (name, name.upper(), name.replace("-", "_"), *NAMES[name]):
        assert codecs.lookup(spelling).name == name


def test_no_name_of_python_is_ours() -> None:
    """A library that changes what `big5` means breaks programs that never heard of it."""
    spellings = [spelling for name, others in NAMES.items() for spelling in (name, *others)]
    program = (
        "import codecs\n"
        f"for name in {spellings!r}:\n"
        "    try:\n"
        "        codecs.lookup(name)\n"
        "    except LookupError:\n"
        "        continue\n"
        "    raise SystemExit(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises(LookupError):
        codecs.lookup("big5-nothing")


def ask_iconv(args: list[str], data: bytes) -> bytes:
    """What iconv makes of DATA; the test is skipped where it cannot."""
    if ICONV is None:
        pytest.skip("iconv is not installed")
    done = subprocess.run([ICONV, *args], input=data, capture_output=True, check=False)
    if b"not supported" in done.stderr:
        pytest.skip(f"this iconv does not know {args}")
    return done.stdout


@pytest.mark.parametrize("name", IN_ICONV)
def test_iconv_reads_what_we_write(name: str) -> None:
    """The bytes are for other programs, too."""
    text = TEXT[name] * 3
    assert ask_iconv(["-f", name.upper(), "-t", "UTF-8"], text.encode(name)).decode() == text


def test_euc_tw_is_that_of_iconv() -> None:
    """Every character of Unicode is written as iconv writes it."""
    every = [chr(code) for code in range(0xA0, 0x30000) if not 0xD800 <= code < 0xE000]
    lines = ask_iconv(["-c", "-f", "UTF-8", "-t", "EUC-TW"], "\n".join(every).encode()).split(b"\n")
    if sum(map(bool, lines)) < 10_000:
        pytest.skip("this iconv has no CNS 11643")
    differ = [
        (char, line)
        for char, line in zip(every, lines, strict=True)
        if line.isascii() is False and char.encode("euc-tw", "ignore") != line
    ]
    assert len(differ) <= 100, differ[:10]  # other versions of iconv may know newer characters


@pytest.mark.parametrize("name", IN_ICONV)
def test_we_read_what_iconv_writes(name: str) -> None:
    """Mail that iconv wrote switches sets in its own places."""
    text = TEXT[name] * 3
    data = ask_iconv(["-f", "UTF-8", "-t", name.upper()], text.encode())
    assert data.decode(name) == text
