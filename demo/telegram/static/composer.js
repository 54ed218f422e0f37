// Where the person writes: text, commands, emoji and stickers, files, the bot's own keyboard, answering and editing.
import { $, icon, make, popup, toast } from "./overlays.js";
import { say } from "./words.js";

const EMOJI = [..."😀😄😅😂🙂😉😍😘🤗🤔😴😭😡🤯🥳😎👍👎👏🙏💪🤞👋❤️🔥⭐🎉✅❌⏰📅🏃🧘🏊🚴🏋⚽🏀🎾".matchAll(/\p{Emoji}\uFE0F?/gu)].map(String);
const STICKERS = ["👍", "❤️", "🎉", "😂", "🏆", "🧘"];

export class Composer {
  constructor(api) {
    this.api = api;
    this.commands = [];
    this.replyTo = null;
    this.editing = null;
    this.chosen = 0;
    this.wireText();
    this.wireFiles();
    this.wirePanels();
  }

  wireText() {
    const text = $("text");
    text.addEventListener("input", () => this.changed());
    text.addEventListener("keydown", (event) => this.key(event));
    text.addEventListener("paste", (event) => {
      const [file] = event.clipboardData.files;
      if (file) { event.preventDefault(); this.upload(file, file.type.startsWith("image/") ? "photo" : "document"); }
    });
    $("send").addEventListener("click", () => this.submit());
    $("context-close").addEventListener("click", () => this.clearContext());
    $("start").addEventListener("click", () => this.say("/start"));
  }

  wireFiles() {
    $("attach").addEventListener("click", () => {
      const { right, top } = $("attach").getBoundingClientRect();
      popup(right - 190, top - 8, [
        { icon: "image", text: say("Foto"), run: () => this.choose("photo") },
        { icon: "file", text: say("File"), run: () => this.choose("document") },
        { icon: "mic", text: say("Messaggio vocale"), run: () => this.post("voice") },
        { icon: "place", text: say("Posizione"), run: () => this.post("location") },
        { icon: "person", text: say("Contatto"), run: () => this.post("contact") },
      ]);
    });
    $("file").addEventListener("change", () => {
      const [file] = $("file").files;
      if (file) this.upload(file, $("file").dataset.as);
      $("file").value = "";
    });
    $("stage").addEventListener("dragover", (event) => { event.preventDefault(); $("drop").hidden = false; });
    $("stage").addEventListener("dragleave", (event) => { if (!$("stage").contains(event.relatedTarget)) $("drop").hidden = true; });
    $("stage").addEventListener("drop", (event) => {
      event.preventDefault();
      $("drop").hidden = true;
      const [file] = event.dataTransfer.files;
      if (file) this.upload(file, file.type.startsWith("image/") ? "photo" : "document");
    });
  }

