// Nothing matches: which term takes the most away, and a button to drop it.
import { api } from '../api.js';
import { number, plain } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { CopyButton } from '../parts/copy.js';
import { useData } from '../store.js';
import { termsOf, without } from './terms.js';

const MOST = 8;

export function Nothing({ query, onQuery }) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    let here = true;
    setFound(null);
    const terms = termsOf(query).slice(0, MOST);
    Promise.all(terms.map(term => api('jobs/counts', { query: { query: without(query, term) } })
      .then(({ counts, estimated }) => ({ term, estimated, count: Object.values(counts).reduce((all, one) => all + Number(one), 0) }),
        () => null)))
      .then(all => here && setFound(all.filter(one => one && one.count > 0).sort((a, b) => b.count - a.count)[0] ?? null));
    return () => {
      here = false;
    };
  }, [query]);
  if (query === '') {
    return html`<${None} />`;
  }
  return html`<div class="nothing"><p>No job matches.</p>
    ${found ? html`<p>Without <code>${plain(found.term.text)}</code> ${found.count === 1 ? 'there is' : 'there are'} <b>${
      number(found.count, found.estimated)}</b>.
      <button type="button" onClick=${() => onQuery(without(query, found.term))}>Drop ${plain(found.term.text)}</button></p>` : ''}</div>`;
}

/** No job at all: how to make one, of a type that there is. */
function None() {
  const types = useData('types');
  const [first] = types.data?.items ?? [];
  const command = `pawl enqueue ${/^[\w.:-]+$/.test(first?.type ?? '') ? first.type : 'TYPE'} --payload '{}' --wait`;
  return html`<div class="nothing"><p>No jobs yet.</p>${types.loading ? '' : first ? html`<p class="quiet">Make one: <code>${
    command}</code> <${CopyButton} text=${command} /></p>` : html`<p class="quiet">A program that runs jobs makes their types known, or a
    worker: <code>pawl worker</code></p>`}</div>`;
}
