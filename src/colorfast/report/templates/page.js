// Puts list and viewer together: state, pointer and keyboard.

const page = JSON.parse(find("#payload").textContent);
page.rows.forEach((row, index) => { row.index = index; });
page.limit = page.limits["delta_e_median"] ?? page.limits["seed.delta_e_median"];
const state = { sort: { key: "verdict", down: false }, verdict: "all", query: "", shown: [], selected: null, heat: false, step: 1 };
const wide = window.matchMedia("(min-width: 1000px)");
const body = find("#list tbody");
const viewer = find("#viewer");

function fill(upTo) {
  const missing = state.shown.slice(body.childElementCount, Math.max(upTo, body.childElementCount));
  body.append(...missing.map((row) => line(row, page)));
  markSelected();
  watchEnd();
}

// Ask to be told when the list's end comes near; the list scrolls alone on a wide window, with the page otherwise.
function watchEnd() {
  state.watch?.disconnect();
  if (body.childElementCount >= state.shown.length) return;
  const near = (seen) => { if (seen.some((entry) => entry.isIntersecting)) fill(body.childElementCount + CHUNK); };
  state.watch = new IntersectionObserver(near, { root: wide.matches ? find(".sheet") : null, rootMargin: "900px" });
  state.watch.observe(find("#more"));
}

function markSelected() {
  for (const made of body.children) made.setAttribute("aria-selected", String(Number(made.dataset.index) === state.selected));
}

function hasPictures(row) {
  return Boolean(row.pictures.after);
}

function place() {
  return state.shown.findIndex((row) => row.index === state.selected);
}

function showPlace() {
  const at = place();
  find("#place").textContent = at < 0 ? "" : `${at + 1} of ${state.shown.length}`;
  find("#previous").disabled = at <= 0;
  find("#next").disabled = at < 0 || at >= state.shown.length - 1;
  state.step = drawRun(find("#run"), state.shown, page, state.selected);
}

function refresh() {
  state.shown = sorted(filtered(page.rows, state), state.sort);
  body.replaceChildren();
  fill(CHUNK);
  find("#empty").hidden = state.shown.length > 0;
  for (const button of document.querySelectorAll("[data-verdict]")) button.setAttribute("aria-pressed", String(button.dataset.verdict === state.verdict));
  for (const button of document.querySelectorAll("[data-sort]")) {
    const active = button.dataset.sort === state.sort.key;
    button.parentElement.setAttribute("aria-sort", active ? (state.sort.down ? "descending" : "ascending") : "none");
  }
  if (wide.matches && place() < 0 && state.shown.length) select(state.shown.find(hasPictures) ?? state.shown[0], { scroll: false });
  showPlace();
}

function select(row, { scroll = true, open = wide.matches || document.body.classList.contains("open") } = {}) {
  state.selected = row.index;
  fill(place() + 1);
  if (open) openViewer(row);
  showPlace();
  if (scroll) body.children[place()].scrollIntoView({ block: "nearest" });
}

function openViewer(row) {
  viewer.hidden = false;
  showRow(row, page, state.heat);
  if (wide.matches || document.body.classList.contains("open")) return;
  document.body.classList.add("open");
  for (const part of document.querySelectorAll(".head, .sheet")) part.inert = true;
  find("#name").focus();
}

function closeViewer() {
  if (!document.body.classList.contains("open")) return;
  document.body.classList.remove("open");
  for (const part of document.querySelectorAll(".head, .sheet")) part.inert = false;
  viewer.hidden = true;
  body.children[place()]?.querySelector("button").focus();
}

function move(by) {
  if (!state.shown.length) return;
  const at = place();
  const next = at < 0 ? 0 : Math.min(state.shown.length - 1, Math.max(0, at + by));
  select(state.shown[next]);
}

function flip() {
  setSlider(Number(find("#slider").value) > 50 ? 0 : 100);
}

function toggleHeat() {
  if (find("#heat").disabled) return;
  state.heat = !state.heat;
  setHeat(state.heat);
}

function nudge(by) {
  if (!viewer.hidden) setSlider(Number(find("#slider").value) + by);
}

const KEYS = {
  j: () => move(1), ArrowDown: () => move(1),
  k: () => move(-1), ArrowUp: () => move(-1),
  ArrowLeft: () => nudge(-2), ArrowRight: () => nudge(2),
  h: toggleHeat, b: flip, Escape: closeViewer,
  "/": () => { closeViewer(); find("#search").focus(); },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.id === "search") {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.target.id === "slider" && /^Arrow|^Home|^End/.test(event.key)) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

find(".filter").addEventListener("click", (event) => {
  const button = event.target.closest("[data-verdict]");
  if (!button) return;
  state.verdict = button.dataset.verdict;
  refresh();
});
find("#search").addEventListener("input", (event) => { state.query = event.target.value; refresh(); });
find("#reset").addEventListener("click", () => {
  state.verdict = "all";
  state.query = find("#search").value = "";
  refresh();
});
find("#list thead").addEventListener("click", (event) => {
  const key = event.target.closest("[data-sort]")?.dataset.sort;
  if (!key) return;
  const again = state.sort.key === key;
  state.sort = { key, down: again ? !state.sort.down : !["id", "verdict", "texture"].includes(key) };
  refresh();
});
body.addEventListener("click", (event) => {
  const chosen = event.target.closest("tr");
  if (chosen) select(page.rows[Number(chosen.dataset.index)], { scroll: false, open: true });
});
find("#run").addEventListener("click", (event) => {
  const row = state.shown[Math.floor(event.offsetX / state.step)];
  if (row) select(row, { open: true });
});
find("#slider").addEventListener("input", (event) => setSlider(event.target.value));
find("#heat").addEventListener("click", toggleHeat);
find("#flip").addEventListener("click", flip);
find("#previous").addEventListener("click", () => move(-1));
find("#next").addEventListener("click", () => move(1));
find("#close").addEventListener("click", closeViewer);
for (const picture of document.querySelectorAll(".frame .after, .frame .before")) {
  picture.addEventListener("load", () => {
    find(".viewer .table").style.setProperty("--ratio", String(picture.naturalWidth / picture.naturalHeight));
  });
}
wide.addEventListener("change", () => { closeViewer(); viewer.hidden = !wide.matches; refresh(); });
window.addEventListener("resize", showPlace);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showPlace);
window.addEventListener("beforeprint", () => {
  fill(state.shown.length);
  for (const image of body.querySelectorAll("img")) image.loading = "eager";
});
refresh();
