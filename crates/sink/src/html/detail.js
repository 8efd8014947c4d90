// The panel: decide, then prove.

const part = (title, ...nodes) => {
  const shown = nodes.filter(Boolean);
  return shown.length ? [make('h3', { textContent: title }), ...shown] : [];
};

function facts(pairs) {
  const list = make('dl.facts');
  for (const [term, ...nodes] of pairs) if (nodes[0]) list.append(make('dt', { textContent: term }), make('dd', null, ...nodes));
  return list;
}

function fixTabs(fixes) {
  if (!fixes.length) return null;
  const shown = make('div', { role: 'tabpanel' });
  const tabs = make('div.tabs', { role: 'tablist', 'aria-label': 'Ways to fix it' });
  const pick = (at) => {
    [...tabs.children].forEach((tab, other) => tab.setAttribute('aria-selected', at === other));
    shown.replaceChildren(...markdown(fixes[at][1]));
  };
  fixes.forEach(([title], at) => tabs.append(make('button', { type: 'button', role: 'tab', textContent: title, onclick: () => pick(at) })));
  pick(0);
  return make('div', null, tabs, shown);
}

function steps(rule) {
  if (!rule.length) return null;
  return make('ol.steps', null, ...rule.map(([statement, text, value, depth, decisive]) =>
    make(`li.d${Math.min(depth, 3)}${decisive ? '.decisive' : ''}${value.length > 12 ? '.long' : ''}`, null, make('span', null, visible(`${statement} ${text}`)), make('span.value', null, name(value, 300)))));
}

function reads(list) {
  if (!list.length) return null;
  const table = make('table', null, make('thead', null, make('tr', null, ...['Field read', 'Value', 'Call'].map((title) => make('th', { scope: 'col', textContent: title })))));
  const body = make('tbody');
  for (const [path, value, call, resource, at, note] of list) {
    const source = make('td', null, make('span.id', null, visible(call)), call && at ? make('br') : null, make('span.time', null, at));
    const field = make('td.id', null, visible(path));
    if (resource) field.append(make('br'), 'of ', name(resource, 300));
    body.append(make('tr', null, field, note ? make('td', null, name(note, 600)) : make('td.id', null, name(value, 2000)), source));
  }
  table.append(body);
  return make('div.scroll', null, table);
}

function because(reasons) {
  if (!reasons.length) return null;
  return make('ul', null, ...reasons.map(([fact, place, text]) => make('li', null, make('code', { textContent: visible(fact) }), ' ', name(place, 400), place && text ? ': ' : '', name(text, 800))));
}

// What stands in backticks is a name or a command.
const ticked = (text) => text.split('`').map((part, at) => make(at % 2 ? 'code' : 'bdi', null, visible(part)));

function flips(list) {
  if (!list.length) return null;
  return make('ul', null, ...list.map(([text, proven]) => make('li', null, ...ticked(text), ' ', proven ? make('span.proven', { textContent: 'tried: passes' }) : null)));
}

function missing(row, proof) {
  const told = proof?.missing ?? data.holes.get(row)?.map((at) => `${data.unread[at].call} ${data.unread[at].why}`) ?? [];
  return told.length ? make('ul', null, ...told.map((text) => make('li', null, name(text, 1200)))) : null;
}

function others(row) {
  const resource = data.resource[row];
  const all = rowsOfResource(resource).filter((other) => other !== row);
  const open = all.filter((other) => data.verdict[other] < 2);
  const passing = all.filter((other) => data.verdict[other] === 2).length;
  const list = make('ul.plain', null, ...open.slice(0, 20).map((other) => {
    const mark = data.verdict[other] === 0 ? severityMark(data.severity[other]) : verdictMark(1);
    const link = make('a', { href: hashOf('findings', { q: `resource:${quote(data.uid[resource])}`, open: data.id[other] }) }, name(sentence(other), 300));
    return make('li', null, mark, ' ', link);
  }));
  if (open.length > 20) list.append(make('li', null, `and ${count(open.length - 20)} more`));
  if (passing) list.append(make('li.muted', null, counted(passing, 'check passes', 'checks pass')));
  return list.children.length ? list : null;
}

function requirements(check) {
  const frameworks = Map.groupBy(check.requirements, ([framework]) => framework);
  return [...frameworks].map(([framework, list]) => make('details', { open: frameworks.size < 4 }, make('summary', null, `${framework}: ${counted(list.length, 'requirement', 'requirements')}`), make('ul.plain', null, ...list.map(([, id, title]) =>
    make('li', null, make('a.id', { href: hashOf('findings', { q: `framework:${framework} requirement:${quote(id)}` }) }, id), ` ${visible(title)}`)))));
}

