// The account page: keeps the code to compare fresh, and shows how the first login goes. Works without this, by reloading.
"use strict";

const EVERY = 1000; // ms between looks at how the login goes

async function asked(address) {
  const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" });
  if (!answer.ok) { location.reload(); throw new Error("the page is over"); }
  return answer;
}

function keepCodeFresh(box) {
  const digits = box.querySelector(".digits"), left = box.querySelector(".left"), bar = box.querySelector("progress");
  let ends = performance.now() + 1000 * Number(box.dataset.left), asking = false;
  async function look() {
    const seconds = Math.max(0, (ends - performance.now()) / 1000);
    bar.value = seconds;
    left.textContent = String(Math.ceil(seconds));
    if (seconds > 0 || asking) return;
    asking = true;
    try {
      const code = await (await asked(box.dataset.address)).json();
      digits.textContent = code.code;
      bar.max = code.period;
      ends = performance.now() + 1000 * code.left;
    } catch { ends = performance.now() + EVERY; } finally { asking = false; }
  }
  setInterval(look, 250);
}

// Whether somebody is at a button that would be taken from under their hand, and nothing has changed but its words.
function isInTheWay(box, now) {
  const standing = box.querySelector("[data-standing]")?.dataset.standing;
  return box.contains(document.activeElement) && now.includes(`data-standing="${standing}"`);
}

function watchProgress(box) {
  let shown = box.innerHTML.trim();
  async function look() {
    if (box.querySelector("[data-over]")) return;
    try {
      const now = (await (await asked(box.dataset.address)).text()).trim();
      if (now !== shown && !isInTheWay(box, now)) {
        box.innerHTML = now;
        shown = now;
      }
    } catch { /* the connection comes back, or the page is loaded anew */ }
    setTimeout(look, EVERY);
  }
  look();
}

const code = document.getElementById("code"), progress = document.getElementById("progress");
if (code) keepCodeFresh(code);
if (progress) watchProgress(progress);
document.getElementById("mistakes")?.focus();
