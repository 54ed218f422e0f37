// Keeps an open page true: listens for changes (server-sent events), fetches the page again and replaces what differs,
// without losing focus or place. Counts down to openings. Without this script everything works by reloading.
"use strict";

(() => {
  const MOST_SILENT = 60_000; // ms hidden: looked at again after longer, a page is fetched anew in any case
  let region = document.querySelector("[data-live]");
  if (!region) return;

  // ---- listening

  let line = null;
  let hiddenAt = 0;

  function listen() {
    if (line || document.hidden || !window.EventSource) return;
    const about = new URLSearchParams();
    for (const topic of ["own", "places"]) {
      if (region.dataset[topic] !== undefined) about.set(topic, region.dataset[topic]);
    }
    line = new EventSource(`${region.dataset.live}?${about}`);
    line.addEventListener("changed", refresh);
    line.addEventListener("enough", hang);
    line.onerror = () => {
      if (!line || line.readyState !== EventSource.CLOSED) return; // it comes again by itself
      hang();
      refresh(); // the session has ended, perhaps: then the page says so
    };
  }

  function hang() {
    if (line) line.close();
    line = null;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hiddenAt = Date.now();
      hang();
    } else {
      if (Date.now() - hiddenAt > MOST_SILENT) refresh();
      listen();
    }
  });
  window.addEventListener("pagehide", hang);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) refresh();
    listen();
  });

  // ---- fetching anew

  let underWay = false;
  let again = false;

  async function refresh() {
    if (underWay) {
      again = true;
      return;
    }
    underWay = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.status === 403 || answer.redirected) return location.reload();
      if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      // no line for now: the next event, or the next look at the page, comes here again
    } finally {
      underWay = false;
    }
    if (again) {
      again = false;
      refresh();
    }
  }

  function replace(page) {
    const fresh = page.querySelector("[data-live]");
    if (!fresh) return location.reload();
    const focused = document.activeElement;
    const name = region.contains(focused) ? nameOf(focused) : "";
    const before = region.innerText;
    skew = Date.parse(fresh.dataset.now) - Date.now();
    mend(region, fresh);
    document.title = page.title;
    count();
    if (name && document.activeElement !== focused) refocus(name);
    const told = document.getElementById("told");
    if (told && region.innerText !== before) {
      told.textContent = "";
      setTimeout(() => { told.textContent = told.dataset.changed; }, 50);
    }
  }

  // What an element is called, that may be another one after the replacement: where it leads, or what it sends.
  function nameOf(element) {
    if (element.href) return `a ${element.getAttribute("href")}`;
    const data = element.form && element.form.elements.namedItem("data");
    return data ? `b ${data.value}` : element.id ? `# ${element.id}` : "";
  }

  function refocus(name) {
    for (const element of region.querySelectorAll("a[href], button, [id]")) {
      if (nameOf(element) === name) return element.focus({ preventScroll: true });
    }
    const main = document.getElementById("content");
    if (main) main.focus({ preventScroll: true });
  }

  // Makes the old element equal to the new one, and touches nothing that is equal already.
  function mend(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    let place = old.firstChild;
    for (const child of [...fresh.childNodes]) {
      const kept = child.id ? [...old.children].find((each) => each.id === child.id) : alike(place, child) ? place : null;
      if (!kept) {
        old.insertBefore(document.importNode(child, true), place);
        continue;
      }
      if (kept === place) place = place.nextSibling;
      else old.insertBefore(kept, place);
      if (kept.nodeType === Node.ELEMENT_NODE) mend(kept, child);
      else if (kept.data !== child.data) kept.data = child.data;
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  }

  function alike(old, fresh) {
    return old && !old.id && old.nodeName === fresh.nodeName && old.nodeType === fresh.nodeType;
  }

  // ---- counting down

  let skew = Date.parse(region.dataset.now) - Date.now(); // how far the server's clock is ahead of this one

  function count() {
    const now = Date.now() + skew;
    for (const each of region.querySelectorAll("[data-until]")) {
      const left = Math.max(0, Math.round((Date.parse(each.dataset.until) - now) / 1000));
      const days = Math.floor(left / 86400);
      const two = (number) => String(number).padStart(2, "0");
      const clock = [Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60].map(two).join(":");
      const text = days ? `${days} ${region.dataset.day} ${clock}` : clock;
      if (each.textContent !== text) each.textContent = text;
      if (!left && !each.dataset.over) {
        each.dataset.over = "1";
        setTimeout(refresh, 1000);
      }
    }
  }

  count();
  setInterval(() => { if (!document.hidden) count(); }, 1000);
  listen();
})();
