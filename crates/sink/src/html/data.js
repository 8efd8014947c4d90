// The embedded data: columns in blocks of gzip in base64. Rows and resources are unpacked at the start, proofs when asked.

let data;

const bytesOf = (text) => Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (letter) => letter.charCodeAt());

async function unpack(element) {
  const packed = new Blob([bytesOf(element.textContent)]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream('gzip'))).json();
}

const blocksOf = (part) => [...document.querySelectorAll(`script[data-part="${part}"]`)];

async function load() {
  const [index, rowBlocks, resourceBlocks] = await Promise.all([
    unpack(blocksOf('index')[0]),
    Promise.all(blocksOf('rows').map(unpack)),
    Promise.all(blocksOf('resources').map(unpack)),
  ]);
  data = { ...index, size: index.rows };
  const texts = (blocks, column) => blocks.flatMap((block) => block[column]);
  const rows = (column, Kind) => Kind.from(texts(rowBlocks, column));
  const places = (column) => Uint32Array.from(texts(resourceBlocks, column));
  data.verdict = rows('verdict', Uint8Array);
  data.severity = rows('severity', Uint8Array);
  data.score = rows('score', Uint8Array);
  data.check = rows('check', Uint32Array);
  data.resource = rows('resource', Uint32Array);
  data.first = rows('first', Float64Array);
  data.changed = rows('changed', Float64Array);
  data.id = texts(rowBlocks, 'id');
  data.item = texts(rowBlocks, 'item');
  data.message = texts(rowBlocks, 'message');
  data.holes = new Map(texts(rowBlocks, 'unread'));
  data.uid = texts(resourceBlocks, 'uid');
  data.name = texts(resourceBlocks, 'name');
  data.tags = texts(resourceBlocks, 'tags');
  data.type = places('type');
  data.account = places('account');
  data.region = places('region');
  complete();
}

// What is derived from the columns. A dimension is [number of its value by row, names of its values].
function complete() {
  data.regionNames = data.regions.map((region) => region || 'global');
  data.typeNames = data.types.map(([id, title]) => title || id);
  const byRow = (column) => Uint32Array.from(data.resource, (resource) => column[resource]);
  const through = (column, names) => {
    const distinct = [...new Set(names)];
    const numbers = names.map((name) => distinct.indexOf(name));
    return [column.map((at) => numbers[at]), distinct];
  };
  const types = byRow(data.type);
  data.dimensions = {
    verdict: [data.verdict, VERDICTS],
    severity: [data.severity, SEVERITIES],
    // The check's, as `--service` of a scan takes it: the resource of a check on IAM may be the account.
    service: through(data.check, data.checks.map(({ id }) => id.split('-')[1] ?? id)),
    check: [data.check, data.checks.map((check) => check.id)],
    region: [byRow(data.region), data.regionNames],
    account: [byRow(data.account), data.accounts],
    type: [types, data.types.map(([id]) => id)],
    objective: through(data.check, data.checks.map((check) => check.objective)),
    name: [data.resource, data.name],
    uid: [data.resource, data.uid],
  };
  data.open = new Uint32Array(data.uid.length);
  for (let row = 0; row < data.size; row += 1) if (data.verdict[row] === 0) data.open[data.resource[row]] += 1;
  // A score says something only where it is more than the severity's own.
  const scores = SEVERITIES.map(() => new Set());
  for (let row = 0; row < data.size; row += 1) scores[data.severity[row]].add(data.score[row]);
  data.scored = scores.some((seen) => seen.size > 1);
  data.proofBlocks = blocksOf('proofs').map((element) => ({ element, first: Number(element.dataset.first), proofs: null }));
}

// The sentence of a row: what is so, or what should be so where nothing is wrong or nothing is known.
const sentence = (row) => {
  const { title } = data.checks[data.check[row]];
  if (data.verdict[row] === 0) return data.message[row] || title;
  return data.verdict[row] === 1 ? `Not known: ${title}` : title;
};

// Rows of each resource, made when first asked for.
function rowsOfResource(resource) {
  if (!data.byResource) {
    data.byResource = data.uid.map(() => []);
    for (let row = 0; row < data.size; row += 1) data.byResource[data.resource[row]].push(row);
  }
  return data.byResource[resource];
}

// The proof of a row, or nothing: passes have none.
async function proofOf(row) {
  const block = data.proofBlocks.findLast((known) => known.first <= row);
  if (!block) return null;
  block.proofs ??= unpack(block.element).then((pairs) => new Map(pairs));
  return (await block.proofs).get(row) ?? null;
}

// Fixes are the check's templates with the values of this resource in the gaps.
function fixesOf(check, proof) {
  if (!proof) return [];
  return proof.fixes.map(([tab, filled]) => {
    if (typeof filled === 'string') return [tab, filled];
    const literals = check.fixes.find(([known]) => known === tab)[1];
    return [tab, literals.map((literal, at) => literal + (filled[at] ?? '')).join('')];
  });
}
