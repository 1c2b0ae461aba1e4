// The page around the picture: search, filters, the panel with its sentences, what is left out.
(() => {
  const page = JSON.parse(document.getElementById("data").textContent);
  const model = makeModel(page);
  const { nodes, edges, groups, types, relations } = page;
  const byId = (id) => document.getElementById(id);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const narrow = matchMedia("(max-width: 760px)");
  const AMOUNTS = [0, 1e6, 1e7, 5e7, 1e8, 5e8, 1e9, 5e9, 1e10, 1e11];
  const FIRST_CLAIMS = 25; // of one relation in the panel
  const FIRST_GROUPS = 14;

  const TEXT = {
    zh: {
      home: "← 首页", reset: "重置", fit: "全图", zoomIn: "放大", zoomOut: "缩小", search: "搜索名称或别名", placeholder: "例如：集团、项目、莘县",
      filters: "筛选与图例", types: "实体类型", relations: "关系", all: "全选 / 全不选", time: "时间", since: "从", until: "到", amount: "金额至少",
      any: "不限", nothing: "没有匹配的实体", facts: "事实", aliases: "又称", sep: "、", colon: "：", rest: "其他（零散实体）",
      counts: (n, m, e, f, g) => `实体 ${n === m ? n : `${n}/${m}`} · 关系 ${e === f ? e : `${e}/${f}`} · 群组 ${g}`,
      count: (n) => `${n} 个`, degree: (n) => `${n} 条关系`, number: (n) => `${n} 条`,
      drawn: (n) => `已画出 ${n} 个实体`, closed: (n) => `${n} 个在未展开的群组里`, capped: (n) => `${n} 个关系较少的未画`, drawCapped: "画出",
      groups: (n, m) => `${n} 个较小的群组（${m} 个实体）未画`, drawGroups: "画出", outside: (n) => `另有 ${n} 个实体不在本图中`,
      undated: "没有日期的关系不显示",
      hint: "圆是群组，由彼此联系最多的实体组成，按其中心实体命名，颜色是最多的类别。点击群组展开，点击实体看原文。",
      groupsTitle: "群组", more: (n) => `其余 ${n} 个`, open: "展开", close: "收起", members: "中心实体", linked: "联系最多的群组",
      openAll: (n) => `画出全部 ${n} 个实体`, closeAll: "收起所有群组", moreClaims: (n) => `显示其余 ${n} 条`,
      undrawnOf: (n) => `另有 ${n} 条关系连到不在本图中的实体`, none: "原文没有给出更多信息。", page: "实体页 →", inGroup: "所在群组",
      stage: "关系图：方向键平移，加减号缩放；群组也在右侧列表中", headline: (h) => `《${h}》`, canvas: "此浏览器没有硬件加速的 WebGL，改用普通画布。",
      planned: "计划", hearsay: "据称", negated: "否认", tentative: "计划、据称或否认", plain: "已陈述", lines: (n) => `群组之间只画最强的 ${n} 条联系`,
    },
    en: {
      home: "← Home", reset: "Reset", fit: "All", zoomIn: "Zoom in", zoomOut: "Zoom out", search: "Search names and aliases", placeholder: "name or alias",
      filters: "Filters and legend", types: "Types", relations: "Relations", all: "all / none", time: "Time", since: "from", until: "to", amount: "Amount at least",
      any: "any", nothing: "No such entity", facts: "Facts", aliases: "Also", sep: ", ", colon: ": ", rest: "Others (scattered)",
      counts: (n, m, e, f, g) => `${n === m ? n : `${n}/${m}`} entities · ${e === f ? e : `${e}/${f}`} relations · ${g} communities`,
      count: (n) => `${n}`, degree: (n) => `${n} relations`, number: (n) => `${n}`,
      drawn: (n) => `${n} entities drawn`, closed: (n) => `${n} in closed communities`, capped: (n) => `${n} with fewer relations not drawn`, drawCapped: "draw",
      groups: (n, m) => `${n} smaller communities (${m} entities) not drawn`, drawGroups: "draw", outside: (n) => `${n} more entities are not in this picture`,
      undated: "relations without a date are hidden",
      hint: "Discs are communities: entities linked mostly to each other, named by the most central one, in the colour of their commonest type. Click a disc to open it, an entity to read its sentences.",
      groupsTitle: "Communities", more: (n) => `${n} more`, open: "Open", close: "Close", members: "Central entities", linked: "Linked communities",
      openAll: (n) => `Draw all ${n} entities`, closeAll: "Close all communities", moreClaims: (n) => `Show ${n} more`,
      undrawnOf: (n) => `${n} more relations lead to entities that are not in this picture`, none: "The texts say no more.", page: "Entity page →", inGroup: "Community",
      stage: "Graph: arrow keys move, plus and minus zoom; the communities are also listed in the panel", headline: (h) => h, canvas: "No WebGL by a graphics card in this browser: drawn on a plain canvas.",
      planned: "planned", hearsay: "hearsay", negated: "denied", tentative: "planned, hearsay or denied", plain: "stated", lines: (n) => `Only the ${n} strongest links of a community are drawn`,
    },
  };
  let language = page.language;
  const say = (key, ...values) => { const text = TEXT[language][key]; return typeof text === "function" ? text(...values) : text; };
  const named = (thing) => (language === "en" && thing.en) || thing.zh || thing.id;
  const number = (value) => value.toLocaleString("en-US");

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

  const words = (text) => element("bdi", "", text); // a text may switch the writing direction

  function dot(colour) {
    const made = element("span", "dot");
    made.style.backgroundColor = colour;
    made.setAttribute("aria-hidden", "true");
    return made;
  }

  const groupName = (index) => (groups[index].rest ? say("rest") : groups[index].names.slice(0, 2).join(" · "));
  const entityButton = (node) => button("entity", words(nodes.label[node]), () => chooseNode(node));

  function groupButton(index) {
    const made = button("entity", words(groupName(index)), () => chooseGroup(index));
    made.dataset.group = index;
    made.setAttribute("aria-expanded", String(model.state.open.has(index)));
    return made;
  }

  // ------------------------------------------------------------------ the picture

  const box = byId("network");
  const hot = new Set();
  let hovered = null;
  const bounds = {
    left: Math.min(0, ...groups.map((g) => g.x - g.radius)), right: Math.max(1, ...groups.map((g) => g.x + g.radius)),
    top: Math.min(0, ...groups.map((g) => g.y - g.radius)), bottom: Math.max(1, ...groups.map((g) => g.y + g.radius)),
  };
  const events = { click: (key) => clicked(key), hover: (key) => { hovered = key; heat(); } };
  const view = hasWebGL() ? makeSigmaView(box, bounds, events) : makeCanvasView(box, bounds, events);
  let scene = null;

  function clicked(key) {
    if (!key) choose(null);
    else if (key[0] === "g") {
      const group = Number(key.slice(1));
      openGroup(group);
    } else chooseNode(Number(key.slice(1)), { stay: true });
  }

  function heat() {
    hot.clear();
    if (hovered) hot.add(hovered);
    const { chosen } = model.state;
    if (chosen?.node !== undefined) hot.add(`n${chosen.node}`);
    view.highlight(new Set(hot));
  }

  function draw() {
    scene = model.scene();
    scene.nameOf = (disc) => (disc.rest ? say("rest") : disc.label);
    scene.countOf = (n) => say("count", number(n));
    view.show(scene);
    heat();
    count();
  }

  function fit(animate = false) {
    const { width, height } = view.size();
    const [w, h] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
    const scale = Math.min((width - 40) / w, (height - (narrow.matches ? 60 : 110)) / h);
    view.moveTo({ x: (bounds.left + bounds.right) / 2, y: (bounds.top + bounds.bottom) / 2, radius: Math.min(width, height) / (2 * scale) }, animate && !calm.matches);
  }

  const goTo = (place) => view.moveTo(place, !calm.matches);

  // ------------------------------------------------------------------ choosing

  function choose(next) {
    model.state.chosen = next;
    draw();
    showPanel();
  }

  function chooseNode(node, { stay = false } = {}) {
    reveal(node);
    model.drawNode(node);
    choose({ node });
    if (stay) {
      if (narrow.matches) byId("panel").scrollIntoView({ block: "start" });
    } else goTo({ x: nodes.x[node], y: nodes.y[node], radius: Math.min(groups[model.home[node]].radius, 420) });
  }

  function chooseGroup(group) {
    choose({ group });
    if (!model.state.open.has(group) && group >= MAX_GROUPS) openGroup(group);
    else goTo({ ...place(group), radius: groups[group].radius * 2.2 });
  }

  const place = (group) => ({ x: groups[group].x, y: groups[group].y, radius: groups[group].radius * 1.12 });

  function openGroup(group) {
    model.open(group);
    choose({ group });
    goTo(place(group));
  }

  function closeGroup(group) {
    model.close(group);
    choose({ group });
    fit(true);
  }

  // What is asked for by name is shown even if a filter hides it.
  function reveal(node) {
    if (model.shown.node[node]) return;
    model.filters.types.add(nodes.type[node]);
    model.filter();
    if (!model.shown.node[node]) { model.reset(); readSliders(); }
    listFilters();
  }

  // ------------------------------------------------------------------ filters

  function listChoices(list, things, chosenSet, colour) {
    list.replaceChildren(...things.map((thing, index) => {
      const check = element("input");
      check.type = "checkbox";
      check.checked = chosenSet.has(index);
      check.dataset.id = thing.id;
      const label = element(
        "label", "choice", check, colour ? dot(thing.color) : null, element("span", "name", named(thing)), element("span", "number", number(thing.count)),
      );
      label.classList.toggle("off", !check.checked);
      check.addEventListener("change", () => {
        if (check.checked) chosenSet.add(index); else chosenSet.delete(index);
        label.classList.toggle("off", !check.checked);
        filter();
      });
      return element("li", "", label);
    }));
  }

  function listFilters() {
    listChoices(byId("types"), types, model.filters.types, true);
    listChoices(byId("relations"), relations, model.filters.relations, false);
  }

  function filter() {
    model.filter();
    const { chosen } = model.state;
    if (chosen?.node !== undefined && !model.shown.node[chosen.node]) model.state.chosen = null;
    sliderWords();
    draw();
    showPanel();
  }

  function toggleAll(kind) {
    const [things, set] = [page[kind], model.filters[kind]];
    if (set.size === things.length) set.clear(); else things.forEach((_, index) => set.add(index));
    listFilters();
    filter();
  }

  const monthWords = (month) => `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
  const yuan = (value) => (language === "en" ? `${number(value / 1e6)} m CNY` : value >= 1e8 ? `${number(value / 1e8)}亿元` : `${number(value / 1e4)}万元`);

  function sliderWords() {
    const { since, until, amount } = model.filters;
    const whole = !model.months || (since === model.months[0] && until === model.months[1]);
    byId("time-value").textContent = model.months ? `${monthWords(since)} – ${monthWords(until)}` : "";
    byId("time-value").title = whole ? "" : say("undated");
    byId("since").setAttribute("aria-valuetext", monthWords(since));
    byId("until").setAttribute("aria-valuetext", monthWords(until));
    byId("amount-value").textContent = amount ? yuan(amount) : say("any");
    byId("amount").setAttribute("aria-valuetext", byId("amount-value").textContent);
  }

  function readSliders() {
    byId("time").hidden = !model.months || model.months[0] === model.months[1];
    for (const id of ["since", "until"]) {
      if (model.months) [byId(id).min, byId(id).max] = model.months;
      byId(id).value = model.filters[id];
    }
    const largest = edges.amount.reduce((a, b) => Math.max(a, b), 0);
    byId("money").hidden = !largest;
    byId("amount").max = AMOUNTS.filter((amount) => amount <= largest).length - 1;
    byId("amount").value = AMOUNTS.indexOf(model.filters.amount);
    sliderWords();
  }

  // ------------------------------------------------------------------ what is drawn and what is not

  function count() {
    const { shown, state } = model;
    byId("counts").textContent = say(
      "counts", number(shown.nodes), number(nodes.label.length), number(shown.edges), number(edges.source.length), number(groups.length),
    );
    const { closed, capped, groups: small, inGroups } = scene.left;
    const parts = [say("drawn", number(scene.drawn))];
    if (closed) parts.push(say("closed", number(closed)));
    if (capped) parts.push([say("capped", number(capped)), button("", say("drawCapped"), () => { for (const group of state.open.keys()) model.open(group, Infinity); draw(); })]);
    if (small) parts.push([say("groups", number(small), number(inGroups)), button("", say("drawGroups"), () => { state.allGroups = true; draw(); })]);
    if (page.undrawn.nodes) parts.push(say("outside", number(page.undrawn.nodes)));
    byId("undrawn").replaceChildren(...parts.flatMap((part, index) => [index ? " · " : "", ...[part].flat()]));
  }

  // ------------------------------------------------------------------ search

  const search = byId("search"), hits = byId("hits");
  const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  const searchable = nodes.label.map((label, node) => [label, ...nodes.aliases[node]].map(plain));
  const byDegree = [...nodes.label.keys()].sort((a, b) => nodes.size[b] - nodes.size[a] || a - b);
  let found = [], active = 0;

  function find(query) {
    const wanted = plain(query);
    if (!wanted) return [];
    const ranked = [];
    for (const node of byDegree) {
      const places = searchable[node].map((name) => name.indexOf(wanted)).filter((at) => at >= 0);
      if (places.length) ranked.push([searchable[node].includes(wanted) ? 0 : Math.min(...places) === 0 ? 1 : 2, node]);
    }
    return ranked.sort((a, b) => a[0] - b[0]).slice(0, 12).map(([, node]) => node);
  }

  function listHits() {
    found = find(search.value);
    active = 0;
    const items = found.map((node, index) => {
      const wanted = plain(search.value);
      const alias = plain(nodes.label[node]).includes(wanted) ? "" : nodes.aliases[node].find((name) => plain(name).includes(wanted));
      const detail = element("small", "", named(types[nodes.type[node]]), alias ? " · " : "", alias ? words(alias) : "");
      const item = element("li", "", words(nodes.label[node]), detail);
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
    chooseNode(found[index]);
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
    const { chosen } = model.state;
    const parts = !chosen ? overview() : chosen.node !== undefined ? nodePanel(chosen.node) : groupPanel(chosen.group);
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
  }

  const heading = (text, n) => element("h3", "", text, n === undefined ? null : element("small", "", number(n)));

  function groupList(indexes, numbers) {
    const item = (index, rank) => element(
      "li", "", groupButton(index), element("span", "number", numbers ? say("number", number(numbers[rank])) : say("count", number(model.membersOf(index).length))),
    );
    return shortList("top", indexes, item, FIRST_GROUPS, "more");
  }

  function shortList(className, things, makeItem, first, words) {
    const made = element("ul", className, ...things.slice(0, first).map(makeItem));
    const rest = things.slice(first);
    if (rest.length) {
      const more = button("more", say(words, number(rest.length)), () => {
        more.parentElement.remove();
        made.append(...rest.map((thing, index) => makeItem(thing, index + first)));
      });
      made.append(element("li", "", more));
    }
    return made;
  }

  function overview() {
    const present = [...groups.keys()].filter((index) => model.membersOf(index).length);
    const actions = element("div", "actions");
    if (scene.drawn < model.shown.nodes) {
      actions.append(button("", say("openAll", number(model.shown.nodes)), () => {
        state().allGroups = true;
        groups.forEach((_, index) => model.open(index, Infinity));
        choose(null);
        fit();
      }));
    }
    if (state().open.size) actions.append(button("", say("closeAll"), () => { state().open.clear(); choose(null); fit(true); }));
    const key = element("p", "soft", say("lines", GROUP_LINKS), element("br"), element("span", "key", keyLine("--edge-strong", "plain"), keyLine("--tentative", "tentative")));
    return [
      element("p", "soft", say("hint")), view.kind === "canvas" ? element("p", "soft", say("canvas")) : null,
      heading(say("groupsTitle"), present.length), groupList(present), actions, key,
    ].filter(Boolean);
  }

  const state = () => model.state;

  function keyLine(colour, text) {
    const made = dot("");
    made.style.backgroundColor = `var(${colour})`;
    made.style.height = "3px";
    made.style.width = "24px";
    return element("span", "", made, say(text));
  }

  function groupPanel(group) {
    const members = model.membersOf(group);
    const isOpen = model.state.open.has(group);
    const counts = new Map();
    for (const node of members) counts.set(nodes.type[node], (counts.get(nodes.type[node]) ?? 0) + 1);
    const kinds = [...counts].sort((a, b) => b[1] - a[1]);
    const central = shortList("top", members.slice(0, 60), (node) => element(
      "li", "", dot(types[nodes.type[node]].color), entityButton(node), element("span", "number", say("number", degreeOf(node))),
    ), 12, "more");
    const linked = model.neighboursOf(group).slice(0, 40);
    const parts = [
      element("p", "kind", `${say("groupsTitle")} · ${say("count", number(members.length))}`),
      element("h2", "", words(groupName(group))),
      element("p", "names", ...kinds.flatMap(([type, n], index) => [index ? " · " : "", `${named(types[type])} ${number(n)}`])),
      element("div", "actions", isOpen ? button("", say("close"), () => closeGroup(group)) : button("", say("open"), () => openGroup(group))),
      heading(say("members")), central,
    ];
    if (linked.length) parts.push(heading(say("linked")), groupList(linked.map(([other]) => other), linked.map(([, weight]) => weight)));
    return parts;
  }

  const degreeOf = (node) => model.touching[node].filter((edge) => model.shown.edge[edge]).length;

  function nodePanel(node) {
    const type = types[nodes.type[node]];
    const parts = [
      element("p", "kind", dot(type.color), `${named(type)} · ${say("degree", number(model.touching[node].length + nodes.undrawn[node]))}`),
      element("h2", "", words(nodes.label[node])),
    ];
    if (nodes.aliases[node].length) {
      parts.push(element("p", "names", say("aliases"), say("colon"), ...nodes.aliases[node].flatMap((name, index) => [index ? say("sep") : "", words(name)])));
    }
    parts.push(element("p", "names", say("inGroup"), say("colon"), groupButton(model.home[node])));
    if (page.nodes.page.length) {
      const link = element("a", "", say("page"));
      link.href = nodes.page[node];
      parts.push(element("p", "", link));
    }
    const facts = nodes.facts[node];
    if (facts.length) parts.push(heading(say("facts"), facts.length), shortList("claims", facts, (claim) => factItem(claim, node), FIRST_CLAIMS, "moreClaims"));
    const byRelation = new Map();
    for (const edge of model.touching[node]) {
      if (!byRelation.has(edges.relation[edge])) byRelation.set(edges.relation[edge], []);
      byRelation.get(edges.relation[edge]).push(...edges.claims[edge].map((claim) => [edge, claim]));
    }
    for (const [relation, pairs] of [...byRelation].sort((a, b) => a[0] - b[0])) {
      parts.push(heading(named(relations[relation]), pairs.length));
      parts.push(shortList("claims", pairs, ([edge, claim]) => relationItem(edge, claim, node), FIRST_CLAIMS, "moreClaims"));
    }
    if (nodes.undrawn[node]) parts.push(element("p", "soft", say("undrawnOf", number(nodes.undrawn[node]))));
    if (!facts.length && !byRelation.size && !nodes.undrawn[node]) parts.push(element("p", "soft", say("none")));
    return parts;
  }

  function chips([, , qualifiers, status]) {
    const made = qualifiers.map(([, value]) => element("span", "chip", words(value)));
    if (status) made.push(element("span", `chip ${TEXT.zh[status] ? status : "hearsay"}`, TEXT.zh[status] ? say(status) : words(status)));
    return made;
  }

  function factItem(claim, node) {
    const attribute = page.attributes[claim[0]] ?? { id: claim[0] };
    const said = element("div", "said", element("span", "soft", named(attribute)), element("span", "value", words(claim[1])), ...chips(claim));
    return element("li", "", said, ...quote(claim, [claim[1], nodes.label[node], ...nodes.aliases[node]]));
  }

  function relationItem(edge, claim, node) {
    const isSource = edges.source[edge] === node;
    const other = isSource ? edges.target[edge] : edges.source[edge];
    const said = element("div", "said", element("span", "arrow", isSource ? "→" : "←"), entityButton(other), ...chips(claim));
    return element("li", "", said, ...quote(claim, [node, other].flatMap((end) => [nodes.label[end], ...nodes.aliases[end]])));
  }

  function quote(claim, names) {
    if (claim[4] === undefined) return [];
    const [sentence, article] = page.quotes[claim[4]];
    const { headline, date, publisher } = page.articles[article];
    const said = [headline ? say("headline", headline) : "", publisher, date].filter(Boolean);
    const footer = element("footer", "", ...said.flatMap((part, index) => [index ? " · " : "", words(part)]));
    return [element("blockquote", "", element("p", "", ...marked(sentence, names)), said.length ? footer : null)];
  }

  // Splits a sentence at the names in it; of two names at one place the longer wins.
  function marked(sentence, names) {
    const wanted = names.filter((name) => name.length > 1).sort((a, b) => b.length - a.length);
    const parts = [];
    let plainFrom = 0, at = 0;
    while (at < sentence.length) {
      const name = wanted.find((candidate) => sentence.startsWith(candidate, at));
      if (!name) { at += 1; continue; }
      parts.push(sentence.slice(plainFrom, at), element("mark", "", name));
      at += name.length;
      plainFrom = at;
    }
    return [...parts, sentence.slice(plainFrom)];
  }

  // ------------------------------------------------------------------ saving

  const fileName = (ending) => `${page.title.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60) || "kg"}.${ending}`;

  function download(blob, ending) {
    const link = element("a");
    link.href = URL.createObjectURL(blob);
    link.download = fileName(ending);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const svgBlob = () => new Blob([svgOf(scene, view, hot)], { type: "image/svg+xml" });

  function savePng() {
    const image = new Image();
    const url = URL.createObjectURL(svgBlob());
    image.addEventListener("load", () => {
      const { width, height } = view.size();
      const canvas = element("canvas");
      [canvas.width, canvas.height] = [width * 2, height * 2];
      canvas.getContext("2d").drawImage(image, 0, 0, width * 2, height * 2);
      URL.revokeObjectURL(url);
      canvas.toBlob((blob) => download(blob, "png"));
    });
    image.src = url;
  }

  // ------------------------------------------------------------------ the rest of the page

  function translate() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const part of document.querySelectorAll("[data-text]")) part.textContent = say(part.dataset.text);
    for (const part of document.querySelectorAll("[data-title]")) {
      part.title = say(part.dataset.title);
      part.setAttribute("aria-label", part.title);
    }
    box.setAttribute("aria-label", say("stage"));
    byId("language").textContent = language === "zh" ? "English" : "中文";
    byId("language").lang = language === "zh" ? "en" : "zh-CN";
    search.placeholder = say("placeholder");
    listFilters();
    sliderWords();
    draw();
    showPanel();
  }

  function reset() {
    model.reset();
    search.value = "";
    closeHits();
    readSliders();
    listFilters();
    choose(null);
    fit();
  }

  byId("fit").addEventListener("click", () => fit(true));
  byId("zoom-in").addEventListener("click", () => view.zoom(1.4));
  byId("zoom-out").addEventListener("click", () => view.zoom(1 / 1.4));
  byId("reset").addEventListener("click", reset);
  byId("svg").addEventListener("click", () => download(svgBlob(), "svg"));
  byId("png").addEventListener("click", savePng);
  byId("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; translate(); });
  for (const [id, other, keep] of [["since", "until", Math.min], ["until", "since", Math.max]]) {
    byId(id).addEventListener("input", (event) => {
      const value = keep(Number(event.target.value), model.filters[other]);
      event.target.value = value;
      model.filters[id] = value;
      filter();
    });
  }
  byId("amount").addEventListener("input", (event) => { model.filters.amount = AMOUNTS[Number(event.target.value)]; filter(); });
  for (const part of document.querySelectorAll(".all")) part.addEventListener("click", () => toggleAll(part.dataset.for));
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key];
    if (step) { event.preventDefault(); view.pan(...step); }
    if (event.key === "+" || event.key === "=") view.zoom(1.4);
    if (event.key === "-") view.zoom(1 / 1.4);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target !== search) choose(null);
    if (event.key === "/" && !event.target.matches("input")) { event.preventDefault(); search.focus(); }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view.restyle());

  if (narrow.matches) byId("choices").open = false;
  readSliders();
  translate();
  fit();
  if (page.centres.length === 1) chooseNode(page.centres[0]);
  else if (groups.length === 1) { model.open(0); choose(null); fit(); }
  // For tests and for the curious: what is shown and chosen.
  window.kg = { view, model, page, choose, chooseNode, openGroup, closeGroup, scene: () => scene };
})();
