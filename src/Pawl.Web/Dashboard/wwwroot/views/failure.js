// One group of failures: the newest stack, who and what it hits, its jobs; retry or dismiss them all.
import { link } from '../api.js';
import { exact, number, plain, words } from '../format.js';
import { html } from '../html.js';
import { Sparkline } from '../charts/sparkline.js';
import { Stack } from '../job/error.js';
import { ACTIONS, askBulk } from '../parts/bulk.js';
import { Curl } from '../parts/copy.js';
import { Panel } from '../parts/panel.js';
import { StateChip } from '../parts/state.js';
import { Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';
import { openOver } from '../router.js';
import { can } from '../session.js';
import { useData } from '../store.js';

const ACTS = ['retry', 'dismiss'];
const JOBS = 20;

export function Failure({ params: { fingerprint } }) {
  const path = `failures/${encodeURIComponent(fingerprint)}`;
  const group = useData(path, { query: { window: '30d' }, topics: 'failures', apply: (data, event) => (event.name === 'failure'
    && event.data.fingerprint !== fingerprint
    ? data : undefined) });
  const { data, error } = group;
  const query = data?.query ?? null;
  const jobs = useData(query === null ? null : 'jobs', { query: { query, limit: JOBS }, topics: 'failures' });
  if (error?.status === 404) {
    return html`<div class="nowhere"><h1>No such failures</h1><p class="quiet">Nothing failed like this in 30 days.</p><a href=${
      link('failures')}>To the failures</a></div>`;
  }
  const failed = query && `${query} state:failed`;
  return html`<div class="page-head"><a href=${link('failures')}>Failures</a><span class="quiet" aria-hidden="true">/</span>
      <h1 class="failure-title">${data ? plain(data.message) || 'no message' : ' '}</h1></div>
    ${data ? html`<div class="page-head">
      <span class="quiet">${words(data.category)}${data.code ? html` · <code>${plain(data.code)}</code>` : ''}</span>
      <span><b class=${Number(data.dead) > 0 ? 'bad' : ''}>${number(data.dead)}</b> dead</span><span><b>${number(data.jobs)}</b> ${
        Number(data.jobs) === 1 ? 'job' : 'jobs'}</span>
      <span><b>${number(data.attempts)}</b> ${Number(data.attempts) === 1 ? 'attempt' : 'attempts'}</span>
      <${Sparkline} values=${data.sparkline} label="Failures in 30 days" colour="--failed" />
      <span class="quiet">since <${Ago} time=${data.first_seen} />, last <${Ago} time=${data.last_seen} /></span><span class="grow"></span>
      ${ACTIONS.filter(one => ACTS.includes(one.action) && can('bulk') && can(one.power)).map(what => html`<button type="button" key=${
        what.action}
        class=${what.action === 'retry' ? 'primary' : ''}
        onClick=${async () => { if (await askBulk(what, { query: failed })) { group.reload(); jobs.reload(); } }}>${
          what.says} all…</button>`)}</div>` : ''}
    <div class="grid">
      <${Panel} title="The newest stack" data=${group} class="w8" rows=${6} isEmpty=${one => !one.stack}
        empty="It came without a stack.">${one => html`<${Stack} stack=${one.stack} />`}<//>
      <div class="w4 stack">
        <${Panel} title="By type" data=${group} isEmpty=${one => one.by_type.length === 0}>${one => html`<${Shares} rows=${
          one.by_type} of="type"
          href=${type => link(`types/${encodeURIComponent(type)}`)} />`}<//>
        <${Panel} title="By worker" data=${group} isEmpty=${one => one.by_worker.length === 0} empty="No worker is known.">${
          one => html`<${Shares} rows=${one.by_worker} of="worker_id" says="worker "
          href=${id => link(`workers/${id}`)} />`}<//></div>
      <${Panel} title="Its jobs" data=${jobs} class="flush" rows=${6} empty="Its jobs are gone." aside=${html`<${Curl} path=${path} />
        <a href=${link(`jobs?query=${encodeURIComponent(query ?? '')}`)}>all of them</a>`}>${({ items }) => html`<${Table} rows=${items}
          idOf=${job => job.id} caption="Jobs of this failure"
        onOpen=${job => openOver(`jobs/${job.id}`)} columns=${[
          { name: 'state', says: 'State', cell: job => html`<${StateChip} job=${job} />` },
          { name: 'id', says: 'Id', cell: job => html`<a data-over href=${link(`jobs/${job.id}`)}>${job.id}</a>` },
          { name: 'type', says: 'Type', cell: job => plain(job.type) },
          { name: 'queue', says: 'Queue', cell: job => plain(job.queue) },
          { name: 'try', says: 'Try', right: true, cell: job => `${job.attempt}/${job.max_attempts}` },
          { name: 'last', says: 'Last failed', right: true, wide: true, cell: job => html`<${Ago} time=${job.error?.occurred_at} />` },
        ]} />`}<//></div>`;
}

const Shares = ({ rows, of, says = '', href }) => {
  const sum = rows.reduce((all, one) => all + Number(one.attempts), 0);
  return html`<ul class="shares">${rows.slice(0, 10).map(one => html`<li key=${one[of]}><a class="cut" href=${href(one[of])}>${says}${
    plain(one[of])}</a>
    <progress max=${sum} value=${Number(one.attempts)} aria-label=${`${exact(one.attempts)} attempts`}></progress><span class="num">${
      number(one.attempts)}</span></li>`)}</ul>`;
};
