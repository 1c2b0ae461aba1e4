// How a scene is drawn: by sigma.js in WebGL, on a plain canvas where there is no WebGL, as SVG to save.
//
// Names are drawn here and not by sigma: below their symbol, the largest first, and one that would cover
// another waits until there is room. All of them are text (fillText, textContent), never markup.

const NAME_PIXELS = 13;
const MAX_NAMES = 220;

// What stands where on the screen: transform is {k, x, y}, a place p is drawn at x + p.x * k, y + p.y * k.
function placeNames(scene, transform, size, measure, hot) {
  const onScreen = scene.nodes.map((node) => ({
    node, x: transform.x + node.x * transform.k, y: transform.y + node.y * transform.k, radius: node.size * transform.k,
    hot: hot.has(node.key),
  })).filter((spot) => spot.x > -80 && spot.y > -80 && spot.x < size.width + 80 && spot.y < size.height + 80);
  onScreen.sort((a, b) => b.hot - a.hot || a.node.faint - b.node.faint || b.node.rank - a.node.rank);
  const taken = [], names = [];
  const cross = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  for (const spot of onScreen) {
    if (names.length >= MAX_NAMES || (names.length > 40 && taken.tries > 400)) break;
    if (spot.node.faint && !spot.hot) continue;
    const isDisc = spot.node.group !== undefined;
    if (!isDisc && !spot.hot && spot.radius < 1.6 && names.length > 30) continue;
    const lines = isDisc ? [cut(scene.nameOf(spot.node), size.width < 500 ? 8 : 11), scene.countOf(spot.node.count)] : spot.hot ? fold(spot.node.label) : [cut(spot.node.label, 13)];
    const pixels = isDisc ? Math.min(19, Math.max(12, spot.radius / 3.4)) : NAME_PIXELS;
    const bold = isDisc || spot.hot || spot.node.size > 14;
    const width = Math.max(...lines.map((text) => measure(text, pixels, bold))) + 4;
    const height = lines.length * (pixels + 3);
    const top = isDisc && spot.radius > 14 ? spot.y - height / 2 : spot.y + spot.radius + 2;
    // A disc at the edge is not to lose the beginning of its name.
    const x = isDisc && spot.x > 0 && spot.x < size.width ? Math.min(Math.max(spot.x, width / 2), size.width - width / 2) : spot.x;
    const box = { left: x - width / 2, right: x + width / 2, top, bottom: top + height };
    if (!spot.hot && taken.some((other) => cross(box, other))) { taken.tries = (taken.tries ?? 0) + 1; continue; }
    taken.push(box);
    names.push({ lines, x, y: top + pixels, pixels, bold, soft: isDisc ? 1 : lines.length });
  }
  for (const outline of scene.outlines) {
    const [x, y] = [transform.x + outline.x * transform.k, transform.y + (outline.y - outline.radius) * transform.k - 8];
    if (x > 0 && x < size.width && y > 14 && y < size.height) names.push({ lines: [cut(outline.names.join(" · "), 26)], x, y, pixels: 13, bold: true, soft: 0 });
  }
  return names;
}

const cut = (text, most) => { const all = [...text]; return all.length > most ? `${all.slice(0, most - 1).join("")}…` : text; };

function fold(text) {
  const all = [...cut(text, 60)];
  const lines = [];
  for (let begin = 0; begin < all.length; begin += 16) lines.push(all.slice(begin, begin + 16).join(""));
  return lines.length ? lines : [""];
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"), soft: read("--soft"), stage: read("--stage"), edge: read("--edge"), strong: read("--edge-strong"),
    tentative: read("--tentative"), font: read("--font"), ring: "#f2b705", disc: Number(read("--disc")),
  };
}

// Colour over the stage, mixed here: what is translucent in WebGL would show the lines below it.
function mix(colour, ground, part) {
  const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const [a, b] = [parts(colour), parts(ground)];
  return `#${a.map((value, at) => Math.round(value * part + b[at] * (1 - part)).toString(16).padStart(2, "0")).join("")}`;
}

