// A message as the server describes it -> what is seen of it. No state: the same message gives the same nodes.
import { icon, make } from "./overlays.js";
import { locale, say } from "./words.js";

const LARGEST = 400; // pixels of the longest side of a picture in the chat
const NARROWEST = 120;
const inWords = (date, parts) => new Intl.DateTimeFormat(locale(), parts).format(date);

export const timeOf = (seconds) => inWords(new Date(seconds * 1000), { hour: "2-digit", minute: "2-digit" });
export const dayKey = (seconds) => new Date(seconds * 1000).toDateString();

/** "Oggi", "Ieri", "12 novembre" or "12 novembre 2024", seen from `now` (seconds). */
export function dayName(seconds, now) {
  const date = new Date(seconds * 1000);
  const today = new Date(now * 1000);
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return say("Oggi");
  if (date.toDateString() === yesterday.toDateString()) return say("Ieri");
  const year = date.getFullYear() === today.getFullYear() ? {} : { year: "numeric" };
  return inWords(date, { day: "numeric", month: "long", ...year });
}

export function drawMessage(message) {
  const row = make("div", "message");
  row.dataset.id = message.id;
  row.classList.toggle("mine", message.mine);
  row.classList.toggle("keyed", message.buttons.length > 0);
  row.classList.toggle("jumbo", message.jumbo && !message.media);
  const wrap = make("div", "wrap");
  wrap.append(drawBubble(message, row));
  if (message.buttons.length) wrap.append(drawKeys(message.buttons));
  row.append(wrap);
  return row;
}

function drawBubble(message, row) {
  const bubble = make("div", "bubble");
  if (message.forwarded) bubble.append(make("div", "forwarded", say("Inoltrato da {}", message.forwarded)));
  if (message.reply) bubble.append(drawReply(message.reply));
  const meta = drawMeta(message);
  if (message.media) bubble.append(...drawMedia(message, row));
  if (message.html) {
    bubble.append(drawBody(message.html, meta));
  } else {
    placeMeta(message, bubble, meta);
  }
  if (message.reactions.length) {
    const reactions = make("div", "reactions");
    reactions.append(...message.reactions.map((emoji) => make("span", "", emoji)));
    bubble.append(reactions);
  }
  return bubble;
}

function drawBody(html, meta) {
  const body = make("div", "body");
  body.innerHTML = html; // made by the server from text and entities, everything else escaped
  for (const block of body.querySelectorAll("pre, blockquote")) {
    const after = block.nextSibling; // a block ends its line by itself
    if (after?.nodeType === Node.TEXT_NODE) after.data = after.data.replace(/^\n/, "");
  }
  body.append(meta);
  return body;
}

function placeMeta(message, bubble, meta) {
  if (message.media?.kind === "photo") meta.classList.add("over");
  bubble.append(meta);
}

function drawMeta(message) {
  const meta = make("span", "meta");
  if (message.edited) meta.append(make("span", "", say("modificato")));
  meta.append(make("time", "", timeOf(message.date)));
  if (message.mine) meta.append(icon("ticks"));
  return meta;
}

function drawReply(reply) {
  const button = make("button", "quoted");
  button.dataset.jump = reply.id;
  button.append(make("b", "", reply.author), make("span", "", reply.text));
  return button;
}

function drawMedia(message, row) {
  const media = message.media;
  const draw = {
    photo: drawPhoto, sticker: drawSticker, dice: drawDice, location: drawPlace, venue: drawPlace, contact: drawContact,
    poll: drawPoll, voice: drawSound, audio: drawSound, video: drawVideo, video_note: drawVideo, animation: drawVideo,
  }[media.kind] ?? drawFile;
  return draw(media, message, row);
}

function drawPhoto(media, message, row) {
  row.classList.add("photo");
  row.classList.toggle("captioned", Boolean(message.html));
  const scale = Math.min(1, LARGEST / Math.max(media.w, media.h));
  const picture = make("span", message.spoiler ? "picture veiled" : "picture");
  picture.dataset.picture = media.url;
  picture.style.width = `${Math.max(NARROWEST, Math.round(media.w * scale))}px`;
  picture.style.aspectRatio = `${media.w} / ${media.h}`;
  const image = make("img");
  image.src = media.url;
  image.alt = message.plain;
  picture.append(image);
  return [picture];
}

