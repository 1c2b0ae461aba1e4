"use strict";
// What of the graph is drawn: discs for communities, and the entities of those that are open.
//
// Nothing here knows how it is drawn. A community that is opened shows its best connected entities;
// what the limit leaves out is counted, so that the page can say so.

const MAX_GROUPS = 150; // discs at first; smaller communities are drawn when somebody asks for them
const MAX_MEMBERS = 1500; // of one open community: more are a grey ball, and slow without a GPU
const GROUP_LINKS = 3; // the strongest lines of each disc; almost all pairs have some link

function makeModel(page) {
  const { nodes, edges, groups } = page;
  const home = new Int32Array(nodes.label.length);
  groups.forEach((group, index) => group.nodes.forEach((node) => { home[node] = index; }));
  const touching = nodes.label.map(() => []);
  edges.source.forEach((source, edge) => {
    touching[source].push(edge);
    if (edges.target[edge] !== source) touching[edges.target[edge]].push(edge);
  });
  const dates = edges.since.filter(Boolean);
  const months = dates.length
    ? [dates.reduce((a, b) => Math.min(a, b)), edges.until.reduce((a, b) => Math.max(a, b))] : null;
  const all = {
    types: () => new Set(page.types.keys()), relations: () => new Set(page.relations.keys()),
    since: () => (months ? months[0] : 0), until: () => (months ? months[1] : 0), amount: () => 0,
  };
  const filters = Object.fromEntries(Object.entries(all).map(([name, make]) => [name, make()]));
  const state = { open: new Map(), extra: new Set(), chosen: null, allGroups: false };
  const shown = { node: new Uint8Array(nodes.label.length), edge: new Uint8Array(edges.source.length), nodes: 0, edges: 0 };

  const isWholeTime = () => !months || (filters.since <= months[0] && filters.until >= months[1]);

  function passes(edge) {
    if (!filters.relations.has(edges.relation[edge])) return false;
    if (!filters.types.has(nodes.type[edges.source[edge]]) || !filters.types.has(nodes.type[edges.target[edge]])) return false;
    if (filters.amount && edges.amount[edge] < filters.amount) return false;
    return isWholeTime() || (edges.since[edge] > 0 && edges.since[edge] <= filters.until && edges.until[edge] >= filters.since);
  }

  // An entity stays while its type is shown; once relations are filtered, it needs one that is left.
  function filter() {
    const linked = new Uint8Array(nodes.label.length);
    shown.edges = 0;
    for (let edge = 0; edge < edges.source.length; edge += 1) {
      shown.edge[edge] = passes(edge) ? 1 : 0;
      if (!shown.edge[edge]) continue;
      shown.edges += 1;
      linked[edges.source[edge]] = linked[edges.target[edge]] = 1;
    }
    const all = isWholeTime() && !filters.amount && filters.relations.size === page.relations.length;
    shown.nodes = 0;
    for (let node = 0; node < nodes.label.length; node += 1) {
      shown.node[node] = filters.types.has(nodes.type[node]) && (all || linked[node]) ? 1 : 0;
      shown.nodes += shown.node[node];
    }
  }

  function reset() {
    for (const [name, make] of Object.entries(all)) filters[name] = make();
    state.open.clear();
    state.extra.clear();
    Object.assign(state, { chosen: null, allGroups: false });
    filter();
  }

  // Opening: how many members at most; an entity asked for by name is drawn whatever its rank.
  function open(group, most = MAX_MEMBERS) { state.open.set(group, Math.max(most, state.open.get(group) ?? 0)); }
  function close(group) { state.open.delete(group); }
  function drawNode(node) { open(home[node]); state.extra.add(node); }

  const membersOf = (group) => groups[group].nodes.filter((node) => shown.node[node]);

  function drawnMembers(group) {
    const members = membersOf(group);
    const most = state.open.get(group);
    if (members.length <= most) return members;
    return members.filter((node, rank) => rank < most || state.extra.has(node));
  }

  // ------------------------------------------------------------------ the scene

  function scene() {
    const made = { nodes: [], edges: [], outlines: [], left: { closed: 0, capped: 0, groups: 0, inGroups: 0 }, drawn: 0 };
    const spot = new Int32Array(nodes.label.length).fill(-1); // place of an entity in made.nodes
    const disc = new Map();
    groups.forEach((group, index) => {
      const members = membersOf(index);
      if (!members.length) return;
      if (state.open.has(index)) openGroup(made, spot, group, index, members);
      else if (index >= MAX_GROUPS && !state.allGroups && !group.rest) {
        made.left.groups += 1;
        made.left.inGroups += members.length;
      } else {
        made.left.closed += members.length;
        disc.set(index, made.nodes.length);
        made.nodes.push(discOf(group, index, members));
      }
    });
    const close = emphasis(spot, disc);
    entityLines(made, spot, close);
    groupLines(made, spot, disc, close);
    for (const node of made.nodes) node.faint = close !== null && !close.has(node.key);
    return made;
  }

  function openGroup(made, spot, group, index, members) {
    const drawn = drawnMembers(index);
    made.left.capped += members.length - drawn.length;
    made.drawn += drawn.length;
    made.outlines.push({ group: index, x: group.x, y: group.y, radius: group.radius, names: group.rest ? [] : group.names });
    for (const node of drawn) {
      spot[node] = made.nodes.length;
      made.nodes.push({
        key: `n${node}`, node, x: nodes.x[node], y: nodes.y[node], size: nodes.size[node],
        color: page.types[nodes.type[node]].color, label: nodes.label[node], rank: nodes.size[node],
      });
    }
  }

  function discOf(group, index, members) {
    const counts = new Map();
    for (const node of members) counts.set(nodes.type[node], (counts.get(nodes.type[node]) ?? 0) + 1);
    const [type] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0];
    const part = Math.sqrt(members.length / group.nodes.length); // what filters leave of it
    return {
      key: `g${index}`, group: index, x: group.x, y: group.y, size: Math.max(12, group.radius * 0.86 * part), color: page.types[type].color,
      label: group.names[0] ?? "", rest: group.rest, count: members.length, rank: 1000 + group.radius,
    };
  }

  // Keys of what is chosen and of what it touches, or null.
  function emphasis(spot, disc) {
    const { chosen } = state;
    if (!chosen) return null;
    const keyOf = (node) => (spot[node] >= 0 ? `n${node}` : `g${home[node]}`);
    if (chosen.group !== undefined) {
      return state.open.has(chosen.group) ? null : new Set([`g${chosen.group}`, ...neighboursOf(chosen.group).map(([other]) => other).flatMap(
        (other) => (disc.has(other) ? [`g${other}`] : []))]);
    }
    const keys = new Set([keyOf(chosen.node)]);
    for (const edge of touching[chosen.node]) {
      if (shown.edge[edge]) keys.add(keyOf(edges.source[edge])).add(keyOf(edges.target[edge]));
    }
    return keys;
  }

  // One line for each pair of entities; the panel tells its relations apart.
  function entityLines(made, spot, close) {
    const lines = new Map();
    for (let edge = 0; edge < edges.source.length; edge += 1) {
      const [source, target] = [spot[edges.source[edge]], spot[edges.target[edge]]];
      if (!shown.edge[edge] || source < 0 || target < 0 || source === target) continue;
      const key = source < target ? source * made.nodes.length + target : target * made.nodes.length + source;
      const known = lines.get(key);
      if (known) {
        known.tentative &&= Boolean(edges.tentative[edge]);
        known.arrow &&= known.a === source;
      } else lines.set(key, { a: source, b: target, arrow: true, tentative: Boolean(edges.tentative[edge]), width: 1.4 });
    }
    const chosen = state.chosen?.node;
    for (const line of lines.values()) {
      line.bright = chosen !== undefined && (made.nodes[line.a].node === chosen || made.nodes[line.b].node === chosen);
      line.faint = close !== null && !line.bright;
      made.edges.push(line);
    }
  }

  function groupLines(made, spot, disc, close) {
    const chosen = state.chosen;
    if (chosen?.node !== undefined && spot[chosen.node] >= 0) {
      const counts = new Map();
      for (const edge of touching[chosen.node]) {
        if (!shown.edge[edge]) continue;
        const other = edges.source[edge] === chosen.node ? edges.target[edge] : edges.source[edge];
        if (spot[other] < 0 && disc.has(home[other])) counts.set(home[other], (counts.get(home[other]) ?? 0) + 1);
      }
      for (const other of counts.keys()) made.edges.push({ a: spot[chosen.node], b: disc.get(other), width: 1.4, bright: true, faint: false });
    }
    const weights = weightsBetween();
    const kept = new Set();
    for (const group of disc.keys()) {
      const most = chosen?.group === group ? Infinity : GROUP_LINKS;
      neighboursOf(group).filter(([other]) => disc.has(other)).slice(0, most).forEach(([other]) => {
        kept.add(Math.min(group, other) * groups.length + Math.max(group, other));
      });
    }
    const heaviest = Math.max(1, ...weights.values());
    // As wide as the whole picture wants; beside an open community they would be bars across it.
    const thin = groups.reduce((span, group) => Math.max(span, Math.abs(group.x), Math.abs(group.y)), 0) / 900;
    for (const key of kept) {
      const [one, other] = [Math.floor(key / groups.length), key % groups.length];
      const bright = chosen?.group === one || chosen?.group === other;
      made.edges.push({
        a: disc.get(one), b: disc.get(other), width: state.open.size ? 1 : thin * (1 + 5 * Math.sqrt(weights.get(key) / heaviest)), between: true,
        bright, faint: close !== null && !bright,
      });
    }
  }

  let weightsKey = null, weights = null;

  function weightsBetween() {
    const key = `${shown.edges} ${shown.nodes} ${filters.since} ${filters.until} ${filters.amount} ${[...filters.relations]} ${[...filters.types]}`;
    if (key === weightsKey) return weights;
    weights = new Map();
    for (let edge = 0; edge < edges.source.length; edge += 1) {
      const [one, other] = [home[edges.source[edge]], home[edges.target[edge]]];
      if (!shown.edge[edge] || one === other) continue;
      const pair = Math.min(one, other) * groups.length + Math.max(one, other);
      weights.set(pair, (weights.get(pair) ?? 0) + 1);
    }
    weightsKey = key;
    return weights;
  }

  // Other communities with the number of relations to them, the most first.
  function neighboursOf(group) {
    const found = [];
    for (const [key, weight] of weightsBetween()) {
      const [one, other] = [Math.floor(key / groups.length), key % groups.length];
      if (one === group || other === group) found.push([one === group ? other : one, weight]);
    }
    return found.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  }

  filter();
  return { page, state, filters, shown, months, home, touching, filter, reset, open, close, drawNode, membersOf, neighboursOf, scene };
}