function panelHead(list, row) {
  const rows = list.grid.items.filter((item) => item >= 0);
  const place = rows.indexOf(row);
  list.step = (by) => rows[place + by] !== undefined && change({ open: data.id[rows[place + by]] }, true);
  const tool = (text, title, onclick) => make('button', { type: 'button', textContent: text, title, 'aria-label': title, onclick });
  return make('div.tools', null, tool('↑', 'Previous ([)', () => list.step(-1)), tool('↓', 'Next (])', () => list.step(1)),
    make('span.place', null, place < 0 ? 'not in this list' : `${count(place + 1)} of ${count(rows.length)}`),
    copyButton(() => location.href, 'Copy link'), tool('✕', 'Close (Esc)', () => change({ open: null })));
}

function fillPanel(list, row, proof) {
  const { panel } = list;
  const [check, resource, verdict] = [data.checks[data.check[row]], data.resource[row], data.verdict[row]];
  const same = matching(parse(`check:${check.id} verdict:fail`)).length;
  const asked = proof?.reads ?? [];
  panel.replaceChildren(
    panelHead(list, row),
    make('div.state', null, verdictMark(verdict), severityMark(data.severity[row], true), data.scored ? `score ${data.score[row]}` : null, make('span.id', null, data.id[row])),
    make('h2', null, name(sentence(row))),
    verdict && data.message[row] && data.message[row] !== sentence(row) ? make('p.note', null, name(data.message[row], 800)) : '',
    facts([
      ['Resource', name(data.name[resource])],
      ['Item', data.item[row] && name(data.item[row])],
      ['Id', make('span.id', null, name(data.uid[resource]))],
      ['Type', `${data.types[data.type[resource]][1]} (${data.types[data.type[resource]][0]})`],
      ['Where', `account ${visible(data.accounts[data.account[resource]])}, ${visible(data.regionNames[data.region[resource]])}`],
      [verdict === 0 ? 'Failing since' : 'Since', data.changed[row] ? make('span', { title: localMoment(data.changed[row]) }, moment(data.changed[row])) : null],
      ['First seen', data.first[row] && data.first[row] !== data.changed[row] ? moment(data.first[row]) : null],
      ['Holds until', proof?.until && `${proof.until}: then time alone may change it`],
    ]),
    ...part(verdict === 1 ? 'What could not be read' : 'Not read', missing(row, proof)),
    ...part('Why it matters', ...(verdict < 2 ? markdown(check.risk) : [])),
    ...part('What to do', fixTabs(fixesOf(check, proof))),
    ...part('What would change the verdict', flips(proof?.flips ?? [])),
    ...part('Evidence', steps(proof?.rule ?? []), reads(asked)),
    ...part('Because', because(proof?.because ?? [])),
    ...part('The check', make('p', null, visible(check.title), make('br'), make('span.id.muted', null, check.id)), ...markdown(check.description),
      same ? make('p', null, make('a', { href: hashOf('findings', { q: `check:${check.id} verdict:fail` }) }, counted(same, 'finding fails it', 'findings fail it'))) : null,
      proof ? null : check.rule && codeBlock(check.rule.trim()),
      proof ? null : make('p', null, 'Evidence: ', make('code', { textContent: `plumb explain ${data.id[row]}` }))),
    ...part('The same resource', others(row)),
    ...part('Counts for', ...requirements(check)),
  );
}

async function showPanel(list, id) {
  const { panel, body, grid } = list;
  const row = id ? data.id.indexOf(id) : -1;
  if (row === list.opened && id === list.asked) return;
  list.asked = id;
  list.opened = row;
  panel.hidden = row < 0;
  body.classList.toggle('open', row >= 0);
  grid.select(row < 0 ? -1 : row);
  if (row < 0) {
    if (id) say('There is no such finding in this report');
    return;
  }
  const proof = await proofOf(row);
  if (list.opened !== row) return;
  // Whoever walks with the panel's own buttons stays on them.
  const at = [...panel.querySelectorAll('.tools button')].indexOf(document.activeElement);
  fillPanel(list, row, proof);
  panel.querySelectorAll('.tools button')[at]?.focus();
  panel.scrollTop = 0;
  panel.dataset.ready = id;
}
