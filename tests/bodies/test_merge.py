"""Edits of two sides on one body: both are made, overlaps are reported, and what one side made of it is no edit."""

from hypothesis import given
from hypothesis import strategies as st

from sync.core.document import Bullet, Heading, Paragraph, Quote, Run, Style, Task, agree, carried, merge, tidy, until

WORDS = ("the first thing said", "another thing", "a third", "nothing to see", "the end of it")


def paragraph(text):
    return Paragraph(runs=(Run(text),))


leaves = st.sampled_from(WORDS).map(paragraph)
blocks = st.lists(
    leaves
    | st.lists(leaves, max_size=2).map(lambda inside: Bullet(tuple(inside)))
    | st.lists(leaves, max_size=2).map(lambda inside: Quote(tuple(inside)))
    | st.tuples(leaves, st.booleans()).map(lambda both: Task((both[0],), checked=both[1])),
    max_size=5,
).map(tuple)


@given(blocks, blocks)
def test_where_one_side_did_nothing_the_other_has_its_way(base, side):
    assert merge(base, side, base).blocks == side
    assert merge(base, base, side).blocks == side
    assert not merge(base, side, base).overlaps
    assert merge(base, side, side).blocks == side


@given(blocks, blocks, blocks)
def test_the_sides_are_alike_where_nothing_overlaps(base, ours, theirs):
    one, two = merge(base, ours, theirs), merge(base, theirs, ours)
    assert len(one.overlaps) == len(two.overlaps)
    if not one.overlaps:
        assert one.blocks == two.blocks


@given(blocks, blocks)
def test_an_edit_is_carried_onto_the_very_body_that_it_was_made_on(before, after):
    assert carried(before, after, before) == after


def test_edits_of_different_paragraphs_merge_also_in_one_quotation():
    one, two, three = map(paragraph, WORDS[:3])
    base = (one, Quote((two, three)))
    merged = merge(
        base, (paragraph("the first thing written"), Quote((two, three))), (one, Quote((two, paragraph("a fourth"))))
    )
    assert merged.blocks == (paragraph("the first thing written"), Quote((two, paragraph("a fourth"))))
    assert not merged.overlaps


def test_overlapping_edits_are_reported_with_both_texts_and_ours_stands():
    base, ours, theirs = (paragraph(f"a thing that {each} said") for each in ("nobody", "Ada", "Ben"))
    merged = merge((base,), (ours,), (theirs,))
    assert merged.blocks == (ours,)
    (overlap,) = merged.overlaps
    assert (overlap.base, overlap.ours, overlap.theirs) == (base, ours, theirs)


def test_taking_away_what_the_other_side_edited_is_an_overlap():
    base, theirs = paragraph("a thing that nobody said"), paragraph("a thing that Ben said")
    (overlap,) = merge((base,), (), (theirs,)).overlaps
    assert overlap.ours is None
    assert not merge((base,), (), (base,)).overlaps


def test_what_both_put_in_one_place_is_all_kept():
    base = (paragraph("here"),)
    merged = merge(base, (*base, paragraph("from us")), (*base, paragraph("from them")))
    assert {each.runs[0].text for each in merged.blocks} == {"here", "from us", "from them"}


def test_what_the_other_side_made_of_a_block_is_no_edit_of_it():
    here = (paragraph("one"), Heading(runs=(Run("two"),), level=6), paragraph("three"))
    there = (paragraph("one"), Heading(runs=(Run("two"),), level=4), paragraph("three"))
    after = (*there[:2], paragraph("four"))
    assert agree(here, there)
    assert carried(there, after, here) == (*here[:2], paragraph("four"))


def test_words_in_canonical_form_carry_no_style_on_white_space():
    bold = frozenset({Style.BOLD})
    assert tidy([Run(" a ", bold), Run("b", bold), Run("  "), Run("c")]) == (Run("a b", bold), Run("  c"))


def test_what_became_of_the_first_blocks_leaves_the_later_ones_out():
    one, two, three = map(paragraph, WORDS[:3])
    assert until((one, two, three), (paragraph("new"), one, three, paragraph("x")), 2) == (
        (one, two),
        (paragraph("new"), one),
    )
