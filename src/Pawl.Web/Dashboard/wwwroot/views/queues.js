// What waits, and for what: all queues.
import { link, part } from '../api.js';
import { Sparkline } from '../charts/sparkline.js';
import { duration, plain, rate } from '../format.js';
import { html } from '../html.js';
import { Curl } from '../parts/copy.js';
import { listed } from '../parts/listed.js';
import { Panel } from '../parts/panel.js';
import { Paused, PauseButton } from '../parts/pausing.js';
import { Table } from '../parts/table.js';
import { Num } from '../parts/time.js';
import { go } from '../router.js';
import { can } from '../session.js';
import { useData } from '../store.js';

const nameOf = queue => queue.name;

export function Queues() {
  const queues = useData('queues', { topics: 'queues', apply: listed(nameOf) });
  const hour = useData('stats/series', { query: { metrics: 'succeeded_per_s', by: 'queue', window: '1h', step: '2m' }, every: 60_000 });
  return html`<div class="page-head"><h1>Queues</h1><span class="grow"></span><${Curl} path="queues" /></div>
    <${Panel} label="Queues" class="flush" data=${queues} rows=${6}
      empty=${html`No queue yet; the first job makes one: <code>pawl enqueue …</code>`}>${
      data => html`<${Table} caption="Queues" class="even" rows=${data.items} idOf=${nameOf} first="name"
        columns=${columns(queues, hour.data)}
        onOpen=${queue => go(`queues/${part(queue.name)}`)} />`}<//>`;
}

const count = (name, says, title) => ({
  name, says, title, right: true, sort: queue => queue.depth[name], cell: queue => html`<${Num} value=${queue.depth[name]} />`,
});

const columns = (queues, hour) => [
  {
    name: 'name', says: 'Queue', wide: true, sort: nameOf,
    cell: queue => html`<div class="two-lines"><a href=${link(`queues/${part(queue.name)}`)}>${plain(queue.name)}</a>${queue.paused_at
      ? html`<span class="small"><${Paused} of=${queue} /></span>`
      : queue.notes.length > 0
        ? html`<span class="held small">no live worker for ${plain(queue.notes.map(note => note.type).join(', '))}</span>` : ''}</div>`,
  },
  count('queued', 'Queued'), count('running', 'Running'), count('scheduled', 'Scheduled'), count('blocked', 'Blocked'),
  {
    name: 'oldest', says: 'Oldest waits', right: true, sort: queue => queue.oldest_runnable_ms ?? -1,
    cell: queue => html`<span class=${late(queue) ? 'nowrap warn' : 'nowrap'} title=${late(queue)
      ? `Longer than its target of ${duration(queue.start_slo_ms)}` : undefined}>
      ${duration(queue.oldest_runnable_ms)}</span>`,
  },
  {
    name: 'wait', says: 'Wait p95', title: '95 of 100 of the last hour waited no longer', right: true, sort: queue => queue.wait_p95_ms
      ?? -1,
    cell: queue => html`<span class="nowrap">${duration(queue.wait_p95_ms)}</span>`,
  },
  { name: 'in', says: 'In /s', right: true, sort: queue => queue.in_per_s, cell: queue => rate(queue.in_per_s) },
  { name: 'out', says: 'Out /s', right: true, sort: queue => queue.out_per_s, cell: queue => rate(queue.out_per_s) },
  {
    name: 'hour', says: 'Done in 1 h', cell: queue => {
      const values = hour?.series.find(one => one.key === queue.name)?.v;
      return values ? html`<${Sparkline} values=${values.map(value => (value === null ? null : Math.round(value * 120)))}
        label="Succeeded" colour="--succeeded" />` : '';
    },
  },
  { name: 'workers', says: 'Workers', right: true, sort: queue => queue.live_workers, cell: queue =>
    html`<${Num} value=${queue.live_workers} />` },
  { name: 'max', says: 'At most', title: 'How many may run at once', right: true, sort: queue => queue.max_running ?? Infinity,
    cell: queue => html`<${Num} value=${queue.max_running} />` },
  can('pause') && {
    name: 'act', says: html`<span class="off-screen">Actions</span>`, right: true,
    cell: queue => html`<${PauseButton} noun="queues" of=${queue} onDone=${queues.reload} small />`,
  },
].filter(Boolean);

const late = queue => queue.start_slo_ms !== null && queue.oldest_runnable_ms > queue.start_slo_ms;
