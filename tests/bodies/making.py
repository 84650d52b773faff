"""Random bodies that are full of signs, and random trees."""

from hypothesis import strategies as st

PIECES = (
    "word", "two words", " ", "  ", "\n", "\n\n", "\r\n", "\t", "    ", "- ", "* ", "1. ", "3) ", "> ", "# ",
    "##### ", "```", "~~~", "`", "**", "*", "_", "__", "~~", "~", "[", "]", "(", ")", "[x](http://a.b/c)",
    "![i](http://a.b/i.png)", "<br>", "<kbd>", "</kbd>", "<!--", "-->", "<details>", "<summary>",
    "</summary>", "</details>", "<img src='http://a.b/i'>", "|", "| a | b |\n|---|---|\n", "---", "===", "$",
    "$$", "$x$", "\\", "&amp;", "&", "<", ">", "#12", "@ada", ":tada:", "http://a.b", "www.a.b", "[^1]",
    "[^1]: ", "[r]: /u\n", "- [ ] ", "- [x] ", "> [!NOTE]\n> ", "é", "😀", "\u00a0", "\u2028", "\x0b", "\0",
    "<callout>", "</toggle>", "{}", "^", "!", "🛑",
)  # fmt: skip

bodies = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)
