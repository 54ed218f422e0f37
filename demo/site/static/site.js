// What the pages of the simulated site do in the browser: the cookie banner, the dialogs, the calendar that fills itself
// with its own requests, booking and cancelling. No library, nothing from outside.
"use strict";
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const base = document.body.dataset.base;
  const DAYS = ["Domenica", "Lunedì", "Martedì", "Mercoledì", "Giovedì", "Venerdì", "Sabato"];
  const MONTHS = ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"];
  const DAYS_ON_SHOW = 3;
  const CONSENT = "_iub_cs-polimi";
  const UNREACHABLE = "Si è verificato un errore di comunicazione. Verifica le tue prenotazioni e riprova.";

  // ----- cookie banner: accepting is remembered, closing is not; the dashboard asks once more (data-asks="2")

  const banner = find("#iubenda-cs-banner");
  const accepted = Number(document.cookie.match(`${CONSENT}=(\\d)`)?.[1] ?? 0);
  if (banner && (banner.classList.contains("over-all") || accepted < Number(banner.dataset.asks))) {
    banner.hidden = false;
    find(".iubenda-cs-close-btn", banner).addEventListener("click", () => { banner.hidden = true; });
    find(".iubenda-cs-accept-btn", banner).addEventListener("click", () => {
      document.cookie = `${CONSENT}=${banner.dataset.asks}; path=/; max-age=31536000; SameSite=Lax`;
      banner.hidden = true;
    });
  }

  // ----- dialogs

  // Shows a dialog and resolves to the role of the button that was clicked.
  function ask(id, text) {
    const dialog = document.getElementById(id);
    find(".modal-body", dialog).textContent = text;
    dialog.hidden = false;
    return new Promise((resolve) => {
      for (const button of dialog.querySelectorAll("[data-modalrole]")) {
        button.onclick = () => { dialog.hidden = true; resolve(button.dataset.modalrole); };
      }
    });
  }
  const confirmDialog = (text) => ask("srModal_g_confirm_dialog", text);
  const alertDialog = (text) => ask("srModal_g_alert_dialog", text);

  // ----- requests

  async function send(path, form) {
    const options = { headers: { "X-Requested-With": "XMLHttpRequest" } };
    if (form) Object.assign(options, { method: "POST", body: new URLSearchParams(form) });
    const response = await fetch(base + path, options);
    if (response.redirected) { // the session has ended
      location.href = response.url;
      return new Promise(() => {});
    }
    if (!response.ok) throw new Error(response.status);
    return response;
  }
  const sendForJson = async (path, form) => (await send(path, form)).json();

  // ----- choose activity

  const list = find(".list-group[data-dead-first-click]");
  if (list) list.addEventListener("click", (event) => event.preventDefault(), { once: true });

  // ----- my bookings

  const data = find("#booking-data");
  if (data) {
    const { token, numbers } = JSON.parse(data.textContent);
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button.btn-delete");
      const index = [...document.querySelectorAll("button.btn-delete")].indexOf(button);
      if (button) cancelBooking(numbers[index], token);
    });
    if (data.dataset.filledFrom) fill(data.dataset.filledFrom);
  }

  async function fill(address) {
    find("#event-repository").innerHTML = await (await fetch(address)).text();
  }

  async function cancelBooking(number, token) {
    if (await confirmDialog("Vuoi davvero cancellare la prenotazione?") !== "ok") return;
    let text = UNREACHABLE;
    try {
      text = (await sendForJson("/Booking/DeleteEvent", { number, __RequestVerificationToken: token })).message;
    } catch { /* the dialog says so */ }
    await alertDialog(text);
    location.reload();
  }

  // ----- calendar

  const calendar = find("#booking-calendar");
  if (!calendar) return;
  const container = find("#day-schedule-container");
  const repository = find("#day-schedule-repository");
  const confirmation = find("#booking-confirm-container");
  const loaded = new Map(); // days from today -> element
  let first = 0;
  let moves = Promise.resolve();

  function dateAt(offset) {
    const day = new Date(`${calendar.dataset.today}T12:00:00Z`);
    day.setUTCDate(day.getUTCDate() + offset);
    return day;
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // The page's script survives what its server may do to the JSON: letter case and date forms.
  function field(slot, name) {
    const key = Object.keys(slot).find((each) => each.toLowerCase() === name.toLowerCase());
    return key === undefined || slot[key] === null ? "" : slot[key];
  }

  function buildSlot(slot) {
    const status = String(field(slot, "Status")).toLowerCase();
    const box = element("div", `event-slot slot-${status}`);
    const time = element("div", "slot-time");
    time.append(element("span", "time-start", field(slot, "TimeStart")), " ",
      element("span", "time-duration", field(slot, "TimeDuration")));
    const description = element("div", "slot-description", field(slot, "EventDescription"));
    if (field(slot, "SkillName")) description.append(" - ", element("span", "skill", field(slot, "SkillName")));
    const icon = element("div", "slot-icon");
    icon.append(element("i", field(slot, "Icon")));
    box.append(time, icon, description, element("div", "slot-description2", field(slot, "EventDescription2")));
    if (field(slot, "EventDescription3")) {
      box.append(element("div", "slot-description3", field(slot, "EventDescription3")));
    }
    const after = field(slot, "Notes") === "Lista d'attesa" ? "Lista" : "Prenota";
    box.append(element("div", "slot-notes slot-notes-before", field(slot, "Notes")),
      element("div", "slot-notes slot-notes-after", status === "available" ? after : ""));
    if (status === "available") box.addEventListener("click", () => openConfirmation(field(slot, "AppointmentId")));
    return box;
  }

  // The slots of one course at one hour, under a line that opens them.
  function grouped(data) {
    const groups = new Map();
    for (const slot of data) {
      const name = `${field(slot, "TimeStart")} ${field(slot, "SkillName") || field(slot, "EventDescription")}`;
      groups.set(name, [...(groups.get(name) ?? []), buildSlot(slot)]);
    }
    return [...groups].flatMap(([name, slots]) => {
      const inside = element("div", "event-group");
      inside.hidden = true;
      inside.append(...slots);
      const line = element("button", "event-group-open", name);
      line.type = "button";
      line.addEventListener("click", () => { inside.hidden = !inside.hidden; });
      return [line, inside];
    });
  }

  async function loadDay(offset) {
    const day = dateAt(offset);
    const answer = await sendForJson("/Booking/GetActivitySchedule", {
      currentDate: day.toISOString().slice(0, 10),
      activityID: calendar.dataset.activityId,
      skillID: 0,
      activityFlags: "Classes",
      getForCatchUp: false,
    });
    const column = element("div", "day-schedule");
    column.dataset.dateOffset = offset;
    const label = `${DAYS[day.getUTCDay()]}, ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]}`;
    column.append(element("h3", "day-schedule-label", label), element("div", "day-schedule-legend"));
    if (answer.data.length) {
      const slots = element("div", "day-schedule-slots");
      slots.append(...(calendar.dataset.grouped === "1" ? grouped(answer.data) : answer.data.map(buildSlot)));
      column.append(slots);
    } else {
      column.append(element("div", "day-schedule-empty", "Nessuna attività in programma"));
    }
    repository.append(column);
    loaded.set(offset, column);
  }

  async function ensureLoaded(offsets) {
    await Promise.all(offsets.filter((offset) => !loaded.has(offset)).map(loadDay));
  }

  async function show(target) {
    first = Math.max(0, target);
    const wanted = Array.from({ length: DAYS_ON_SHOW }, (_, index) => first + index);
    await ensureLoaded(wanted);
    for (const column of loaded.values()) {
      column.classList.remove("day-column");
      repository.append(column);
    }
    for (const offset of wanted) {
      loaded.get(offset).classList.add("day-column");
      container.append(loaded.get(offset));
    }
    calendar.hidden = false;
    find(".calendar-loading").hidden = true;
    ensureLoaded([first + DAYS_ON_SHOW]).catch(() => {}); // ahead of the next move, which reports what fails
  }

  function move(target) {
    moves = moves.then(() => show(target())).catch(() => alertDialog(UNREACHABLE));
  }

  for (const link of document.querySelectorAll("a.btn-move-date")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      move(() => first + Number(link.dataset.dateTarget));
    });
  }
  find(".btn-today").addEventListener("click", (event) => { event.preventDefault(); move(() => 0); });
  move(() => 0);

  // ----- booking

  async function openConfirmation(appointmentId) {
    try {
      const response = await send(`/Booking/ConfirmActivityBooking?appointmentID=${appointmentId}`);
      confirmation.innerHTML = await response.text();
    } catch {
      return alertDialog(UNREACHABLE);
    }
    calendar.hidden = true;
    confirmation.hidden = false;
    find(".btn-back", confirmation).addEventListener("click", closeConfirmation);
    const button = find("#btnConfirmAppointmentBooking", confirmation);
    const wake = () => button.addEventListener("click", () => { button.disabled = true; book(appointmentId); });
    if (button) setTimeout(wake, 1000 * Number(calendar.dataset.wakesAfter));
  }

  function closeConfirmation() {
    confirmation.hidden = true;
    confirmation.replaceChildren();
    calendar.hidden = false;
  }

  async function book(appointmentID) {
    let answer;
    try {
      answer = await sendForJson("/Booking/BookAppointment", { appointmentID });
    } catch {
      await alertDialog(UNREACHABLE);
      return closeConfirmation();
    }
    if (!answer.url) {
      await alertDialog(answer.message);
      return location.reload();
    }
    if (!answer.canBookAgain) {
      await alertDialog(answer.message);
      location.href = answer.url;
    } else if (await confirmDialog(`${answer.message} Vuoi prenotare ancora?`) === "ok") {
      location.reload();
    } else {
      location.href = answer.url;
    }
  }
})();
