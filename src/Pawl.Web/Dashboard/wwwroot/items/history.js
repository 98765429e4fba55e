// What happened to one item, run by run; developers may have it done again.
import { api, link } from '../api.js';
import { plain, words } from '../format.js';
import { html } from '../html.js';
import { Curl } from '../parts/copy.js';
import { ask } from '../parts/dialog.js';
import { follow } from '../parts/following.js';
import { Panel } from '../parts/panel.js';
import { StateChip } from '../parts/state.js';
import { Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';
import { JsonTree } from '../parts/tree.js';
import { openOver } from '../router.js';
import { can, devMode } from '../session.js';
import { useData } from '../store.js';

export function History({ dataset, item, close }) {
  const runs = useData('items/history', { query: { dataset, key: item, limit: 50 } });
  const force = async () => {
    const job = runs.data.items[0].job_id;
    const body = { force: 'all' };
    const path = `jobs/${job}/run-again`;
    const made = await ask({
      title: 'Force it to be processed again', action: 'Process again', danger: true, curl: html`<${Curl} path=${path} method="POST"
        body=${body} />`,
      text: html`A new job does what job ${job} did, every item of it, also those whose results still stand.`,
      does: () => api(path, { method: 'POST', body, once: crypto.getRandomValues(new Uint32Array(4)).join('-') }),
    });
    if (made) {
      follow(made);
    }
  };
  return html`<${Panel} title=${`What happened to ${plain(item)}`} data=${runs} class="flush history" rows=${3}
    empty="Nothing is recorded." aside=${html`
      ${devMode() && can('force') && runs.data?.items.length ? html`<button type="button" class="danger" onClick=${
        force}>Force reprocess…</button>` : ''}
      <${Curl} path="items/history" query=${{ dataset, key: item }} />
      <button type="button" class="plain close" aria-label="Close" onClick=${close}>✕</button>`}>${({ items }) => html`<${Table} rows=${
        items} idOf=${one => `${one.job_id}.${one.attempt}.${one.at}`}
      caption="Runs" onOpen=${one => openOver(`jobs/${one.job_id}`)} columns=${[
        { name: 'at', says: 'When', cell: one => html`<span class="nowrap"><${Ago} time=${one.at} /></span>` },
        { name: 'outcome', says: 'Outcome', cell: one => html`<${StateChip} state=${one.outcome === 'skipped' ? 'cancelled' : one.outcome}
          label=${one.outcome} note="" />` },
        { name: 'job', says: 'Job', cell: one => html`<span class="nowrap">
          <a data-over href=${link(`jobs/${one.job_id}`)}>${one.job_id}</a> <span class="quiet">attempt ${one.attempt}</span></span>` },
        { name: 'said', says: 'Said', wide: true, cell: one => (one.error ? html`<span class="bad">${words(one.error.category)}</span> ${
          plain(one.error.message)}`
          : one.outputs ? html`<${JsonTree} value=${one.outputs} open=${0} />` : html`<span class="quiet">–</span>`) },
      ]} />`}<//>`;
}
