"""Random content of pages, as the sandbox keeps it: every type that Markdown has words for, words full of signs."""

from __future__ import annotations

from hypothesis import strategies as st

from sync.sandbox.notion import texts
from sync.sandbox.notion.languages import LANGUAGES
from sync.sandbox.notion.model import Sketch

PIECES = (
    "word", "two words", " ", "  ", "\n", "\t", "    ", "- ", "* ", "1. ", "3) ", "> ", "# ", "```", "~~~", "`", "**",
    "_", "~~", "[", "]", "(", ")", "[x](http://a.b/c)", "<br>", "<kbd>", "<!--", "<p>", "</p>", "</toggle>", "|", "---",
    "===", "$", "$$", "\\", "&amp;", "&", "<", ">", ":tada:", "http://a.b", "[^1]: ", "[r]: /u", "[ ] ", "é", "😀",
    "\u00a0", "\u2028", "{}", "^", "!", "5",
)  # fmt: skip
NOTHING = st.just(())
TINTS = st.sampled_from(("default", "default", "default", "red", "blue_background"))
URLS = st.sampled_from(("https://x.example/a?b=1&c=2#d", "https://x.example/(a)\\b<c>", "mailto:a@x.example"))
USER = "00000000-0000-4000-8000-0000000000fa"

plain = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
looks = st.fixed_dictionaries(
    {}, optional={name: st.just(True) for name in ("bold", "italic", "strikethrough", "underline")} | {"color": TINTS}
)
spoken = st.builds(texts.element, plain, st.none() | URLS, looks)
code = st.builds(lambda text, look: texts.element(text.replace("\n", " "), None, {**look, "code": True}), plain, looks)
formulas = st.builds(texts.formula, st.sampled_from(("a^2", "\\frac{1}{2}", "x_1 + y")), looks)
mentions = st.builds(
    texts.mention,
    st.sampled_from(
        (
            {"user": {"id": USER}},
            {"page": {"id": USER}},
            {"database": {"id": USER}},
            {"date": {"start": "2026-01-01", "end": None}},
            {"date": {"start": "2026-01-01T10:00:00.000+00:00", "end": "2026-01-02"}},
        )
    ),
    looks,
)
rich = st.lists(st.one_of(spoken, spoken, spoken, code, formulas, mentions), max_size=4).map(texts.merged)


def block(kind, below=NOTHING, **fields):
    return st.builds(
        lambda body, children: Sketch(type=kind, body=body, children=tuple(children)),
        st.fixed_dictionaries(fields),
        below,
    )


@st.composite
def tables(draw):
    width = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(rich, min_size=width, max_size=width), min_size=1, max_size=3))
    body = {"table_width": width, "has_column_header": draw(st.booleans()), "has_row_header": draw(st.booleans())}
    return Sketch(
        type="table", body=body, children=tuple(Sketch(type="table_row", body={"cells": row}) for row in rows)
    )


def leaves():
    external = st.fixed_dictionaries({"url": URLS})
    said = {"type": st.just("external"), "external": external, "caption": rich}
    heads = (f"heading_{level}" for level in range(1, 5))
    listings = st.lists(st.sampled_from((*PIECES, "\n</toggle>\n", "\n\n", "\n```\n")), max_size=6).map("".join)
    return [
        *(block(kind, rich_text=rich, color=TINTS, is_toggleable=st.just(False)) for kind in heads),
        block(
            "code",
            rich_text=listings.map(lambda text: [texts.element(text)] if text else []),
            caption=st.just([]),
            language=st.sampled_from(sorted(LANGUAGES)),
        ),
        block("equation", expression=st.sampled_from(("a^2", "a\n\nb", "$$", "x < y & z", "\n", "\\text{a}"))),
        block("divider"),
        block("bookmark", url=URLS, caption=rich),
        block("embed", url=URLS, caption=rich),
        *(block(kind, **said) for kind in ("image", "video", "pdf", "audio")),
        block("table_of_contents", color=TINTS),
        tables(),
    ]


def holders(below):
    icon = st.sampled_from(
        (None, {"type": "emoji", "emoji": "💡"}, {"type": "external", "external": {"url": "https://x"}})
    )
    worded = {"rich_text": rich, "color": TINTS}
    columns = st.lists(block("column", below), min_size=2, max_size=3)
    return [
        block("paragraph", below, **worded, icon=st.none()),
        block("bulleted_list_item", below, **worded),
        block("numbered_list_item", below, **worded),
        block("to_do", below, **worded, checked=st.booleans()),
        block("quote", below, **worded),
        block("toggle", below, **worded),
        block("callout", below, **worded, icon=icon),
        *(block(f"heading_{level}", below, **worded, is_toggleable=st.just(True)) for level in range(1, 5)),
        block("column_list", columns),
        block("synced_block", below, synced_from=st.none()),
    ]


one = st.deferred(lambda: st.one_of(*leaves(), *holders(st.lists(one, max_size=3))))
content = st.lists(one, max_size=4).map(tuple)
