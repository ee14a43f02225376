// What was measured, what was decided, and what was tried before: the right-hand side.

import { element, measured } from "./queue.js";

const LEADS = { pass: "Within every limit", review: "Needs a look", fail: "Outside its limits" };
const WAYS = { mask: "a given mask", parsing: "a network", color_prior: "the reference's colors", heuristic: "the largest central shape", backdrop: "the plain backdrop" };
const find = (selector) => document.querySelector(selector);

// The row that is shown: of the batch, or of an attempt made here.
export const rowOf = (item, state, attempt) => state.attempts.find((one) => one.attempt === attempt) ?? item;

export function wished({ wished }) {
  const parts = [wished.method, wished.garment, wished.strength === undefined ? "" : `${Math.round(100 * wished.strength)} %`, wished.mask ? "own mask" : ""];
  return parts.filter(Boolean).join(", ") || "same again";
}

export function showState(state, attempt) {
  const stands = find("#stands");
  stands.className = state.status;
  const words = { open: "Not decided yet", approved: "Approved", rejected: `Rejected: ${state.reason}` };
  const other = state.attempt !== null && state.attempt !== attempt ? " (another attempt is shown)" : "";
  stands.textContent = words[state.status] + other;
  find("#undo").disabled = state.status === "open";
  find("#events").textContent = state.history.length || "";
  find("#log").replaceChildren(...state.history.toReversed().map(event));
}

function event({ who, at, did, reason }) {
  const made = element("li", "", `${who} ${did}${reason ? `: ${reason}` : ""} `);
  const time = element("time", "num", new Date(at).toLocaleString([], { dateStyle: "short", timeStyle: "short" }));
  time.dateTime = at;
  made.append(time);
  return made;
}

export function showRow(row, page) {
  find("#verdict").replaceChildren(element("i", `dot ${row.verdict}`), element("span", "", LEADS[row.verdict]));
  find("#findings").replaceChildren(...row.reasons.map((reason) => element("li", "", reason)));
  find("#advice").replaceChildren(...row.next.map((step) => element("li", "", step)));
  const table = find(".metrics");
  table.hidden = !row.metrics;
  if (!row.metrics) return;
  const { before, after } = row.metrics.triplet;
  const lines = page.metrics.map((metric) => line(metric, row, page.limits[metric.key]));
  const found = text("Garment", `${Math.round(100 * row.garment.confidence)} %`, `found by ${WAYS[row.garment.way] ?? row.garment.way}`);
  const way = text("Color error", `${before.toFixed(1)} → ${after.toFixed(1)}`, `method ${row.method}`);
  table.tBodies[0].replaceChildren(way, ...lines, found);
}

function line(metric, row, limit) {
  const digits = metric.higher_is_better ? 3 : 2;
  const bound = limit === undefined ? "" : `${metric.higher_is_better ? "≥" : "≤"} ${limit}`;
  const made = text(metric.name, measured(row, metric.key).toFixed(digits), "", bound);
  made.title = metric.meaning;
  made.classList.toggle("broken", row.broken.includes(metric.key));
  return made;
}

function text(name, value, note, bound = "") {
  const made = element("tr");
  const head = element("th", "", name);
  head.scope = "row";
  if (note) head.append(element("small", "", note));
  made.append(head, element("td", "number value", value), element("td", "number limit", bound));
  return made;
}
