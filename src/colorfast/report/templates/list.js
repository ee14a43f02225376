// The list: which rows are shown, in which order, and how a row looks. Only as many rows as are near the
// window exist in the document; more are added while one scrolls.

const CHUNK = 60;
const RANK = { fail: 0, review: 1, pass: 2 };
const VALUE = {
  id: (row) => row.id,
  verdict: (row) => RANK[row.verdict],
  before: (row) => row.metrics?.triplet.before ?? null,
  after: (row) => row.metrics?.triplet.after ?? null,
  spill: (row) => row.metrics?.spill ?? null,
  texture: (row) => row.metrics?.structure ?? null,
  ms: (row) => row.ms,
};
const DIGITS = { before: 2, after: 2, spill: 2, texture: 3, ms: 0 };
const collator = new Intl.Collator("en", { numeric: true });

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function number(value, digits) {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

// Metric keys are as in results.jsonl, with a dot into a group: seed.ssim.
function measured(row, key) {
  return key.split(".").reduce((group, name) => group[name], row.metrics);
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return typeof a === "string" ? collator.compare(a, b) : a - b;
}

// What has no value stays last in either direction; equal rows keep the worst color error first.
function sorted(rows, { key, down }) {
  const value = VALUE[key];
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    const order = x === null || y === null || !down ? compare(x, y) : compare(y, x);
    return order || compare(VALUE.after(b), VALUE.after(a)) || a.index - b.index;
  });
}

function filtered(rows, { verdict, query }) {
  const wanted = query.trim().toLowerCase();
  return rows.filter((row) => (verdict === "all" || row.verdict === verdict) && row.id.toLowerCase().includes(wanted));
}

function thumbnail(source) {
  const image = element("img");
  image.loading = "lazy";
  image.decoding = "async";
  image.alt = "";
  image.src = source;
  return image;
}

function badge(verdict) {
  const made = element("span", "badge");
  made.append(element("i", `dot ${verdict}`), element("span", "", { pass: "Pass", review: "Review", fail: "Failed" }[verdict]));
  return made;
}

// One rail a row: a ring where the color error was, a dot where it is, a tick at the limit.
function rail(row, scale, limit) {
  const made = element("div", "rail");
  const place = (value) => `${Math.min(100, (100 * value) / scale)}%`;
  if (limit !== undefined) {
    made.style.setProperty("--limit", place(limit));
    made.append(element("i", "limit"));
  }
  if (row.metrics) {
    made.style.setProperty("--b", place(row.metrics.triplet.before));
    made.style.setProperty("--a", place(row.metrics.triplet.after));
    made.append(element("i", "way"), element("i", "from"), element("i", "to"));
  }
  return made;
}

function cell(className, ...content) {
  const made = element("td", className);
  made.append(...content);
  return made;
}

function line(row, page) {
  const made = element("tr");
  made.dataset.index = row.index;
  const pair = element("div", "pair");
  for (const name of ["before", "after"]) if (row.pictures[name]) pair.append(thumbnail(row.pictures[name]));
  const open = element("button", "", row.id);
  open.type = "button";
  made.append(cell("thumbs", ...(pair.childElementCount ? [pair] : [])), cell("id", open), cell("verdict", badge(row.verdict)));
  for (const key of ["before", "after", "spill", "texture", "ms"]) {
    const metric = { after: "delta_e_median", spill: "spill", texture: "structure" }[key];
    const over = row.broken.some((broken) => broken.split(".").pop() === metric) ? " over" : "";
    made.append(cell(`number ${key}${over}`, number(VALUE[key](row), DIGITS[key])));
    if (key === "after") made.append(cell("track", rail(row, page.scale, page.limit)));
  }
  return made;
}

// The strip in the head: every shown row as one stroke from its error before to its error after.
function drawRun(canvas, rows, page, selected) {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const style = getComputedStyle(document.documentElement);
  const ink = (name) => style.getPropertyValue(`--${name}`).trim();
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const floor = height - 7;
  const y = (value) => floor - (Math.min(value, page.scale) / page.scale) * (floor - 8);
  pen.fillStyle = ink("line");
  pen.fillRect(0, floor, width, 1);
  const limit = page.limit;
  if (limit !== undefined) {
    for (let x = 0; x < width; x += 6) pen.fillRect(x, Math.round(y(limit)), 3, 1);
  }
  const step = Math.min(34, width / Math.max(1, rows.length));
  const dot = Math.max(1, Math.min(7, step * 0.7));
  rows.forEach((row, index) => {
    const x = (index + 0.5) * step;
    if (row.index === selected) {
      pen.fillStyle = ink("ink");
      pen.fillRect(x - Math.max(3, dot / 2), height - 3, Math.max(6, dot), 3);
    }
    const { before, after } = row.metrics?.triplet ?? { before: page.scale, after: page.scale };
    pen.fillStyle = ink("quiet");
    if (row.metrics) {
      pen.globalAlpha = 0.55;
      pen.fillRect(x - Math.min(1, step / 2) / 2, Math.min(y(before), y(after)), Math.min(1, step / 2), Math.abs(y(before) - y(after)));
      pen.globalAlpha = 1;
      pen.fillRect(x - dot / 2, y(before) - 0.5, dot, 1);
    }
    pen.fillStyle = ink(row.verdict);
    mark(pen, row.verdict, x, y(after), dot / 2);
  });
  return step;
}

function mark(pen, verdict, x, y, r) {
  pen.beginPath();
  if (verdict === "pass" || r < 1.5) pen.arc(x, y, r, 0, 7);
  else if (verdict === "review") [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]].forEach(([a, b]) => pen.lineTo(x + a * r, y + b * r));
  else pen.rect(x - r, y - r, 2 * r, 2 * r);
  pen.fill();
}
