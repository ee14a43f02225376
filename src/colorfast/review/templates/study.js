// A study: who rates, one question after another, and the two keys that answer it.

import "./compare.js";

const find = (selector) => document.querySelector(selector);
const token = find("meta[name=token]").content;
const compare = find("color-compare");
const asked = { rater: "", number: null, busy: true };

function say(text, wrong = false) {
  find("#notice").textContent = text;
  find("#notice").classList.toggle("wrong", wrong);
}

async function ask(path, options) {
  const answer = await fetch(path, options).catch(() => null);
  if (answer === null) return say("The program that serves this page has ended: nothing was written down.", true);
  const told = await answer.json();
  if (answer.status === 409) { say(told.detail); return ask(`/next?rater=${encodeURIComponent(asked.rater)}`); }
  if (!answer.ok) return say(told.detail, true);
  return told;
}

function show({ number, done, total }) {
  asked.number = number;
  find("#begin").hidden = find("#progress").hidden = false;
  find("#begin").hidden = true;
  Object.assign(find("#done"), { max: Math.max(1, total), value: done });
  find("#told").textContent = `${done} of ${total} answered`;
  compare.hidden = find("#choose").hidden = number === null;
  if (number === null) return say("That was the last one. Thank you.");
  const address = (side) => `/pictures/${number}/${side}?rater=${encodeURIComponent(asked.rater)}`;
  compare.look("choose");
  compare.fit();
  compare.show({ alt: `Question ${done + 1}`, before: address("left"), after: address("right"), reference: address("reference"), labels: { before: "Left", after: "Right", reference: "Product" } });
  asked.busy = false;
}

async function choose(side) {
  if (asked.busy || asked.number === null) return;
  asked.busy = true;
  say("");
  const headers = { "Content-Type": "application/json", "X-Colorfast-Token": token };
  const next = await ask("/votes", { method: "POST", headers, body: JSON.stringify({ rater: asked.rater, number: asked.number, side }) });
  if (next) show(next); else asked.busy = false;
}

const KEYS = { ArrowLeft: () => choose("left"), ArrowRight: () => choose("right"), "+": () => compare.zoom(1.5), "=": () => compare.zoom(1.5), "-": () => compare.zoom(1 / 1.5), 0: () => compare.fit() };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.matches("input")) return;
  if (!KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
find("#left").onclick = () => choose("left");
find("#right").onclick = () => choose("right");
find("#begin").onsubmit = async (event) => {
  event.preventDefault();
  asked.rater = find("#rater").value.trim();
  const next = asked.rater && (await ask(`/next?rater=${encodeURIComponent(asked.rater)}`));
  if (next) show(next);
};
