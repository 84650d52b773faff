"""A block of every type that a request can make, as the service's own description allows it; a table, no code."""

from __future__ import annotations

LOOK = {"bold": True, "italic": True, "strikethrough": True, "underline": True, "code": False, "color": "red"}
USER = "00000000-0000-4000-8000-0000000000fa"
WORDS = [
    {
        "type": "text",
        "text": {"content": "styled ", "link": {"url": "https://x.example/a?b=1&c=2"}},
        "annotations": LOOK,
    },
    {"text": {"content": "code | `tick`"}, "annotations": {"code": True}},
    {"text": {"content": "line\nbreak *signs* <p> & "}},
    {"equation": {"expression": "a^2"}},
    {"mention": {"user": {"id": USER}}},
    {"mention": {"date": {"start": "2026-01-01", "end": "2026-01-02T10:00:00.000+00:00"}}},
]
PLAIN = [{"text": {"content": "plain"}}]
CHILD = {"paragraph": {"rich_text": PLAIN}}
IMAGE = {"external": {"url": "https://x.example/i.png"}, "caption": PLAIN}
COLUMN = {"column": {"children": [CHILD]}}
CELLS = {"table_row": {"cells": [WORDS, []]}}

EVERY = [
    {"object": "block", "type": "paragraph", "paragraph": {"rich_text": WORDS, "color": "blue_background"}},
    {"paragraph": {"rich_text": [], "children": [CHILD], "icon": {"emoji": "🚀"}}},
    {"heading_1": {"rich_text": PLAIN, "is_toggleable": True, "children": [CHILD]}},
    {"heading_2": {"rich_text": WORDS}},
    {"heading_3": {"rich_text": PLAIN, "color": "gray"}},
    {"heading_4": {"rich_text": PLAIN}},
    {"bulleted_list_item": {"rich_text": WORDS, "children": [{"bulleted_list_item": {"rich_text": PLAIN}}]}},
    {"bulleted_list_item": {"rich_text": [], "children": [CHILD]}},
    {"numbered_list_item": {"rich_text": PLAIN, "children": [{"numbered_list_item": {"rich_text": PLAIN}}]}},
    {"numbered_list_item": {"rich_text": PLAIN, "color": "pink"}},
    {"to_do": {"rich_text": PLAIN, "checked": True, "children": [{"to_do": {"rich_text": PLAIN}}]}},
    {"to_do": {"rich_text": []}},
    {"quote": {"rich_text": WORDS, "children": [CHILD]}},
    {"quote": {"rich_text": WORDS}},
    {"toggle": {"rich_text": PLAIN, "children": [{"toggle": {"rich_text": PLAIN, "children": [CHILD]}}]}},
    {"callout": {"rich_text": PLAIN, "icon": {"type": "emoji", "emoji": "🛑"}, "color": "red_background"}},
    {"callout": {"rich_text": [], "children": [CHILD, {"code": {"rich_text": PLAIN, "language": "c++"}}]}},
    {"code": {"rich_text": [{"text": {"content": "```\n</toggle>\n\n\tx"}}], "language": "python", "caption": PLAIN}},
    {"equation": {"expression": "\\frac{1}{2}"}},
    {"divider": {}},
    {"breadcrumb": {}},
    {"table_of_contents": {"color": "gray"}},
    {"bookmark": {"url": "https://x.example", "caption": WORDS}},
    {"embed": {"url": "https://x.example"}},
    {"image": IMAGE},
    {"video": {"type": "external", "external": {"url": "https://x.example/v.mp4"}}},
    {"pdf": {"external": {"url": "https://x.example/p.pdf"}}},
    {"audio": {"external": {"url": "https://x.example/a.mp3"}}},
    {"file": {"external": {"url": "https://x.example/f.txt"}, "name": "f.txt", "caption": PLAIN}},
    {"table": {"table_width": 2, "has_column_header": True, "has_row_header": False, "children": [CELLS, CELLS]}},
    {"table": {"table_width": 2, "has_column_header": False, "has_row_header": True, "children": [CELLS]}},
    {"column_list": {"children": [COLUMN, {"column": {"children": [CHILD, {"image": IMAGE}]}}]}},
    {"tab": {"children": [{"paragraph": {"rich_text": PLAIN, "children": [CHILD]}}]}},
    {"synced_block": {"synced_from": None, "children": [CHILD]}},
    {"template": {"rich_text": PLAIN}},
    {"link_to_page": {"page_id": USER}},
]  # fmt: skip

CHANGES = [
    {"update_content": {"content_updates": [{"old_str": "&", "new_str": "+", "replace_all_matches": True}]}},
    {"insert_content": {"content": "# more", "position": {"type": "start"}}},
    {"insert_content": {"content": "below", "after": "# more"}},
    {"replace_content_range": {"content": "cut", "content_range": "below", "allow_deleting_content": False}},
    {"replace_content": {"new_str": "all", "allow_deleting_content": False}},
]
"""The ways to change Markdown, one after the other."""
