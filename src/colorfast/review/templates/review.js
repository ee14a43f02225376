// The review: which picture is open, what the keys do, and what is sent.

import "./compare.js";
import { VIEWS } from "./compare.js";
import { makeBrush } from "./brush.js";
import { element, makeQueue } from "./queue.js";
import { rowOf, showRow, showState, wished } from "./panel.js";

const find = (selector) => document.querySelector(selector);
const page = JSON.parse(find("#payload").textContent);
page.states = page.items.map(({ key }) => page.states[key]);
const token = find("meta[name=token]").content;
const compare = find("color-compare");
const brush = makeBrush(compare);
const queue = makeQueue(page, open);
const at = { number: -1, attempt: "0" };
const decided = []; // numbers, in the order in which this page decided them: what undo goes back through

const address = (shown, attempt = at.attempt, { key, stamp } = page.items[at.number]) => `pictures/${key}/${attempt}/${shown}?${stamp}`;

function open(number, focus = false) {
  if (number === undefined || !page.items[number]) return;
  stopBrushing(true);
  closeWhy();
  at.number = number;
  at.attempt = page.states[number].attempt ?? page.states[number].attempts.at(-1)?.attempt ?? "0";
  queue.mark(number);
  find("#name").textContent = page.items[number].id;
  document.body.classList.add("open");
  draw();
  if (focus && innerWidth < 900) find("#stage").focus();
}

function draw() {
  const item = page.items[at.number];
  const state = page.states[at.number];
  const row = rowOf(item, state, at.attempt);
  find("#place").textContent = `${queue.shown.indexOf(at.number) + 1 || "–"} of ${queue.shown.length}`;
  compare.hidden = !row.output;
  find("#nothing").hidden = row.output;
  find("#approve").disabled = !row.output;
  const whole = page.redoable ? { wholeBefore: address("whole-before", "0") } : {};
  if (row.output) compare.show({ alt: item.id, ...Object.fromEntries(["before", "after", "reference", "heatmap"].map((shown) => [shown, address(shown)])), wholeAfter: address("whole-after"), ...whole });
  drawAttempts(item, state);
  showState(state, at.attempt);
  showRow(row, page);
  warm(queue.next(at.number, 1, true));
}

function drawAttempts(item, state) {
  const attempts = [{ attempt: "0", name: "First" }, ...state.attempts.map((one, i) => ({ attempt: one.attempt, name: `Redo ${i + 1}`, title: wished(one) }))];
  find("#attempts").hidden = attempts.length === 1;
  find("#attempts").replaceChildren(...attempts.map(({ attempt, name, title }) => {
    const button = element("button", "", name);
    Object.assign(button, { type: "button", title: title ?? "As it was made", ariaPressed: String(attempt === at.attempt), onclick: () => { at.attempt = attempt; draw(); } });
    return button;
  }));
}

// The next picture is there before it is asked for.
function warm(number) {
  if (number === undefined || !page.items[number].stamp) return;
  for (const shown of ["after", "before"]) new Image().src = address(shown, "0", page.items[number]);
}

function say(text, wrong = false) {
  find("#notice").textContent = text;
  find("#notice").classList.toggle("wrong", wrong);
}

async function post(number, what, body) {
  const headers = { "Content-Type": "application/json", "X-Colorfast-Token": token };
  const sent = { version: page.states[number].version, ...body };
  const answer = await fetch(`items/${page.items[number].key}/${what}`, { method: "POST", headers, body: JSON.stringify(sent) }).catch(() => null);
  if (answer === null) return say("The program that serves this page has ended: nothing was written down.", true);
  const told = await answer.json();
  if (!answer.ok) {
    if (answer.status === 409) await refresh();
    const lead = answer.status === 409 ? "Decided meanwhile, so nothing was changed: " : "";
    return say(lead + told.detail, true);
  }
  page.states[number] = told.state;
  showHead(told.head);
  return told.state;
}

async function refresh() {
  const answer = await fetch("states").catch(() => null);
  if (!answer?.ok) return;
  const told = await answer.json();
  page.items.forEach(({ key }, number) => { page.states[number] = told.states[key] ?? page.states[number]; });
  showHead(told.head);
  queue.apply();
  if (at.number >= 0) { queue.mark(at.number); draw(); }
}

function showHead(head) {
  find("#head").textContent = head.slice(0, 12);
}

async function decide(action, reason = "") {
  const number = at.number;
  if (!(await post(number, "decision", { action, attempt: at.attempt, reason }))) return;
  if (!decided.includes(number)) decided.push(number);
  closeWhy();
  say(`${page.items[number].id} ${action === "approve" ? "approved" : "rejected"}.`);
  queue.mark(number);
  const next = queue.next(number, 1, true);
  if (next === undefined) { draw(); say("Nothing is open here any more."); } else open(next);
}

async function undo() {
  const number = page.states[at.number]?.status !== "open" ? at.number : decided.pop();
  if (number === undefined) return say("There is nothing to undo.");
  if (number !== at.number) open(number);
  if (!(await post(number, "decision", { action: "undo" }))) return;
  say(`Taken back: ${page.items[number].id}.`);
  queue.mark(number);
  draw();
}

function askWhy() {
  find("#why").hidden = false;
  find("#reason").focus();
}

function closeWhy() {
  if (find("#why").contains(document.activeElement)) document.activeElement.blur();
  find("#why").hidden = true;
  find("#reason").value = "";
}

async function startBrushing() {
  if (!find("#brush") || compare.hidden) return;
  if (compare.view === "brush") return stopBrushing();
  find("#redoing").open = true;
  if (!brush.edited) await brush.load(address("mask"));
  compare.look("brush");
  find("#brush").ariaPressed = "true";
  find("#masked").textContent = "Paint where the garment is; Shift or the right button erases.";
}