function nodeColour(node, colours) {
  const plain = node.group !== undefined ? mix(node.color, colours.stage, colours.disc) : node.color;
  return node.faint ? mix(plain, colours.stage, 0.25) : plain;
}

function edgeColour(edge, colours) {
  const plain = edge.bright ? colours.strong : edge.tentative ? colours.tentative : colours.edge;
  return mix(plain, colours.stage, edge.faint ? 0.15 : edge.bright ? 1 : edge.between ? 0.6 : 0.8);
}

function drawNames(context, ratio, names, colours) {
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.textAlign = "center";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = colours.stage;
  for (const { lines, x, y, pixels, bold, soft } of names) {
    lines.forEach((text, index) => {
      context.font = `${bold && index < Math.max(1, soft) ? 600 : 400} ${pixels}px ${colours.font}`;
      context.fillStyle = index && soft === 1 ? colours.soft : colours.ink;
      context.strokeText(text, x, y + index * (pixels + 3));
      context.fillText(text, x, y + index * (pixels + 3));
    });
  }
  context.restore();
}

function drawOutlines(context, ratio, scene, { k, x, y }, colours) {
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.strokeStyle = colours.edge;
  context.fillStyle = mix(colours.edge, colours.stage, 0.1);
  for (const outline of scene.outlines) {
    context.beginPath();
    context.arc(x + outline.x * k, y + outline.y * k, Math.max(1, outline.radius * k), 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
  context.restore();
}

const ruler = document.createElement("canvas").getContext("2d");

function measurer(colours) {
  return (text, pixels, bold) => {
    ruler.font = `${bold ? 600 : 400} ${pixels}px ${colours.font}`;
    return ruler.measureText(text).width;
  };
}

// WebGL in software is slower than the plain canvas; #webgl in the address takes it all the same.
function hasWebGL() {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
  if (!context) return false;
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return location.hash === "#webgl" || !/swiftshader|llvmpipe|software|basic render/i.test(renderer);
}

// ------------------------------------------------------------------ WebGL

function makeSigmaView(container, bounds, events) {
  const graph = new kgSigma.Graph({ multi: true, type: "mixed" });
  let scene = null, colours = readColours(), hot = new Set();
  const renderer = new kgSigma.Sigma(graph, container, {
    allowInvalidContainer: true, itemSizesReference: "positions", zoomToSizeRatioFunction: (ratio) => ratio, stagePadding: 12,
    renderLabels: false, renderEdgeLabels: false, defaultDrawNodeHover: () => {}, minEdgeThickness: 1, zIndex: true,
    minCameraRatio: 0.0005, maxCameraRatio: 4, hideEdgesOnMove: false, doubleClickZoomingRatio: 1,
  });
  renderer.setCustomBBox({ x: [bounds.left, bounds.right], y: [-bounds.bottom, -bounds.top] });
  renderer.createCanvasContext("outlines", { beforeLayer: "edges", style: { pointerEvents: "none" } });
  renderer.createCanvasContext("names", { beforeLayer: "mouse", style: { pointerEvents: "none" } });
  const layers = renderer.getCanvases();
  renderer.resize(true); // the layers just made have a canvas' first size, 300 by 150
  const size = () => renderer.getDimensions();

  function transform() {
    const zero = renderer.graphToViewport({ x: 0, y: 0 });
    const far = renderer.graphToViewport({ x: 1000, y: 0 });
    return { k: (far.x - zero.x) / 1000, x: zero.x, y: zero.y };
  }

  renderer.on("afterRender", () => {
    if (!scene) return;
    const at = transform();
    const ratio = layers.names.width / size().width;
    for (const name of ["outlines", "names"]) layers[name].getContext("2d").clearRect(0, 0, 1e5, 1e5);
    drawOutlines(layers.outlines.getContext("2d"), ratio, scene, at, colours);
    drawNames(layers.names.getContext("2d"), ratio, placeNames(scene, at, size(), measurer(colours), hot), colours);
    events.drawn?.();
  });
  renderer.on("clickNode", ({ node }) => events.click(node));
  renderer.on("clickStage", () => events.click(null));
  renderer.on("enterNode", ({ node }) => { container.classList.add("over"); events.hover(node); });
  renderer.on("leaveNode", () => { container.classList.remove("over"); events.hover(null); });

  function show(next) {
    scene = next;
    graph.clear();
    for (const node of scene.nodes) {
      graph.addNode(node.key, { x: node.x, y: -node.y, size: node.size, color: nodeColour(node, colours), zIndex: node.faint ? 0 : 1 });
    }
    for (const edge of scene.edges) {
      const kind = { size: edge.width, color: edgeColour(edge, colours), type: edge.arrow ? "arrow" : "line", zIndex: edge.bright ? 1 : 0 };
      graph.addEdge(scene.nodes[edge.a].key, scene.nodes[edge.b].key, kind);
    }
    renderer.setSetting("hideEdgesOnMove", scene.edges.length > 6000);
    renderer.refresh();
  }

  function moveTo({ x, y, radius }, animate) {
    const { width, height } = size();
    const at = transform();
    const camera = renderer.getCamera();
    const state = camera.getState();
    const wished = Math.min(width, height) / (2 * radius);
    const target = renderer.viewportToFramedGraph({ x: at.x + x * at.k, y: at.y + y * at.k });
    const next = { x: target.x, y: target.y, ratio: state.ratio * at.k / wished };
    if (animate) camera.animate(next, { duration: 350 }); else camera.setState(next);
  }

  return {
    kind: "webgl", show, moveTo, size, transform,
    highlight(keys) { hot = keys; renderer.scheduleRender(); },
    zoom(factor) { const camera = renderer.getCamera(); camera.setState({ ratio: camera.getState().ratio / factor }); },
    pan(x, y) {
      const { width, height } = size();
      const target = renderer.viewportToFramedGraph({ x: width / 2 + x, y: height / 2 + y });
      renderer.getCamera().setState({ x: target.x, y: target.y });
    },
    restyle() { colours = readColours(); show(scene); },
    renderer,
  };
}

// ------------------------------------------------------------------ without WebGL

function makeCanvasView(container, bounds, events) {
  const canvas = container.appendChild(document.createElement("canvas"));
  const context = canvas.getContext("2d");
  let scene = null, colours = readColours(), hot = new Set(), at = { k: 1, x: 0, y: 0 }, waiting = 0, dragged = null;
  const size = () => ({ width: container.clientWidth, height: container.clientHeight });

  function draw() {
    waiting = 0;
    if (!scene) return;
    const ratio = devicePixelRatio || 1;
    const { width, height } = size();
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    drawOutlines(context, ratio, scene, at, colours);
    context.setTransform(ratio * at.k, 0, 0, ratio * at.k, ratio * at.x, ratio * at.y);
    for (const edge of scene.edges) {
      context.strokeStyle = edgeColour(edge, colours);
      context.lineWidth = Math.max(edge.width, 0.7 / at.k);
      context.beginPath();
      context.moveTo(scene.nodes[edge.a].x, scene.nodes[edge.a].y);
      context.lineTo(scene.nodes[edge.b].x, scene.nodes[edge.b].y);
      context.stroke();
    }
    for (const node of scene.nodes) {
      context.fillStyle = nodeColour(node, colours);
      context.beginPath();
      context.arc(node.x, node.y, node.size, 0, 2 * Math.PI);
      context.fill();
    }
    drawNames(context, ratio, placeNames(scene, at, size(), measurer(colours), hot), colours);
    events.drawn?.();
  }

  const redraw = () => { waiting ||= requestAnimationFrame(draw); };

  function nodeAt(x, y) {
    let found = null;
    for (const node of scene.nodes) {
      if (Math.hypot(at.x + node.x * at.k - x, at.y + node.y * at.k - y) <= Math.max(7, node.size * at.k)) found = node.key;
    }
    return found;
  }

  function zoomAt(factor, x, y) {
    at = { k: at.k * factor, x: x - (x - at.x) * factor, y: y - (y - at.y) * factor };
    redraw();
  }

  const place = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoomAt(Math.exp(-event.deltaY / 400), ...place(event)); }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => { dragged = { from: place(event), at: { ...at }, moved: false }; });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    if (!dragged) {
      const key = scene && nodeAt(x, y);
      container.classList.toggle("over", Boolean(key));
      events.hover(key);
      return;
    }
    const [dx, dy] = [x - dragged.from[0], y - dragged.from[1]];
    dragged.moved ||= Math.hypot(dx, dy) > 4;
    at = { ...at, x: dragged.at.x + dx, y: dragged.at.y + dy };
    redraw();
  });
  canvas.addEventListener("pointerup", (event) => {
    const wasMoved = dragged?.moved;
    dragged = null;
    if (!wasMoved) events.click(nodeAt(...place(event)));
  });
  canvas.addEventListener("pointerleave", () => { dragged = null; events.hover(null); });
  new ResizeObserver(redraw).observe(container);

  return {
    kind: "canvas", size, transform: () => at,
    show(next) { scene = next; redraw(); },
    moveTo({ x, y, radius }) {
      const { width, height } = size();
      const k = Math.min(width, height) / (2 * radius);
      at = { k, x: width / 2 - x * k, y: height / 2 - y * k };
      redraw();
    },
    highlight(keys) { hot = keys; redraw(); },
    zoom(factor) { const { width, height } = size(); zoomAt(factor, width / 2, height / 2); },
    pan(x, y) { at = { ...at, x: at.x - x, y: at.y - y }; redraw(); },
    restyle() { colours = readColours(); redraw(); },
  };
}

