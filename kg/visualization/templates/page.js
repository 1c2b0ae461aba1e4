
"use strict";
// Drives the picture: filters, search, the panel, and the names on the canvas.
//
// Everything that comes from documents reaches the page as text (textContent, fillText), never as
// markup. Names are drawn here and not by vis-network: at one size on the screen whatever the zoom,
// the best connected first, and a name that would cover another one waits until there is room.
(() => {
  const { nodes: drawnNodes, edges: drawnEdges, options, page } = JSON.parse(
    document.getElementById("data").textContent,
  );
  const byId = (id) => document.getElementById(id);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 760px)");
  const NAME_PIXELS = page.labelPixels;
  const EDGE_NAMES = 60; // with more edges than this, only those of the chosen node are named
  const HUBS = 0.07; // this part of the nodes in view, the best connected, is named even over symbols
  const FIRST_CLAIMS = 25; // of one relation in the panel
  const FIRST_QUOTES = 2; // of one claim in the panel

  const TEXT = {
    zh: {
      png: "保存图片", reset: "重置", fit: "适应窗口", zoomIn: "放大", zoomOut: "缩小",
      search: "搜索名称或别名", placeholder: "例如：集团、项目、莘县", filters: "筛选与图例", types: "实体类型",
      relations: "关系", all: "全选 / 全不选", view: "显示", confidence: "最低可信度",
      time: "时间", since: "从", until: "到", atLeast: "金额至少", any: "不限",
      lonely: "隐藏没有关系的实体", facts: "事实", aliases: "又称", sep: "、", nothing: "没有匹配的实体",
      counts: (n, m, e, f) => `实体 ${n === m ? n : `${n}/${m}`} · 关系 ${e === f ? e : `${e}/${f}`}`,
      undrawn: (n, e) => `图中未画出另外 ${n} 个实体${e ? `、${e} 条关系` : ""}`,
      more: (n) => `另有 ${n} 条关系连到图中未画出的实体`,
      moreClaims: (n) => `显示其余 ${n} 条`, moreQuotes: (n) => `另外 ${n} 处原文`,
      degree: (n) => `${n} 条关系`, number: (n) => `${n} 条`,
      confidenceOf: (c) => `可信度 ${c}`, other: "其他",
      hint: "点击实体或连线，查看相关陈述及其原文句子。拖动平移，滚轮缩放。",
      top: "关系最多的实体", none: "原文没有给出更多信息。", stage: "关系图：方向键平移，加减号缩放",
      planned: "计划", hearsay: "据称", negated: "否认", plain: "已陈述", tentative: "计划或据称",
      amount: "金额", date: "日期", title: "职务", status: "进展", attributedTo: "出处",
      headline: (h) => `《${h}》`,
    },
    en: {
      png: "Save image", reset: "Reset", fit: "Fit", zoomIn: "Zoom in", zoomOut: "Zoom out",
      search: "Search names and aliases", placeholder: "name or alias", filters: "Filters and legend", types: "Types",
      relations: "Relations", all: "all / none", view: "View", confidence: "Least confidence",
      time: "Time", since: "from", until: "to", atLeast: "Amount at least", any: "any",
      lonely: "Hide entities without relations", facts: "Facts", aliases: "Also", sep: ", ", nothing: "No such entity",
      counts: (n, m, e, f) => `${n === m ? n : `${n}/${m}`} entities · ${e === f ? e : `${e}/${f}`} relations`,
      undrawn: (n, e) => `${n} more entities${e ? ` and ${e} relations` : ""} are not drawn`,
      more: (n) => `${n} more relations lead to entities that are not drawn`,
      moreClaims: (n) => `Show ${n} more`, moreQuotes: (n) => `${n} more sentences`,
      degree: (n) => `${n} relations`, number: (n) => `${n}`,
      confidenceOf: (c) => `confidence ${c}`, other: "other",
      hint: "Click an entity or a line to read the claims and the sentences behind them. Drag to move, scroll to zoom.",
      top: "Best connected", none: "The texts say no more.", stage: "Graph: arrow keys move, plus and minus zoom",
      planned: "planned", hearsay: "hearsay", negated: "denied", plain: "stated", tentative: "planned or hearsay",
      amount: "amount", date: "date", title: "post", status: "status", attributedTo: "source",
      headline: (h) => `“${h}”`,
    },
  };
  let language = "zh";
  const say = (key, ...values) => {
    const text = Object.hasOwn(TEXT[language], key) ? TEXT[language][key] : key;
    return typeof text === "function" ? text(...values) : text;
  };
  const named = (thing) => (language === "en" && thing.en) || thing.zh || thing.id;

  // ------------------------------------------------------------------ state

  const types = page.types;
  const relations = page.relations;
  const nodes = page.nodes.map((node, id) => ({ ...node, id, degree: 0, edges: [], hidden: false }));
  const edges = page.edges.map((edge, id) => ({
    ...edge, id, from: drawnEdges[id].from, to: drawnEdges[id].to, hidden: false,
    confidence: Math.max(0, ...edge.claims.map((claim) => claim.confidence)),
  }));
  for (const edge of edges) {
    for (const end of new Set([edge.from, edge.to])) {
      nodes[end].degree += 1;
      nodes[end].edges.push(edge);
    }
  }
  const byDegree = [...nodes].sort((a, b) => b.degree - a.degree || a.id - b.id);
  const dated = edges.flatMap((edge) => edge.months).filter(Boolean);
  const span = dated.length ? [dated.reduce((a, b) => Math.min(a, b)), dated.reduce((a, b) => Math.max(a, b))] : [0, 0];
  const amounts = [0, 1e6, 1e7, 5e7, 1e8, 5e8, 1e9, 5e9, 1e10, 1e11].filter((amount) => edges.some((edge) => edge.amount >= amount));
  const shown = {
    types: new Set(types.keys()), relations: new Set(relations.keys()), confidence: 0, lonely: true, since: span[0], until: span[1], amount: 0,
  };
  let chosen = null; // {node} or {edge}
  let hovered = null;

  const nodeData = new vis.DataSet(drawnNodes);
  const edgeData = new vis.DataSet(drawnEdges);
  const network = new vis.Network(byId("network"), { nodes: nodeData, edges: edgeData }, options);

  // ------------------------------------------------------------------ building blocks

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }

  function button(className, text, action) {
    const made = element("button", className, text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  // Text of a document may switch the writing direction; <bdi> keeps that to itself.
  const words = (text) => element("bdi", "", text);

  const OUTLINES = {
    dot: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13Z",
    square: "M2.2 2.2h11.6v11.6H2.2Z",
    diamond: "M8 .8L15.2 8L8 15.2L.8 8Z",
    triangle: "M8 1.2L15.2 14H.8Z",
    triangleDown: "M8 14.8L.8 2h14.4Z",
    star: "M8 .8l2.1 4.9l5.3.5l-4 3.5l1.2 5.2L8 12.1l-4.6 2.8l1.2-5.2l-4-3.5l5.3-.5Z",
    hexagon: "M4.4 1.7h7.2L15.2 8l-3.6 6.3H4.4L.8 8Z",
  };

  function svg(width, height, ...parts) {
    const space = "http://www.w3.org/2000/svg";
    const made = document.createElementNS(space, "svg");
    const attributes = { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" };
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    for (const part of parts) {
      const path = document.createElementNS(space, "path");
      for (const [name, value] of Object.entries(part)) path.setAttribute(name, value);
      made.append(path);
    }
    return made;
  }

  const symbol = (type) => svg(16, 16, { d: OUTLINES[type.shape], fill: type.color });
  const line = (dashed, colour) => svg(28, 8, {
    d: "M0 4h28", fill: "none", "stroke-width": 2, stroke: colour, "stroke-dasharray": dashed ? "5 4" : "none",
  });

  function entityButton(id) {
    return button("entity", words(nodes[id].label), () => choose({ node: id }, { move: true }));
  }

  // ------------------------------------------------------------------ filters

  function listChoices(list, things, chosenSet, icon) {
    list.replaceChildren(...things.map((thing, index) => {
      const box = element("input");
      box.type = "checkbox";
      box.checked = chosenSet.has(index);
      const label = element(
        "label", "choice", box, icon ? icon(thing) : null,
        element("span", "name", named(thing)), element("span", "number", String(thing.count)),
      );
      label.classList.toggle("off", !box.checked);
      box.dataset.id = thing.id;
      box.addEventListener("change", () => {
        if (box.checked) chosenSet.add(index); else chosenSet.delete(index);
        label.classList.toggle("off", !box.checked);
        filter();
      });
      return element("li", "", label);
    }));
  }

  function filter() {
    const changedNodes = [], changedEdges = [];
    const visible = (node) => shown.types.has(node.type);
    const isWholeTime = shown.since === span[0] && shown.until === span[1];
    const inTime = ({ months: [first, last] }) => isWholeTime || (first && first <= shown.until && last >= shown.since);
    const linked = new Set();
    for (const edge of edges) {
      const hidden = !shown.relations.has(edge.relation) || edge.confidence < shown.confidence - 1e-9
        || edge.amount < shown.amount || !inTime(edge)
        || !visible(nodes[edge.from]) || !visible(nodes[edge.to]);
      if (!hidden) linked.add(edge.from).add(edge.to);
      if (hidden !== edge.hidden) changedEdges.push({ id: edge.id, hidden });
      edge.hidden = hidden;
    }
    for (const node of nodes) {
      const hidden = !visible(node) || (!shown.lonely && !linked.has(node.id));
      if (hidden !== node.hidden) changedNodes.push({ id: node.id, hidden });
      node.hidden = hidden;
    }
    if (changedNodes.length) nodeData.update(changedNodes);
    if (changedEdges.length) edgeData.update(changedEdges);
    if (chosen && (chosen.node !== undefined ? nodes[chosen.node] : edges[chosen.edge]).hidden) choose(null);
    else emphasize();
    count();
  }

  function count() {
    const n = nodes.filter((node) => !node.hidden).length;
    const e = edges.filter((edge) => !edge.hidden).length;
    byId("counts").textContent = say("counts", n, nodes.length, e, edges.length);
  }

  function toggleAll(kind) {
    const things = kind === "types" ? types : relations;
    const set = shown[kind];
    if (set.size === things.length) set.clear(); else things.forEach((_, index) => set.add(index));
    listFilters();
    filter();
  }

  function listFilters() {
    listChoices(byId("types"), types, shown.types, symbol);
    listChoices(byId("relations"), relations, shown.relations, null);
  }

  const monthWords = (month) => `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
  const yuan = (value) => (language === "en" ? `${value / 1e6} m CNY` : value >= 1e8 ? `${value / 1e8}亿元` : `${value / 1e4}万元`);

  // Sliders that would filter nothing are not there.
  function readSliders() {
    byId("time").hidden = span[0] === span[1];
    byId("money").hidden = amounts.length < 2;
    for (const end of ["since", "until"]) {
      [byId(end).min, byId(end).max] = span;
      byId(end).value = shown[end];
      byId(end).setAttribute("aria-valuetext", monthWords(shown[end]));
    }
    byId("amount").max = amounts.length - 1;
    byId("amount").value = amounts.indexOf(shown.amount);
    byId("time-value").textContent = `${monthWords(shown.since)} – ${monthWords(shown.until)}`;
    byId("amount-value").textContent = shown.amount ? yuan(shown.amount) : say("any");
  }

  // ------------------------------------------------------------------ search

  const search = byId("search"), hits = byId("hits");
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  const searchable = nodes.map((node) => [node.label, ...node.aliases].map(plain));
  let found = [], active = 0;

  function find(query) {
    const wanted = plain(query);
    if (!wanted) return [];
    const ranked = [];
    for (const node of byDegree) {
      const places = searchable[node.id].map((name) => name.indexOf(wanted)).filter((at) => at >= 0);
      if (places.length) ranked.push([Math.min(...places) === 0 ? 0 : 1, node.id]);
    }
    return ranked.sort((a, b) => a[0] - b[0]).slice(0, 12).map(([, id]) => id);
  }

  function listHits() {
    found = find(search.value);
    active = 0;
    const items = found.map((id, index) => {
      const alias = plain(nodes[id].label).includes(plain(search.value))
        ? "" : nodes[id].aliases.find((name) => plain(name).includes(plain(search.value)));
      const detail = element("small", "", named(types[nodes[id].type]), alias ? " · " : "", alias ? words(alias) : "");
      const item = element("li", "", words(nodes[id].label), detail);
      item.id = `hit-${index}`;
      item.setAttribute("role", "option");
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
      return item;
    });
    const open = search.value.trim() !== "";
    hits.replaceChildren(...(items.length ? items : [element("li", "soft", say("nothing"))]));
    hits.hidden = !open;
    search.setAttribute("aria-expanded", String(open));
    markActive();
  }

  function markActive() {
    [...hits.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === active)));
    if (found.length) {
      search.setAttribute("aria-activedescendant", `hit-${active}`);
      hits.children[active].scrollIntoView({ block: "nearest" });
    } else search.removeAttribute("aria-activedescendant");
  }

  function closeHits() {
    hits.hidden = true;
    search.setAttribute("aria-expanded", "false");
    search.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    if (found[index] === undefined) return;
    closeHits();
    reveal(found[index]);
    choose({ node: found[index] }, { move: true });
  }

  // What is asked for by name is shown even if a filter hides it.
  function reveal(id) {
    if (!nodes[id].hidden) return;
    shown.types.add(nodes[id].type);
    if (!shown.lonely) { shown.lonely = true; byId("lonely").checked = false; }
    listFilters();
    filter();
  }

  search.addEventListener("input", listHits);
  search.addEventListener("focus", () => search.value && listHits());
  search.addEventListener("blur", closeHits);
  search.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter belongs to the input method
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      active = (active + step + found.length) % found.length;
      markActive();
    } else if (event.key === "Enter") take(active);
    else if (event.key === "Escape") closeHits();
  });

  // ------------------------------------------------------------------ panel

  const panel = byId("panel");

  function showPanel() {
    if (!chosen) panel.replaceChildren(...overview());
    else if (chosen.node !== undefined) panel.replaceChildren(...nodePanel(nodes[chosen.node]));
    else panel.replaceChildren(...edgePanel(edges[chosen.edge]));
    panel.scrollTop = 0;
  }

  function overview() {
    const items = byDegree.filter((node) => node.degree).slice(0, 12).map((node) => element(
      "li", "", symbol(types[node.type]), entityButton(node.id),
      element("span", "number", say("number", node.degree)),
    ));
    const parts = [element("p", "soft", say("hint"))];
    if (items.length) parts.push(element("h3", "", say("top")), element("ul", "top", ...items));
    return parts;
  }

  function nodePanel(node) {
    const type = types[node.type];
    const parts = [
      element("p", "kind", symbol(type), `${named(type)} · ${say("degree", node.degree + node.undrawn)}`),
      element("h2", "", words(node.label)),
    ];
    if (node.aliases.length) {
      const names = node.aliases.flatMap((name, index) => [index ? say("sep") : "", words(name)]);
      parts.push(element("p", "names", `${say("aliases")}${language === "en" ? ": " : "："}`, ...names));
    }
    if (node.claims.length) {
      parts.push(heading(say("facts"), node.claims.length), list(node.claims, (claim) => factItem(claim, node)));
    }
    const groups = new Map();
    for (const edge of node.edges) {
      if (!groups.has(edge.relation)) groups.set(edge.relation, []);
      groups.get(edge.relation).push(...edge.claims.map((claim) => [edge, claim]));
    }
    for (const [relation, pairs] of [...groups].sort((a, b) => a[0] - b[0])) {
      parts.push(heading(named(relations[relation]), pairs.length));
      parts.push(list(pairs, ([edge, claim]) => relationItem(edge, claim, node)));
    }
    if (node.undrawn) parts.push(element("p", "soft", say("more", node.undrawn)));
    if (!node.claims.length && !node.edges.length && !node.undrawn) parts.push(element("p", "soft", say("none")));
    return parts;
  }

  function edgePanel(edge) {
    const relation = relations[edge.relation];
    return [
      element("p", "kind", line(edge.tentative, "currentColor"), named(relation)),
      element(
        "div", "ends", entityButton(edge.from),
        element("span", "relation", `${relation.symmetric ? "↕" : "↓"} ${named(relation)}`), entityButton(edge.to),
      ),
      list(edge.claims, (claim) => {
        const item = element("li", "", element("div", "said", ...chips(claim), confidenceOf(claim)));
        item.append(...quotes(claim, namesOf(nodes[edge.from], nodes[edge.to])));
        return item;
      }),
    ];
  }

  const heading = (text, number) => element("h3", "", text, element("small", "", String(number)));

  function list(things, makeItem) {
    const made = element("ul", "claims", ...things.slice(0, FIRST_CLAIMS).map(makeItem));
    const rest = things.slice(FIRST_CLAIMS);
    if (rest.length) {
      const more = button("more", say("moreClaims", rest.length), () => {
        more.parentElement.remove();
        made.append(...rest.map(makeItem));
      });
      made.append(element("li", "", more));
    }
    return made;
  }

  function factItem(claim, node) {
    const attribute = page.attributes[claim.relation] ?? { id: claim.relation };
    const said = element(
      "div", "said", element("span", "soft", named(attribute)), element("span", "value", words(claim.object)),
      ...chips(claim), confidenceOf(claim),
    );
    return element("li", "", said, ...quotes(claim, [claim.object, ...namesOf(node)]));
  }

  function relationItem(edge, claim, node) {
    const other = edge.from === node.id ? edge.to : edge.from;
    const arrow = relations[edge.relation].symmetric ? "↔" : edge.from === node.id ? "→" : "←";
    const said = element(
      "div", "said", element("span", "arrow", arrow), entityButton(other), ...chips(claim), confidenceOf(claim),
    );
    return element("li", "", said, ...quotes(claim, namesOf(node, nodes[other])));
  }

  function chips(claim) {
    const made = claim.qualifiers.map(([name, value]) => element(
      "span", "chip", element("b", "", `${say(name)} `), words(value),
    ));
    if (claim.status) made.unshift(element("span", `chip ${claim.status}`, say(claim.status)));
    return made;
  }

  function confidenceOf(claim) {
    return claim.confidence < 0.995 ? element("span", "sure", say("confidenceOf", claim.confidence.toFixed(2))) : null;
  }

  function quotes(claim, names) {
    const made = claim.quotes.map((index) => quote(page.quotes[index], names));
    if (made.length <= FIRST_QUOTES) return made;
    const rest = made.slice(FIRST_QUOTES);
    const more = button("more", say("moreQuotes", rest.length), () => more.replaceWith(...rest));
    return [...made.slice(0, FIRST_QUOTES), more];
  }

  function quote([sentence, articleIndex], names) {
    const { headline, date, publisher } = page.articles[articleIndex];
    const source = [headline && say("headline", headline), publisher, date].filter(Boolean);
    const body = element("p", "", ...highlight(sentence, names));
    body.dir = "auto";
    const made = element("blockquote", "", body);
    if (source.length) made.append(element("footer", "", ...source.flatMap((text, i) => [i ? " · " : "", words(text)])));
    return made;
  }

  const namesOf = (...things) => things.flatMap((node) => [node.label, ...node.aliases])
    .filter((name) => name.length > 1).sort((a, b) => b.length - a.length);

  // Splits a sentence at the names in it; of two names at one place the longer wins.
  function highlight(sentence, names) {
    const parts = [];
    let plainFrom = 0, at = 0;
    while (at < sentence.length) {
      const name = names.find((candidate) => sentence.startsWith(candidate, at));
      if (!name) { at += 1; continue; }
      parts.push(sentence.slice(plainFrom, at), element("mark", "", name));
      at += name.length;
      plainFrom = at;
    }
    return [...parts, sentence.slice(plainFrom)];
  }

  // ------------------------------------------------------------------ choosing

  function choose(next, { move = false, stay = false } = {}) {
    chosen = next;
    if (!next) network.unselectAll();
    else if (next.node !== undefined) {
      reveal(next.node);
      network.selectNodes([next.node], false);
      if (move) goTo(next.node);
    } else network.selectEdges([next.edge]);
    emphasize();
    showPanel();
    if (next && narrow.matches && !move && !stay) panel.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  }

  function goTo(id) {
    const scale = Math.max(network.getScale(), 0.85);
    network.focus(id, { scale, animation: calm.matches ? false : { duration: 350, easingFunction: "easeInOutQuad" } });
    if (narrow.matches) byId("stage").scrollIntoView({ block: "nearest" });
  }

  // The chosen thing and what it touches stay bright.
  function near() {
    if (!chosen) return null;
    const close = { nodes: new Set(), edges: new Set() };
    const kept = chosen.node !== undefined ? nodes[chosen.node].edges : [edges[chosen.edge]];
    if (chosen.node !== undefined) close.nodes.add(chosen.node);
    for (const edge of kept) {
      if (edge.hidden) continue;
      close.edges.add(edge.id);
      close.nodes.add(edge.from).add(edge.to);
    }
    return close;
  }

  let close = null;

  function emphasize() {
    close = near();
    const changedNodes = [], changedEdges = [];
    for (const node of nodes) {
      const opacity = !close || close.nodes.has(node.id) ? 1 : 0.16;
      if (node.opacity !== opacity) changedNodes.push({ id: node.id, opacity });
      node.opacity = opacity;
    }
    for (const edge of edges) {
      const look = edgeLook(edge);
      if (edge.look !== look.key) changedEdges.push({ id: edge.id, color: look.color, width: look.width });
      edge.look = look.key;
    }
    if (changedNodes.length) nodeData.update(changedNodes);
    if (changedEdges.length) edgeData.update(changedEdges);
    network.redraw();
  }

  function edgeLook(edge) {
    const bright = close?.edges.has(edge.id);
    const base = edge.denied ? colours.denied : bright ? colours.strong : colours.edge;
    const opacity = !close || bright ? 1 : 0.18;
    const color = { color: base, highlight: edge.denied ? colours.denied : colours.strong, hover: colours.strong, opacity };
    return { key: `${base} ${opacity}`, color, width: bright ? 2 : 1.2 };
  }

  // ------------------------------------------------------------------ names on the canvas

  const colours = {};

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    Object.assign(colours, {
      ink: read("--ink"), soft: read("--soft"), stage: read("--stage"), edge: read("--edge"),
      strong: read("--edge-strong"), denied: read("--denied"), font: read("--font"),
    });
  }

  network.on("afterDrawing", (context) => {
    const canvas = context.canvas;
    const ratio = canvas.width / canvas.clientWidth;
    const taken = [];
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.textAlign = "center";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    const size = { width: canvas.clientWidth, height: canvas.clientHeight };
    const places = placesOnScreen(size);
    for (const place of places) taken.push(place.symbol);
    for (const place of places) nameNode(context, place, taken, size);
    nameEdges(context, taken, size);
    context.restore();
  });

  // Nodes in view, in the order in which their names get room: chosen, close to it, best connected.
  function placesOnScreen({ width, height }) {
    const scale = network.getScale();
    const ranked = byDegree.filter((node) => !node.hidden);
    const rank = (node) => (node.id === hovered?.node || node.id === chosen?.node ? 0 : close?.nodes.has(node.id) ? 1 : 2);
    if (close || hovered) ranked.sort((a, b) => rank(a) - rank(b));
    const positions = network.getPositions(ranked.map((node) => node.id));
    const places = [];
    for (const node of ranked) {
      const { x, y } = network.canvasToDOM(positions[node.id]);
      const radius = drawnNodes[node.id].size * scale;
      if (x < -60 || y < -60 || x > width + 60 || y > height + 60) continue;
      const symbol = { left: x - radius * 0.8, right: x + radius * 0.8, top: y - radius * 0.8, bottom: y + radius * 0.8, of: node.id };
      places.push({ node, x, y, radius, symbol, certain: rank(node) === 0 });
    }
    const hubs = Math.min(20, Math.ceil(places.length * HUBS));
    places.forEach((place, index) => { place.important = index < hubs; });
    return places;
  }

  function nameNode(context, { node, x, y, radius, certain, important }, taken, size) {
    const faint = close && !close.nodes.has(node.id);
    if (faint && !certain) return;
    const lines = certain ? page.nodes[node.id].full : node.lines;
    const pixels = NAME_PIXELS + (node.degree > 9 ? 2 : 0);
    context.font = `${node.degree > 4 || certain ? 600 : 400} ${pixels}px ${colours.font}`;
    const width = Math.max(...lines.map((text) => context.measureText(text).width)) + 4;
    const height = lines.length * (pixels + 3);
    const beside = radius + 4 + width / 2, middle = y - height / 2;
    // Below the symbol, else above, right or left of it: wherever nothing is in the way.
    const boxes = [[x, y + radius + 3], [x, y - radius - height - 1], [x + beside, middle], [x - beside, middle]].map(
      ([centre, top]) => ({ left: centre - width / 2, right: centre + width / 2, top, bottom: top + height, of: node.id, centre }),
    );
    const inside = boxes.filter((box) => box.left > 0 && box.right < size.width && box.top > 0 && box.bottom < size.height);
    const free = inside.find((box) => !taken.some((other) => other.of !== node.id && cross(box, other)));
    const overSymbols = inside.find((box) => !taken.some((other) => other.name && cross(box, other)));
    const box = free ?? (certain || important ? overSymbols : undefined) ?? (certain ? boxes[0] : undefined);
    if (!box) return;
    taken.push({ ...box, name: true });
    write(context, lines, box.centre, box.top + pixels, pixels + 3, colours.ink);
  }

  function nameEdges(context, taken, { width, height }) {
    const visible = edges.filter((edge) => !edge.hidden);
    const wanted = visible.filter((edge) => close?.edges.has(edge.id) || edge.id === hovered?.edge
      || (hovered?.node !== undefined && (edge.from === hovered.node || edge.to === hovered.node)));
    const chosenOrAll = wanted.length || close ? wanted : visible.length <= EDGE_NAMES ? visible : [];
    if (chosenOrAll.length > 2 * EDGE_NAMES || (network.getScale() < 0.45 && !wanted.length)) return;
    context.font = `${NAME_PIXELS - 2}px ${colours.font}`;
    for (const edge of chosenOrAll) {
      const type = network.body.edges[edge.id]?.edgeType; // no public way to a point on the curve
      if (!type) continue;
      const text = edgeName(edge);
      const half = context.measureText(text).width / 2 + 1;
      for (const part of [0.5, 0.38, 0.62, 0.28]) { // names of parallel edges move along their line
        const { x, y } = network.canvasToDOM(type.getPoint(part, type.getViaNode?.()));
        const box = { left: x - half, right: x + half, top: y - 7, bottom: y + 7, name: true };
        const outside = x < 0 || y < 0 || x > width || y > height;
        if (outside || taken.some((other) => cross(box, other))) continue;
        taken.push(box);
        write(context, [text], x, y + 4, 0, edge.denied ? colours.denied : colours.soft);
        break;
      }
    }
  }

  function edgeName(edge) {
    const statuses = new Set(edge.claims.map((claim) => claim.status));
    const status = edge.tentative && statuses.size === 1 ? say([...statuses][0]) : "";
    const name = language === "zh" ? edge.label : named(relations[edge.relation]);
    return status ? `${name}（${status}）` : name;
  }

  const cross = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  function write(context, lines, x, y, leading, colour) {
    context.strokeStyle = colours.stage;
    context.fillStyle = colour;
    lines.forEach((text, index) => {
      context.strokeText(text, x, y + index * leading);
      context.fillText(text, x, y + index * leading);
    });
  }

  // ------------------------------------------------------------------ canvas events

  network.on("click", ({ nodes: [node], edges: [edge] }) => {
    if (node !== undefined) choose({ node });
    else if (edge !== undefined) choose({ edge });
    else choose(null);
  });
  network.on("hoverNode", ({ node }) => hover({ node }));
  network.on("hoverEdge", ({ edge }) => hover({ edge }));
  network.on("blurNode", () => hover(null));
  network.on("blurEdge", () => hover(null));

  function hover(next) {
    hovered = next;
    byId("network").style.cursor = next ? "pointer" : "";
    network.redraw();
  }

  // ------------------------------------------------------------------ buttons

  // vis-network's own fit knows the symbols only; names reach further.
  function fit() {
    const visible = nodes.filter((node) => !node.hidden).map((node) => node.id);
    if (!visible.length) return;
    const places = Object.values(network.getPositions(visible));
    const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const { clientWidth: width, clientHeight: height } = byId("network");
    const margin = narrow.matches ? 90 : 130;
    const scale = Math.min((width - margin) / (right - left + 1), (height - margin - 40) / (bottom - top + 1), 1.4);
    const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
    const offset = { x: 0, y: narrow.matches ? 0 : -20 }; // above the buttons and the notice
    network.moveTo({ position: middle, offset, scale: Math.max(scale, 0.02), animation: false });
  }

  function zoom(factor) {
    network.moveTo({ scale: Math.min(6, Math.max(0.02, network.getScale() * factor)), animation: false });
  }

  function reset() {
    types.forEach((_, index) => shown.types.add(index));
    relations.forEach((_, index) => shown.relations.add(index));
    Object.assign(shown, { confidence: 0, lonely: true, since: span[0], until: span[1], amount: 0 });
    readSliders();
    byId("confidence").value = "0";
    byId("confidence-value").textContent = "0.00";
    byId("lonely").checked = false;
    search.value = "";
    closeHits();
    nodeData.update(drawnNodes.map(({ id, x, y }) => ({ id, x, y })));
    listFilters();
    choose(null);
    filter();
    fit();
  }

  function savePicture() {
    const source = byId("network").querySelector("canvas");
    const copy = element("canvas");
    copy.width = source.width;
    copy.height = source.height;
    const context = copy.getContext("2d");
    context.fillStyle = colours.stage;
    context.fillRect(0, 0, copy.width, copy.height);
    context.drawImage(source, 0, 0);
    copy.toBlob((blob) => {
      const link = element("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${page.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60) || "kg"}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  function translate() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const part of document.querySelectorAll("[data-text]")) part.textContent = say(part.dataset.text);
    for (const part of document.querySelectorAll("[data-title]")) {
      part.title = say(part.dataset.title);
      part.setAttribute("aria-label", part.title);
    }
    byId("network").setAttribute("aria-label", say("stage"));
    byId("language").textContent = language === "zh" ? "English" : "中文";
    byId("language").lang = language === "zh" ? "en" : "zh-CN";
    search.placeholder = say("placeholder");
    const undrawn = byId("undrawn");
    undrawn.hidden = !page.undrawn.nodes;
    undrawn.textContent = say("undrawn", page.undrawn.nodes, page.undrawn.edges);
    const keys = [[false, "currentColor", "plain"], [true, "currentColor", "tentative"], [true, colours.denied, "negated"]];
    byId("lines").replaceChildren(...keys.map(([dashed, colour, key]) => element("span", "", line(dashed, colour), say(key))));
    listFilters();
    readSliders();
    count();
    showPanel();
    network.redraw();
  }

  byId("fit").addEventListener("click", fit);
  byId("zoom-in").addEventListener("click", () => zoom(1.3));
  byId("zoom-out").addEventListener("click", () => zoom(1 / 1.3));
  byId("reset").addEventListener("click", reset);
  byId("png").addEventListener("click", savePicture);
  byId("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; translate(); });
  byId("lonely").addEventListener("change", (event) => { shown.lonely = !event.target.checked; filter(); });
  byId("confidence").addEventListener("input", (event) => {
    shown.confidence = Number(event.target.value);
    byId("confidence-value").textContent = shown.confidence.toFixed(2);
    filter();
  });
  for (const end of ["since", "until"]) {
    byId(end).addEventListener("input", ({ target }) => {
      shown[end] = end === "since" ? Math.min(Number(target.value), shown.until) : Math.max(Number(target.value), shown.since);
      readSliders();
      filter();
    });
  }
  byId("amount").addEventListener("input", ({ target }) => { shown.amount = amounts[Number(target.value)]; readSliders(); filter(); });
  for (const part of document.querySelectorAll(".all")) part.addEventListener("click", () => toggleAll(part.dataset.for));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target !== search) choose(null);
    if (event.key === "/" && !event.target.matches("input")) { event.preventDefault(); search.focus(); }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); emphasize(); translate(); });
  new ResizeObserver(() => network.redraw()).observe(byId("network"));

  if (narrow.matches) byId("choices").open = false;
  readColours();
  translate();
  emphasize();
  fit();
  network.once("afterDrawing", fit); // vis-network fits once more by itself when it first draws
  // A page opens at its top: the picture first, also where the panel stands below it.
  if (page.centres.length === 1) choose({ node: page.centres[0] }, { stay: true });
  // For tests and for the curious: what is shown and chosen.
  window.kg = { network, nodes, edges, choose, state: () => ({ chosen, shown, found }) };
})();