function stopBrushing(forget = false) {
  if (compare.view === "brush") compare.look("slider");
  if (forget) brush.forget();
  if (!find("#brush")) return;
  find("#brush").ariaPressed = "false";
  find("#masked").textContent = brush.edited ? "Edited by you." : "As it was found.";
  find("#unbrush").hidden = !brush.edited;
}

async function redo(event) {
  event.preventDefault();
  const number = at.number;
  const [method, garment] = ["#method", "#garment"].map((id) => find(id).value || null);
  const body = { method, garment, strength: Number(find("#strength").value) / 100, mask: brush.edited ? await brush.export() : null };
  find("#run").disabled = true;
  say("Correcting once more…");
  const state = await post(number, "redo", body);
  find("#run").disabled = false;
  if (!state) return;
  say("Done. Compare the attempts above the picture.");
  if (number === at.number) { stopBrushing(true); at.attempt = state.attempts.at(-1).attempt; draw(); }
}

async function leave() {
  await fetch(find("#leave").dataset.to, { method: "POST", headers: { "X-Colorfast-Token": token } }).catch(() => null);
  location.reload();
}

const KEYS = {
  a: () => !find("#approve").disabled && decide("approve"),
  r: askWhy,
  u: undo,
  d: () => { find("#redoing").open = true; (find("#method") ?? find("#redoing summary")).focus(); },
  m: startBrushing,
  j: () => open(queue.next(at.number, 1)),
  k: () => open(queue.next(at.number, -1)),
  h: () => compare.toggleHeat(),
  "+": () => compare.zoom(1.5), "=": () => compare.zoom(1.5), "-": () => compare.zoom(1 / 1.5), 0: () => compare.fit(),
  "[": () => brush.resize(1 / 1.25), "]": () => brush.resize(1.25),
  "/": () => find("#search").focus(),
  "?": () => find("#keys").showModal(),
  " ": () => compare.flip(),
  ...Object.fromEntries(VIEWS.map(([view], i) => [i + 1, () => { stopBrushing(); compare.look(view); }])),
};
const ARROWS = { ArrowDown: KEYS.j, ArrowUp: KEYS.k, ArrowLeft: () => compare.move(-4), ArrowRight: () => compare.move(4) };
const SHIFTED = { ArrowDown: () => compare.pan(0, -60), ArrowUp: () => compare.pan(0, 60), ArrowLeft: () => compare.pan(60, 0), ArrowRight: () => compare.pan(-60, 0) };

function escape() {
  closeWhy();
  stopBrushing();
  find(".menu").open = false;
  document.activeElement.blur();
}

// Typing is typing: no letter in a field is a key, nor is a space on a button.
function typed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || find("#keys").open) return;
  if (event.key === "Escape") return escape();
  const { target, key } = event;
  if (target.matches("input:not([type=range]), textarea, select")) return;
  if (target.matches("button, summary, a") && (key === " " || key === "Enter")) return;
  if (target.matches("[type=range]") && key.startsWith("Arrow")) return;
  const act = (event.shiftKey && SHIFTED[key]) || ARROWS[key] || KEYS[key];
  if (!act) return;
  event.preventDefault();
  act();
}

function filter(change) {
  Object.assign(queue.filter, change);
  queue.apply();
  if (!queue.shown.includes(at.number)) open(queue.shown[0]);
  else { queue.mark(at.number); draw(); }
}

function chooseMetric() {
  const metric = page.metrics.find(({ key }) => key === find("#metric").value);
  find("#bound").disabled = !metric;
  find("#bound").value = metric ? page.limits[metric.key] ?? "" : "";
  find("#side").textContent = metric?.higher_is_better ? "≤" : "≥";
  filter({ metric: metric?.key ?? "", bound: find("#bound").valueAsNumber });
}

document.addEventListener("keydown", typed);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
find(".filters .tabs").onclick = ({ target }) => target.closest("button") && filter({ status: target.closest("button").dataset.status });
find("#metric").onchange = chooseMetric;
find("#bound").oninput = () => filter({ bound: find("#bound").valueAsNumber });
find("#verdicts").onchange = () => filter({ verdict: find("#verdicts").value });
find("#search").oninput = () => filter({ text: find("#search").value });
find("#reset").onclick = () => { find("#search").value = find("#metric").value = find("#verdicts").value = ""; chooseMetric(); filter({ status: "all", verdict: "", text: "" }); };
find("#previous").onclick = KEYS.k;
find("#next").onclick = KEYS.j;
find("#approve").onclick = KEYS.a;
find("#reject").onclick = askWhy;
find("#undo").onclick = undo;
find("#cancel").onclick = closeWhy;
find("#help").onclick = KEYS["?"];
find("#why").onsubmit = (event) => { event.preventDefault(); decide("reject", find("#reason").value); };
find(".quick").onclick = ({ target }) => target.matches("button") && decide("reject", target.textContent);
find("#redo")?.addEventListener("submit", redo);
find("#leave")?.addEventListener("click", leave);
find("#strength")?.addEventListener("input", () => { find("#percent").textContent = `${find("#strength").value} %`; });
find("#brush")?.addEventListener("click", startBrushing);
find("#unbrush")?.addEventListener("click", () => stopBrushing(true));
compare.addEventListener("brushed", () => { find("#unbrush").hidden = false; });

page.redoable = Boolean(find("#redo"));
showHead(page.head);
queue.apply();
if (queue.shown.length === 0) filter({ status: "all" });
open(queue.shown[0]);
