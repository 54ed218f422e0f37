// What happens soon, above the chat, with the time that is left. The demo's own: Telegram has nothing like it.
import { say } from "./words.js";

const GONE_AFTER = 5; // seconds after it has happened

export class Countdown {
  constructor(node) {
    this.node = node;
    this.tick = this.tick.bind(this);
    setInterval(this.tick, 250);
  }

  /** `what`: {at: seconds since 1970, text}, or null for nothing. */
  say(what) {
    this.what = what;
    this.tick();
  }

  tick() {
    const left = this.what ? this.what.at - Date.now() / 1000 : -Infinity;
    this.node.hidden = left < -GONE_AFTER;
    if (this.node.hidden) return;
    const seconds = Math.ceil(left);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    this.node.querySelector("span").textContent = this.what.text;
    this.node.querySelector("b").textContent = left > 0 ? say("apre tra {}", clock) : say("apre adesso!");
    this.node.classList.toggle("now", left <= 10);
  }
}
