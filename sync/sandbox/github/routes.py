"""The table of what the simulated GitHub answers; a route below /repositories/{id} is written as below /repos."""

from __future__ import annotations

from sync.sandbox.github import comments, issues, labels, milestones, places
from sync.sandbox.github.call import Route

ISSUES, COMMENTS, LABELS = "issues/issues", "issues/comments", "issues/labels"
MILESTONES, ASSIGNEES = "issues/milestones", "issues/assignees"
ISSUE = "/issues/{number}"

OF_A_REPOSITORY = (
    Route("GET", "", places.repository, "repos/repos#get-a-repository"),
    Route("GET", "/issues", issues.listed, f"{ISSUES}#list-repository-issues"),
    Route("POST", "/issues", issues.created, f"{ISSUES}#create-an-issue", creates=True),
    Route("GET", "/issues/comments", comments.listed_all, f"{COMMENTS}#list-issue-comments-for-a-repository"),
    Route("GET", "/issues/comments/{id}", comments.read, f"{COMMENTS}#get-an-issue-comment"),
    Route("PATCH", "/issues/comments/{id}", comments.updated, f"{COMMENTS}#update-an-issue-comment"),
    Route("DELETE", "/issues/comments/{id}", comments.deleted, f"{COMMENTS}#delete-an-issue-comment"),
    Route("GET", ISSUE, issues.read, f"{ISSUES}#get-an-issue"),
    Route("PATCH", ISSUE, issues.updated, f"{ISSUES}#update-an-issue"),
    Route("PUT", f"{ISSUE}/lock", issues.locked, f"{ISSUES}#lock-an-issue"),
    Route("DELETE", f"{ISSUE}/lock", issues.unlocked, f"{ISSUES}#unlock-an-issue"),
    Route("POST", f"{ISSUE}/assignees", issues.assignees_added, f"{ASSIGNEES}#add-assignees-to-an-issue"),
    Route("DELETE", f"{ISSUE}/assignees", issues.assignees_removed, f"{ASSIGNEES}#remove-assignees-from-an-issue"),
    Route("GET", f"{ISSUE}/comments", comments.listed, f"{COMMENTS}#list-issue-comments"),
    Route("POST", f"{ISSUE}/comments", comments.created, f"{COMMENTS}#create-an-issue-comment", creates=True),
    Route("GET", f"{ISSUE}/labels", labels.of_issue, f"{LABELS}#list-labels-for-an-issue"),
    Route("POST", f"{ISSUE}/labels", labels.added, f"{LABELS}#add-labels-to-an-issue"),
    Route("PUT", f"{ISSUE}/labels", labels.replaced, f"{LABELS}#set-labels-for-an-issue"),
    Route("DELETE", f"{ISSUE}/labels", labels.cleared, f"{LABELS}#remove-all-labels-from-an-issue"),
    Route("DELETE", f"{ISSUE}/labels/{{name}}", labels.removed, f"{LABELS}#remove-a-label-from-an-issue"),
    Route("GET", "/labels", labels.listed, f"{LABELS}#list-labels-for-a-repository"),
    Route("POST", "/labels", labels.created, f"{LABELS}#create-a-label", creates=True),
    Route("GET", "/labels/{name}", labels.read, f"{LABELS}#get-a-label"),
    Route("PATCH", "/labels/{name}", labels.updated, f"{LABELS}#update-a-label"),
    Route("DELETE", "/labels/{name}", labels.deleted, f"{LABELS}#delete-a-label"),
    Route("GET", "/milestones", milestones.listed, f"{MILESTONES}#list-milestones"),
    Route("POST", "/milestones", milestones.created, f"{MILESTONES}#create-a-milestone", creates=True),
    Route("GET", "/milestones/{number}", milestones.read, f"{MILESTONES}#get-a-milestone"),
    Route("PATCH", "/milestones/{number}", milestones.updated, f"{MILESTONES}#update-a-milestone"),
    Route("DELETE", "/milestones/{number}", milestones.deleted, f"{MILESTONES}#delete-a-milestone"),
    Route("GET", "/assignees", places.assignees, f"{ASSIGNEES}#list-assignees"),
    Route("GET", "/assignees/{login}", places.assignee, f"{ASSIGNEES}#check-if-a-user-can-be-assigned"),
    Route("GET", "/issue-types", places.types_of_repository, "repos/issue-types#list-issue-types-for-a-repository"),
)

ELSEWHERE = (
    Route("GET", "/user", places.viewer, "users/users#get-the-authenticated-user"),
    Route("GET", "/users/{login}", places.user, "users/users#get-a-user"),
    Route("GET", "/orgs/{login}/issue-types", places.types_of_organisation, "orgs/issue-types"),
)
