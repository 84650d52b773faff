"""What must be true once all is quiet: nothing twice, nothing lost, both sides the same or a conflict that says why."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain

from sync.core.model import COMMENT, ISSUE, LinkState, Presence, Ref, Side
from sync.core.plan import verdicts
from tests.machine.edits import SETS, SINGLE
from tests.machine.met import SAID
from tests.machine.team import FIELDS, LATEST, Team

THERE = (Presence.PRESENT, Presence.ARCHIVED, Presence.AWAY)


class Truth:
    """What a team's services show, held against what people did and what the store knows."""

    def __init__(self, team: Team) -> None:
        self.team = team

    def holds(self):
        """Assert all of it."""
        links, said = self._links(ISSUE), self._links(COMMENT)
        self._says_everything_once(links, said)
        self._nothing_stands_twice(links)
        # A page that outlives its issue goes on with another one: what was decided of it before still holds.
        rows = list(self.team.store.conflicts())
        contested = {(each, row.field) for row in rows for each in (row.link, row.place.page)}
        for known in links:
            self._agrees(known)
            if all(self._present(known, side) for side in Side):
                self._keeps_the_last_word(known, contested)
                self._keeps_every_name(known)
                self._names_its_issue(known)

    def _links(self, kind):
        store, after, found = self.team.store, 0, []
        store.mark_all("roadmap", store.tick())  # only what is marked is shown
        while chunk := store.touched("roadmap", store.tick(), after=after):
            after = chunk[-1].link.id
            found += [known for known in chunk if known.link.kind == kind]
        return found

    def _says_everything_once(self, links, said):
        """Every comment that may be copied was, once; a copy says what its original says but where it was edited."""
        marks = Counter(
            each[-1].mark
            for side, talk in self.team.talks.items()
            for id_, each in talk.remarks.items()
            if each[-1].mark and self.team.shelves[side].versions[talk.under[id_].id][-1].presence.in_sight
        )
        assert not [mark for mark, count in marks.items() if count > 1], f"said twice: {marks}"
        SAID.update(
            f"copied to {side}"
            for side, talk in self.team.talks.items()
            for each in talk.remarks.values()
            if each[-1].mark
        )
        held = {known.link.ref(side).id for known in said for side in Side if known.link.ref(side)}
        alive = {known.link.ref(side): known.link for known in links for side in Side if self._together(known)}
        for side, talk in self.team.talks.items():
            for id_, remarks in talk.remarks.items():
                shown = talk.at(id_, self.team.clock.now())
                link = alive.get(talk.under[id_])
                if shown is None or shown.mark is not None or link is None or remarks[0].since < link.tied_at:
                    continue
                assert Ref.comment(side, id_).id in held, f"never copied: {side} {id_} {remarks}"
        for known in said:
            self._follows(known)

    def _together(self, known):
        return known.link.state is LinkState.LINKED and all(known.link.ref(side) for side in Side)

    def _follows(self, known):
        if any(link.state is not LinkState.LINKED for link in (known.link, known.parent)):
            return  # nothing is said while one side is out of sight
        shown = {side: self.team.talks[side].at(known.link.ref(side).bare, self.team.clock.now()) for side in Side}
        if None in shown.values():
            SAID["one side out of sight"] += 1
            return
        copy = next(side for side in Side if shown[side].mark)
        versions = self.team.talks[copy].remarks[known.link.ref(copy).bare]
        latest, original = shown[copy].text, shown[copy.other].text
        edited = latest.startswith("edited")
        assert edited or latest == f"ada: {original}", (versions, original)
        SAID["edited copy" if edited else "followed" if original.startswith("edited") else "as it was"] += 1

    def _nothing_stands_twice(self, links):
        for side in Side:
            refs = [known.link.ref(side).id for known in links if known.link.ref(side)]
            assert len(refs) == len(set(refs)), "one link a record"
        marks = Counter(
            versions[-1].fields.get("mark")
            for versions in self.team.shelves[Side.GITHUB].versions.values()
            if versions[-1].fields.get("mark") and versions[-1].presence is not Presence.DELETED
        )
        assert not [mark for mark, count in marks.items() if count > 1], f"issues born twice: {marks}"
        pages = Counter(
            versions[-1].fields.get("link")
            for page, versions in self.team.shelves[Side.NOTION].versions.items()
            if versions[-1].fields.get("link") and versions[-1].presence in THERE
            if page not in self.team.relinked
        )
        assert not [link for link, count in pages.items() if count > 1], f"pages born twice: {pages}"

    def _agrees(self, known):
        """Both sides agree on every field, or a conflict is shown, or the value cannot be said."""
        if known.github is None or known.notion is None:
            return
        if not all(self._present(known, side) for side in Side):
            return
        for name, verdict in verdicts(known, self.team.bound).items():
            assert not verdict.writes, (name, verdict)
            field = self.team.bound.field(name)
            shown = {side: field.read(known.on(side).record) for side in Side}
            settled = field.transform.agree(shown[Side.GITHUB], shown[Side.NOTION])
            unsaid = any(field.transform.unsaid(side, shown[side]) for side in Side)
            assert settled or unsaid or verdict.conflict or not field.both_ways, (
                name,
                shown,
                known.shadows.get(name),
                verdict,
            )

    def _keeps_the_last_word(self, known, contested):
        """What somebody wrote last stands in the end, unless a conflict tells what became of it."""
        for name in SINGLE:
            field = FIELDS[name]
            edits = [each for each in self.team.history if each.name == name and self._of(known, each)]
            away = any((side, known.link.ref(side).id) in self.team.moved for side in Side)
            disputed = any((each, field.key) in contested for each in (known.link.id, known.link.notion.id))
            if not edits or disputed or (name == "state" and away):
                continue
            last = edits[-1]
            shown = {side: self.team.shown(side, known.link.ref(side).id, name) for side in Side}
            ever = [*((each.side, each.after) for each in edits), *shown.items()]  # a copy shows what nobody wrote
            if any(field.transform.unsaid(*each) for each in ever):
                continue
            if not last.after and not last.agreed:
                continue  # at the first tie an empty value takes the other's
            if self._looked_agreed(field, edits) or self._never_seen(field, last):
                continue
            if self._took_back(known, field, edits):
                continue
            said = field.transform.say(last.side.other, last.after, shown[last.side.other])
            assert (
                shown[last.side] == last.after
                or field.transform.say(last.side, shown[last.side.other], last.after) == last.after
            ), f"lost: {last}, shown {shown}, edits {edits}"
            assert shown[last.side.other] == said, f"lost: {last}, shown {shown}, edits {edits}"

    def _looked_agreed(self, field, edits):
        """Tell whether the last edit agreed with what the other side may still have shown, though it had been edited.

        Open: such an edit needs no write, so that both sides count as agreed, and what comes to light then flows.
        """
        last = edits[-1]
        return any(
            field.transform.agree(*(each.before if side is each.side else last.after for side in Side))
            for each in edits
            if each.side is last.side.other and each.side in self.team.storm.late and last.at - each.at <= LATEST
        )

    def _took_back(self, known, field, edits):
        """Tell whether the last edit undid one on which the two sides never agreed: what the other side says flows."""
        last, other = edits[-1], known.link.ref(edits[-1].side.other)
        mine = [each for each in edits if each.side is last.side]
        undone = next((each for each in reversed(mine[:-1]) if each.before == last.after), None)
        if undone is None:
            return False
        if not any(undone.at <= moment < last.at for moment in chain(*self.team.storm.shown.values())):
            return True  # nobody looked meanwhile
        between = [each.after for each in mine if undone.at <= each.at < last.at]
        versions = self.team.shelves[other.side].versions[other.id]
        ends = [each.since for each in versions[1:]] + [last.at]
        theirs = [
            field.read(self.team.shelves[other.side].record(other.id, each))
            for each, end in zip(versions, ends, strict=True)
            if each.since <= last.at and end > undone.at
        ]
        met = ((value, each) if last.side is Side.GITHUB else (each, value) for value in between for each in theirs)
        return not any(field.transform.agree(*each) for each in met)

    def _never_seen(self, field, edit):
        """Tell whether our own write went over an edit that a late reading could not show yet."""
        shelf = self.team.shelves[edit.side]
        return self.team.unseen(edit.side, edit.id, lambda each: field.read(shelf.record(edit.id, each)) == edit.after)

    def _keeps_every_name(self, known):
        """A name that one person added or took away, once and on one side, is there or gone on both sides."""
        for name in SETS:
            field = FIELDS[name]
            for each, deeds in self._deeds(known, field, name).items():
                (edit, done), *more = deeds
                if more or self._never_named(field, edit, each, done=done):
                    continue
                for side in Side:
                    there = self._named(field, side, self.team.shown(side, known.link.ref(side).id, name))
                    assert (each in there) is done, f"{name} {each} {done} on {side}: {there}"

    def _deeds(self, known, field, name):
        """Return the edits by which each name was added (True) or taken away (False)."""
        deeds = defaultdict(list)
        for edit in self.team.history:
            if edit.name == name and self._of(known, edit):
                before, after = (self._named(field, edit.side, value) for value in (edit.before, edit.after))
                for each in before ^ after:
                    deeds[each].append((edit, each in after))
        return deeds

    def _never_named(self, field, edit, name, *, done):
        """Tell whether our own write went over what was done to a name before a late reading could show it."""
        shelf = self.team.shelves[edit.side]

        def shows(version):
            return (name in self._named(field, edit.side, field.read(shelf.record(edit.id, version)))) is done

        return self.team.unseen(edit.side, edit.id, shows)

    def _names_its_issue(self, known):
        """The link property names the issue, whatever somebody wrote there."""
        link = self.team.shelves[Side.NOTION].versions[known.link.notion.id][-1].fields["link"]
        assert link == self.team.address(known.link.github.id)

    def _named(self, field, side, value):
        """Return the names of a value as GitHub says them, so far as both sides can."""
        said = field.transform.seen(side, value)
        if side is Side.NOTION:
            said = field.transform.say(Side.GITHUB, said, None)
        return {each.casefold() for each in said or ()}

    def _present(self, known, side):
        ref = known.link.ref(side)
        if ref is None or (side is Side.GITHUB and self.team.out_of_scope(ref.id)):
            return False
        return self.team.shelves[side].versions[ref.id][-1].presence.in_sight

    def _of(self, known, edit):
        return known.link.ref(edit.side).id == edit.id
