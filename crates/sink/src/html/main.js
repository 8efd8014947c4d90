// Start: unpack, then show what the fragment says.

const THEMES = ['system', 'light', 'dark'];
let theme = 'system';

function showTheme() {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId('theme').textContent = `Theme: ${theme}`;
}

function route(views) {
  const { view: asked, params } = readState();
  const view = ['overview', 'findings', 'unknown', 'inventory'].includes(asked) ? asked : 'overview';
  // The theme goes along with every link.
  const wanted = params.get('theme');
  if (THEMES.includes(wanted)) theme = wanted;
  else if (theme !== 'system') {
    params.set('theme', theme);
    go(view, params, true);
  }
  showTheme();
  document.documentElement.dataset.view = view;
  for (const section of document.querySelectorAll('main > section')) section.hidden = section.id !== view;
  for (const link of document.querySelectorAll('.bar nav a')) {
    if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  views[view]?.show(params);
}

async function start() {
  const root = document.documentElement;
  root.dataset.script = 'starting';
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.onclick = () => copyText(byId(button.dataset.copy).textContent);
  }
  byId('theme').onclick = () => change({ theme: THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] });
  byId('help').onclick = () => byId('keys').showModal();
  byId('keys').lastElementChild.onclick = () => byId('keys').close();
  document.querySelector('.skip').onclick = (event) => {
    event.preventDefault();
    byId('main').focus();
  };
  const views = {};
  route(views);
  if (!window.DecompressionStream) return say('This browser is too old to unpack the lists: use one from 2024 or later.');
  await load();
  views.findings = makeFindings(byId('findings'));
  views.inventory = makeInventory(byId('inventory'));
  preparePrint(views.findings);
  listenToKeys(views);
  addEventListener('hashchange', () => route(views));
  route(views);
  performance.mark('ready');
  root.dataset.script = 'ready';
}

start();
