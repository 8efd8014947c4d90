// Counts on the left: how many rows of the present filter each value has. Switching one on edits the filter's text.

const TOP = 8;

const FACETS = [
  { field: 'verdict', names: () => VERDICTS, of: (data) => (row) => data.verdict[row], fixed: true },
  { field: 'severity', names: () => SEVERITIES, of: (data) => (row) => data.severity[row], fixed: true },
  { field: 'service', names: (data) => data.services, of: (data) => (row) => data.serviceOfType[data.type[data.resource[row]]] },
  { field: 'check', names: (data) => data.checks.map((check) => check.id), of: (data) => (row) => data.check[row] },
  { field: 'region', names: (data) => data.regionNames, of: (data) => (row) => data.region[data.resource[row]] },
  { field: 'account', names: (data) => data.accounts, of: (data) => (row) => data.account[data.resource[row]] },
  { field: 'type', names: (data) => data.types.map(([id]) => id), of: (data) => (row) => data.type[data.resource[row]] },
  { field: 'objective', names: (data) => data.objectiveNames, of: (data) => (row) => data.objectiveOfCheck[data.check[row]] },
];

// Each facet is counted as if its own term were not there: the other values stay reachable.
function facetCounts(data, tree, rows) {
  return FACETS.map((facet) => {
    const without = tree.and.filter((part) => part.field !== facet.field);
    const counted = without.length === tree.and.length ? rows : matching(data, { and: without });
    const of = facet.of(data);
    const counts = new Uint32Array(facet.names(data).length);
    for (const row of counted) counts[of(row)] += 1;
    return counts;
  });
}

const facetButton = (label, title, number, pressed, onclick, mark) =>
  make('button', { type: 'button', 'aria-pressed': pressed, onclick }, mark, make('span.name', { title }, visible(label)), make('span.n', null, count(number)));

function facetNode(data, facet, counts, tree, wide, onpick, onmore) {
  const names = facet.names(data);
  const chosen = tree.and.find((part) => part.field === facet.field && part.op === ':')?.values ?? [];
  let order = [...names.keys()].filter((at) => counts[at] || chosen.includes(names[at]));
  if (!facet.fixed) order.sort((a, b) => counts[b] - counts[a] || (names[a] < names[b] ? -1 : 1));
  if (order.length < 2 && !chosen.length) return '';
  const all = order.length;
  if (!wide) order = order.filter((at, place) => place < TOP || chosen.includes(names[at]));
  const buttons = order.map((at) => {
    const label = facet.field === 'check' ? names[at].replace(/^[a-z]+-/, '') : names[at];
    const mark = facet.field === 'severity' ? make(`span.mark.${names[at]}`, null, shape(names[at])) : '';
    return facetButton(label, names[at], counts[at], chosen.includes(names[at]), () => onpick(facet.field, names[at]), mark);
  });
  if (all > TOP) buttons.push(make('button.more', { type: 'button', onclick: onmore }, wide ? 'fewer' : `${all - order.length} more`));
  const title = facet.field[0].toUpperCase() + facet.field.slice(1);
  return make('div', { role: 'group', 'aria-label': title }, make('h3', null, title), ...buttons);
}
