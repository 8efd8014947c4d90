// A list of any length: only the rows in sight are in the document. `fill(node, item)` makes one row.

const ROW = 28;
const ROW_NARROW = 52;

// The parts of a list's section, with what both lists do alike.
function partsOf(section) {
  const find = (selector) => section.querySelector(selector);
  const parts = { input: find('input'), total: find('.total'), facets: find('.facets'), body: find('.body'), node: find('.grid') };
  const filters = find('.narrow');
  filters.onclick = () => filters.setAttribute('aria-expanded', parts.body.classList.toggle('filters'));
  return parts;
}

function makeGrid(node, { fill, onopen, onsort }) {
  const [head, canvas] = node.children;
  const grid = { node, items: [], cursor: -1, selected: -1, height: ROW };
  const pool = [];
  for (const column of head.children) column.firstChild.onclick = () => onsort(column.dataset.sort);
  grid.sorted = (sort) => {
    for (const column of head.children) {
      column.ariaSort = column.dataset.sort === sort.replace('-', '') ? (sort[0] === '-' ? 'descending' : 'ascending') : null;
    }
  };

  grid.draw = () => {
    const top = Math.max(0, Math.floor((node.scrollTop - 200) / grid.height));
    const end = Math.min(grid.items.length, Math.ceil((node.scrollTop + node.clientHeight + 200) / grid.height));
    const shown = [];
    node.removeAttribute('aria-activedescendant');
    for (let at = top; at < end; at += 1) {
      const row = (pool[at - top] ??= make('div', { role: 'row', id: `${node.parentNode.parentNode.id}-${at - top}` }));
      row.className = 'row';
      row.ariaExpanded = null;
      row.style.transform = `translateY(${at * grid.height}px)`;
      row.ariaRowIndex = at + 2;
      row.ariaSelected = grid.items[at] === grid.selected;
      row.dataset.at = at;
      row.replaceChildren();
      fill(row, grid.items[at]);
      if (at === grid.cursor) {
        row.classList.add('current');
        node.setAttribute('aria-activedescendant', row.id);
      }
      shown.push(row);
    }
    canvas.replaceChildren(...shown);
  };
  const measure = () => {
    grid.height = node.clientWidth && node.clientWidth < 560 ? ROW_NARROW : ROW;
    node.style.setProperty('--height', `${grid.height}px`);
    canvas.style.height = `${grid.items.length * grid.height}px`;
    grid.draw();
  };
  grid.set = (items, empty) => {
    grid.items = items;
    grid.cursor = items.indexOf(grid.selected);
    node.ariaRowCount = items.length + 1;
    node.querySelector('.empty')?.remove();
    if (!items.length) node.append(make('p.empty', null, empty));
    measure();
  };
  grid.move = (at) => {
    grid.cursor = Math.min(grid.items.length - 1, Math.max(0, at));
    const top = grid.cursor * grid.height;
    const room = node.clientHeight - head.offsetHeight - grid.height;
    if (top < node.scrollTop) node.scrollTop = top;
    else if (top > node.scrollTop + room) node.scrollTop = top - room;
    grid.draw();
  };
  grid.select = (item) => {
    grid.selected = item;
    const at = grid.items.indexOf(item);
    if (at >= 0) grid.move(at);
    else grid.draw();
  };
  grid.open = () => grid.cursor >= 0 && onopen(grid.items[grid.cursor]);

  node.addEventListener('scroll', () => requestAnimationFrame(grid.draw));
  canvas.addEventListener('click', (event) => {
    const row = event.target.closest('.row');
    if (!row || event.target.closest('a') || getSelection().type === 'Range') return;
    grid.cursor = Number(row.dataset.at);
    grid.draw();
    grid.open();
  });
  new ResizeObserver(measure).observe(node);
  return grid;
}

const cell = (id, ...children) => make(`div.c-${id}`, { role: 'gridcell' }, ...children);
const textCell = (id, text, title = '') => make(`div.c-${id}`, { role: 'gridcell', title: visible(title.slice(0, 600)) }, name(text, 400));

// An id cut in its middle: its end tells more than its beginning.
function idCell(text) {
  const end = Math.max(text.length - 24, text.search(/[^/:]+$/), 0);
  return make('div.c-uid', { role: 'gridcell', title: visible(text.slice(0, 600)) }, make('bdi.start', null, visible(text.slice(0, end).slice(0, 400))), make('bdi.end', null, visible(text.slice(end))));
}

// Ranks of texts in their order, so that sorting compares numbers.
function ranksOf(texts) {
  const order = [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));
  const ranks = new Map(order.map((text, rank) => [text, rank]));
  return texts.map((text) => ranks.get(text));
}

const LIMIT = 2 ** 26;

// Rows in the order of a key; equal keys keep their order.
function sortRows(rows, key, descending) {
  let most = 0;
  if (descending) for (const row of rows) most = Math.max(most, key(row));
  const keys = Float64Array.from(rows, (row) => (descending ? most - key(row) : key(row)) * LIMIT + row);
  return Uint32Array.from(keys.sort(), (value) => value % LIMIT);
}
