// The mask under a brush: paint on a canvas of the photo's own size, erased with the right button or Shift.

const TINT = [255, 0, 150]; // no cloth looks like it

export function makeBrush(compare) {
  const pane = compare.panes.mask;
  const canvas = pane.querySelector("canvas");
  const cursor = pane.querySelector(".cursor");
  const context = canvas.getContext("2d", { willReadFrequently: false });
  const brush = { radius: 0.03, edited: false, load, resize, export: exported, forget };

  // The mask as a file is gray; here its white becomes opaque paint.
  async function load(source) {
    const image = new Image();
    image.src = source;
    await image.decode();
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      pixels.data[i + 3] = pixels.data[i];
      pixels.data.set(TINT, i);
    }
    context.putImageData(pixels, 0, 0);
    brush.edited = false;
  }

  function forget() {
    [canvas.width, canvas.height] = [1, 1];
    brush.edited = false;
  }

  function resize(factor) {
    brush.radius = Math.min(0.3, Math.max(0.002, brush.radius * factor));
  }

  // How the canvas lies in its pane: contained, then zoomed.
  function place() {
    const box = canvas.getBoundingClientRect();
    const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
    return { scale, left: box.left + (box.width - scale * canvas.width) / 2, top: box.top + (box.height - scale * canvas.height) / 2 };
  }

  function pixel(event) {
    const { scale, left, top } = place();
    return [(event.clientX - left) / scale, (event.clientY - top) / scale];
  }

  function stroke(from, to, erasing) {
    context.globalCompositeOperation = erasing ? "destination-out" : "source-over";
    context.strokeStyle = `rgb(${TINT})`;
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = 2 * brush.radius * canvas.height;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(to[0] + 0.01, to[1]); // a line of no length, a single dab, would paint nothing
    context.stroke();
    brush.edited = true;
    compare.dispatchEvent(new CustomEvent("brushed"));
  }

  function follow(event) {
    const box = pane.getBoundingClientRect();
    const size = 2 * brush.radius * canvas.height * place().scale;
    Object.assign(cursor.style, { left: `${event.clientX - box.left}px`, top: `${event.clientY - box.top}px`, width: `${size}px`, height: `${size}px` });
  }

  pane.addEventListener("contextmenu", (event) => event.preventDefault());
  pane.addEventListener("pointermove", follow);
  pane.addEventListener("pointerdown", (event) => {
    if (compare.view !== "brush" || event.altKey || event.button > 2) return;
    const erasing = event.button === 2 || event.shiftKey;
    let last = pixel(event);
    pane.setPointerCapture(event.pointerId);
    stroke(last, last, erasing);
    const step = (e) => {
      const here = pixel(e);
      stroke(last, here, erasing);
      last = here;
    };
    pane.addEventListener("pointermove", step);
    pane.addEventListener("lostpointercapture", () => pane.removeEventListener("pointermove", step), { once: true });
  });

  // Base64 of a PNG, white on black.
  async function exported() {
    const paper = new OffscreenCanvas(canvas.width, canvas.height);
    const ink = paper.getContext("2d");
    ink.drawImage(canvas, 0, 0);
    for (const [way, color] of [["source-in", "white"], ["destination-over", "black"]]) {
      Object.assign(ink, { globalCompositeOperation: way, fillStyle: color });
      ink.fillRect(0, 0, paper.width, paper.height);
    }
    const bytes = new Uint8Array(await (await paper.convertToBlob({ type: "image/png" })).arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(text);
  }

  return brush;
}
