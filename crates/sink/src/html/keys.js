// Everything by keyboard; `?` shows the list, which stands in the page.

function listenToKeys(views) {
  let pending = false;
  const places = { o: 'overview', f: 'findings', u: 'unknown', i: 'inventory' };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) return;
    const { view } = readState();
    const list = views[view];
    const typing = event.target.closest('input, select, textarea');
    const closable = view === 'findings' && readState().params.has('open');
    if (event.key === 'Escape') {
      if (typing) list?.grid.node.focus();
      else if (closable) change({ open: null });
      return;
    }
    if (event.key === 'Enter' && event.target === list?.input) {
      list.grid.node.focus();
      list.grid.move(0);
      event.preventDefault();
      return;
    }
    if (typing) return;
    const move = (by) => {
      list?.grid.node.focus();
      list?.grid.move(list.grid.cursor + by);
    };
    const onGrid = list && (event.target === list.grid.node || event.target === document.body || event.target.id === 'main');
    const actions = {
      '/': () => (list ?? (go('findings', {}), views.findings)).input.focus(),
      j: () => move(1),
      k: () => move(-1),
      o: () => list?.grid.open(),
      '[': () => closable && list.step(-1),
      ']': () => closable && list.step(1),
      t: () => byId('theme').click(),
      '?': () => byId('keys').showModal(),
      ...(onGrid ? { Enter: () => list.grid.open(), ArrowDown: () => move(1), ArrowUp: () => move(-1), Home: () => list.grid.move(0), End: () => list.grid.move(Infinity) } : {}),
    };
    if (pending) {
      pending = false;
      if (places[event.key]) go(places[event.key], {});
      return;
    }
    if (event.key === 'g') pending = true;
    else if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });
}