function drawFile(media) {
  const link = make("a", "file");
  link.href = `${media.url}?download=1`;
  link.setAttribute("download", media.name);
  const extension = (media.name.match(/\.([A-Za-z0-9]{1,5})$/)?.[1] ?? "file").toLowerCase();
  const disc = make("span", "disc");
  disc.append(make("span", "", extension), icon("down"));
  const words = make("span");
  words.append(make("span", "name", media.name || "File"), make("span", "size", sizeOf(media.size)));
  link.append(disc, words);
  return [link];
}

function sizeOf(bytes) {
  const kilobytes = bytes / 1024;
  if (bytes < 1024) return `${bytes} B`;
  if (kilobytes < 1024) return `${kilobytes.toLocaleString(locale(), { maximumFractionDigits: 1 })} KB`;
  return `${(kilobytes / 1024).toLocaleString(locale(), { maximumFractionDigits: 1 })} MB`;
}

function drawSticker(media, message, row) {
  row.classList.add("bare");
  return [make("div", "sticker", media.emoji)];
}

function drawDice(media, message, row) {
  row.classList.add("bare");
  const dice = make("div", "dice", media.emoji);
  dice.title = say("Risultato: {}", media.value);
  return [dice];
}

function drawPlace(media) {
  const place = media.location ?? media;
  const map = make("div", "map");
  map.append(icon("place"));
  map.title = `${place.latitude}, ${place.longitude}`;
  const title = media.title ? [make("b", "", media.title), make("div", "size", media.address)] : [];
  return [map, ...title];
}

function drawContact(media) {
  const card = make("div", "file");
  const words = make("span");
  words.append(make("span", "name", `${media.first_name} ${media.last_name ?? ""}`), make("span", "size", media.phone_number));
  card.append(make("span", "disc", media.first_name.slice(0, 1).toUpperCase()), words);
  return [card];
}

function drawPoll(media, message) {
  const poll = make("div", "poll");
  const shown = media.is_closed || message.votes.length > 0;
  const kind = media.type === "quiz" ? say("Quiz") : say("Sondaggio");
  const who = say(media.is_closed ? "concluso" : media.is_anonymous ? "anonimo" : "pubblico");
  poll.append(make("b", "", media.question), make("i", "", `${kind} ${who}`));
  poll.append(...media.options.map((option, number) => drawOption(media, message, number, shown)));
  return [poll];
}

function drawOption(media, message, number, shown) {
  const option = media.options[number];
  const mine = message.votes.includes(number);
  const button = make("button", mine ? "option mine" : "option", option.text);
  button.disabled = media.is_closed || (shown && !media.allows_revoting);
  button.setAttribute("aria-pressed", String(mine));
  const others = media.allows_multiple_answers ? message.votes.filter((each) => each !== number) : [];
  button.dataset.vote = JSON.stringify(mine ? others : [...others, number]);
  if (shown) {
    const share = media.total_voter_count ? Math.round((100 * option.voter_count) / media.total_voter_count) : 0;
    const right = number === media.correct_option_id ? " ✓" : "";
    button.append(make("span", "share", `${share}%${right}`));
  }
  return button;
}

function drawSound(media) {
  const sound = make("audio");
  sound.controls = true;
  sound.src = media.url;
  return media.name ? [make("b", "", media.name), sound] : [sound];
}

function drawVideo(media) {
  const video = make("video");
  video.controls = media.kind !== "animation";
  video.loop = video.muted = video.autoplay = media.kind === "animation";
  video.src = media.url;
  return [video];
}

const DARK_SIGN = /([➕➖✖➗])/; // drawn in dark grey, which a key does not show: as white as its words

function drawKeys(rows) {
  const keys = make("div", "keys");
  rows.forEach((buttons, row) => {
    const line = make("div");
    buttons.forEach((button, column) => line.append(drawKey(button, row, column)));
    keys.append(line);
  });
  return keys;
}

function drawKey(button, row, column) {
  const key = make("button");
  key.append(...button.text.split(DARK_SIGN).map((part) => (DARK_SIGN.test(part) ? make("span", "light", part) : part)));
  Object.assign(key.dataset, { row, column, kind: button.kind });
  if (button.data) key.dataset.data = button.data; // a tap means what was on show, whatever stands there by then
  if (button.url) key.dataset.url = button.url;
  if (button.copy) key.dataset.copy = button.copy;
  if (button.url) key.append(icon("link", "corner"));
  return key;
}
