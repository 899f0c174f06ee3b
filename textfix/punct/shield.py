"""What punctuation must never touch: addresses, code, markup, formulas, emoticons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from textfix.punct.classes import HAN_CLASS, garbled
from textfix.punct.code import COMMENTED, REFERENCE, code_line, codelike, literals, row

#: A mark inside a name in an address or a path: what follows it, Han or Latin alone, ends like a file or goes on.
_PIECE = f"(?:[{HAN_CLASS}]{{1,8}}|[A-Za-z0-9_%-]{{1,24}})"
INNER = f"[,;!'](?={_PIECE}(?:\\.[a-z][a-z0-9]{{1,4}}(?![A-Za-z0-9])|[/\\\\]))"
#: Each part stops at the first character it does not take and cannot start inside its own kind: linear in the text.
URL = (
    f"(?=[A-Za-z0-9])(?:(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{{1,9}}://(?=[{HAN_CLASS}])[{HAN_CLASS}A-Za-z0-9._:@-]+"
    f"(?:[/?#][{HAN_CLASS}A-Za-z0-9._~:/?#@!$&*+,;=%-]*)?|"
    r"(?<![A-Za-z0-9])(?:[a-z][a-z0-9+.-]{1,9}://|[a-z]{2,9}:\?(?=[a-z]+=)|www\.|mailto:|(?:[A-Za-z0-9-]{1,40}\.){1,4}(?:com|cn|net|org|edu|gov|io|cc|me|tv|app|dev|top|xyz|info)(?=/)|(?:localhost|[0-9]{1,3}(?:\.[0-9]{1,3}){3}):[0-9]+/)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+"
    f"(?:(?<=[/=#_-])[{HAN_CLASS}](?:[{HAN_CLASS}A-Za-z0-9_.%#/=&+~-]|(?<=_)\\([{HAN_CLASS}A-Za-z0-9_]+\\)|\\([0-9]+\\)|,(?=[{HAN_CLASS}A-Za-z0-9_,%-]+[&/=])|\\?(?=[{HAN_CLASS}A-Za-z0-9_]+=)|{INNER}|,(?=[{HAN_CLASS}]{{1,4}}\\s)|(?<=[{HAN_CLASS}A-Za-z0-9]):(?=[{HAN_CLASS}A-Za-z0-9]+(?:\\s|$)))*)?)"
)
EMAIL = r"\"[^\"\n]{1,40}\"\s?<[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]+>|(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[\w~-]*/[\w./~-]+)?"
WINDOWS_PATH = (
    r"\"[A-Za-z]:\\[^\"\n]*\"|(?:(?<![A-Za-z0-9])[A-Za-z]:[\\/](?!/)|\\\\(?=[A-Za-z0-9]))(?:[^\s,;:\"'<>|*?，。；：！？、（）“”「」]|"
    + INNER
    + ")*"
)
_NAMED = f"[{HAN_CLASS}A-Za-z0-9_./-]{{0,80}}(?:{INNER}[{HAN_CLASS}A-Za-z0-9_./-]{{1,40}}){{1,4}}"
UNIX_PATH = (
    r"(?=[~./A-Za-z0-9_-])(?<![A-Za-z0-9_./<~])(?:(?:~|\.{1,2})?/[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]*)*"
    f"(?:(?<=/){_NAMED})?|(?:~|\\.{{1,2}}|[A-Za-z0-9_-]{{1,40}})/{_NAMED})"
)
CODE = r"``[^\n`]+``|`[^`\n]+`"
ESCAPE = r"\\[^\w\s\\]"
TERNARY = r"\?\s?(?:'[^'\n]*'|\"[^\"\n]*\")\s?:\s?(?:'[^'\n]*'|\"[^\"\n]*\")"
EXPRESSION = r"\{[A-Za-z_!][\w.]*\s?(?:\?|&&|\|\||=>|\()[^{}\n]*\}"
TEMPLATE = r"\$(?:\.\w+|\[[^\]\n]{0,80}\])+|-\{[^{}\n]*\}-|\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\$\([^()\n\u2e80-\uffef]*\)|\{%[^{}\n]*%\}"
MATH = r"\$\$?[^$\n\u2e80-\uffef]+\$\$?|\\[A-Za-z]+\*?(?:\[[^\]\n]{0,80}\])?(?:\{[^{}\n]*\})+|\\[(\[][^\n\\\u2e80-\uffef]*(?:\\[A-Za-z][^\n\\\u2e80-\uffef]*)*\\[)\]]"
ELEMENT = r"<(?:code|pre|kbd|samp|tt|script|style)\b[^<>\n]*>[^<\n]*(?=</)"
TAG = r"(?<!<)</?[A-Za-z][^<>\n]*>(?!>)|<!--[^<>\n]*-->|<[!?][A-Za-z][^<>\n]*>|<!\[CDATA\[[^\n]*?\]\]>"
ENTITY = r"&(?:[A-Za-z]{2,8}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
LINK = r"(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:[ ]\"[^\"\n]*\")?\)|^\[[^\]\n]+\]:[^\n]*"
KEYS = r"(?:Ctrl|Control|Alt|Shift|Cmd|Command|Option|Win|Meta|Fn)\s?\+\s?(?:[A-Za-z]+\s?\+\s?)*[^\sA-Za-z0-9*`\u2e80-\uffef]"
MEMBER = (
    r"\"[A-Za-z0-9_$.-]+\"\s?:\s?(?:\"[^\"\n]*\"|[0-9.]+|true|false|null)"
    r"|'[A-Za-z0-9_$.-]+'\s?:\s?(?:'[^'\n]*'|[0-9.]+|True|False|None)"
)
SCOPE = r"[A-Za-z_]\w*(?:(?:::|->)[A-Za-z_]\w*)+"
ATTRIBUTE = (
    f"(?<![{HAN_CLASS}A-Za-z0-9_:-])[{HAN_CLASS}A-Za-z][{HAN_CLASS}A-Za-z0-9_:-]{{0,40}}"
    r"\s?(?:[=!]==?|[:+]?=)\s?(?:\"[^\"\n]*\"|'[^'\n]*')"
)
#: A string with the sign of its kind in front: f'…', r"…".
STRING = r"(?<![A-Za-z0-9\"'])(?:[fFrRbBuU]|[rR][bBfF])(?:\"[^\"\n]*\"|'[^'\n]*')"
#: What a form sends: a=1&b=甲,乙
QUERY = r"(?<![A-Za-z0-9_=&])\??[A-Za-z_][A-Za-z0-9_]*=[^\s&，。；：！？、（）]*(?:&[A-Za-z_][A-Za-z0-9_]*=[^\s&，。；：！？、（）]*)+"
#: Values in brackets, the first a string: ('甲', 1)
VALUES = r"\('[^'\n]*'(?:,\s?(?:'[^'\n]*'|[\w.-]+))+\)"
REQUEST = r"(?<![A-Za-z])(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) /[^\s，。；：！？、（）]*"
OPTION = (
    r"(?<![^\s" + HAN_CLASS + r"])--?[A-Za-z][A-Za-z0-9_-]*"
    r"(?:[ =](?:\"[^\"\n]*\"|'[^'\n]*')|=[A-Za-z0-9_./:,;@%+*?!~-]+)?"
)
MENTION = f"@[{HAN_CLASS}A-Za-z0-9_-]{{1,24}}\\([A-Za-z0-9_.@-]+\\)"
REGEX = r"/\^[^/\s]*\$/[a-z]*|(?<![^\s" + HAN_CLASS + r"])\^(?=\S*[(\[\\|.])\S{1,80}?\$(?![A-Za-z0-9{(])"
EMOTICON = (
    r"(?=[:;=8xX^T>\-<o¯])(?<![A-Za-z0-9])(?:[:;=8xX]['’]?-[)(DPpOo3/|*\]\[]|(?<![(（])[:;=]['’]?[)(](?![^()（）\n]*[)）])|[:;=][DPp](?![A-Za-z0-9])(?=\s|$)"
    r"|(?<=[\s。！？!?~])[:;=][)(DPpOo3](?=\s|$)|\^[_.-]*\^[|!]*|T_T|>_<|>\.<|[-=]_[-=][|!]*|<3|orz|¯\\_\(ツ\)_/¯)"
)

#: The parts, in the order in which they are tried.
PARTS = {
    "code": CODE, "url": URL, "email": EMAIL, "winpath": WINDOWS_PATH, "path": UNIX_PATH, "template": TEMPLATE,
    "math": MATH, "element": ELEMENT, "tag": TAG, "entity": ENTITY, "link": LINK, "scope": SCOPE, "member": MEMBER,
    "ternary": TERNARY, "expression": EXPRESSION, "string": STRING, "request": REQUEST, "query": QUERY, "values": VALUES, "attribute": ATTRIBUTE, "option": OPTION, "mention": MENTION, "regex": REGEX, "emoticon": EMOTICON,
    "escape": ESCAPE, "keys": KEYS,
}  # fmt: skip
#: What a line must have for some of the parts to be in it: a sign,
SIGNS = {
    "`": ("code",), "@": ("email", "mention"), "\\": ("winpath", "math", "escape"), "{": ("template", "expression"), "$": ("math", "template"),
    "<": ("element", "tag", "emoticon"), "&": ("entity", "query"), "]": ("link",), "_": ("emoticon",), "^": ("emoticon",),
}  # fmt: skip
#: or a hint where the sign alone is too common. Each hint begins with its sign, for the search to run over the rest.
HINTS: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "/": [
        (f"/[{HAN_CLASS}A-Za-z0-9_.-]", ("path",)), ("//", ("url",)),
        (r"/(?:(?<=\.[a-z]{2}/)|(?<=\.[a-z]{3}/)|(?<=\.[a-z]{4}/))", ("url",)), (r"/(?<=[A-Z] /)", ("request",)),
    ],
    "'": [(r"'(?<=\(')", ("values",)), (r"'(?<=[fFrRbBuU]')", ("string",)), (r"'\s?:\s?['0-9TFN]", ("member",))],
    "^": [(r"\^[^$]*\$", ("regex",))],
    ":": [("::", ("scope",)), (r":[\\/]", ("winpath", "url")), (":[0-9]+/", ("url",)), ("[:;=]['’]?[-)(DPpOo3]", ("emoticon",))],
    "-": [(f"-(?<![^\\s{HAN_CLASS}].)-?[A-Za-z]", ("option",)), ("->", ("scope",)), ("[8xX]-", ("emoticon",))],
    "?": [(r"\?\s?[\"']", ("ternary",)), (r"\?(?<=:.)[a-z]", ("url",))],
    "+": [(r"\+\s?[^\sA-Za-z0-9*`\u2e80-\uffef]", ("keys",))],
    "=": [(r"=\s?[\"']", ("attribute",))],
    '"': [(r"\"\s?:\s?[\"0-9tfn]", ("member",)), (r"\"(?<=[fFrRbBuU]\")", ("string",))],
    ">": [(r">[._]", ("emoticon",))],
    "m": [("mailto:", ("url",))],
    "w": [(r"www\.", ("url",))],
    "o": [("orz", ("emoticon",))],
}  # fmt: skip
HINT = {sign: [(re.compile(hint), parts) for hint, parts in hints] for sign, hints in HINTS.items()}
SIGN = re.compile("[" + re.escape("".join([*SIGNS, *HINTS, ";"])) + "]")


@cache
def shield(parts: frozenset[str]) -> re.Pattern[str]:
    """The pattern of PARTS: few lines have more than two or three, and each costs a trial at every character."""
    return re.compile("|".join(f"(?P<{name}>{part})" for name, part in PARTS.items() if name in parts))


def parts_of(line: str) -> frozenset[str]:
    """Which parts LINE may have."""
    signs = set(SIGN.findall(line))
    if not signs:
        return frozenset()
    if not signs.isdisjoint(";="):
        signs.add(":")  # an emoticon may begin with any of them
    found: list[str] = []
    for sign in signs:
        if sign in SIGNS:
            found += SIGNS[sign]
        for hint, parts in HINT.get(sign, ()):
            if hint.search(line):
                found += parts
    return frozenset(found)


TRAILING = ".,;:!?'\"*"
KAOMOJI = re.compile(
    r"[_^><*;´`ω°□≧≦▽﹏╯╰╥ಠ益Д•́̀ﾟ∀￣∠ヮ∇◕◡▿∩๑ᴗ¯\u1400-\u167f\u2295-\u22ff\u2300-\u23ff\u25a0-\u2604\u2607-\u26ff]"
)
#: Two eyes of one letter: T_T, o.o, X_X, QAQ.
EYES = re.compile(r"(?:([A-Za-z0-9])[_^]\1|([oOxXuUnqQ])\.\2|([TQOU])[ovwxA]\3)[ a-z~!]{0,4}")


#: What hangs on to garbled text; quotation marks and brackets are around it.
HANGS = re.compile(r"[^\s“”‘’「」『』\"'()（）《》、。，；：！？]*")


def spans(line: str) -> Iterator[tuple[int, int, str]]:
    """The stretches of LINE that stay as they are: start, end, kind."""
    if code_line(line) or row(line) or ("]" in line and REFERENCE.search(line)) or codelike(line):
        yield 0, len(line), "code-line"
        return
    if "//" in line and (commented := COMMENTED.match(line)):
        yield 0, commented.end(), "code-line"
    for found in garbled().finditer(line):
        before = HANGS.match(line[max(0, found.start() - 6) : found.start()][::-1])
        after = HANGS.match(line, found.end(), found.end() + 6)
        yield found.start() - (before.end() if before else 0), after.end() if after else found.end(), "garbled"
    yield from literals(line)
    parts = parts_of(line)
    for found in shield(parts).finditer(line) if parts else ():
        start, end, kind = found.start(), found.end(), found.lastgroup or ""
        if kind in ("url", "path", "winpath", "email", "option"):
            while end > start and line[end - 1] in TRAILING:
                end -= 1
            piece = line[start:end]
            if piece.endswith(")") and piece.count("(") < piece.count(")"):
                end -= 1
            elif "(" in piece and piece.count("(") > piece.count(")") and not piece.rpartition("(")[2].isalnum():
                end = start + piece.rindex("(")
        if kind == "path" and line[end - 1 : end] == "/" and end - start < 2:
            continue
        yield start, end, kind