// ------------------------------------------------------------------ SVG

// What is on the screen as an SVG document, for print and for PNG.
function svgOf(scene, view, hot) {
  const colours = readColours();
  const space = "http://www.w3.org/2000/svg";
  const { width, height } = view.size();
  const at = view.transform();
  const root = document.implementation.createDocument(space, "svg").documentElement;
  const add = (tag, attributes, text) => {
    const made = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
    // XML knows no control characters; a lone half of a character has no UTF-8.
    if (text !== undefined) made.textContent = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
    root.append(made);
  };
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}`, "font-family": colours.font })) root.setAttribute(name, String(value));
  const [px, py] = [(node) => at.x + node.x * at.k, (node) => at.y + node.y * at.k];
  const inside = (node, margin) => px(node) > -margin && py(node) > -margin && px(node) < width + margin && py(node) < height + margin;
  add("rect", { width, height, fill: colours.stage });
  for (const outline of scene.outlines) add("circle", { cx: px(outline), cy: py(outline), r: outline.radius * at.k, fill: mix(colours.edge, colours.stage, 0.1), stroke: colours.edge });
  for (const edge of scene.edges) {
    const [a, b] = [scene.nodes[edge.a], scene.nodes[edge.b]];
    if (!inside(a, 0) && !inside(b, 0)) continue;
    add("line", { x1: px(a), y1: py(a), x2: px(b), y2: py(b), stroke: edgeColour(edge, colours), "stroke-width": Math.max(0.7, edge.width * at.k) });
  }
  for (const node of scene.nodes) {
    const r = Math.max(0.5, node.size * at.k);
    if (inside(node, r)) add("circle", { cx: px(node), cy: py(node), r, fill: nodeColour(node, colours) });
  }
  for (const { lines, x, y, pixels, bold, soft } of placeNames(scene, at, { width, height }, measurer(colours), hot)) {
    lines.forEach((text, index) => add("text", {
      x, y: y + index * (pixels + 3), "font-size": pixels, "font-weight": bold && index < Math.max(1, soft) ? 600 : 400, "text-anchor": "middle",
      fill: index && soft === 1 ? colours.soft : colours.ink, stroke: colours.stage, "stroke-width": 3.5, "stroke-linejoin": "round", "paint-order": "stroke",
    }, text));
  }
  return new XMLSerializer().serializeToString(root);
}
