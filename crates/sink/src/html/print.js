// On paper: the overview, what could not be read, and every finding of the present filter by check, not only those in sight.

function printable(rows) {
  const section = make('section', { id: 'print' }, make('h1', { textContent: `Findings by check (${count(rows.length)})` }));
  for (const group of grouped(rows, 'check')) {
    const check = data.checks[group.at];
    const body = make('tbody');
    for (const row of group.rows) {
      const resource = data.resource[row];
      body.append(make('tr', null, make('td', null, data.verdict[row] === 0 ? severityMark(data.severity[row], true) : verdictMark(data.verdict[row])),
        make('td', null, name(sentence(row), 400)), make('td', null, name(data.uid[resource], 300)), make('td', null, data.regionNames[data.region[resource]]), make('td.id', null, data.id[row])));
    }
    section.append(make('h3', { textContent: check.title }), make('p.id', { textContent: check.id }), make('table', null, body));
  }
  return section;
}

function preparePrint(list) {
  let printed = null;
  addEventListener('beforeprint', () => {
    printed ??= printable(list.key === undefined ? matching(parse(DEFAULT_FILTER)) : list.rows);
    document.body.append(printed);
  });
  addEventListener('afterprint', () => {
    printed?.remove();
    printed = null;
  });
}
