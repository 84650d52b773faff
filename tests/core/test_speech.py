"""A body said in one breath keeps every word; runs become paragraphs where a line is empty."""

from __future__ import annotations

import re

import pytest

from sync.core.document import Paragraph, Run, words
from sync.core.speech import flat, paragraphs
from sync.remotes.github import markdown
from sync.remotes.notion import markdown as notion

WHOLE = """# Head

Some **bold** text
and a second line.

1. one
2. two
   - inner
- [x] done

> quoted
> twice

```py
x = 1

y = 2
```

| a | b |
|---|---|
| c | d |

![a picture](https://example.com/x.png)

<details><summary>more</summary>

hidden

</details>
"""


def said(text):
    return "".join(run.text for run in flat(markdown.tree(text)))


def test_signs_stand_for_what_only_blocks_can_show():
    assert said(WHOLE) == (
        "Head\n\nSome bold text\nand a second line.\n\n1. one\n2. two\n    • inner\n☑ done\n\n▎ quoted\n▎ twice\n\n"
        "x = 1\n\ny = 2\n\na | b\nc | d\n\na picture\n\nmore\nhidden"
    )


@pytest.mark.parametrize(
    "text", [WHOLE, "- a\n\n  b\n- c", "5. five\n6. six", "***", "$$\nx\n$$", "<sub>a</sub> &amp; b"]
)
def test_no_word_is_lost(text):
    there = re.findall(r"\w+", words(markdown.tree(text)))
    assert [each for each in there if each not in said(text)] == []


@pytest.mark.parametrize(
    "text", ["", "a", "a\n\nb", "# not a head\n\n- not a list\n1. neither", "a\n\n\n\nb <b>c</b> *d*"]
)
def test_words_in_a_line_come_back_from_notions_markdown_as_they_were(text):
    runs = (Run(text),)
    written = notion.written([each for each in paragraphs(runs) if each.runs[0].text.strip()])
    back = "\n\n".join("".join(run.text for run in each.runs) for each in notion.tree(written))
    assert back == "\n\n".join(part.strip("\n") for part in re.split(r"\n\n+", text) if part)


def test_a_run_that_spans_paragraphs_keeps_its_look_in_both():
    one, two = paragraphs((Run("a\n\nb", link="https://example.com"),))
    assert (one, two) == (
        Paragraph(runs=(Run("a", link="https://example.com"),)),
        Paragraph(runs=(Run("b", link="https://example.com"),)),
    )
