// The little Markdown that checks use: paragraphs, lists, fenced code, `code`, *emphasis*, [text](address).

function inline(text) {
  const nodes = [];
  let rest = text;
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)/;
  for (let found = rest.match(pattern); found; found = rest.match(pattern)) {
    nodes.push(visible(rest.slice(0, found.index)));
    if (found[1]) nodes.push(make('code', { textContent: visible(found[1]) }));
    else if (found[2] ?? found[3]) nodes.push(make('em', { textContent: visible(found[2] ?? found[3]) }));
    // An address is shown, never fetched or followed.
    else nodes.push(visible(`${found[4]} (${found[5]})`));
    rest = rest.slice(found.index + found[0].length);
  }
  nodes.push(visible(rest));
  return nodes;
}

function markdown(text) {
  const nodes = [];
  let lines = [];
  const flush = () => {
    const items = lines.filter((line) => /^(- |\d+\. )/.test(line));
    if (items.length) {
      const joined = lines.join('\n').split(/\n(?=- |\d+\. )/);
      const list = make(/^\d/.test(items[0]) ? 'ol' : 'ul');
      for (const item of joined) {
        const marker = item.match(/^(- |\d+\. )/);
        if (marker) list.append(make('li', null, ...inline(item.slice(marker[0].length).replace(/\s+/g, ' '))));
        else nodes.push(make('p', null, ...inline(item)));
      }
      nodes.push(list);
    } else if (lines.length) nodes.push(make('p', null, ...inline(lines.join(' '))));
    lines = [];
  };
  let fence = null;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) {
      if (fence) {
        nodes.push(codeBlock(fence.join('\n')));
        fence = null;
      } else {
        flush();
        fence = [];
      }
    } else if (fence) fence.push(line);
    else if (line.trim() === '') flush();
    else lines.push(line.trim());
  }
  if (fence) nodes.push(codeBlock(fence.join('\n')));
  flush();
  return nodes;
}
