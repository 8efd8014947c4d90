// The filter language, as in `--where`: field:value terms, AND, OR, NOT or -, brackets, lists, * and quotes.

const OPERATORS = ['>=', '<=', '!=', ':', '>', '<'];
const WORD_END = /[\s()]/;

class FilterError extends Error {}

function tokens(text) {
  const found = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at])) at += 1;
    else if ('()'.includes(text[at])) found.push(text[at++]);
    else {
      let word = '';
      while (at < text.length && !WORD_END.test(text[at])) {
        if (text[at] === '"') {
          const start = at;
          do {
            if (text[at] === '\\') at += 1;
            at += 1;
          } while (at < text.length && text[at] !== '"');
          if (at >= text.length) throw new FilterError('a quote has no partner: close it with "');
          word += text.slice(start, at + 1);
          at += 1;
        } else word += text[at++];
      }
      found.push(word);
    }
  }
  return found;
}

const unquote = (text) => text.replace(/"((?:[^"\\]|\\.)*)"/g, (_, inside) => inside.replace(/\\(.)/g, '$1'));
const quote = (text) => (/^[\w.:/@+*-]+$/.test(text) && !/^(AND|OR|NOT)$/.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`);

function splitList(text) {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g)?.map(unquote) ?? [];
}

function term(word) {
  const outside = word.match(/^-?[A-Za-z_][\w.\-]*(?=>=|<=|!=|:|>|<)/);
  if (!outside) {
    if (word.startsWith('-') && word.length > 1) return { not: { text: unquote(word.slice(1)) } };
    return { text: unquote(word) };
  }
  const negated = outside[0].startsWith('-');
  const field = outside[0].slice(negated ? 1 : 0);
  const rest = word.slice(outside[0].length);
  const op = OPERATORS.find((known) => rest.startsWith(known));
  const values = splitList(rest.slice(op.length));
  if (!values.length) throw new FilterError(`\`${field}\` has no value: write ${field}${op}something`);
  const leaf = { field, op: op === '!=' ? ':' : op, values };
  return negated !== (op === '!=') ? { not: leaf } : leaf;
}

// The tree of a filter: {and: […]}, {or: […]}, {not: …}, {field, op, values}, {text}.
function parse(text) {
  const list = tokens(text);
  let at = 0;
  const either = () => {
    const parts = [all()];
    while (list[at] === 'OR') {
      at += 1;
      parts.push(all());
    }
    return parts.length === 1 ? parts[0] : { or: parts };
  };
  const all = () => {
    const parts = [];
    while (at < list.length && list[at] !== ')' && list[at] !== 'OR') {
      if (list[at] === 'AND') at += 1;
      else parts.push(one());
    }
    return { and: parts };
  };
  const one = () => {
    const word = list[at++];
    if (word === undefined) throw new FilterError('something is missing at the end');
    if (word === 'NOT' || word === '-') return { not: one() };
    if (word !== '(') return term(word);
    const inside = either();
    if (list[at++] !== ')') throw new FilterError('a bracket has no partner: close it with )');
    return inside;
  };
  const tree = either();
  if (at < list.length) throw new FilterError('a bracket closes that was not opened');
  return tree.and ? tree : { and: [tree] };
}

function print(node, inner = false) {
  if (node.and) {
    const text = node.and.map((part) => print(part, true)).join(' ');
    return inner && node.and.length > 1 ? `(${text})` : text;
  }
  if (node.or) {
    const text = node.or.map((part) => print(part, part.and?.length > 1 ? false : true)).join(' OR ');
    return inner ? `(${text})` : text;
  }
  if (node.not) return `-${print(node.not, true)}`;
  if (node.field) return `${node.field}${node.op}${node.values.map(quote).join(',')}`;
  return quote(node.text);
}

const globOf = (pattern) => new RegExp(`^${pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&')).join('.*')}$`, 'is');

const anyGlob = (values) => {
  const globs = values.map(globOf);
  return (text) => globs.some((glob) => glob.test(text));
};

const compare = { ':': (a, b) => a === b, '>': (a, b) => a > b, '<': (a, b) => a < b, '>=': (a, b) => a >= b, '<=': (a, b) => a <= b };

// A moment: 2026-11-24, RFC 3339, or -7d before the report.
function momentOf(text) {
  const ago = text.match(/^-(\d+)([dh])$/);
  if (ago) return data.made - Number(ago[1]) * (ago[2] === 'd' ? 86400 : 3600);
  const found = Date.parse(text) / 1000;
  if (Number.isNaN(found)) throw new FilterError(`\`${text}\` is no moment: write 2026-11-24 or -7d`);
  return found;
}

