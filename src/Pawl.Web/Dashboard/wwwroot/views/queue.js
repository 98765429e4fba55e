// One queue: what is in it, what comes and goes, what holds it up, and how much it may.
import { api, ApiError, link, part } from '../api.js';
import { Series } from '../charts/series.js';
import { duration, number, percent, plain, rate, term } from '../format.js';
import { html } from '../html.js';
import { Curl } from '../parts/copy.js';
import { ask } from '../parts/dialog.js';
import { only } from '../parts/listed.js';
import { Panel } from '../parts/panel.js';
import { Paused, PauseButton } from '../parts/pausing.js';
import { StateChip } from '../parts/state.js';
import { Table } from '../parts/table.js';
import { Num } from '../parts/time.js';
import { toast } from '../parts/toasts.js';
import { go } from '../router.js';
import { can } from '../session.js';
import { useData } from '../store.js';

const nameOf = queue => queue.name;
const jobsOf = query => `jobs?query=${encodeURIComponent(query)}`;

export function Queue({ params: { name } }) {
  const path = `queues/${part(name)}`;
  const queue = useData(path, { topics: 'queues', apply: only(nameOf) });
  const series = useData('stats/series', {
    query: { metrics: 'created_per_s,succeeded_per_s,failed_per_s,wait_p95_ms', by: 'queue', window: '1h', step: '60s' }, every: 15_000,
  });
  const depth = useData('queues/depth', { topics: 'queues', every: 15_000 });
  const own = depth.data && { ...depth, data: { items: depth.data.items.filter(one => one.queue === name) } };
  return html`<div class="page-head"><a href=${link('queues')}>Queues</a><span class="quiet" aria-hidden="true">/</span><h1>
    ${plain(name)}</h1>
      <span class="grow"></span>${queue.data ? html`<${PauseButton} noun="queues" of=${queue.data} onDone=${now => queue.set(() => now)}
        />` : ''}
      <a class="button" href=${link(jobsOf(`queue:${name}`))}>Its jobs</a></div>
    ${queue.data?.paused_at ? html`<div class="notice" role="status"><${Paused} of=${queue.data} /></div>` : ''}
    ${queue.data?.notes.map(note => html`<div class="notice" key=${note.type}>Nothing runs${' '}
      <a href=${link(`types/${part(note.type)}`)}>${plain(note.type)}</a> now: no live worker has it.</div>`)}
    <div class="grid even">
      <${Panel} title="Now" class="w4" data=${queue} rows=${8} isEmpty=${never} aside=${html`<${Curl} path=${path} />`}>${
        data => html`<${Now} queue=${data} />`}<//>
      <${Panel} title="In and out, per second" class="w8" data=${series} rows=${8} isEmpty=${never}>${
        data => html`<${Flow} data=${data} name=${name} />`}<//>
      <${Panel} title="Limits" class="w4" data=${queue} rows=${5} isEmpty=${never} aside=${can('limits') && queue.data
        ? html`<button type="button" onClick=${() => askLimits(queue)}>Edit…</button>` : ''}>
          ${data => html`<${Limits} queue=${data} />`}<//>
      <${Panel} title="What waits" class="w8 flush" data=${own ?? depth} rows=${4} empty="Nothing waits in this queue.">${
        data => html`<${Depth} rows=${data.items} />`}<//>
    </div>`;
}

const never = () => false;

const Now = ({ queue }) => html`<dl class="facts">
  ${Object.entries(queue.depth).map(([state, count]) => html`<dt key=${state}><${StateChip} state=${state} /></dt>
    <dd><a href=${link(jobsOf(`queue:${queue.name} state:${state}`))}><${Num} value=${count} /></a></dd>`)}
  <dt>Runnable now</dt><dd><${Num} value=${queue.runnable} /></dd>
  <dt>Oldest waits</dt><dd>${duration(queue.oldest_runnable_ms)}</dd>
  <dt>Wait p95</dt><dd>${duration(queue.wait_p95_ms)}</dd>
  <dt>Run p50, p95</dt><dd>${duration(queue.run_p50_ms)}, ${duration(queue.run_p95_ms)}</dd>
  <dt>In, out</dt><dd>${rate(queue.in_per_s)}, ${rate(queue.out_per_s)} a second</dd>
  <dt>Live workers</dt><dd><a href=${link('workers')}><${Num} value=${queue.live_workers} /></a></dd></dl>`;

