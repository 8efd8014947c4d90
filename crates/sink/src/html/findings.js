// The list of findings: filter, facets, sort, groups.

const DEFAULT_FILTER = 'verdict:fail';
const DEFAULT_SORT = '-severity';

// The key of a row in an order.
function orderOf(column) {
  if (column === 'score' || column === 'first') return (row) => data[column][row];
  if (column === 'finding') {
    data.sentenceRanks ??= ranksOf(Array.from(data.check, (_, row) => sentence(row)));
    return (row) => data.sentenceRanks[row];
  }
  const dimension = data.dimensions[column === 'resource' ? 'name' : column];
  if (!dimension || column === 'severity') return (row) => (5 - data.severity[row]) * 128 + data.score[row];
  dimension.ranks ??= ranksOf(dimension[1]);
  return (row) => dimension.ranks[dimension[0][row]];
}

// How a group is called: a function of the number of its value.
const GROUPS = {
  check: (at) => data.checks[at].title,
  resource: (at) => `${data.name[at]} · ${data.typeNames[data.type[at]]}`,
  service: (at) => data.dimensions.service[1][at],
  severity: (at) => SEVERITIES[at],
  region: (at) => data.regionNames[at],
  objective: (at) => data.objectives[data.dimensions.objective[1][at]] ?? data.dimensions.objective[1][at],
};

// The groups of rows, worst first: their number, rows, failures by severity.
function grouped(rows, by) {
  const [column] = data.dimensions[by === 'resource' ? 'name' : by];
  const groups = new Map();
  for (const row of rows) {
    const at = column[row];
    let group = groups.get(at);
    if (!group) groups.set(at, (group = { at, rows: [], failing: [0, 0, 0, 0, 0] }));
    group.rows.push(row);
    if (data.verdict[row] === 0) group.failing[data.severity[row]] += 1;
  }
  const worse = (a, b) => {
    for (let at = 0; at < 5; at += 1) if (a.failing[at] !== b.failing[at]) return b.failing[at] - a.failing[at];
    return b.rows.length - a.rows.length;
  };
  return [...groups.values()].sort(worse);
}

function makeFindings(section) {
  const parts = partsOf(section);
  const { input, total, facets, body } = parts;
  const [group, error, panel] = ['select', '.error', '.panel'].map((selector) => section.querySelector(selector));
  const list = { input, body, panel, rows: [], groups: [], folded: new Set(), wide: new Set(), tree: parse(DEFAULT_FILTER) };
  const grid = makeGrid(parts.node, {
    fill: (node, item) => (item < 0 ? fillGroup(node, list.groups[~item]) : fillRow(node, item)),
    onopen: (item) => (item < 0 ? fold(~item) : change({ open: data.id[item] || null })),
    onsort: (key) => sortBy(key, readState().params.get('sort') ?? DEFAULT_SORT, key === 'severity' || key === 'score'),
  });
  list.grid = grid;
  grid.node.classList.toggle('scored', data.scored);
  grid.node.classList.toggle('single', data.accounts.length < 2);
  input.addEventListener('input', () => change({ q: input.value, open: null }, true));
  group.addEventListener('change', () => change({ group: group.value || null }));

  function fillRow(node, row) {
    const [verdict, resource] = [data.verdict[row], data.resource[row]];
    const text = sentence(row);
    node.append(
      cell('mark', verdict ? verdictMark(verdict) : severityMark(data.severity[row])),
      cell('score', data.score[row]),
      textCell('finding', text, text),
      textCell('resource', data.name[resource] + (data.item[row] && ` · ${data.item[row]}`), data.uid[resource]),
      textCell('type', data.typeNames[data.type[resource]]),
      textCell('account', data.accounts[data.account[resource]]),
      textCell('region', data.regionNames[data.region[resource]]),
      textCell('first', day(data.first[row]), localMoment(data.first[row])),
    );
    if (verdict > 1) node.classList.add('closed');
  }

  function fillGroup(node, one) {
    node.classList.add('group');
    node.ariaExpanded = !one.folded;
    const title = make('span.title', { role: 'gridcell' }, one.folded ? '▸ ' : '▾ ', name(GROUPS[list.by](one.at), 300));
    node.append(title, make('span.soft', null, counted(one.rows.length, 'finding', 'findings')));
    one.failing.forEach((number, at) => number && node.append(make(`span.mark.${SEVERITIES[at]}`, null, shape(SEVERITIES[at]), count(number))));
  }

  function fold(at) {
    const key = `${list.by} ${list.groups[at].at}`;
    if (!list.folded.delete(key)) list.folded.add(key);
    arrange();
  }

  // Rows in order, with heads of groups as the complements of their numbers.
  function arrange() {
    const items = list.by ? [] : Array.from(list.rows);
    list.groups.forEach((one, at) => {
      one.folded = list.folded.has(`${list.by} ${one.at}`);
      items.push(~at);
      if (!one.folded) for (const row of one.rows) items.push(row);
    });
    grid.set(items, data.size ? 'Nothing matches this filter.' : 'There are no findings in this report.');
  }

  function drawFacets(counts) {
    const pick = (field, value) => change({ q: print(toggled(list.tree, field, value)), open: null });
    facets.replaceChildren(...FACETS.map((field, at) => facetNode(field, counts[at], list.tree, list.wide.has(at), pick, () => {
      if (!list.wide.delete(at)) list.wide.add(at);
      drawFacets(counts);
    })));
  }

  // A filter that cannot be read leaves the list as it was and says why.
  function applyFilter(text) {
    let problem = '';
    try {
      const tree = parse(text);
      list.rows = matching(tree);
      list.tree = tree;
    } catch (thrown) {
      if (!(thrown instanceof FilterError)) throw thrown;
      problem = thrown.message;
    }
    error.textContent = problem;
    error.hidden = !problem;
    input.ariaInvalid = Boolean(problem);
  }

  list.show = (params) => {
    const text = params.get('q') ?? DEFAULT_FILTER;
    const sort = params.get('sort') ?? DEFAULT_SORT;
    const by = Object.hasOwn(GROUPS, params.get('group') ?? '') ? params.get('group') : '';
    const key = [text, sort, by].join('\n');
    if (key !== list.key) {
      if (document.activeElement !== input) input.value = text;
      list.by = group.value = by;
      applyFilter(text);
      list.rows = sortRows(list.rows, orderOf(sort.replace('-', '')), sort[0] === '-');
      list.groups = by ? grouped(list.rows, by) : [];
      grid.sorted(sort);
      if (list.key !== undefined) grid.node.scrollTop = 0;
      list.key = key;
      arrange();
      drawFacets(facetCounts(list.tree, list.rows));
      total.replaceChildren(make('b', null, count(list.rows.length)), ` of ${count(data.size)}`);
    }
    showPanel(list, params.get('open'));
  };
  return list;
}
