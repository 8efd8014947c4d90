// Elements are made here and filled with text only: nothing that came from a cloud is ever parsed as HTML.

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'];
const VERDICTS = ['fail', 'unknown', 'pass', 'na'];
const VERDICT_WORDS = ['FAIL', 'UNKN', 'PASS', 'N/A'];
const SVG = 'http://www.w3.org/2000/svg';

const byId = (id) => document.getElementById(id);

// make('a.id', {href: '#x'}, 'text', node …): a tag with classes, properties, children.
function make(what, properties, ...children) {
  const [tag, ...classes] = what.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name.startsWith('aria-') || name === 'role' || name.startsWith('data-')) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

// What cannot be seen or would reorder its surroundings is written as its number.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;
const number4 = (letter) => `‹U+${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}›`;
const visible = (text) => text.replace(HIDDEN, (letter) => (letter === '\n' || letter === '\t' ? ' ' : number4(letter)));
const visibleLines = (text) => text.split('\n').map((line) => visible(line.replace(/\t/g, '  '))).join('\n');

// A name in its own direction.
const name = (text, limit = 4096) =>
  make('bdi', { textContent: visible(text.length > limit ? `${text.slice(0, limit)}… (${text.length} characters)` : text) });

function shape(id) {
  const svg = document.createElementNS(SVG, 'svg');
  const use = document.createElementNS(SVG, 'use');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `#m-${id}`);
  svg.append(use);
  return svg;
}

function severityMark(severity, word) {
  const title = SEVERITIES[severity];
  const mark = make(`span.mark.${title}`, { title }, shape(title));
  if (word) mark.append(title);
  else mark.append(make('b', { textContent: title[0].toUpperCase(), 'aria-hidden': 'true' }), make('span.sr', null, title));
  return mark;
}
const verdictMark = (verdict) => make(`span.verdict.${VERDICTS[verdict]}`, null, shape(VERDICTS[verdict]), make('span.word', null, VERDICT_WORDS[verdict]));

const count = (number) => number.toLocaleString('en-US');
const counted = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;

const day = (seconds) => (seconds ? new Date(seconds * 1000).toISOString().slice(0, 10) : '');
const moment = (seconds) => (seconds ? `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC` : '');
const localMoment = (seconds) => `${moment(seconds)} · ${new Date(seconds * 1000).toLocaleString()} here`;

// Said to those who listen, shown for a moment to those who look.
function say(text) {
  byId('say').textContent = text;
  setTimeout(() => (byId('say').textContent = ''), 2000);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make('textarea', { value: text });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  say('Copied');
}

const copyButton = (text, label = 'Copy') =>
  make('button.copy', { type: 'button', textContent: label, title: label, onclick: () => copyText(text()) });

const codeBlock = (text) =>
  make('div.code', null, copyButton(() => text), make('pre', { textContent: visibleLines(text) }));

// The state of the page is its fragment: #view?q=…&sort=…
function readState() {
  const [view, query = ''] = location.hash.slice(1).split('?');
  return { view, params: new URLSearchParams(query) };
}

function hashOf(view, params) {
  const query = String(new URLSearchParams(params)).replace(/%3A|%2C|%2F/g, decodeURIComponent);
  return query ? `#${view}?${query}` : `#${view}`;
}

// Goes to a state; `quietly` leaves no step in the history (typing, walking rows).
function go(view, params, quietly = false) {
  if (quietly) location.replace(hashOf(view, params));
  else location.hash = hashOf(view, params);
}

function change(changes, quietly = false) {
  const { view, params } = readState();
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) params.delete(key);
    else params.set(key, value);
  }
  go(view, params, quietly);
}

// One click sorts by a column, the next turns the order round.
function sortBy(key, now, downFirst) {
  const first = downFirst ? `-${key}` : key;
  if (now === first) change({ sort: downFirst ? key : `-${key}` });
  else change({ sort: first });
}
