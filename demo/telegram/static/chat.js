// The chat page: wires the live stream to the log, and taps, menus and keys to the emulator.
import { Api, whoAmI } from "./api.js";
import { Composer } from "./composer.js";
import { Countdown } from "./countdown.js";
import { Log } from "./log.js";
import { say, speak } from "./words.js";
import { $, alertBox, icon, make, popup, setUpOverlays, showPicture, toast, toggleTheme } from "./overlays.js";

const TYPING_MS = 5000; // how long "sta scrivendo" stays without being renewed
const LONG_PRESS_MS = 450;
const DOING = { upload_document: "invia un file", upload_photo: "invia una foto", find_location: "cerca la posizione" };

class Chat {
  constructor(user) {
    this.api = new Api(user);
    this.log = new Log();
    this.composer = new Composer(this.api);
    this.soon = new Countdown($("soon"));
    this.profile = {};
    this.people = [];
    this.user = {};
    this.wireMessages();
    this.wireFrame();
    this.api.listen((event) => this.on(event), (up) => this.connection(up));
  }

  // --- what happens ---
  on(event) {
    const handlers = {
      state: () => this.state(event),
      message: () => { this.log.add(event.message); this.quiet(event.message); this.refresh({ keyboard: event.keyboard }); },
      edit: () => { this.log.replace(event.message); this.refresh({ keyboard: event.keyboard }); },
      delete: () => { this.log.remove(event.id); this.pins(event.pinned); },
      pins: () => this.pins(event.pinned),
      profile: () => this.refresh(event),
      typing: () => this.typing(event.action),
      announcement: () => this.soon.say(event.announcement),
    };
    handlers[event.type]?.();
  }

  state(event) {
    this.user = event.user;
    speak(event.user.language_code);
    this.people = event.people;
    $("me").textContent = event.user.first_name.slice(0, 1).toUpperCase();
    $("me").title = event.user.first_name;
    this.refresh(event);
    this.log.reset(event.messages, event.now, () => this.about());
    this.refresh({});
    this.pins(event.pinned);
    this.soon.say(event.announcement);
    this.log.showUnread();
  }

  refresh(changes) {
    Object.assign(this.profile, changes);
    document.querySelectorAll(".bot-name").forEach((node) => { node.textContent = this.profile.bot.name; });
    this.composer.show(this.profile, this.log.messages.size === 0);
    const about = $("column").querySelector(".about");
    if (about) about.replaceWith(this.about());
  }

  about() {
    const card = make("div", "about");
    const avatar = make("img", "avatar");
    avatar.src = "/static/avatar.svg";
    avatar.alt = "";
    const said = this.profile.description;
    card.append(avatar, make("b", "", said ? say("Che cosa può fare questo bot?") : this.profile.bot.name));
    card.append(said || say("Tocca Avvia per cominciare."));
    return card;
  }

  pins(pinned) {
    $("pinned").hidden = !pinned;
    if (!pinned) return;
    $("pinned-text").textContent = pinned.text;
    $("pinned").dataset.jump = pinned.id;
  }

  typing(action) {
    clearTimeout(this.typingTimer);
    $("status").className = "typing dots";
    $("status").textContent = say(DOING[action] ?? "sta scrivendo");
    this.typingTimer = setTimeout(() => this.quiet({ mine: false }), TYPING_MS);
  }

  quiet(message) {
    if (message.mine) return;
    clearTimeout(this.typingTimer);
    $("status").className = "";
    $("status").textContent = "bot";
  }

  connection(up) {
    $("status").className = up ? "" : "dots";
    $("status").textContent = up ? "bot" : say("connessione");
  }

  // --- touching messages ---
  wireMessages() {
    const column = $("column");
    column.addEventListener("click", (event) => this.click(event));
    column.addEventListener("contextmenu", (event) => {
      const message = this.messageAt(event.target);
      if (!message || event.target.closest("a, .keys")) return;
      event.preventDefault();
      this.messageMenu(message, event.clientX, event.clientY);
    });
    let press;
    column.addEventListener("touchstart", (event) => {
      const [touch] = event.touches;
      const message = this.messageAt(event.target);
      if (!message || event.target.closest("a, button")) return;
      press = setTimeout(() => this.messageMenu(message, touch.clientX, touch.clientY), LONG_PRESS_MS);
    }, { passive: true });
    for (const end of ["touchend", "touchmove", "touchcancel"]) column.addEventListener(end, () => clearTimeout(press), { passive: true });
  }

  messageAt(target) {
    const node = target.closest(".message");
    return node && this.log.get(node.dataset.id);
  }

