"""Comments in a dict, for either side: as forgetful and as late as the services, for the machine test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from sync.core.bound import MARK
from sync.core.comments import AUTHOR, CREATED, TEXT, URL, Speech
from sync.core.document import Blocks, Paragraph, Run
from sync.core.errors import Vanished
from sync.core.limits import Lane
from sync.core.model import Batch, Presence, Record, Ref, Side
from sync.core.ports import Clock
from sync.core.speech import flat
from sync.remotes.memory import GRAIN, OVERLAP, Fair, Weather


@dataclass(frozen=True)
class Remark:
    """One state of a comment, from `since` on; None as its text is: deleted."""

    since: datetime
    text: str | None
    author: str
    mark: str | None = None


@dataclass
class Talk:
    """All that was ever said on one side, by the comment's id, and the ids of those whose thread was resolved."""

    side: Side
    clock: Clock
    remarks: dict[str, list[Remark]] = field(default_factory=dict)
    under: dict[str, Ref] = field(default_factory=dict)
    resolved: set[str] = field(default_factory=set)
    writes: int = 0

    def said(self, ref: Ref, author: str, text: str, mark: str | None = None) -> str:
        """Add a comment and return its id; ids rise and are never used again."""
        id_ = f"{self.side[0]}c{len(self.remarks) + 1}"
        self.under[id_] = ref
        self.remarks[id_] = [Remark(self.clock.now(), text, author, mark)]
        return id_

    def change(self, id_: str, text: str | None) -> None:
        """Give a comment another text, or delete it."""
        self.remarks[id_].append(replace(self.remarks[id_][-1], since=self.clock.now(), text=text))

    def at(self, id_: str, moment: datetime) -> Remark | None:
        """Return a comment's state at a moment, None where it is not to be seen."""
        seen = next((each for each in reversed(self.remarks.get(id_, [])) if each.since <= moment), None)
        return None if seen is None or seen.text is None or id_ in self.resolved else seen

    def record(self, id_: str, seen: Remark) -> Record:
        """Return a state as a record."""
        born, ref = self.remarks[id_][0].since, self.under[id_]
        home = ref.id if self.side is Side.NOTION else ref.container
        return Record(
            ref=Ref.comment(self.side, id_, home, ref.number),
            fields={
                TEXT: seen.text,
                MARK: seen.mark,
                AUTHOR: seen.author,
                CREATED: self._floored(born).isoformat(),
                URL: f"https://example/{id_}",
            },
            time=self._floored(seen.since),
            address=id_,
            label=f"comment {id_}",
            grain=GRAIN[self.side],
        )

    def _floored(self, moment: datetime) -> datetime:
        whole = moment.replace(microsecond=0)
        return whole - timedelta(seconds=whole.timestamp() % GRAIN[self.side])


class MemoryDiscussions:
    """The port over a talk; as in the services only GitHub lists all of it, and only GitHub tells what was deleted."""

    def __init__(self, talk: Talk, weather: Weather | None = None) -> None:
        self.side, self.talk = talk.side, talk
        self.weather: Weather = weather or Fair()

    def on(self, lane: Lane) -> Self:  # noqa: ARG002 - nothing is charged here
        """Return itself."""
        return self

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield GitHub's comments that changed since the cursor."""
        if self.side is Side.NOTION:
            return
        since = datetime.fromisoformat(cursor) if cursor else datetime.min.replace(tzinfo=UTC)
        began = self.talk.clock.now()
        shown = [each for each in self._shown(self._call("changes")) if each.time >= since]
        home = tuple(each for each in shown if each.ref.container == container)
        yield Batch(home, (began - OVERLAP[self.side]).isoformat())

    def of(self, ref: Ref) -> tuple[Record, ...]:
        """Return all comments under a record."""
        shown = self._shown(self._call("read"))
        return tuple(each for each in shown if self.talk.under[each.ref.bare] == ref)

    def read(self, ref: Ref) -> Record:
        """Return one comment."""
        seen = self.talk.at(ref.bare, self._call("read"))
        if seen is not None:
            return self.talk.record(ref.bare, seen)
        presence = Presence.DELETED if self.side is Side.GITHUB else Presence.HIDDEN
        return Record(ref, {}, datetime.min.replace(tzinfo=UTC), "", ref.bare, presence, grain=GRAIN[self.side])

    def words(self, text: str) -> Blocks:
        """Return the text as one paragraph."""
        return (Paragraph(runs=(Run(text),)),)

    def say(self, ref: Ref, speech: Speech) -> Record:
        """Say something."""
        self.weather.before(self.side, "create")
        id_ = self.talk.said(ref, speech.author, _spelled(speech), speech.mark)
        return self._reply("create", id_)

    def reword(self, ref: Ref, speech: Speech) -> Record:
        """Say it otherwise."""
        self._there(ref, "update")
        self.talk.change(ref.bare, _spelled(speech))
        return self._reply("update", ref.bare)

    def take_back(self, ref: Ref) -> Record:
        """Delete it."""
        shown = self.talk.record(ref.bare, self._there(ref, "trash"))
        self.talk.change(ref.bare, None)
        self.talk.writes += 1
        self.weather.after(self.side, "trash")
        return replace(shown, fields={}, presence=Presence.DELETED, time=self.talk.clock.now())

    def find(self, ref: Ref, mark: str) -> Record | None:
        """Return the marked comment."""
        return next((each for each in self.of(ref) if each.read(MARK) == mark), None)

    def _there(self, ref: Ref, call: str) -> Remark:
        self.weather.before(self.side, call)
        seen = self.talk.at(ref.bare, self.talk.clock.now())
        if seen is None:
            raise Vanished(f"{ref.id} is not there")
        return seen

    def _reply(self, call: str, id_: str) -> Record:
        self.talk.writes += 1
        reply = self.talk.record(id_, self.talk.remarks[id_][-1])
        self.weather.after(self.side, call)
        return reply

    def _shown(self, moment: datetime) -> Iterator[Record]:
        found = ((id_, self.talk.at(id_, moment)) for id_ in list(self.talk.remarks))
        return (self.talk.record(id_, seen) for id_, seen in found if seen is not None)

    def _call(self, call: str) -> datetime:
        self.weather.before(self.side, call)
        return self.talk.clock.now() - self.weather.lag(self.side, call)


def _spelled(speech: Speech) -> str:
    """Return words as this service keeps them: not as they came."""
    said = "".join(run.text for run in flat(speech.words))
    return f"{speech.author}: {said.strip()}"
