// Who works, and who is gone.
import { link, part } from '../api.js';
import { duration, number, percent, plain, plural, size } from '../format.js';
import { html } from '../html.js';
import { Curl } from '../parts/copy.js';
import { Gauge } from '../parts/gauge.js';
import { listed } from '../parts/listed.js';
import { Panel } from '../parts/panel.js';
import { Table } from '../parts/table.js';
import { DrainButton, idOf, silence, WorkerState } from '../parts/worker.js';
import { go } from '../router.js';
import { useData, useTick } from '../store.js';

const FOLDS = 600_000;

export function Workers() {
  const workers = useData('workers', { topics: 'workers', apply: listed(idOf) });
  useTick(5_000);
  const folded = worker => worker.state === 'gone' && silence(worker) > FOLDS;
  return html`<div class="page-head"><h1>Workers</h1>${workers.data ? html`<span class="quiet">${said(workers.data.items)}</span>` : ''}
      <span class="grow"></span><${Curl} path="workers" /></div>
    <${Panel} label="Workers" class="flush" data=${workers} rows=${4} isEmpty=${data => data.items.length === 0}
      empty=${html`No worker. Jobs wait until one comes: <code>pawl worker</code>, or a program that registers handlers.`}>${data => {
      const [gone, here] = [data.items.filter(folded), data.items.filter(worker => !folded(worker))];
      return html`${here.length > 0 ? html`<${List} rows=${here} workers=${workers} caption="Workers" />`
        : html`<div class="empty">No worker lives. Jobs wait until one comes.</div>`}
        ${gone.length > 0 ? html`<details class="folded"><summary>${plural(gone.length, 'worker')} gone for more than 10 minutes</summary>
          <${List} rows=${gone} workers=${workers} caption="Workers that are gone" /></details>` : ''}`;
    }}<//>`;
}

function said(items) {
  const live = items.filter(worker => worker.state !== 'gone');
  const sum = name => live.reduce((all, worker) => all + worker[name], 0);
  return live.length === 0 ? '' : `${plural(live.length, 'worker')}, ${number(sum('slots_used'))} of ${number(sum('slots'))} slots in use`;
}

const List = ({ rows, workers, caption }) => html`<${Table} caption=${caption} class="even" rows=${rows} idOf=${idOf} first="name"
  onOpen=${worker => go(`workers/${part(worker.id)}`)} columns=${[
    {
      name: 'name', says: 'Worker', wide: true, sort: worker => worker.name,
      cell: worker => html`<div class="two-lines"><a href=${link(`workers/${part(worker.id)}`)}>${plain(worker.name)}</a>
        <span class="quiet small">${plain(worker.host)} · ${worker.pid} · ${plain(worker.sdk ?? worker.version)}${worker.remote
          ? ' · over HTTP' : ''}</span></div>`,
    },
    { name: 'state', says: 'State', sort: worker => worker.state, cell: worker => html`<${WorkerState} of=${worker} />` },
    {
      name: 'slots', says: 'Slots', right: true, sort: worker => worker.slots_used,
      cell: worker => html`<div class="with-gauge">${number(worker.slots_used)} of ${number(worker.slots)}
        <${Gauge} label="Slots in use" value=${worker.slots_used} of=${worker.slots} says=${`${worker.slots_used} of ${worker.slots}`}
          calm /></div>`,
    },
    { name: 'beat', says: 'Last heard', right: true, sort: silence, cell: worker => html`<span class="nowrap">
      ${duration(silence(worker))}</span>` },
    { name: 'cpu', says: 'CPU', right: true, sort: worker => worker.cpu ?? -1, cell: worker => percent(worker.cpu) },
    { name: 'memory', says: 'Memory', right: true, sort: worker => worker.memory_bytes ?? -1, cell: worker => html`<span class="nowrap">
      ${size(worker.memory_bytes)}</span>` },
    { name: 'queues', says: 'Queues', cell: worker => (worker.queues.length > 0 ? plain(worker.queues.slice(0, 3).join(', '))
      + (worker.queues.length > 3 ? ` and ${worker.queues.length - 3} more` : '') : 'all') },
    { name: 'types', says: 'Types', right: true, sort: worker => worker.types.length, cell: worker => number(worker.types.length) },
    { name: 'act', says: html`<span class="off-screen">Actions</span>`, right: true, cell: worker =>
      html`<${DrainButton} of=${worker} onDone=${workers.reload} small />` },
  ]} />`;