  wirePanels() {
    $("commands").addEventListener("click", () => this.suggest($("suggestions").hidden ? this.commands : []));
    $("open-emoji").addEventListener("click", () => this.toggleEmoji());
    $("toggle-keyboard").addEventListener("click", () => { $("keyboard").hidden = !$("keyboard").hidden; this.lamps(); });
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("#footer")) { $("emoji").hidden = true; this.suggest([]); this.lamps(); }
    });
    const emoji = make("div", "grid");
    emoji.append(...EMOJI.map((sign) => this.sign(sign, () => this.insert(sign))));
    const stickers = make("div", "grid big");
    stickers.append(...STICKERS.map((sign) => this.sign(sign, () => this.run(this.api.post("sticker", { emoji: sign })))));
    $("emoji").append(make("h3", "", "Sticker"), stickers, make("h3", "", "Emoji"), emoji);
  }

  sign(sign, run) {
    const button = make("button", "", sign);
    button.addEventListener("click", run);
    return button;
  }

  toggleEmoji() {
    $("emoji").hidden = !$("emoji").hidden;
    this.lamps();
  }

  lamps() {
    $("open-emoji").classList.toggle("on", !$("emoji").hidden);
    $("toggle-keyboard").classList.toggle("on", !$("keyboard").hidden);
  }

  insert(sign) {
    $("text").setRangeText(sign, $("text").selectionStart, $("text").selectionEnd, "end");
    this.changed();
  }

  /** Sends something that is not written: a voice message, where I am, who I am. */
  post(what) {
    return this.run(this.api.post(what, {}));
  }

  choose(as) {
    $("file").dataset.as = as;
    $("file").accept = as === "photo" ? "image/*" : "";
    $("file").click();
  }

  upload(file, as) {
    const caption = $("text").value.trim();
    this.clear();
    return this.run(this.api.upload(file, as, caption));
  }

  /** What the profile says of commands, menu button, keyboard and whether there is a chat to write in at all. */
  show(profile, empty) {
    this.commands = profile.commands;
    $("commands").hidden = !profile.commands.length || profile.menu.type !== "commands";
    const begin = empty || profile.blocked || !profile.started;
    $("start").hidden = !begin;
    $("start").textContent = say(profile.blocked ? "Sblocca" : "Avvia");
    $("composer").hidden = begin;
    this.showKeyboard(begin ? null : profile.keyboard);
  }

  showKeyboard(keyboard) {
    const rows = keyboard?.keyboard ?? [];
    $("toggle-keyboard").hidden = !rows.length;
    $("text").placeholder = keyboard?.input_field_placeholder || say("Messaggio");
    const drawn = JSON.stringify(rows);
    if ($("keyboard").dataset.drawn === drawn) return;
    $("keyboard").dataset.drawn = drawn;
    $("keyboard").hidden = !rows.length;
    $("keyboard").replaceChildren(...rows.map((buttons) => {
      const line = make("div");
      line.append(...buttons.map((button) => this.sign(button.text, () => this.answer(button))));
      return line;
    }));
    this.lamps();
  }

  /** A key of the bot's keyboard: says its words, or sends what the bot asks for with it. */
  answer(button) {
    if (button.request_contact) return this.post("contact");
    if (button.request_location) return this.post("location");
    return this.say(button.text);
  }

  // --- writing ---
  changed() {
    const text = $("text");
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
    $("send").classList.toggle("ready", text.value.trim() !== "");
    const typed = text.value.match(/^\/(\w*)$/);
    this.suggest(typed ? this.commands.filter((item) => item.command.startsWith(typed[1].toLowerCase())) : []);
  }

  suggest(commands) {
    this.chosen = 0;
    $("suggestions").hidden = !commands.length;
    $("suggestions").replaceChildren(...commands.map((item, index) => {
      const button = make("button", index === 0 && $("text").value ? "chosen" : "");
      const avatar = make("img", "avatar");
      avatar.src = "/static/avatar.svg";
      avatar.alt = "";
      button.append(avatar, make("b", "", `/${item.command}`), make("span", "", item.description));
      button.addEventListener("click", () => { this.suggest([]); this.clear(); this.say(`/${item.command}`); });
      return button;
    }));
  }

  key(event) {
    const listed = [...$("suggestions").children];
    if (event.key === "Escape") { this.suggest([]); this.clearContext(); }
    if (listed.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      this.chosen = (this.chosen + (event.key === "ArrowDown" ? 1 : listed.length - 1)) % listed.length;
      listed.forEach((button, index) => button.classList.toggle("chosen", index === this.chosen));
    }
    if (event.key === "Tab" && listed.length) { event.preventDefault(); listed[this.chosen].click(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
  }

  submit() {
    const text = $("text").value.trim();
    if (!text) return;
    const { editing } = this;
    if (editing) this.run(this.api.post("edit", { message_id: editing, text }));
    else this.say(text);
    this.clear();
    $("text").focus();
  }

  say(text) {
    const replyTo = this.replyTo;
    this.clearContext();
    this.suggest([]);
    return this.run(this.api.post("send", { text, ...(replyTo ? { reply_to: replyTo } : {}) }));
  }

  async run(request) {
    try {
      await request;
    } catch (error) {
      toast(error instanceof TypeError ? say("Nessuna connessione") : error.message);
    }
  }

  clear() {
    $("text").value = "";
    this.clearContext();
    this.changed();
  }

  // --- answering and editing ---
  reply(message, author) {
    this.editing = null;
    this.replyTo = message.id;
    this.showContext("reply", say("Rispondi a {}", author), message.plain);
  }

  edit(message, plain) {
    this.replyTo = null;
    this.editing = message.id;
    $("text").value = plain;
    this.changed();
    this.showContext("edit", say("Modifica messaggio"), message.plain);
  }

  showContext(sign, title, text) {
    const box = $("context");
    box.querySelector("svg").replaceWith(icon(sign));
    box.querySelector("b").textContent = title;
    box.querySelector(".words span").textContent = text;
    box.hidden = false;
    $("text").focus();
  }

  clearContext() {
    if (this.editing) $("text").value = "";
    this.replyTo = this.editing = null;
    $("context").hidden = true;
  }
}
