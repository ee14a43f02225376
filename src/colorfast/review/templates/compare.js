// <color-compare>: before, after, reference and heatmap of one picture, under one zoom and one place.
//
// show({before, after, reference, heatmap, wholeBefore, wholeAfter, alt, labels}) puts a picture on the table; where one
// zooms in, the photos at their own size replace those of screen size.

export const VIEWS = [["slider", "Slider"], ["side", "Side by side"], ["blink", "Blink"], ["onion", "Onion skin"], ["reference", "Reference"]];
const PARTS = { slider: ["before", "after"], side: ["reference", "before", "after"], blink: ["before", "after"], onion: ["before", "after"], reference: ["reference", "after"], brush: ["before", "mask"], choose: ["before", "reference", "after"] };
const LABELS = { reference: "Reference", before: "Before", after: "After" };
const LARGEST = 24;
const SHARP = 1.3; // zoom beyond which screen size is too coarse
const BLINK_MS = 700;
const HEAT = 60; // percent, when it is switched on by its key

const MARKUP = `
<div class="tools">
  <div class="tabs views" role="group" aria-label="View">${VIEWS.map(([view, name], i) => `<button type="button" data-view="${view}" aria-pressed="false" title="${name} (${i + 1})">${name}</button>`).join("")}</div>
  <label class="heat">Heatmap <input type="range" min="0" max="100" step="5" value="0"></label>
  <div class="zoom" role="group" aria-label="Zoom"><button type="button" data-zoom="out" aria-label="Zoom out" title="Zoom out (−)">−</button><output class="num" aria-live="polite">1.0×</output><button type="button" data-zoom="in" aria-label="Zoom in" title="Zoom in (+)">+</button><button type="button" data-zoom="fit" title="Fit (0)">Fit</button></div>
</div>
<div class="table" tabindex="0" role="group" aria-label="Pictures. Plus and minus zoom, Shift with an arrow moves.">
  ${["reference", "before", "after"].map((part) => `<figure class="pane" data-part="${part}"><img class="photo" alt="" draggable="false">${part === "after" ? '<img class="heatmap" alt="" draggable="false" hidden>' : ""}<figcaption>${LABELS[part]}</figcaption></figure>`).join("")}
  <div class="pane" data-part="mask"><canvas></canvas><i class="cursor"></i></div>
  <i class="divider"></i>
</div>
<div class="foot"><label class="mix"><span class="left">Before</span><input type="range" min="0" max="100" value="50"><span class="right">After</span></label><span class="scale" hidden>ΔE00 left <i class="b0"></i>≤ 2 <i class="b1"></i>≤ 5 <i class="b2"></i>≤ 10 <i class="b3"></i>above</span></div>`;

class ColorCompare extends HTMLElement {
  connectedCallback() {
    this.innerHTML = MARKUP;
    this.table = this.querySelector(".table");
    this.mix = this.querySelector(".mix input");
    this.heat = this.querySelector(".heat input");
    this.panes = Object.fromEntries([...this.querySelectorAll(".pane")].map((pane) => [pane.dataset.part, pane]));
    Object.assign(this, { view: "slider", z: 1, x: 0, y: 0, after: true, pictures: {}, sharp: false });
    this.querySelector(".views").onclick = (event) => event.target.dataset.view && this.look(event.target.dataset.view);
    this.querySelector(".zoom").onclick = ({ target }) => ({ in: () => this.zoom(1.5), out: () => this.zoom(1 / 1.5), fit: () => this.fit() })[target.dataset.zoom]?.();
    this.mix.oninput = this.heat.oninput = () => this.paint();
    this.mix.ariaLabel = "Divider between before and after";
    this.table.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.table.addEventListener("pointerdown", (event) => this.drag(event));
    this.table.addEventListener("dblclick", () => this.z > 1 && this.view !== "brush" && this.fit());
    this.look("slider");
  }

  show(pictures) {
    this.pictures = pictures;
    this.sharp = false;
    this.after = true;
    const labels = pictures.labels ?? LABELS;
    for (const part of ["reference", "before", "after"]) {
      put(this.panes[part].querySelector(".photo"), pictures[part], `${pictures.alt}, ${labels[part].toLowerCase()}`);
      this.panes[part].querySelector("figcaption").textContent = labels[part];
    }
    put(this.querySelector(".heatmap"), pictures.heatmap, `${pictures.alt}, color error left`);
    this.paint();
    this.sharpen();
  }

  look(view) {
    this.view = view;
    this.after = true;
    this.dataset.view = view;
    clearInterval(this.blinking);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (view === "blink" && !still) this.blinking = setInterval(() => this.flip(), BLINK_MS);
    for (const button of this.querySelectorAll("[data-view]")) button.ariaPressed = String(button.dataset.view === view);
    this.paint();
  }

