// What lies over the chat: toast, alert, small menus, full-screen pictures, light and dark.
export const $ = (id) => document.getElementById(id);

export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

export function icon(name, className = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  if (className) svg.setAttribute("class", className);
  return svg;
}

let toastTimer;
export function toast(text, seconds = 3.5) {
  const node = $("toast");
  clearTimeout(toastTimer);
  node.textContent = text;
  node.hidden = false;
  toastTimer = setTimeout(() => { node.hidden = true; }, seconds * 1000);
}

export function alertBox(title, text) {
  const dialog = $("alert");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("p").textContent = text;
  if (!dialog.open) dialog.showModal();
}

/** A menu at a point. items: {icon, text, danger?, run} or null for a line. */
export function popup(x, y, items) {
  const menu = $("popup");
  menu.replaceChildren(...items.map((item) => (item ? menuItem(item) : make("hr"))));
  menu.hidden = false;
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  menu.style.top = `${y + height > innerHeight - 8 ? Math.max(8, y - height) : y}px`;
}

function menuItem(item) {
  const button = make("button", item.danger ? "danger" : "");
  button.setAttribute("role", "menuitem");
  button.append(icon(item.icon), make("span", "", item.text));
  button.addEventListener("click", () => { closePopup(); item.run(); });
  return button;
}

function closePopup() {
  $("popup").hidden = true;
}

export function showPicture(url) {
  const box = $("lightbox");
  box.querySelector("img").src = url;
  box.querySelector("a").href = `${url}?download=1`;
  box.hidden = false;
}

export function toggleTheme() {
  const dark = document.documentElement.dataset.theme === "dark";
  localStorage.setItem("theme", dark ? "light" : "dark");
  applyTheme();
}

function applyTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? system;
}

export function setUpOverlays() {
  applyTheme();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
  $("alert").querySelector("button").addEventListener("click", () => $("alert").close());
  $("alert").addEventListener("click", (event) => { if (event.target === $("alert")) $("alert").close(); });
  $("lightbox").addEventListener("click", (event) => { if (!event.target.closest("a")) $("lightbox").hidden = true; });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest("#popup")) closePopup(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    closePopup();
    $("lightbox").hidden = true;
  });
}
