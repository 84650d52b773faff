"""How Notion would show blocks as Markdown of version 2: its own spelling, written from the documentation alone.

Not ours: every sign is escaped, what holds blocks is a tag that closes behind its last word, styles
are tags, and a language that Notion does not know is plain text.
"""

import re

from sync.core.document import Container, Number
from sync.remotes.notion.blocks import payloads
from tests.bodies.page import ROOT

SIGNS = (("strikethrough", "s"), ("italic", "i"), ("bold", "b"))


def parsed(tree):
    """Return what Notion keeps of Markdown that says a tree: where a list begins, but no caption of ours."""
    made = payloads(tree)
    for block, payload in zip(tree, made, strict=True):
        body = payload[payload["type"]]
        body.pop("caption", None) if payload["type"] == "code" else None
        if isinstance(block, Number) and block.start:
            body["list_start_index"] = block.start
        if isinstance(block, Container) and "children" in body:
            inside = parsed(block.blocks)
            body["children"] = inside[-len(body["children"]) :]
    return made


def markdown(page):
    return "\n\n".join(blocks(page, ROOT))


def blocks(page, parent):
    """Return the blocks in a parent, the elements of one list joined."""
    parts, last, number = [], None, 0
    for block in page.children.get(parent, ()):
        kind = block["type"]
        start = block[kind].get("list_start_index", 1)
        number = number + 1 if kind == last == "numbered_list_item" else start
        text = shown(page, block, number)
        if kind == last and kind in ("bulleted_list_item", "numbered_list_item", "to_do"):
            parts[-1] += "\n" + text
        else:
            parts.append(text)
        last = kind
    return parts


def shown(page, block, number):  # noqa: C901, PLR0911 - one case for each type
    kind, body = block["type"], block[block["type"]]
    inside = blocks(page, block["id"]) if kind != "table" else []
    words = rich(body.get("rich_text", []))
    match kind:
        case "bulleted_list_item":
            return element("- ", words, inside)
        case "numbered_list_item":
            return element(f"{number}. ", words, inside)
        case "to_do":
            return element(f"- [{'x' if body['checked'] else ' '}] ", words, inside)
        case "quote" if not inside:
            return "\n".join(f"> {line}" for line in words.split("\n"))
        case "quote" | "callout" | "toggle":
            return tag(kind, body, words, inside)
        case "code":
            return fence(body)
        case "equation":
            return f"$$\n{body['expression']}\n$$"
        case "divider":
            return "***"
        case "image":
            return f"![{rich(body.get('caption', []))}]({body['external']['url']})"
        case "table":
            return table(page, block)
        case "paragraph":
            return words or "<p />"
    level, colour = kind[-1], body.get("color", "default")
    line = words.replace("\\\n", " ")
    return f"{'#' * int(level)} {line}" if colour == "default" else f'<h{level} color="{colour}">{line}</h{level}>'


def element(mark, words, inside):
    indent = " " * (2 if mark.startswith("-") else len(mark))
    joint = "\n" if words and all(re.match(r"- |\d", each) for each in inside) else "\n\n"
    first, *rest = joint.join([words, *inside]).split("\n") if words or "[" in mark else "\n\n".join(inside).split("\n")
    return "\n".join([mark + first, *(indent + line if line else "" for line in rest)])


def tag(kind, body, words, inside):
    colour = body.get("color", "default").replace("_background", "_bg")
    marks = {"callout": f' icon="{body.get("icon", {}).get("emoji")}" color="{colour}"'}
    end = "\n" if inside and re.search(r"(```|^[-\d>|].*|>)$", inside[-1].rsplit("\n", 1)[-1]) else ""
    return f"<{kind}{marks.get(kind, '')}>" + "\n\n".join([words, *inside]) + f"{end}</{kind}>"


def fence(body):
    text = "".join(each["plain_text"] for each in body["rich_text"])
    marks = "`" * max([3, *(len(each) + 1 for each in re.findall(r"`+", text))])
    return f"{marks}{body['language']}\n{text}\n{marks}"


def table(page, block):
    rows = [[rich(cell, "<br />") for cell in row["table_row"]["cells"]] for row in page.children[block["id"]]]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def rich(elements, line_break="\\\n"):
    return "".join(span(each, line_break) for each in elements)


def span(element, line_break):
    text, look = element["plain_text"], element["annotations"]
    if element["type"] == "equation":
        return f"${text}$"
    if look["code"]:
        spelled = ticked(text)
        if line_break != "\\\n":
            spelled = spelled.replace("|", "\\|")
    else:
        spelled = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text).replace("\n", line_break)
    for name, sign in SIGNS:
        if look[name]:
            spelled = f"<{sign}>{spelled}</{sign}>"
    if look["underline"]:
        spelled = f"<u>{spelled}</u>"
    if look["color"] != "default":
        spelled = f'<span color="{look["color"]}">{spelled}</span>'
    target = (element["href"] or "").replace("\\", "\\\\")
    return f"[{spelled}](<{target}>)" if target else spelled


def ticked(text):
    longest = max((len(each) for each in re.findall(r"`+", text)), default=0)
    marks = "`" * (longest + 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" or (text.strip() and text[0] == text[-1] == " ") else ""
    return f"{marks}{pad}{text}{pad}{marks}"