  click(event) {
    const at = (selector) => event.target.closest(selector);
    const key = at(".keys button");
    if (key) { this.tap(key); return; }
    const command = at("[data-command]");
    if (command) { event.preventDefault(); this.composer.say(command.dataset.command); return; }
    const start = this.startOf(at("a[href]"));
    if (start) { event.preventDefault(); this.composer.say(`/start ${start}`); return; }
    if (at("[data-vote]")) { this.vote(at("[data-vote]")); return; }
    if (at("[data-jump]")) this.log.jump(at("[data-jump]").dataset.jump);
    const picture = at("[data-picture]");
    if (picture?.classList.contains("veiled")) picture.classList.remove("veiled");
    else if (picture) showPicture(picture.dataset.picture);
    at(".spoiler")?.classList.add("open");
    at("blockquote[expandable]")?.classList.toggle("open");
    if (at("code") && !at("pre")) copy(at("code").textContent);
  }

  /** What a link to the bot itself (t.me/its_name?start=...) brings with it; a client opens no browser for that. */
  startOf(link) {
    const url = link && new URL(link.href);
    const here = url?.host === "t.me" && url.pathname.slice(1).toLowerCase() === this.profile.bot.username.toLowerCase();
    return here && url.searchParams.get("start");
  }

  async tap(key) {
    if (key.dataset.copy) { copy(key.dataset.copy); return; }
    if (key.dataset.kind === "url") { open(key.dataset.url, "_blank", "noopener"); return; }
    if (key.dataset.kind !== "callback" || key.classList.contains("waiting")) return;
    const body = { message_id: Number(key.closest(".message").dataset.id), data: key.dataset.data };
    key.classList.add("waiting");
    try {
      this.answered(await this.api.post("tap", body));
    } catch {
      toast(say("Nessuna connessione"));
    } finally {
      key.classList.remove("waiting");
    }
  }

  vote(option) {
    const body = { message_id: Number(option.closest(".message").dataset.id), options: JSON.parse(option.dataset.vote) };
    this.composer.run(this.api.post("vote", body));
  }

  answered(answer) {
    if (answer.url) open(answer.url, "_blank", "noopener");
    if (!answer.text) return;
    if (answer.show_alert) alertBox(this.profile.bot.name, answer.text);
    else toast(answer.text);
  }

  messageMenu(message, x, y) {
    const author = message.mine ? this.user.first_name : this.profile.bot.name;
    const words = wordsOf(this.log.node(message.id));
    const items = [{ icon: "reply", text: say("Rispondi"), run: () => this.composer.reply(message, author) }];
    if (words) items.push({ icon: "copy", text: say("Copia"), run: () => copy(words) });
    if (message.mine && words && !message.media) items.push({ icon: "edit", text: say("Modifica"), run: () => this.composer.edit(message, words) });
    popup(x, y, items);
  }

  // --- the frame ---
  wireFrame() {
    $("back").addEventListener("click", () => $("app").classList.add("list"));
    $("chat-item").addEventListener("click", () => { $("app").classList.remove("list"); this.log.toBottom(); });
    $("pinned").addEventListener("click", () => this.log.jump($("pinned").dataset.jump));
    $("open-menu").addEventListener("click", () => {
      const { left, bottom } = $("open-menu").getBoundingClientRect();
      popup(left, bottom + 4, [...this.accounts(), null, { icon: "moon", text: say("Cambia tema"), run: toggleTheme }]);
    });
    $("open-more").addEventListener("click", () => {
      const { right, bottom } = $("open-more").getBoundingClientRect();
      popup(right - 190, bottom + 4, [{ icon: "moon", text: say("Cambia tema"), run: toggleTheme }, ...this.blocking()]);
    });
    document.addEventListener("visibilitychange", () => this.log.showDown());
  }

  accounts() {
    return this.people.map((person) => ({
      icon: person.id === this.user.id ? "check" : "reply",
      text: person.name,
      run: () => { location.search = `?user=${person.id}`; },
    }));
  }

  blocking() {
    const { blocked } = this.profile;
    const run = () => this.composer.run(this.api.post("block", { blocked: !blocked }));
    return [{ icon: "block", text: say(blocked ? "Sblocca bot" : "Blocca bot"), danger: !blocked, run }];
  }
}

function wordsOf(node) {
  const body = node.querySelector(".body")?.cloneNode(true);
  body?.querySelector(".meta")?.remove();
  return body?.textContent ?? "";
}

async function copy(text) {
  await navigator.clipboard?.writeText(text);
  toast(say("Testo copiato negli appunti"));
}

async function begin() {
  setUpOverlays();
  const user = await whoAmI();
  if (user) new Chat(user);
  else $("column").append(make("div", "about", "Non c’è ancora nessuno in questa chat."), icon("smile"));
}

begin();