  // In the views with a mix: all of one side, then all of the other; else the other picture.
  flip() {
    this.after = !this.after;
    if (this.mixes) this.mix.value = this.view === "slider" ? (this.after ? 0 : 100) : (this.after ? 100 : 0);
    this.paint();
  }

  get mixes() { return this.view === "slider" || this.view === "onion"; }
  move(percent) { if (this.mixes) { this.mix.value = Number(this.mix.value) + percent; this.paint(); } }
  toggleHeat() { this.heat.value = Number(this.heat.value) ? 0 : HEAT; this.paint(); }
  fit() { Object.assign(this, { z: 1, x: 0, y: 0 }); this.paint(); }

  zoom(factor, at) {
    const pane = this.shown()[0].getBoundingClientRect();
    const [cx, cy] = at ?? [pane.width / 2, pane.height / 2];
    const z = Math.min(LARGEST, Math.max(1, this.z * factor));
    this.x = cx - ((cx - this.x) * z) / this.z;
    this.y = cy - ((cy - this.y) * z) / this.z;
    this.z = z;
    this.pan(0, 0);
    this.sharpen();
  }

  pan(dx, dy) {
    const pane = this.shown()[0].getBoundingClientRect();
    this.x = Math.min(0, Math.max(pane.width * (1 - this.z), this.x + dx));
    this.y = Math.min(0, Math.max(pane.height * (1 - this.z), this.y + dy));
    this.paint();
  }

  shown() { return PARTS[this.view].map((part) => this.panes[part]); }

  // Where in its pane an event is: x, y in pixels.
  within(event) {
    const pane = (event.target.closest?.(".pane") ?? this.shown()[0]).getBoundingClientRect();
    return [event.clientX - pane.left, event.clientY - pane.top];
  }

  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 400), this.within(event));
  }

  drag(event) {
    if (event.button !== 0 || (this.view === "brush" && !event.altKey)) return; // the brush has its own way
    const table = this.table.getBoundingClientRect();
    const across = (e) => (100 * (e.clientX - table.left)) / table.width;
    const divides = this.view === "slider" && (this.z === 1 || Math.abs(across(event) - this.mix.value) < 3);
    let [px, py] = [event.clientX, event.clientY];
    this.table.setPointerCapture(event.pointerId);
    const step = (e) => {
      if (divides) { this.mix.value = across(e); this.paint(); } else this.pan(e.clientX - px, e.clientY - py);
      [px, py] = [e.clientX, e.clientY];
    };
    if (divides) step(event);
    this.table.addEventListener("pointermove", step);
    this.table.addEventListener("lostpointercapture", () => this.table.removeEventListener("pointermove", step), { once: true });
  }

  async sharpen() {
    if (this.z < SHARP || this.sharp) return;
    this.sharp = true;
    const shown = this.pictures;
    for (const [part, source] of [["after", shown.wholeAfter], ["before", shown.wholeBefore]]) {
      if (!source) continue;
      const whole = new Image();
      whole.src = source;
      await whole.decode().catch(() => null); // gone or too large: the screen size stays
      if (this.pictures === shown && whole.naturalWidth) this.panes[part].querySelector(".photo").src = source;
    }
  }

  paint() {
    const { view, panes } = this;
    const shown = PARTS[view];
    const share = Number(this.mix.value);
    const style = this.table.style;
    for (const [name, value] of [["--x", `${this.x}px`], ["--y", `${this.y}px`], ["--z", this.z], ["--at", `${share}%`]]) style.setProperty(name, value);
    for (const [part, pane] of Object.entries(panes)) pane.hidden = !shown.includes(part);
    if (view === "blink") panes[this.after ? "before" : "after"].hidden = true;
    panes.after.style.opacity = view === "onion" ? share / 100 : 1;
    const heat = this.querySelector(".heatmap");
    heat.hidden = !Number(this.heat.value) || !this.pictures.heatmap;
    heat.style.opacity = this.heat.value / 100;
    this.querySelector(".scale").hidden = heat.hidden;
    this.querySelector(".divider").hidden = view !== "slider";
    this.querySelector(".mix").hidden = !this.mixes;
    this.table.classList.toggle("near", this.z > 4);
    this.querySelector(".zoom output").textContent = `${this.z.toFixed(1)}×`;
  }
}

function put(image, source, alt) {
  image.alt = source ? alt : "";
  if (source) image.src = source;
  else image.removeAttribute("src");
}

customElements.define("color-compare", ColorCompare);
