"""A place in which passes come and go, and what one asks of it between them."""

from __future__ import annotations

from contextlib import ExitStack

from sync import wiring
from sync.cli.sandbox import REPOSITORY
from sync.flow.run import run
from tests.acceptance.place import Place

WEB = "acme/web"
BOTH = f"{REPOSITORY}, {WEB}"
LATER = 120
"""Seconds that pass between what people do and the next pass: longer than any late read."""


class Home(Place):
    """A place whose passes are run without the command around them; a mapping that changed is read anew."""

    def open(self):
        self._stack, self._text = ExitStack(), ""
        self.set(STALE_SECONDS="1", CREATE_SETTLE_SECONDS="2")

    def close(self):
        self._stack.close()

    @property
    def ready(self):
        if self._text != self.file.read_text():
            self._stack.close()
            self._ready = self._stack.enter_context(wiring.opened())
            self._text = self.file.read_text()
        return self._ready

    def ran(self, *, full):
        """Let time pass and run a pass; what it raises goes on to whoever asked."""
        self.running.clock.advance(LATER)
        (mapping,) = self.ready.mappings
        return run(self.ready.foreground(mapping), full=full, wait=wiring.sleeper())

    @property
    def links(self):
        return self.ready.store.links_count("roadmap")

    @property
    def quarantined(self):
        return [each.ref.id for each in self.ready.store.quarantined("roadmap")]


def passed(place, *, full=False):
    """Run a pass that must end converged, and return what it wrote."""
    done = place.ran(full=full)
    assert (done.converged, done.failed) == (True, 0)
    return written(done)


def full(place):
    return passed(place, full=True)


def written(done):
    return {(str(side), str(action)): count for (side, action), count in done.written.items()}


def rested(place):
    """Assert that nothing more is written, and no twin waits to be."""
    assert full(place) == {}


def later(place):
    place.running.clock.advance(LATER)


def state(issue):
    return issue["state"], issue["state_reason"]


def row(place, page):
    """Return a page, whether it is in the trash or not."""
    return next(each for each in place.running.notion.pages(place.ids.data_source) if each["id"] == page)


def shown(place, page):
    return row(place, page)["properties"]


def trashed(place, page):
    return row(place, page)["in_trash"]
