// The light table: one pair at full width, before against after under a divider, and what was measured.

const LEADS = {
  pass: "Ready to publish",
  review: "Needs a look before it is published",
  fail: "Not fit to publish",
};
const WAYS = {
  mask: "a mask you gave",
  parsing: "a network",
  color_prior: "likeness to the reference's colors",
  heuristic: "the largest central shape: check it",
  backdrop: "the plain backdrop",
};
const find = (selector) => document.querySelector(selector);

function setSlider(percent) {
  const slider = find("#slider");
  slider.value = percent;
  find(".frame").style.setProperty("--x", `${slider.value}%`);
}

function setHeat(on) {
  const heat = find(".frame .heat");
  const shown = on && Boolean(heat.getAttribute("src"));
  heat.hidden = !shown;
  find("#heat").setAttribute("aria-pressed", String(shown));
  find("#scale").hidden = !shown;
  find("#right").firstChild.textContent = shown ? "Color error left " : "After ";
}

function setPicture(image, source, alt) {
  image.hidden = !source;
  image.alt = source ? alt : "";
  if (source) image.src = source;
  else image.removeAttribute("src");
}

function showPictures(row, heatOn) {
  const { before, after, reference, heatmap } = row.pictures;
  const frame = find(".frame");
  setPicture(find(".frame .after"), after, `${row.id} after correction`);
  setPicture(find(".frame .before"), before, `${row.id} before correction`);
  setPicture(find(".frame .heat"), heatmap, `${row.id}: color error left in the garment`);
  setPicture(find(".reference img"), reference, `Reference of ${row.id}`);
  find(".reference").hidden = !reference;
  find(".compare").hidden = !before && !after;
  find(".compare").style.gridColumn = reference ? "" : "1 / -1";
  find("#nothing").hidden = Boolean(before || after || reference);
  frame.classList.toggle("single", !before || !after);
  frame.style.setProperty("--x", before && !after ? "100%" : `${find("#slider").value}%`);
  for (const id of ["#heat", "#flip"]) find(id).hidden = !before || !after;
  find("#heat").disabled = !heatmap;
  setHeat(heatOn);
}

// Options such as --mask stand out and are not broken over two lines.
function advice(step) {
  const made = element("li");
  for (const part of step.split(/(--[a-z]+)/)) made.append(part.startsWith("--") ? element("code", "", part) : part);
  return made;
}

function showFinding(row) {
  const verdict = find("#verdict");
  verdict.replaceChildren(element("i", `dot ${row.verdict}`), element("span", "", LEADS[row.verdict]));
  find("#reasons").replaceChildren(...row.reasons.map((reason) => element("li", "", reason)));
  find("#advice").hidden = row.next.length === 0;
  find("#advice ul").replaceChildren(...row.next.map(advice));
}

function showMetrics(row, page) {
  const body = find(".metrics tbody");
  find(".metrics").hidden = !row.metrics;
  body.replaceChildren();
  if (!row.metrics) return;
  for (const metric of page.metrics) {
    const made = element("tr", row.broken.includes(metric.key) ? "broken" : "");
    const name = element("th");
    name.scope = "row";
    name.append(metric.name, element("small", "", metric.meaning));
    const limit = page.limits[metric.key];
    const bound = limit === undefined ? "–" : `${metric.higher_is_better ? "≥" : "≤"} ${limit}`;
    made.append(name, element("td", "number value", number(measured(row, metric.key), metric.higher_is_better ? 3 : 2)), element("td", "number limit", bound));
    body.append(made);
  }
}

function facts(row) {
  const { garment, metrics, timings_ms: times } = row;
  const listed = [];
  if (metrics) {
    const { before, after, improvement_percent: percent } = metrics.triplet;
    listed.push(["Color error", `${number(before, 2)} → ${number(after, 2)} ΔE00 (${percent < 0 ? "worse" : "better"} by ${Math.abs(percent).toFixed(0)} %)`]);
    const seed = metrics.seed;
    listed.push(["By DeltaE's definitions", `median ${number(seed.delta_e_median, 2)} · P95 ${number(seed.delta_e_p95, 2)} · SSIM ${number(seed.ssim, 3)} · spill ${number(seed.spill, 2)} · SCI ${number(seed.sci, 3)}`]);
  }
  if (row.method) listed.push(["Method", row.method]);
  if (garment) listed.push(["Garment found by", `${WAYS[garment.way] ?? garment.way}, confidence ${Math.round(100 * garment.confidence)} %, ${garment.pixels.toLocaleString("en")} pixels`]);
  if (row.ms !== null) listed.push(["Time", `${number(row.ms, 0)} ms: ${Object.entries(times).map(([stage, ms]) => `${stage} ${number(ms, 0)}`).join(", ")}`]);
  if (row.output) listed.push(["File", row.output]);
  if (row.error) listed.push(["Error code", row.error.code]);
  return listed;
}

function showFacts(row) {
  find("#facts").replaceChildren(...facts(row).flatMap(([name, text]) => [element("dt", "", name), element("dd", "", text)]));
  const links = [["corrected", "Corrected file"], ["triplet", "Triplet panel"]].filter(([key]) => row.pictures[key]);
  find(".links").replaceChildren(...links.map(([key, text]) => {
    const link = element("a", "", text);
    link.href = row.pictures[key];
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  }));
}

function showRow(row, page, heatOn) {
  find("#name").textContent = row.id;
  find("#badge").replaceChildren(badge(row.verdict));
  find("#before").textContent = row.metrics ? number(row.metrics.triplet.before, 2) : "";
  find("#after").textContent = row.metrics ? number(row.metrics.triplet.after, 2) : "";
  showPictures(row, heatOn);
  showFinding(row);
  showMetrics(row, page);
  showFacts(row);
  find("#viewer").scrollTop = 0;
}
