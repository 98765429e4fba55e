// Nothing matches: which term takes the most away, and a button to drop it.
import { api } from '../api.js';
import { number, plain } from '../format.js';
import { html, useEffect, useState } from '../html.js';
import { CopyButton } from '../parts/copy.js';
import { termsOf, without } from './terms.js';

const MOST = 8;
const ENQUEUE = 'pawl enqueue demo.sleep --wait';

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
    return html`<div class="nothing"><p>No jobs yet.</p><p class="quiet">Make one: <code>${ENQUEUE}</code> <${CopyButton} text=${
      ENQUEUE} /></p></div>`;
  }
  return html`<div class="nothing"><p>No job matches.</p>
    ${found ? html`<p>Without <code>${plain(found.term.text)}</code> ${found.count === 1 ? 'there is' : 'there are'} <b>${
      number(found.count, found.estimated)}</b>.
      <button type="button" onClick=${() => onQuery(without(query, found.term))}>Drop ${plain(found.term.text)}</button></p>` : ''}</div>`;
}
