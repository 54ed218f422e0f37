// The column of messages: adds, replaces and removes them, groups them, puts the days between, keeps the place.
import { dayKey, dayName, drawMessage, timeOf } from "./draw.js";
import { $, make } from "./overlays.js";
import { say } from "./words.js";

const GROUP_SECONDS = 600; // messages of one sender closer than this stand together
const NEAR_BOTTOM = 90; // pixels

export class Log {
  constructor() {
    this.messages = new Map();
    this.now = 0;
    this.unread = 0;
    $("log").addEventListener("scroll", () => this.showDown());
    $("down").addEventListener("click", () => this.toBottom("smooth"));
    new ResizeObserver(() => { if (this.stuck) this.toBottom(); }).observe($("log"));
    $("column").addEventListener("load", () => { if (this.stuck) this.toBottom(); }, true);
    this.stuck = true;
    this.top = 0;
  }

  get(id) {
    return this.messages.get(Number(id));
  }

  get last() {
    return [...this.messages.values()].at(-1);
  }

  node(id) {
    return $("column").querySelector(`.message[data-id="${id}"]`);
  }

  /** Everything anew, as after the connection was lost. */
  reset(messages, now, about) {
    this.now = now;
    this.messages = new Map(messages.map((message) => [message.id, message]));
    $("column").replaceChildren();
    messages.forEach((message) => this.place(drawMessage(message), message));
    if (!messages.length) $("column").append(about());
    this.arrange();
    this.toBottom();
  }

  add(message) {
    $("column").querySelector(".about")?.remove();
    this.now = Math.max(this.now, message.date);
    this.messages.set(message.id, message);
    const node = drawMessage(message);
    node.classList.add("new");
    this.place(node, message);
    this.arrange();
    const away = document.hidden || !this.stuck || $("app").classList.contains("list");
    if (!message.mine && away) this.unread += 1;
    if (message.mine || this.stuck) this.toBottom(message.mine ? "auto" : "smooth");
    this.showDown();
  }

  replace(message) {
    const old = this.node(message.id);
    if (!old) return this.add(message);
    this.messages.set(message.id, message);
    if (old.querySelector("button:active")) this.afterRelease(() => this.redraw(message.id));
    else this.redraw(message.id);
    return undefined;
  }

  /** A button that vanished between pressing and releasing it would swallow the tap. */
  afterRelease(run) {
    const released = new AbortController();
    const once = () => { released.abort(); setTimeout(run); };
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, once, { signal: released.signal });
  }

  redraw(id) {
    const old = this.node(id);
    if (!old) return;
    old.replaceWith(drawMessage(this.messages.get(id)));
    this.arrange();
    if (this.stuck) this.toBottom();
  }

  remove(id) {
    this.messages.delete(id);
    this.node(id)?.remove();
    this.arrange();
  }

  /** Puts a new message under its day; each day is a section of its own, so that its label stays on top within it. */
  place(node, message) {
    const key = dayKey(message.date);
    let day = [...$("column").querySelectorAll(".days")].find((section) => section.dataset.day === key);
    if (!day) {
      day = make("div", "days");
      day.dataset.day = key;
      day.append(make("div", "day", dayName(message.date, this.now)));
      $("column").append(day);
    }
    day.append(node);
  }

  /** Tails on the last of each group; days without messages go. */
  arrange() {
    $("column").querySelectorAll(".days:not(:has(.message))").forEach((day) => day.remove());
    const all = [...this.messages.values()];
    all.forEach((message, index) => {
      const node = this.node(message.id);
      node.classList.toggle("first", !together(all[index - 1], message));
      node.classList.toggle("last", !together(message, all[index + 1]));
    });
    this.summarise();
  }

  summarise() {
    const { last } = this;
    $("item-text").textContent = last ? `${last.mine ? say("Tu: ") : ""}${last.plain}` : "";
    $("item-time").textContent = last ? timeOf(last.date) : "";
  }

  toBottom(behavior = "auto") {
    this.stuck = true;
    $("log").scrollTo({ top: $("log").scrollHeight, behavior });
    if (!document.hidden && !$("app").classList.contains("list")) this.read();
  }

  read() {
    this.unread = 0;
    this.showUnread();
  }

  jump(id) {
    const node = this.node(id);
    if (!node) return;
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.classList.add("flash");
    node.addEventListener("animationend", () => node.classList.remove("flash"), { once: true });
  }

  showDown() {
    const log = $("log");
    const distance = log.scrollHeight - log.scrollTop - log.clientHeight;
    if (distance < NEAR_BOTTOM) this.stuck = true;
    else if (log.scrollTop < this.top) this.stuck = false; // only the reader goes up
    this.top = log.scrollTop;
    $("down").classList.toggle("shown", !this.stuck);
    if (this.stuck && this.unread && !document.hidden && !$("app").classList.contains("list")) this.unread = 0;
    this.showUnread();
  }

  showUnread() {
    for (const badge of [$("down").querySelector(".badge"), $("item-unread")]) {
      badge.hidden = this.unread === 0;
      badge.textContent = this.unread;
    }
    const name = document.querySelector(".bot-name").textContent;
    document.title = this.unread ? `(${this.unread}) ${name}` : name;
  }
}

function together(one, other) {
  return one && other && one.mine === other.mine && other.date - one.date < GROUP_SECONDS && dayKey(one.date) === dayKey(other.date);
}
