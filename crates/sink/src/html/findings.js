// The list of findings: filter, facets, sort, groups.

const DEFAULT_FILTER = 'verdict:fail';
const DEFAULT_SORT = '-severity';

const SORTS = {
  severity: (data) => (row) => (5 - data.severity[row]) * 128 + data.score[row],
  score: (data) => (row) => data.score[row],
  finding: (data) => {
    data.sentenceRanks ??= ranksOf(Array.from(data.verdict, (_, row) => sentence(data, row)));
    return (row) => data.sentenceRanks[row];
  },
  resource: (data) => {
    data.nameRanks ??= ranksOf(data.name);
    return (row) => data.nameRanks[data.resource[row]];
  },
  type: (data) => rankedPlace(data, data.type, data.typeNames),
  account: (data) => rankedPlace(data, data.account, data.accounts),
  region: (data) => rankedPlace(data, data.region, data.regions),
  first: (data) => (row) => data.first[row],
};

function rankedPlace(data, column, names) {
  const ranks = ranksOf(names);
  return (row) => ranks[column[data.resource[row]]];
}

const GROUPS = {
  check: { of: (data) => (row) => data.check[row], title: (data, at) => `${data.checks[at].title}` },
  resource: { of: (data) => (row) => data.resource[row], title: (data, at) => `${data.name[at]} · ${data.types[data.type[at]][0]}` },
  service: { of: (data) => (row) => data.serviceOfType[data.type[data.resource[row]]], title: (data, at) => data.services[at] },
  severity: { of: (data) => (row) => data.severity[row], title: (_, at) => SEVERITIES[at] },
  region: { of: (data) => (row) => data.region[data.resource[row]], title: (data, at) => data.regionNames[at] },
  objective: { of: (data) => (row) => data.objectiveOfCheck[data.check[row]], title: (data, at) => data.objectives[data.objectiveNames[at]] ?? data.objectiveNames[at] },
};

// The groups of rows, worst first: their number, rows, failures by severity.
function grouped(data, rows, by) {
  const of = GROUPS[by].of(data);
  const groups = new Map();
  for (const row of rows) {
    const at = of(row);
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

function makeFindings(data, section) {
  const parts = partsOf(section);
  const { input, total, facets, body } = parts;
  const [group, error, panel] = ['select', '.error', '.panel'].map((selector) => section.querySelector(selector));
  const list = { data, input, body, panel, rows: [], groups: [], folded: new Set(), wide: new Set(), tree: parse(DEFAULT_FILTER) };
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
    const text = sentence(data, row);
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
    const title = make('span.title', { role: 'gridcell' }, one.folded ? '▸ ' : '▾ ', name(GROUPS[list.by].title(data, one.at), 300));
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
    facets.replaceChildren(...FACETS.map((facet, at) => facetNode(data, facet, counts[at], list.tree, list.wide.has(at), pick, () => {
      if (!list.wide.delete(at)) list.wide.add(at);
      drawFacets(counts);
    })));
  }

  // A filter that cannot be read leaves the list as it was and says why.
  function applyFilter(text) {
    let problem = '';
    try {
      const tree = parse(text);
      list.rows = matching(data, tree);
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
      const column = sort.replace('-', '');
      const order = Object.hasOwn(SORTS, column) ? SORTS[column] : SORTS.severity;
      list.rows = sortRows(list.rows, order(data), sort[0] === '-');
      list.groups = by ? grouped(data, list.rows, by) : [];
      grid.sorted(sort);
      if (list.key !== undefined) grid.node.scrollTop = 0;
      list.key = key;
      arrange();
      drawFacets(facetCounts(data, list.tree, list.rows));
      total.replaceChildren(make('b', null, count(list.rows.length)), ` of ${count(data.size)}`);
    }
    showPanel(list, params.get('open'));
  };
  return list;
}
