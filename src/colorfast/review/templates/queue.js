// The queue: every picture of the batch, most doubtful first, filtered by decision, verdict, measure and id.

export const measured = (row, key) => key.split(".").reduce((at, part) => at?.[part], row.metrics);

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function makeQueue(page, choose) {
  const find = (selector) => document.querySelector(selector);
  const list = find("#list");
  const rows = page.items.map(line);
  const queue = { shown: [], filter: { status: "open", verdict: "", metric: "", bound: NaN, text: "" }, apply, mark, next, count };

  function line(item, number) {
    const made = element("li");
    const button = element("button");
    button.type = "button";
    const frame = element("span", "thumb");
    if (item.stamp) {
      const image = element("img");
      Object.assign(image, { loading: "lazy", decoding: "async", alt: "", width: 44, height: 56, src: `pictures/${item.key}/0/thumb?${item.stamp}` });
      frame.append(image);
    }
    const words = element("span", "words");
    const note = element("span", "note");
    note.append(element("i", `dot ${item.verdict}`), element("span", "unseen", `${item.verdict}, `), why(item));
    words.append(element("span", "id", item.id), note);
    button.append(frame, words, element("span", "mark"));
    button.onclick = () => choose(number, true);
    made.append(button);
    return made;
  }

  function why(item) {
    if (!item.metrics) return "no picture";
    if (item.worst === "garment") return `Mask ${Math.round(100 * item.garment.confidence)} % sure`;
    const metric = page.metrics.find(({ key }) => key === item.worst);
    const value = measured(item, item.worst);
    return `${metric.name} ${value.toFixed(metric.higher_is_better ? 2 : 1)}, ${metric.higher_is_better ? "≥" : "≤"} ${page.limits[item.worst]}`;
  }

  function fits(number) {
    const { status, verdict, metric, bound, text } = queue.filter;
    const item = page.items[number];
    if (status !== "all" && page.states[number].status !== status) return false;
    if (verdict && item.verdict !== verdict) return false;
    if (text && !item.id.toLowerCase().includes(text.toLowerCase())) return false;
    if (!metric || Number.isNaN(bound)) return true;
    const value = item.metrics && measured(item, metric);
    const higher = page.metrics.find(({ key }) => key === metric).higher_is_better;
    return item.metrics !== null && (higher ? value <= bound : value >= bound);
  }

  function count() {
    const tally = { open: 0, approved: 0, rejected: 0, all: page.states.length };
    for (const { status } of page.states) tally[status] += 1;
    for (const button of document.querySelectorAll("[data-status]")) {
      button.querySelector("span").textContent = tally[button.dataset.status];
      button.ariaPressed = String(button.dataset.status === queue.filter.status);
    }
    const decided = tally.all - tally.open;
    Object.assign(find("#done"), { max: Math.max(1, tally.all), value: decided });
    find("#told").textContent = `${decided} of ${tally.all} decided`;
  }

  function apply() {
    queue.shown = page.items.map((_, number) => number).filter(fits);
    list.replaceChildren(...queue.shown.map((number) => rows[number]));
    find("#empty").hidden = queue.shown.length > 0;
    page.states.forEach((state, number) => sign(number, state));
    count();
  }

  function sign(number, { status }) {
    const mark = rows[number].querySelector(".mark");
    mark.className = `mark ${status}`;
    mark.textContent = { open: "", approved: "✓", rejected: "✕" }[status];
    mark.ariaLabel = status === "open" ? null : status;
    mark.role = status === "open" ? null : "img";
  }

  // The one that is open; a decided one stays in the list until the filter is applied anew.
  function mark(number) {
    for (const marked of list.querySelectorAll("[aria-current]")) marked.removeAttribute("aria-current");
    sign(number, page.states[number]);
    rows[number].firstChild.setAttribute("aria-current", "true");
    reveal(rows[number]);
    count();
  }

  // Within the list alone: on a narrow screen the page must stay where it is.
  function reveal(row) {
    const [frame, box] = [find("#scroll").getBoundingClientRect(), row.getBoundingClientRect()];
    find("#scroll").scrollTop += Math.min(0, box.top - frame.top) + Math.max(0, box.bottom - frame.bottom);
  }

  // The one after or before; with `open` the next that still waits, from the top again at the end.
  function next(number, step, open = false) {
    const { shown } = queue;
    const at = shown.indexOf(number);
    if (!open) return shown[at < 0 ? 0 : at + step];
    const order = [...shown.slice(at + 1), ...shown.slice(0, Math.max(0, at))];
    return order.find((other) => page.states[other].status === "open");
  }

  return queue;
}
