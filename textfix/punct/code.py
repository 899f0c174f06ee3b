"""What is code or data as a whole: lines, literals inside a line, fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textfix.punct.classes import HAN_CLASS, HAN_RUN

#: A line that is code or data as a whole, whatever its strings say.
CODE_LINE = re.compile(
    r"\s*(?:"
    r"\"[\w$.@/-]+\"\s*:(?!\s*$)"  # a member of a JSON object
    r"|(?:- |# ?)?[A-Za-z_][\w-]*:\s+(?:[\"'\[{]|~?/[A-Za-z])"  # a member of a YAML mapping
    r"|[A-Za-z_$][\w.$]*(?:\[[^\]\n]*\])?\s*[-+*/|&]?=(?![^\"'#/,;\n]*[,;][^\"'#/\n]*["
    + HAN_CLASS
    + r"])\s*[\"'\[{(\w]"  # an assignment, not A=1,B=2,则
    r"|(?:export|alias|set|local|declare|my)\s+[$@]?\w+\s?=\s?[\"'$\w{\[]"
    r"|(?:const|let|var|def|class|function|public|private|protected|static|import|from|return|async|await|func|fn|assert|raise|throw|using|namespace)\s[^\n]*[({=;:\"']"
    r"|(?:[$>#]\s*)?(?:@?echo|print|puts|say|die|warn)\s+[\"']|@echo\s|REM\s"
    r"|[A-Za-z_][\w.$]*\s*=\s*\{[^{}\n]*\};?\s*$|[A-Za-z_]\w*(?:,\s\w+)*\s:=\s|#EXT"
    r"|(?:curl|wget|jq|e?grep|sed|awk|ssh|psql|mysql|sqlite3)\s+(?:-\S+\s+)*[\"']"
    r"|[A-Za-z]+(?:-?[A-Z][a-z]+)+\s+(?:\"[^\"\n]*\"|'[^'\n]*');?\s*$"  # a command and a string: Write-Host "…"
    r"|\([a-z][\w!?*-]*\s+\"[^\"\n]*\"\)\s*$"
    r"|(?:[fFrRbBuU]?\"[^\"\n]*\"|[fFrRbBuU]?'[^'\n]*')\s?(?:[%+]\s|\.[a-z_]+\()"  # an expression that begins with a string
    r"|\s*- '[^'\n]*'\s*$"
    r"|(?:In|Out)\s?\[\d+\]:\s|irb\([^)\n]*\)[^>\n]*>\s"
    r"|(?:Set-)?Cookie:\s"
    r"|(?:N|FN|ADR|UID|RRULE|DTSTART|DTEND|BEGIN|END)(?:;[A-Z]+=[^:\n]*)*:(?=\S)"  # a line of a card or a calendar
    r"|[a-z][\w-]*(?:[._][\w-]+)+=[^\s=]"  # a property: app.tags=新闻,体育
    r"|--[\w-]+:\s[^;\n]*;\s*$"
    r"|\"[^\"\n]*\"(?:,\s?(?:\"[^\"\n]*\"|[A-Za-z0-9_.-]*))+\s*$"  # a row of comma-separated values
    r"|\"[^\"\n]*\"(?:,\s*$|;\s*(?:$|//))|'[^'\n]*'(?:,?\s*$|;\s*(?:$|//))"  # an element of a list, a statement of a string
    r"|\([a-z][a-z0-9!?*<>=/+-]*\s[^\n]*\)\s*;"  # a form of Lisp before a comment
    r"|(?:case\s[^:\n]*|default):\s*$"
    r"|(?:if|for|while|switch|elif|printf?|echo|puts|console\.log)\s?\("
    r"|[a-z]+(?:-[a-z]+)+:\s*[\"']"  # a property of a style sheet
    r"|(?:[$>%#]\s*)?(?:git|npm|npx|yarn|pip3?|docker|kubectl|curl|wget|sudo|apt|yum|brew|python3?|node|go|cargo|ssh|grep|sed|awk|find)"
    r"\s[^,;，。；！？\n]*?\s--?[A-Za-z]"
    r"|(?:const\s+|static\s+|unsigned\s+)?(?:int|long|short|double|float|bool|boolean|char|auto|string|String|size_t|void)\s+\**&?[^\W\d]\w*"
    r"(?:\[[^\]\n]*\])*\s*(?:[=;,({]|$)"
    r"|(?:int|long|double|float|bool|boolean|char|auto|string|String|var)\s+\w+\s*=\s"
    r"|from\s+[\w.]+\s+import\s|(?:type|interface|enum|struct)\s+\w+\s*[={<]"
    r"|(?:try|do|else|finally)\s*\{|[A-Za-z]:\\[^>\s]*>\s"
    r"|(?:while|if|elif)\s(?:True|False|not\s|[A-Za-z_][\w.]*(?:\[[^\]\n]*\]|\([^)\n]*\))?\s*(?:[=!<>]=?|in\s|is\s))[ -~]*:\s"
    r"|[.#@]?[\w-]+(?:::?[\w-]+)?\s*\{[^{}\n]*\}\s*$"  # a rule of a style sheet
    r"|\[(?:[\w-]+(?:\.[\w-]+)+|(?:ti|ar|al|au|by|re|ve|offset):[^\]\n]*)\]\s*$"  # a section; a tag of a song text
    r"|\d{1,3}(?:\.\d{1,3}){3}\s+\S+\s*$"  # a line of a hosts file
    r"|\[(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\]\s"
    r"|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\s+[\[(]?\d{4}-\d\d|panic:\s|Caused by:\s"
    r"|\s+at\s+[\w$<>]+(?:\.[\w$<>]+)+\("  # a frame of a stack
    r"|[a-z0-9]+(?:-[a-z0-9]+)+\s[^，。；：！？\n]*(?:\"[^\"\n]*\"|'[^'\n]*')\s*$"  # a command with a string: redis-cli SET a "b"
    r"|\W?(?:\d{4}[-/]\d\d[-/]\d\d[ T])?\d\d:\d\d:\d\d[^\n]{0,60}?\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b"
    r"|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s"
    r"|[A-Z][a-z]{2}\s+\d{1,2} \d\d:\d\d:\d\d\s[\w.-]+\s[\w./-]+(?:\[\d+\])?:\s"  # lines of logs
    r"|(?:mysql|redis|sqlite|postgres|hive|mongo|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?)[>=#]+\s"  # a prompt
    r"|\((?:'[^'\n]*'|\"[^\"\n]*\"|[\d.]+)(?:,\s*(?:'[^'\n]*'|\"[^\"\n]*\"|[\w.]+))+\)\s*(?:[,;]|$)"  # a row of values
    r"|(?:Dialogue|Comment):\s*\d"  # a subtitle
    r"|#(?:include|define|pragma)\b|//|/\*|<\?|<!DOCTYPE"
    r"|[A-Za-z_][\w-]*:\s[^，。；：！？\n]*?\s#\s"  # a member of a YAML mapping before a comment
    r"|(?:SELECT|INSERT|UPDATE|DELETE|CREATE)\s"
    r"|(?:DROP|ALTER|TRUNCATE|GRANT|FROM|(?:LEFT |RIGHT |INNER |CROSS )?JOIN|WHERE|AND|OR|ON|SET|VALUES|HAVING|GROUP BY|ORDER BY)"
    r"\s(?![^\n]*[，。；：！？])"
    r"|(?:select\s[^\n]*?\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from|(?:create|alter|drop)\s+(?:table|view|index|database))\s"
    r"|(?:and|or|where|on|having)\s+\S+\s*(?:[=<>]|like\s|in\s*\(|between\s|is\s)"
    r"|(?:case\s[^\n]*?\bwhen|when\s[^\n]*?\bthen|order\s+by|group\s+by)\s"
    r"|(?:if|elif|while)\s[^\n，。；：！？]*(?:[=!<>]=|\sin\s|\sis\s)[^\n，。；：！？]*:\s*$|(?:else|try|finally):\s\w+"
    r")"
)
_FIELD = f'(?:[{HAN_CLASS}·]{{1,8}}|[A-Za-z0-9_./%@+-]{{0,24}}|"[^"\n]{{0,80}}")'
#: A row of comma-separated values: at least three fields, each of Han or of ASCII alone, one of them (VALUE) a number or a
#: date: 张三,20,北京
ROW = re.compile(f"{_FIELD}([,;])(?:{_FIELD}\\1)+{_FIELD}(?<![.])\\s*\\Z")
STATEMENT = re.compile(f"\\s*[{HAN_CLASS}]{{1,8}}[0-9]?;\\Z")
VALUE = re.compile(r"(?:^|[,;])-?[0-9][0-9./-]*(?=[,;]|\s*\Z)")
#: The same where a date in front says so: 2024-02-29,晴,3级
DATED = re.compile(r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}(?: [0-9:]{4,8})?(?:,[^\s,;:!?.。，；：！？、]{0,8}){2,}\s*\Z")
#: The head of a function.
HEAD = re.compile(r"[^{\n]*\)\s*\{\s*(?:$|/[*/])")
#: A statement before a comment: what follows it is prose.
COMMENTED = re.compile(r"[^\n]*?[;{}),]\s*//")
JSON_START = re.compile(
    r"\{\s*(?:[A-Za-z_]\w*|\"[^\"\n]*\"|'[^'\n]*')\s*:|\{\s*\w+\s*:\s?[\[{\"']|\{\s+\w+\s*:\s|\[\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*[,\]]|\[\s*\{\s*\""
)
CALL = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z_]\w*\((?=[\"'])")
#: A call in a chain of names, one of them Chinese: db.用户.find(
METHOD = re.compile(
    f"(?<![\\w.])[A-Za-z_][A-Za-z0-9_]{{0,40}}(?=\\.)(?:\\.[{HAN_CLASS}A-Za-z0-9_]{{1,40}}){{0,6}}"
    f"(?:\\.[A-Za-z_][A-Za-z0-9_]{{0,40}}\\.[{HAN_CLASS}]{{1,4}}|\\.[{HAN_CLASS}]{{1,12}}\\.[A-Za-z_][A-Za-z0-9_]{{0,40}})\\("
)
#: A formula of a spreadsheet: =SUM(A1:A9)
FORMULA = re.compile(r"(?<![A-Za-z0-9_=])=[A-Z]{2,}[A-Z0-9.]*\(")
FENCE = re.compile(r"^[ \t>]*(```+|~~~+)", re.MULTILINE)


def code_line(line: str) -> bool:
    """Whether LINE is code or data as a whole. Such lines begin in ASCII."""
    if line[:1] > "\x7f" and not line[0].isspace():
        return "{" in line and HEAD.match(line) is not None
    return CODE_LINE.match(line) is not None or ("{" in line and HEAD.match(line) is not None)


#: An entry of a list of references (GB/T 7714), which has points of its own: 张三. 题名[J]. 刊名, 2020, 43(5): 12-20.
REFERENCE = re.compile(r"\[(?:[JMDCNRSPGAZ]|DB|CP|EB)(?:/(?:OL|CD|MT|DK))?\]\s?[.:/]")


#: What code has and a sentence has not, and marks that code has not. Two of the first, no long stretch of Han: code.
CODE_SIGN = re.compile(
    r"\)\s*[;{]|;\s*\}|\{\s*[\w$]+\s*[(.;]|=>|->|::|[=!]==?|&&|\|\||[+-]=|\+\+|--;|\$\{|\w\(\)|\];|<<|>>|[{;]\s*$|^\s*[}\])]"
    r"|\s--?[A-Za-z][\w-]*(?=[\s=])|\s\.{0,2}/\w|[A-Za-z]\.\w+\(|;\s[a-z]+\s-"
)
PROSE = re.compile(f"[，。；：！？、（）“”「」]|[{HAN_CLASS}]{{8}}")


def codelike(line: str) -> bool:
    """Whether LINE looks like code as a whole."""
    return (
        "`" not in line  # who marks code writes prose
        and PROSE.search(line) is None
        and len(CODE_SIGN.findall(line)) > 1
        and 3 * sum(map(len, HAN_RUN.findall(line))) < len(line)
    )


def row(line: str) -> bool:
    """Whether LINE is a row of comma-separated values, or one word as a statement."""
    if line.endswith(";"):
        return STATEMENT.match(line) is not None
    return (ROW.match(line) is not None and VALUE.search(line) is not None) or DATED.match(line) is not None


def literals(line: str) -> Iterator[tuple[int, int, str]]:
    """JSON values and calls with string arguments, each to its closing bracket (or to the end of the line)."""
    patterns = []
    if "{" in line or "[" in line:
        patterns.append(JSON_START)
    if '("' in line or "('" in line:
        patterns.append(CALL)
    if "." in line and "(" in line:
        patterns.append(METHOD)
    if "=" in line and "(" in line:
        patterns.append(FORMULA)
    for pattern in patterns:
        at = 0
        while found := pattern.search(line, at):
            opening = found.start() if pattern is JSON_START else found.end() - 1
            end = closing(line, opening)
            yield found.start(), end, "literal"
            at = end


def closing(line: str, opening: int) -> int:
    """Where the bracket at OPENING is closed; strings are skipped; the end of the line if it never is."""
    depth, quote, place = 0, "", opening
    while place < len(line):
        char = line[place]
        if quote:
            if char == "\\":
                place += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth == 0:
                return place + 1
        place += 1
    return len(line)


def fences(text: str) -> list[tuple[int, int]]:
    """The stretches of TEXT inside fenced code blocks, fences included; an open one reaches to the end."""
    if "```" not in text and "~~~" not in text:
        return []
    out, start, fence = [], -1, ""
    for found in FENCE.finditer(text):
        if start < 0:
            start, fence = found.start(), found.group(1)[:3]
        elif found.group(1).startswith(fence):
            stop = text.find("\n", found.end())
            out.append((start, len(text) if stop < 0 else stop))
            start = -1
    if start >= 0:
        out.append((start, len(text)))
    return out
