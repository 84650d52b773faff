"""Somebody at work in the web interface: edits as a user other than the bot; no HTTP, no limits, no permissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sync.sandbox.github import assets, comments, edits
from sync.sandbox.github.refusals import not_found
from sync.sandbox.github.render import Json, Render
from sync.sandbox.github.state import DELETED, ROLES, Comment, Issue, Moved, Repository, User, node_id
from sync.sandbox.github.world import World, present


class Person:
    """What one user can do; issues are named by repository and number, answers are REST objects."""

    def __init__(self, world: World, render: Render, user: User) -> None:
        self._world, self._render, self.user = world, render, user

    # --- issues

    def create(self, repository: str, title: str, body: str | None = None, **fields: object) -> Json:
        """Open an issue; `fields` are those of the REST request."""
        with self._world.lock:
            place = self._world.repository(repository)
            asked = {"title": title, "body": self._saved(body), **fields}
            return self._render.issue(place, edits.create(self._world, place, self.user, asked))

    def create_pull(self, repository: str, title: str, body: str | None = None, *, draft: bool = False) -> Json:
        """Open a pull request."""
        with self._world.lock:
            place = self._world.repository(repository)
            issue = edits.create(self._world, place, self.user, {"title": title, "body": self._saved(body)})
            pull = replace(issue, pull={"draft": draft, "merged_at": None})
            return self._render.issue(place, place.put(pull, self._world.clock.now()))

    def convert_to_pull(self, repository: str, number: int) -> Json:
        """Attach a branch to an issue: from now on its number is a pull request's."""
        with self._world.lock:
            place, issue = self._issue(repository, number)
            pull = replace(issue, pull={"draft": False, "merged_at": None}, updated_at=self._world.now())
            return self._render.issue(place, place.put(pull, self._world.clock.now()))

    def edit(self, repository: str, number: int, **fields: Any) -> Json:  # noqa: ANN401 - those of the REST request
        """Change an issue; the body is saved as the web editor does."""
        with self._world.lock:
            place, issue = self._issue(repository, number)
            asked = {**fields, **({"body": self._saved(fields["body"])} if "body" in fields else {})}
            return self._render.issue(place, edits.update(self._world, place, issue, self.user, asked))

    def close(self, repository: str, number: int, reason: str = "completed") -> Json:
        """Close an issue as completed, not_planned or duplicate."""
        return self.edit(repository, number, state="closed", state_reason=reason)

    def reopen(self, repository: str, number: int) -> Json:
        """Reopen an issue."""
        return self.edit(repository, number, state="open")

    def label(self, repository: str, number: int, *names: str) -> Json:
        """Add labels."""
        _, issue = self._issue(repository, number)
        return self.edit(repository, number, labels=[*self._labels(repository, issue), *names])

    def unlabel(self, repository: str, number: int, *names: str) -> Json:
        """Take labels off."""
        _, issue = self._issue(repository, number)
        gone = {name.casefold() for name in names}
        left = [name for name in self._labels(repository, issue) if name.casefold() not in gone]
        return self.edit(repository, number, labels=left)

    def assign(self, repository: str, number: int, *logins: str) -> Json:
        """Add assignees."""
        return self.edit(repository, number, assignees=[*self._assignees(repository, number), *logins])

    def unassign(self, repository: str, number: int, *logins: str) -> Json:
        """Take assignees off."""
        left = [login for login in self._assignees(repository, number) if login not in logins]
        return self.edit(repository, number, assignees=left)

    def lock(self, repository: str, number: int, reason: str | None = None) -> Json:
        """Lock the conversation."""
        return self._settled(repository, number, locked=True, lock_reason=reason)

    def unlock(self, repository: str, number: int) -> Json:
        """Unlock the conversation."""
        return self._settled(repository, number, locked=False, lock_reason=None)

    def delete(self, repository: str, number: int) -> None:
        """Delete an issue: its number answers 410 and is never given again."""
        with self._world.lock:
            place, _ = self._issue(repository, number)
            place.remove(number, self._world.clock.now(), DELETED)
            self._comments(place, number, None)

    def transfer(self, repository: str, number: int, to: str) -> Json:
        """Move an issue: a new id and number, labels and milestone only where the target has them by name."""
        with self._world.lock:
            place, issue = self._issue(repository, number)
            target, identity = self._world.repository(to), self._world.new_id()
            names = [place.labels[each].name for each in issue.labels]
            labels = tuple(label.id for label in map(target.label, names) if label)
            title = place.milestones[issue.milestone].title if issue.milestone else None
            same = [each.number for each in target.milestones.values() if each.title == title]
            arrived = replace(
                issue,
                id=identity,
                node_id=node_id("I", target.id, identity),
                number=target.last_number + 1,
                labels=labels,
                milestone=same[0] if same else None,
                updated_at=self._world.now(),
            )
            now = self._world.clock.now()
            place.remove(number, now, Moved(target.id, arrived.number))
            target.put(arrived, now)
            self._comments(place, number, (target, arrived.number))
            return self._render.issue(target, arrived)

    # --- comments

    def comment(self, repository: str, number: int, text: str) -> Json:
        """Write a comment."""
        with self._world.lock:
            place, issue = self._issue(repository, number)
            made = comments.make(self._world, place, issue, self.user, self._saved(text) or "")
            return self._render.comment(place, made)

    def edit_comment(self, repository: str, comment: int, text: str) -> Json:
        """Change a comment."""
        with self._world.lock:
            place, found = self._comment(repository, comment)
            return self._render.comment(place, comments.change(self._world, place, found, self._saved(text) or ""))

    def delete_comment(self, repository: str, comment: int) -> None:
        """Delete a comment."""
        with self._world.lock:
            comments.drop(self._world, *self._comment(repository, comment))

    # --- repositories

    def rename_repository(self, repository: str, name: str, *, owner: str | None = None) -> Json:
        """Rename a repository or give it away; the old name redirects."""
        with self._world.lock:
            place = self._world.repository(repository)
            self._world.rename(place, name, owner=owner)
            return self._render.repository(place, self.user)

    def set_repository(self, repository: str, **switches: bool) -> Json:
        """Set has_issues, archived or private."""
        with self._world.lock:
            place = self._world.repository(repository)
            for name, value in switches.items():
                if name not in {"has_issues", "archived", "private"}:
                    raise KeyError(name)
                setattr(place, name, value)
            return self._render.repository(place, self.user)

    def allow(self, repository: str, login: str, role: str) -> None:
        """Give a user a role: pull, triage, push, maintain or admin; "none" takes it."""
        with self._world.lock:
            access, user = self._world.repository(repository).access, self._world.add_user(login)
            access.pop(user.id, None)
            if role != "none":
                access[user.id] = ROLES[ROLES.index(role)]

    def create_label(self, repository: str, name: str, color: str = "ededed") -> Json:
        """Make a label."""
        with self._world.lock:
            place = self._world.repository(repository)
            return self._render.label(place, edits.make_label(place, name, self._world, color=color))

    def rename_label(self, repository: str, name: str, new_name: str) -> None:
        """Rename a label."""
        with self._world.lock:
            place = self._world.repository(repository)
            label = place.label(name)
            if label is None:
                raise not_found()
            place.labels[label.id] = replace(label, name=new_name)
            place.epoch += 1

    def delete_label(self, repository: str, name: str) -> None:
        """Delete a label."""
        with self._world.lock:
            place = self._world.repository(repository)
            label = place.label(name)
            if label is None:
                raise not_found()
            self._world.drop_label(place, label.id)

    def create_milestone(self, repository: str, title: str) -> Json:
        """Make a milestone."""
        with self._world.lock:
            place = self._world.repository(repository)
            return self._render.milestone(place, edits.make_milestone(place, title, self.user, self._world))

    def attach(self, repository: str, filename: str, content: bytes | str = b"image") -> str:
        """Drop a file into an issue's editor and return the address that the editor puts into the text."""
        with self._world.lock:
            raw = content if isinstance(content, bytes) else content.encode()
            return self._render.web + assets.put(self._world, self._world.repository(repository), filename, raw)

    # --- finding

    def _issue(self, repository: str, number: int) -> tuple[Repository, Issue]:
        place = self._world.repository(repository)
        history = place.issues.get(number)
        if history is None or history.latest is None:
            raise not_found()
        return place, history.latest

    def _comment(self, repository: str, comment: int) -> tuple[Repository, Comment]:
        place = self._world.repository(repository)
        history = place.comments.get(comment)
        if history is None or history.latest is None:
            raise not_found()
        return place, history.latest

    def _saved(self, text: str | None) -> str | None:
        """Return a text as the web editor saves it, where the switch says so with CRLF at the end of every line."""
        if not text or not self._world.on("web_editor_crlf"):
            return text
        return text.replace("\r\n", "\n").replace("\n", "\r\n")

    def _labels(self, repository: str, issue: Issue) -> Sequence[str]:
        return [self._world.repository(repository).labels[each].name for each in issue.labels]

    def _assignees(self, repository: str, number: int) -> Sequence[str]:
        _, issue = self._issue(repository, number)
        return [self._world.users[each].login for each in issue.assignees]

    def _settled(self, repository: str, number: int, **fields: object) -> Json:
        with self._world.lock:
            place, issue = self._issue(repository, number)
            return self._render.issue(place, edits.settle(self._world, place, issue, **fields))

    def _comments(self, place: Repository, number: int, to: tuple[Repository, int] | None) -> None:
        """Delete the comments of an issue, or take them along to another."""
        now = self._world.clock.now()
        for each in [each for each in present(place.comments, None) if each.number == number]:
            place.comments[each.id].put(None, now)
            if to:
                comments.put(self._world, to[0], replace(each, number=to[1]))
