"""What of a shown body is our own writing: a lost edit is known by what it left, and half of it proves nothing."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sync.core.document import Bullet, Heading, Paragraph, Quote, Run, Task, Toggle, landed
from tests.bodies.test_merge import blocks, paragraph

A, B, C = (paragraph(text) for text in ("first of all this", "then something else", "and a very last word"))
NEW, MORE = paragraph("this came over from the other side"), paragraph("so did quite another sentence here")
OWN = paragraph("a person wrote that since")


def bullet(*inside):
    return Bullet(tuple(inside))


@pytest.mark.parametrize(
    ("base", "sent", "seen"),
    [
        ((A, B), (A, NEW, B), (A, NEW, OWN)),
        ((A, B), (A, NEW, B), (NEW, B)),
        ((A, B), (A, NEW), (A, NEW, OWN)),
        ((A, bullet(B)), (A, bullet(B, NEW)), (OWN, bullet(B, NEW))),
        ((A,), (A, NEW, MORE), (A, NEW, paragraph("so did quite another sentence there"))),
        ((Task((A,)), B), (Task((A,), checked=True), B), (Task((A,), checked=True), C)),
    ],
)
def test_an_edit_is_known_by_what_came_whatever_else_was_edited_since(base, sent, seen):
    assert landed(base, sent, seen)


@pytest.mark.parametrize(
    ("base", "sent", "seen"),
    [
        ((A, B), (A, NEW, B), (A, OWN, B)),
        ((A, B), (A, NEW), (A, NEW, B, OWN)),
        ((A,), (A, NEW, MORE), (OWN, A, NEW)),
        ((A, B), (A,), (A, OWN)),
        ((A, bullet(B)), (A, bullet(B, NEW), MORE), (A, bullet(B), MORE)),
        ((A, bullet(B, C)), (A, bullet(B, NEW)), (A, bullet(B, C, NEW))),
        ((Task((A,)), B), (Task((A,), checked=True), NEW), (Task((A,)), NEW)),
        (
            (Toggle(runs=(Run("a title"),)),),
            (Toggle((B,), runs=(Run("other words"),)),),
            (Toggle((B,), runs=(Run("a title"),)),),
        ),
        ((A,), (A, Heading(runs=(Run("the title that came"),), level=2)), (A, NEW)),
    ],
)
def test_half_of_an_edit_and_a_persons_own_prove_nothing(base, sent, seen):
    assert not landed(base, sent, seen)


@given(blocks, blocks)
def test_what_shows_the_old_body_shows_no_edit(base, sent):
    assume(base != sent)
    assert not landed(base, sent, base)


@given(blocks, blocks, st.integers(0, 5))
def test_what_a_person_puts_beside_an_edit_that_came_whole_hides_it_never(base, more, at):
    own = Quote((OWN,))
    sent = (*base[:at], NEW, *base[at:])
    assert landed(base, sent, (*sent, own))
    assert landed(base, sent, (own, *sent))
    assert more == () or not landed(
        base, (*sent, Paragraph(runs=(Run("never shown at all, not in part"),))), (*sent, *more)
    )
