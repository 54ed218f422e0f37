// The control page of the simulated site: sends what is changed, and shows what is wrong with it.
"use strict";
(() => {
  const said = document.getElementById("said");

  function valueOf(input) {
    if (input.type === "checkbox") return input.checked;
    if (input.type === "number") return Number(input.value);
    return input.dataset.json ? JSON.parse(input.value) : input.value;
  }

  async function send(group, input) {
    const body = JSON.stringify({ [input.id]: valueOf(input) });
    const answer = await fetch(`/__demo__/${group}`, { method: "POST", body });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return `${input.id}: ${JSON.stringify(told[input.id])}`;
  }

  document.addEventListener("change", async ({ target }) => {
    try {
      said.textContent = await send(target.closest("[data-group]").dataset.group, target);
      target.classList.remove("wrong");
    } catch (error) {
      said.textContent = error.message;
      target.classList.add("wrong");
    }
  });
})();
