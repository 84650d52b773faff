// Keeps the page fresh while nobody works on it; every page is whole without this.
"use strict";
const address = new URL(location.href);
address.searchParams.delete("said");
history.replaceState(null, "", address);
setInterval(async () => {
  const main = document.querySelector("main");
  const focus = document.activeElement;
  const busy = document.hidden || String(getSelection()) || (focus !== main && main.contains(focus))
    || main.querySelector("details[open], form.login, .token");
  if (busy) return;
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["main", "header nav", "footer"]) {
      const [old, now] = [document, fresh].map((each) => each.querySelector(part));
      if (old && now && !old.contains(document.activeElement)) old.replaceChildren(...now.childNodes);
    }
  } catch { /* the next try may reach it */ }
}, 10000);