// Rows whose value in a column passes: each value is tested once.
const where = (column, values, test) => {
  const hit = values.map(test);
  return (row) => hit[column[row]];
};

const FIELDS = {
  verdict: ({ values }) => {
    const wanted = values.map((value) => VERDICTS.indexOf(value.toLowerCase().replace(/^not.applicable$/, 'na')));
    if (wanted.includes(-1)) throw new FilterError('a verdict is one of fail, unknown, pass, na');
    return (row) => wanted.includes(data.verdict[row]);
  },
  severity: ({ op, values }) => {
    const wanted = values.map((value) => SEVERITIES.indexOf(value.toLowerCase()));
    if (wanted.includes(-1)) throw new FilterError(`a severity is one of ${SEVERITIES.join(', ')}`);
    return where(data.severity, SEVERITIES, (_, own) => wanted.some((other) => compare[op](-own, -other)));
  },
  score: ({ op, values }) => {
    const wanted = values.map(Number);
    if (wanted.some(Number.isNaN)) throw new FilterError('a score is a number from 0 to 100');
    return (row) => wanted.some((value) => compare[op](data.score[row], value));
  },
  framework: ({ test }) => where(data.check, data.checks, (check) => check.requirements.some(([of]) => test(of))),
  requirement: ({ test }) => where(data.check, data.checks, (check) => check.requirements.some(([, id]) => test(id))),
  resource: ({ test }) => where(data.resource, data.name, (text, at) => test(text) || test(data.uid[at])),
  id: ({ test }) => (row) => test(data.id[row]),
  unread: ({ test }) => {
    const hit = data.unread.map((one) => [one.call, one.permission, one.detail, one.why].some((text) => text && test(text)));
    return (row) => data.holes.get(row)?.some((hole) => hit[hole]) ?? false;
  },
  first_seen: ({ op, values }) => {
    const wanted = values.map((value) => momentOf(value));
    return (row) => wanted.some((value) => compare[op](data.first[row], value));
  },
};

function textTest(text) {
  const wanted = text.toLowerCase();
  data.lower ??= data.message.map((message) => message.toLowerCase());
  const check = where(data.check, data.checks, ({ id, title }) => `${id} ${title}`.toLowerCase().includes(wanted));
  data.lowerNames ??= data.name.map((name, at) => `${name} ${data.uid[at]}`.toLowerCase());
  const resource = where(data.resource, data.lowerNames, (names) => names.includes(wanted));
  return (row) => check(row) || resource(row) || data.lower[row].includes(wanted) || data.id[row].toLowerCase().startsWith(wanted);
}

// A filter as a test of rows.
function testOf(node) {
  if (node.and) {
    const parts = node.and.map((part) => testOf(part));
    if (parts.length === 1) return parts[0];
    return (row) => parts.every((part) => part(row));
  }
  if (node.or) {
    const parts = node.or.map((part) => testOf(part));
    return (row) => parts.some((part) => part(row));
  }
  if (node.not) {
    const inside = testOf(node.not);
    return (row) => !inside(row);
  }
  if (!node.field) return textTest(node.text);
  const leaf = { ...node, test: anyGlob(node.values) };
  if (node.field.startsWith('tag.')) {
    const key = node.field.slice(4);
    return where(data.resource, data.tags, (tags) => Object.hasOwn(tags, key) && leaf.test(tags[key]));
  }
  if (Object.hasOwn(FIELDS, node.field)) return FIELDS[node.field](leaf);
  if (Object.hasOwn(data.dimensions, node.field)) return where(...data.dimensions[node.field], leaf.test);
  const known = Object.keys({ ...data.dimensions, ...FIELDS }).join(', ');
  throw new FilterError(`there is no field \`${node.field}\`; there are ${known} and tag.KEY`);
}

function matching(node) {
  const test = testOf(node);
  const found = new Uint32Array(data.size);
  let size = 0;
  for (let row = 0; row < data.size; row += 1) if (test(row)) found[size++] = row;
  return found.subarray(0, size);
}

// The filter with `field:value` switched on or off in its outermost list.
function toggled(tree, field, value) {
  const parts = tree.and.map((part) => ({ ...part }));
  const at = parts.findIndex((part) => part.field === field && part.op === ':');
  if (at < 0) parts.push({ field, op: ':', values: [value] });
  else {
    const values = parts[at].values;
    parts[at].values = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
    if (!parts[at].values.length) parts.splice(at, 1);
  }
  return { and: parts };
}
