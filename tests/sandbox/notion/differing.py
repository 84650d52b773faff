"""Every recorded exchange that the sandbox answers otherwise, with the reason; a table, no code."""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """Why exchanges differ, what every one of their differences looks like, and which they are by story."""

    reason: str
    pattern: str
    exchanges: dict[str, list[int]]


BY_ROUTE = {
    r"/v1/views": "views are not in this sandbox",
    r"/templates": "templates are not in this sandbox",
    r"/v1/async_tasks": "no task is ever asynchronous here",
    r"/v1/custom_emojis": "custom emojis are not in this sandbox",
}
"""Reasons for whatever is asked there."""

ALONE = [
    Known(
        "the second page was not recorded",
        "^.(has_more|next_cursor) is",
        {"query-first-page-cursor": [0], "blocks-children-page1": [0]},
    ),
]
"""The same for exchanges that were recorded alone."""

LISTED = [
    Known(
        "the title of a page or database that the story mentions and never shows",
        "plain_text is 'Untitled'",
        {"test_blocks/test_local_remote_mention_block_cmp": [15, 17], "test_rich_text/test_mention": [3]},
    ),
    Known(
        "the content of pages that the story half shows: a synced block's original is elsewhere",
        "",
        {"test_page/test_page_to_markdown": [0, 5, 6]},
    ),
    Known("no task is ever asynchronous here", "^200 ", {"test_async_tasks_retrieve": [1]}),
    Known(
        "files that were uploaded before the story",
        "results has|has_more|next_cursor",
        {"test_file_uploads_list": [0], "test_file_uploads_list_with_start_cursor": [2, 3]},
    ),
    Known(
        "the comments of a block",
        "parent|results",
        {"test_docs_py_snippets/test_page_advanced": [63, 64]},
    ),
    Known(
        "two bots have one id, which hides who they are; who tells whether an address is verified is not known",
        r"^.results",
        {
            "fixtures/mod_person": [0],
            "test_docs_py_snippets/test_page_advanced": [52],
            "test_page/test_created_edited_by": [1],
            "test_session/test_all_users": [0],
        },
    ),
    Known(
        "the index of the search was late: it still or not yet showed a table or a page",
        r"^.results has \d+, not \d+$",
        {
            "test_database/test_get_or_create_db": [
                *(4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 24, 25, 26, 27, 28, 29, 30, 32),
            ],
            "test_docs_py_snippets/test_db_introduction": [12],
            "test_docs_py_snippets/test_page_advanced": [61],
            "test_schema/test_all_createable_props_schema": [0, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        },
    ),
    Known(
        "formulas and rollups are neither calculated nor rewritten",
        r"\.(formula|rollup)\.",
        {
            "test_database/test_new_task_db": [2],
            "test_docs_py_snippets/test_db_advanced": [16, 17, 18, 19, 20, 21],
            "test_examples/test_simple_taskdb": [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
            "test_schema/test_all_createable_props_schema": [22, 24, 28, 29, 30],
            "test_schema/test_update_prop_type_attrs": [27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40],
        },
    ),
    Known(
        "the mirror of a relation is not kept in step",
        r"relation|has_more|^.results has",
        {"test_page/test_more_than_max_refs_per_relation_property": [39, 40]},
    ),
]
