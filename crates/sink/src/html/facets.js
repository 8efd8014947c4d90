// Counts on the left: how many rows of the present filter each value has. Switching one on edits the filter's text.

const TOP = 8;

const FACETS = ['verdict', 'severity', 'service', 'check', 'region', 'account', 'type', 'objective'];

// Each facet is counted as if its own term were not there: the other values stay reachable.
function facetCounts(tree, rows) {
  return FACETS.map((field) => {
    const without = tree.and.filter((part) => part.field !== field);
    const counted = without.length === tree.and.length ? rows : matching({ and: without });
    const [column, names] = data.dimensions[field];
    const counts = new Uint32Array(names.length);
    for (const row of counted) counts[column[row]] += 1;
    return counts;
  });
}

const facetButton = (label, title, number, pressed, onclick, mark) =>
  make('button', { type: 'button', 'aria-pressed': pressed, onclick }, mark, make('span.name', { title }, visible(label)), make('span.n', null, count(number)));

function facetNode(field, counts, tree, wide, onpick, onmore) {
  const names = data.dimensions[field][1];
  const chosen = tree.and.find((part) => part.field === field && part.op === ':')?.values ?? [];
  let order = [...names.keys()].filter((at) => counts[at] || chosen.includes(names[at]));
  if (!(field === 'verdict' || field === 'severity')) order.sort((a, b) => counts[b] - counts[a] || (names[a] < names[b] ? -1 : 1));
  if (order.length < 2 && !chosen.length) return '';
  const all = order.length;
  if (!wide) order = order.filter((at, place) => place < TOP || chosen.includes(names[at]));
  const buttons = order.map((at) => {
    const label = names[at] === 'na' ? 'not applicable' : names[at];
    const mark = field === 'severity' ? make(`span.mark.${names[at]}`, null, shape(names[at])) : '';
    return facetButton(label, names[at], counts[at], chosen.includes(names[at]), () => onpick(field, names[at]), mark);
  });
  if (all > TOP) buttons.push(make('button.more', { type: 'button', onclick: onmore }, wide ? 'fewer' : `${all - order.length} more`));
  const title = field[0].toUpperCase() + field.slice(1);
  return make('div', { role: 'group', 'aria-label': title }, make('h2', null, title), ...buttons);
}
