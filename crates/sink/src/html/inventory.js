// The inventory: every resource that was read, searchable by name, id, tag, region.

const INVENTORY_SORTS = {
  name: () => ranksOf(data.name),
  type: () => ranksOf(Array.from(data.type, (of) => data.typeNames[of])),
  region: () => ranksOf(Array.from(data.region, (of) => data.regions[of])),
  account: () => ranksOf(Array.from(data.account, (of) => data.accounts[of])),
  uid: () => ranksOf(data.uid),
  open: () => data.open,
};

const tagTexts = (tags) => Object.entries(tags).map(([key, value]) => (value ? `${key}=${value}` : key));

function makeInventory(section) {
  const { input, total, facets, node } = partsOf(section);
  const findingsOf = (at) => ({ q: `uid:${quote(data.uid[at])}` });
  const grid = makeGrid(node, {
    fill: (row, at) => {
      const tags = tagTexts(data.tags[at]);
      const open = data.open[at] ? make('a', { href: hashOf('findings', findingsOf(at)) }, count(data.open[at])) : '–';
      row.append(
        textCell('name', data.name[at], data.name[at]),
        textCell('type', data.typeNames[data.type[at]]),
        textCell('account', data.accounts[data.account[at]]),
        textCell('region', data.regionNames[data.region[at]]),
        idCell(data.uid[at]),
        textCell('tags', tags.join('  '), tags.join('  ')),
        cell('open', open),
      );
    },
    onopen: (at) => go('findings', findingsOf(at)),
    onsort: (key) => sortBy(key, readState().params.get('sort') ?? 'type', key === 'open'),
  });
  node.classList.toggle('single', data.accounts.length < 2);
  input.addEventListener('input', () => change({ q: input.value || null }, true));

  const texts = data.uid.map((uid, at) => [data.name[at], uid, data.regionNames[data.region[at]], ...tagTexts(data.tags[at])].join('\n').toLowerCase());
  const show = (params) => {
    const [text, type, sort] = [params.get('q') ?? '', params.get('type'), params.get('sort') ?? 'type'];
    if (document.activeElement !== input) input.value = text;
    const words = text.toLowerCase().split(/\s+/);
    const found = [...data.uid.keys()].filter((at) => words.every((word) => texts[at].includes(word)));
    const counts = new Uint32Array(data.types.length);
    for (const at of found) counts[data.type[at]] += 1;
    const shown = type ? found.filter((at) => data.types[data.type[at]][0] === type) : found;
    const ranks = (INVENTORY_SORTS[sort.replace('-', '')] ?? INVENTORY_SORTS.type)();
    grid.set(Array.from(sortRows(shown, (at) => ranks[at], sort[0] === '-')), 'No resource matches.');
    grid.sorted(sort);
    total.replaceChildren(make('b', null, count(shown.length)), ` of ${count(data.uid.length)}`);
    const order = [...counts.keys()].filter((at) => counts[at]).sort((a, b) => (data.types[a][0] < data.types[b][0] ? -1 : 1));
    facets.replaceChildren(make('h2', null, 'Type'), ...order.map((at) => {
      const id = data.types[at][0];
      return facetButton(data.typeNames[at], id, counts[at], type === id, () => change({ type: type === id ? null : id }), '');
    }));
  };
  return { grid, input, show };
}
