// One worker: how it is, what it runs now, and what it could.
import { link, part } from '../api.js';
import { duration, number, percent, plain, size } from '../format.js';
import { html } from '../html.js';
import { Curl } from '../parts/copy.js';
import { Gauge } from '../parts/gauge.js';
import { only } from '../parts/listed.js';
import { Panel } from '../parts/panel.js';
import { StateChip } from '../parts/state.js';
import { Table } from '../parts/table.js';
import { Ago, Lasting } from '../parts/time.js';
import { DrainButton, idOf, silence, WorkerState } from '../parts/worker.js';
import { go } from '../router.js';
import { useData, useTick } from '../store.js';

const never = () => false;

export function Worker({ params: { id } }) {
  const path = `workers/${part(id)}`;
  const worker = useData(path, { topics: 'workers', apply: only(idOf) });
  const jobs = useData('jobs', { query: { query: `worker:${id} state:running`, limit: 100 }, topics: 'workers', every: 5_000 });
  return html`<div class="page-head"><a href=${link('workers')}>Workers</a><span class="quiet" aria-hidden="true">/</span>
      <h1>${worker.data ? plain(worker.data.name) : id}</h1>${worker.data ? html`<${WorkerState} of=${worker.data} />` : ''}<span
        class="grow"></span>
      ${worker.data ? html`<${DrainButton} of=${worker.data} onDone=${now => worker.set(() => now)} />` : ''}
      <a class="button" href=${link(`jobs?query=${encodeURIComponent(`worker:${id}`)}`)}>Its jobs</a></div>
    <div class="grid even">
      <${Panel} title="Worker" class="w4" data=${worker} rows=${9} isEmpty=${never} aside=${html`<${Curl} path=${path} />`}>${
        data => html`<${Facts} worker=${data} />`}<//>
      <${Panel} title="Runs now" class="w8 flush" data=${jobs} rows=${4} empty="It runs nothing now.">
        ${data => html`<${Jobs} rows=${data.items} />`}<//>
      <${Panel} title="Types it runs" class="flush" data=${worker} rows=${4} isEmpty=${data => data.types.length === 0} empty="None.">${
        data => html`<${Table} caption="Types" rows=${data.types} idOf=${type => type.type} first="type" columns=${[
          { name: 'type', says: 'Type', wide: true, sort: type => type.type, cell: type =>
            html`<a href=${link(`types/${part(type.type)}`)}>${plain(type.type)}</a>` },
          { name: 'version', says: 'Version', cell: type => html`<span class="nowrap">${plain(type.version ?? '–')}</span>` },
        ]} />`}<//>
    </div>`;
}

function Facts({ worker }) {
  useTick(1_000);
  return html`<dl class="facts">
    <dt>Slots</dt><dd>${number(worker.slots_used)} of ${number(worker.slots)}${worker.express_slots > 0
      ? html`<span class="quiet">, ${number(worker.express_slots)} kept for urgent jobs</span>` : ''}
      <${Gauge} label="Slots in use" value=${worker.slots_used} of=${worker.slots} says=${`${worker.slots_used} of ${worker.slots}`} calm
        /></dd>
    <dt>Last heard</dt><dd>${duration(silence(worker))} ago <span class="quiet">(beat ${number(worker.heartbeat)})</span></dd>
    <dt>CPU</dt><dd>${percent(worker.cpu)}</dd>
    <dt>Memory</dt><dd>${size(worker.memory_bytes)}</dd>
    <dt>Host</dt><dd>${plain(worker.host)}</dd>
    <dt>Process</dt><dd>${worker.pid}</dd>
    <dt>Version</dt><dd>${plain(worker.version)}</dd>
    <dt>Speaks</dt><dd>${plain(worker.sdk ?? '–')}${worker.remote ? ', over HTTP' : ''}</dd>
    <dt>Queues</dt><dd>${worker.queues.length === 0 ? 'all' : worker.queues.map((queue, i) =>
      html`${i ? ', ' : ''}${queue === '*' ? 'all' : html`<a href=${link(`queues/${part(queue)}`)}>${plain(queue)}</a>`}`)}</dd>
    ${Object.entries(worker.labels).map(([name, value]) => html`<dt key=${name}>${plain(name)}</dt><dd>${plain(value)}</dd>`)}</dl>`;
}

const Jobs = ({ rows }) => html`<${Table} caption="Jobs it runs" rows=${rows} idOf=${job => job.id} onOpen=${job =>
  go(`jobs/${part(job.id)}`)} columns=${[
  { name: 'state', says: 'State', cell: job => html`<${StateChip} job=${job} />` },
  { name: 'id', says: 'Job', cell: job => html`<a href=${link(`jobs/${part(job.id)}`)}>${job.id}</a>` },
  { name: 'type', says: 'Type', wide: true, cell: job => html`<a href=${link(`types/${part(job.type)}`)}>${plain(job.type)}</a>` },
  { name: 'attempt', says: 'Attempt', right: true, cell: job => `${number(job.attempt)} of ${number(job.max_attempts)}` },
  { name: 'progress', says: 'Progress', right: true, cell: job => (job.progress?.fraction === null || job.progress === null ? '–'
    : percent(job.progress.fraction)) },
  { name: 'runs', says: 'Runs for', right: true, cell: job => html`<${Lasting} from=${job.started_at} />` },
  { name: 'since', says: 'Began', right: true, cell: job => html`<${Ago} time=${job.started_at} />` },
]} />`;