function Flow({ data, name }) {
  // A queue that nothing has gone through in the window has no line: nothing is what was counted.
  const line = metric => data.series.find(one => one.metric === metric && one.key === name)?.v ?? data.t.map(() => 0);
  const times = data.t.slice(0, -1);
  const cut = metric => line(metric).slice(0, -1);
  return html`<${Series} label="In and out" times=${times} format=${rate} height=${190} most=${0.1} lines=${[
    { name: 'created', colour: '--queued', values: cut('created_per_s') }, { name: 'succeeded', colour: '--succeeded',
      values: cut('succeeded_per_s') },
    { name: 'failed', colour: '--failed', values: cut('failed_per_s') },
  ]} />`;
}

const LIMITS = [
  { name: 'max_running', says: 'Running at once', none: 'no limit', show: number, whole: true,
    hint: 'Of the whole queue, over all workers; empty for no limit.' },
  { name: 'start_slo_ms', says: 'Target to start within', none: 'the usual', show: term,
    hint: 'In milliseconds; older ones take points of health away.', whole: true },
  { name: 'retry_share', says: 'Share for retries', none: 'the usual', show: percent,
    hint: 'From 0 to 1: so much of its slots retries may take.' },
  { name: 'ageing_share', says: 'Share for old ones', none: 'the usual', show: percent,
    hint: 'From 0 to 1: so much goes to what waits longest, whatever its priority.' },
  { name: 'ageing_after_ms', says: 'Old after', none: 'the usual', show: term, hint: 'In milliseconds.', whole: true },
];

const Limits = ({ queue }) => html`<dl class="facts">${LIMITS.map(limit => html`<dt key=${limit.name}>${limit.says}</dt>
  <dd>${queue[limit.name] === null ? html`<span class="quiet">${limit.none}</span>` : limit.show(queue[limit.name])}</dd>`)}</dl>`;

/** All limits at once, as seen; who was faster is shown, and the person decides again. */
async function askLimits(queue) {
  const path = `queues/${part(queue.data.name)}/limits`;
  let seen = queue.data;
  const after = await ask({
    title: `Limits of ${plain(seen.name)}`,
    action: 'Save',
    text: 'An empty field means the usual.',
    fields: LIMITS.map(limit => ({ name: limit.name, label: limit.says, value: seen[limit.name] === null ? '' : String(seen[limit.name]),
      hint: limit.hint })),
    curl: html`<${Curl} path=${path} method="PUT" ifMatch=${seen.row_version} body=${bodyOf(seen)} />`,
    does: async fields => {
      try {
        return await api(path, { method: 'PUT', ifMatch: seen.row_version, body: parsed(fields) });
      } catch (fault) {
        if (fault.code !== 'row_version_mismatch') {
          throw fault;
        }
        const now = await api(`queues/${part(seen.name)}`);
        const changed = LIMITS.filter(limit => now[limit.name] !== seen[limit.name])
          .map(limit => `${limit.says} is now ${now[limit.name] === null ? limit.none : limit.show(now[limit.name])}`);
        seen = now;
        queue.set(() => now);
        throw new ApiError(412,
          { ...fault.problem, detail: `Changed meanwhile: ${changed.join('; ') || 'by somebody else'}. Save again to lay yours over it.` });
      }
    },
  });
  if (after) {
    queue.set(() => after);
    toast(`Limits of ${after.name} are saved`, { kind: 'good' });
  }
}

const bodyOf = queue => Object.fromEntries(LIMITS.map(({ name }) => [name, queue[name]]));

/** What cannot be a number is sent as it is: the server says what is wrong with it. */
const parsed = fields => Object.fromEntries(LIMITS.map(({ name }) => {
  const text = fields[name].trim();
  return [name, text === '' ? null : Number.isNaN(Number(text)) ? text : Number(text)];
}));

const Depth = ({ rows }) => html`<${Table} caption="What waits, by type and priority" rows=${rows} idOf=${row =>
  `${row.type} ${row.priority}`} first="-priority"
  onOpen=${row => go(jobsOf(`queue:${row.queue} type:${row.type} priority:${row.priority} state:queued`))} columns=${[
    { name: 'priority', says: 'Priority', right: true, sort: row => row.priority, cell: row => row.priority },
    { name: 'type', says: 'Type', wide: true, sort: row => row.type, cell: row => html`<a href=${link(`types/${part(row.type)}`)}>
      ${plain(row.type)}</a>` },
    { name: 'queued', says: 'Waiting', right: true, sort: row => row.queued,
      cell: row => html`<a href=${link(jobsOf(`queue:${row.queue} type:${row.type} priority:${row.priority} state:queued`))}>
        <${Num} value=${row.queued} /></a>` },
  ]} />`;
