"""How this program says in Notion what Notion has no word for; both ways of writing a page keep to it.

Gray words are GitHub's own markup. A heading of level 5 is a gray fourth level, one of level 6 a brown one. Markup of
several lines is code in the language "markup". A callout's icon tells the kind of alert.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from sync.core.document import Form, Run

RAW = "gray"
"""The colour of GitHub's own markup."""
LEVELS = {5: "gray", 6: "brown"}
"""The colours of the levels that Notion does not have (its headings end at the fourth)."""
MARKUP_LANGUAGE = "markup"
KINDS = {
    "note": ("ℹ️", "blue"),  # noqa: RUF001 - the sign is meant
    "tip": ("💡", "green"),
    "important": ("📣", "purple"),
    "warning": ("⚠️", "yellow"),
    "caution": ("🛑", "red"),
}
"""Icon and background of each kind of callout."""
PLAIN = "plain text"
LANGUAGES = frozenset(
    [
        "abap",
        "abc",
        "agda",
        "arduino",
        "ascii art",
        "assembly",
        "bash",
        "basic",
        "bnf",
        "c",
        "c#",
        "c++",
        "clojure",
        "coffeescript",
        "coq",
        "css",
        "dart",
        "dhall",
        "diff",
        "docker",
        "ebnf",
        "elixir",
        "elm",
        "erlang",
        "f#",
        "flow",
        "fortran",
        "gherkin",
        "glsl",
        "go",
        "graphql",
        "groovy",
        "haskell",
        "hcl",
        "html",
        "idris",
        "java",
        "javascript",
        "json",
        "julia",
        "kotlin",
        "latex",
        "less",
        "lisp",
        "livescript",
        "llvm ir",
        "lua",
        "makefile",
        "markdown",
        "matlab",
        "mathematica",
        "mermaid",
        "nix",
        "notion formula",
        "objective-c",
        "ocaml",
        "pascal",
        "perl",
        "php",
        "powershell",
        "prolog",
        "protobuf",
        "purescript",
        "python",
        "r",
        "racket",
        "reason",
        "ruby",
        "rust",
        "sass",
        "scala",
        "scheme",
        "scss",
        "shell",
        "smalltalk",
        "solidity",
        "sql",
        "swift",
        "toml",
        "typescript",
        "vb.net",
        "verilog",
        "vhdl",
        "visual basic",
        "webassembly",
        "xml",
        "yaml",
        "java/c/c++/c#",
    ]
)
"""The languages that a code block takes (API reference, "Block", Code), without those that stand for something here."""

ELSEWHERE = "image on GitHub"
"""The words of the link to an image that Notion cannot show and that has none of its own."""

_MARKUP = re.compile(r"\s*(?:<|!?\[|\]\()")
_HELD = re.compile(r"(?:^|\.)(?:notion\.so|notion\.com|notion-static\.com|notionusercontent\.com)$")
_BUCKET = re.compile(r"^(?:prod-files-secure|s3[.-][\w.-]*|secure)\.(?:s3[.-]?[\w.-]*\.)?amazonaws\.com$")


def kind_of(icon: str, colour: str) -> str:
    """Return the kind of alert that a callout with that icon and colour is."""
    plain = icon.replace("\ufe0f", "")
    named = [kind for kind, (sign, _) in KINDS.items() if sign.replace("\ufe0f", "") == plain]
    tinted = [kind for kind, (_, tint) in KINDS.items() if colour.split("_", maxsplit=1)[0] == tint]
    return (named or tinted or ["note"])[0]


def level_of(level: int, colour: str) -> int:
    """Return the level of a heading that Notion shows at a level in a colour."""
    return next((deep for deep, tint in LEVELS.items() if tint == colour), level) if level == 4 else level  # noqa: PLR2004


def recognised(run: Run, colour: str) -> Run:
    """Return a run in a colour: in gray, what looks like markup is markup."""
    if colour == RAW and run.form is Form.TEXT and not run.code and _MARKUP.match(run.text):
        return replace(run, form=Form.RAW, styles=frozenset(), link=None, own=None)
    return run


def caption_of(words: str) -> str:
    """Return the words that an image has itself."""
    return "" if words == ELSEWHERE else words


def held(url: str) -> bool:
    """Tell whether an address is one that Notion signs for each reader anew ("Retrieving existing files")."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return (
        "X-Amz-" in parts.query or bool(_BUCKET.match(host)) or (bool(_HELD.search(host)) and "/signed/" in parts.path)
    )
