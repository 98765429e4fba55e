// Is it well, and if not, where? The numbers of now, how they came about, and what stands out.
import { link, part } from '../api.js';
import { Series } from '../charts/series.js';
import { Sparkline } from '../charts/sparkline.js';
import { Stack } from '../charts/stack.js';
import { clock, duration, number, percent, plain, plural, rate, size, words } from '../format.js';
import { html, useMemo } from '../html.js';
import { Curl } from '../parts/copy.js';
import { Gauge } from '../parts/gauge.js';
import { listed } from '../parts/listed.js';
import { Panel } from '../parts/panel.js';
import { Paused, PauseButton } from '../parts/pausing.js';
import { Table } from '../parts/table.js';
import { Ago, Num } from '../parts/time.js';
import { go, setParams, useParam } from '../router.js';
import { useHealth, useStats } from '../shared.js';
import { useData } from '../store.js';

const MINUTE = 60;
const MOST_POINTS = 1_000;
const MOST_GROUPS = 8;
const MOST_BANDS = 5;

// Kept by the minute; longer windows take wider steps, so that a line has some hundred points.
const WINDOWS = {
  '15m': { says: '15 min', step: MINUTE }, '1h': { says: '1 h', step: MINUTE }, '6h': { says: '6 h', step: 5 * MINUTE },
  '24h': { says: '24 h', step: 15 * MINUTE },
};

export function Overview() {
  const [name, setName] = useParam('window', '1h');
  const [zoomed] = useParam('zoom');
  const chosen = WINDOWS[name] ? name : '1h';
  const zoom = useMemo(() => readZoom(zoomed), [zoomed]);
  const query = zoom ? zoomQuery(zoom) : { window: chosen, step: `${WINDOWS[chosen].step}s` };
  const step = parseInt(query.step, 10);
  const [stats, health] = [useStats(), useHealth()];
  const series = useData('stats/series', {
    query: { metrics: 'created_per_s,succeeded_per_s,failed_per_s,error_rate', ...query }, every: 15_000,
  });
  const depth = useData('stats/series', { query: { metrics: 'queued', by: 'priority', ...query }, every: 15_000 });
  const queues = useData('queues', { topics: 'queues', apply: listed(queue => queue.name) });
  const failures = useData('failures', { query: { window: chosen === '15m' ? '1h' : chosen }, topics: 'failures' });
  const onZoom = (from, to) => setParams({ zoom: `${Math.floor(from)}-${Math.ceil(to)}` }, { push: true });
  const shared = { zoom, step, live: zoom ? null : stats.data ?? null, onZoom };
  return html`<div class="page-head"><h1>Overview</h1><span class="grow"></span>
      ${zoom ? html`<button type="button" class="small" onClick=${() => setParams({ zoom: null })}>
        ${clock(zoom[0] * 1000)} to ${clock(zoom[1] * 1000)} ✕<span class="off-screen"> Show the whole window again</span></button>` : ''}
      <div class="segments" role="group" aria-label="Window">${Object.entries(WINDOWS).map(([key, { says }]) => html`
        <button type="button" key=${key} aria-pressed=${key === chosen} onClick=${() => { setParams({ zoom: null }); setName(key); }}>
          ${says}</button>`)}
      </div></div>
    <div class="grid even">
      <${Panel} title="Health" class="w4" data=${health} rows=${4} isEmpty=${never} aside=${html`<${Curl} path="health" />`}>${
        data => html`<${Health} data=${data} />`}<//>
      <${Panel} title="Now" class="w8" data=${stats} rows=${4} isEmpty=${never} aside=${html`<${Curl} path="stats" />`}>${
        data => html`<${Now} stats=${data} />`}<//>
      <${Panel} title="Processing rate, per second" class="w6" data=${series} rows=${7} isEmpty=${never}>${
        data => html`<${Rates} data=${data} ...${shared} />`}<//>
      <${Panel} title="Error rate" class="w6" data=${series} rows=${7} isEmpty=${never}>
        ${data => html`<${Errors} data=${data} ...${shared} />`}<//>
      <${Panel} title="Queue depth by priority" class="w6" data=${depth} rows=${7} isEmpty=${data => data.series.length === 0}
        empty="Nothing has waited in this time.">${data => html`<${Depth} data=${data} ...${shared} />`}<//>
      <${Panel} title="Waiting and held up" class="w6 flush" data=${queues} rows=${3} isEmpty=${data => waiting(data).length === 0}
        empty="Nothing waits, and no queue is paused.">${data => html`<${Waiting} queues=${waiting(data)} onDone=${queues.reload} />`}<//>
      <${Panel} title="Time by type, last hour" class="w6 flush" data=${stats} rows=${5} isEmpty=${data => data.by_type.length === 0}
        empty=${html`Nothing has run in the last hour. Start something: <code>pawl enqueue …</code>`}>
          ${data => html`<${Types} rows=${data.by_type} />`}<//>
      <${Panel} title="Recent failures" class="w6 flush" data=${failures} rows=${5} empty="Nothing has failed in this time."
        aside=${html`<a href=${link('failures')}>all</a>`}>${data => html`<${Groups} rows=${data.items} />`}<//>
    </div>`;
}

const never = () => false;

// ---- Zoom -----------------------------------------------------------------------------------------------------------------------------

function readZoom(text) {
  const [from, to] = text.split('-').map(Number);
  return from > 0 && to > from ? [from, to] : null;
}

/** The server looks back from now: so far that the beginning is in it, as fine as it gives. */
function zoomQuery([from]) {
  const minutes = Math.max(2, Math.ceil((Date.now() / 1000 - from) / MINUTE) + 1);
  return { window: `${minutes}m`, step: `${Math.ceil(minutes / MOST_POINTS) * MINUTE}s` };
}

/** The points of a series that are wanted, and what is true now at their end. */
function cut({ t }, lines, zoom, now) {
  // The last step is not over: what was counted in it is not all that it will be.
  const keep = t.map((at, i) => (zoom ? at >= zoom[0] - MINUTE && at <= zoom[1] : i < t.length - 1 || now === null));
  const times = t.filter((_, i) => keep[i]);
  const cutLines = lines.map(values => values.filter((_, i) => keep[i]));
  if (now !== null && now.at > (times[times.length - 1] ?? 0)) {
    times.push(now.at);
    cutLines.forEach((values, i) => values.push(now.values[i]));
  }
  return { times, lines: cutLines };
}

const lineOf = (data, metric) => data.series.find(one => one.metric === metric && one.key === null)?.v ?? data.t.map(() => null);
const momentOf = stats => Date.parse(stats.as_of) / 1000;
const iso = seconds => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
const jobsOf = query => `jobs?query=${encodeURIComponent(query)}`;

// ---- Panels ---------------------------------------------------------------------------------------------------------------------------

// Reports name parts of the API; these are the pages that show them.
const PAGES = { circuits: 'queues', health: '' };

function Health({ data }) {
  const others = data.queues.filter(queue => queue.name !== data.queue);
  return html`<div class="health"><div class="gauge-of"><b class=${`big ${data.state}`}>${Math.round(data.score)}</b>
      <span class=${data.state}>${data.state}</span>${data.queue ? html`<span class="lowest">lowest: <a
        href=${link(`queues/${part(data.queue)}`)}>${plain(data.queue)}</a></span>` : ''}</div>
    ${data.deductions.length === 0 ? html`<p class="quiet">Nothing takes points away.</p>`
      : html`<ul class="deductions">${data.deductions.map(one => html`<li key=${one.name}>
        <span class="num bad">−${Number(one.points)}</span><a href=${link(PAGES[one.href] ?? one.href)}>${plain(one.because)}</a>
          </li>`)}</ul>`}
    ${others.length > 0 ? html`<p class="quiet small">${others.slice(0, 6).map((queue, i) => html`${i ? ' · ' : ''}<a
      href=${link(`queues/${part(queue.name)}`)}>${plain(queue.name)}</a> ${Math.round(queue.score)}`)}${others.length > 6
        ? ` · ${others.length - 6} more` : ''}</p>` : ''}</div>`;
}

function Now({ stats }) {
  const { counts, workers } = stats;
  const hasEnded = stats.by_type.some(type => type.per_min > 0);   // of nothing there is no rate, though the API says 0
  return html`<dl class="tiles">
    <${Tile} label="Queued" href=${jobsOf('state:queued')} note=${stats.oldest_runnable_ms !== null
      ? `oldest ${duration(stats.oldest_runnable_ms)}` : counts.queued > 0 ? 'held up' : 'none waits'}>
      <${Num} value=${counts.queued} /><//>
    <${Tile} label="Running" href=${jobsOf('state:running')} note=${`${rate(stats.rates.succeeded_per_s)} done a second`}>
      <${Num} value=${counts.running} /><//>
    <${Tile} label="Scheduled" href=${jobsOf('state:scheduled')} note=${counts.blocked > 0 ? `${number(counts.blocked)} blocked`
      : 'later or again'}>
      <${Num} value=${counts.scheduled} /><//>
    <${Tile} label="Error rate" href="failures" note=${hasEnded ? 'last hour' : 'nothing ended in an hour'}>${
      percent(hasEnded ? stats.error_rate_1h : null)}<//>
    <${Tile} label="Slots" href="workers" note=${plural(workers.ready, 'worker')}>
      ${number(workers.slots_used)}<span class="of"> of ${number(workers.slots)}</span>
      <${Gauge} label="Slots in use" value=${workers.slots_used} of=${workers.slots} says=${`${workers.slots_used} of ${workers.slots}`}
        calm /><//>
    <${Store} store=${stats.store} /></dl>`;
}

const Tile = ({ label, href, note, children }) => html`<div><dt>${href === undefined ? label : html`<a href=${link(href)}>
  ${label}</a>`}</dt>
  <dd><b class="big">${children}</b><span class="quiet small">${note}</span></dd></div>`;

function Store({ store }) {
  if (store.pool) {
    const { max, total, idle, waiting: queue } = store.pool;
    const used = total - idle;
    return html`<${Tile} label="Connections" note=${`${number(idle)} idle${queue > 0 ? ` · ${number(queue)} waiting` : ''}`}>
      ${number(used)}<span class="of"> of ${number(max)}</span>
      <${Gauge} label="Connections in use" value=${used} of=${max} says=${`${used} of ${max}`} /><//>`;
  }
  return store.wal_bytes === undefined ? ''
    : html`<${Tile} label="Write wait p95" note=${`log ${size(store.wal_bytes)} · file ${size(store.file_bytes)}`}>
      ${duration(store.write_wait_p95_ms)}<//>`;
}

function Rates({ data, zoom, step, live, onZoom }) {
  const metrics = ['created_per_s', 'succeeded_per_s', 'failed_per_s'];
  const now = live && { at: momentOf(live), values: metrics.map(metric => live.rates[metric]) };
  const { times, lines } = cut(data, metrics.map(metric => lineOf(data, metric)), zoom, now);
  return html`<${Series} label="Processing rate" times=${times} format=${rate} onZoom=${onZoom} most=${0.1}
    pick=${at => jobsOf(`ended:${iso(at)}..${iso(at + step)}`)} lines=${[
      { name: 'created', colour: '--queued', values: lines[0] }, { name: 'succeeded', colour: '--succeeded', values: lines[1] },
      { name: 'failed', colour: '--failed', values: lines[2] },
    ]} />`;
}

function Errors({ data, zoom, step, onZoom }) {
  const { times, lines } = cut(data, [lineOf(data, 'error_rate')], zoom, null);
  return html`<${Series} label="Error rate" times=${times} format=${percent} onZoom=${onZoom} most=${0.02}
    pick=${at => jobsOf(`state:failed ended:${iso(at)}..${iso(at + step)}`)}
    lines=${[{ name: 'of attempts that ended', colour: '--failed', values: lines[0], fill: true }]} />`;
}

function Depth({ data, zoom, live, onZoom }) {
  const bands = bandsOf(data.series.map(one => one.key));
  const sum = (values, at) => values.reduce((all, value) => (value[at] === null ? all : (all ?? 0) + value[at]), null);
  const lines = bands.map(band => {
    const own = data.series.filter(one => band.keys.includes(one.key)).map(one => one.v);
    return data.t.map((_, at) => sum(own, at));
  });
  const now = live && {
    at: momentOf(live),
    values: bands.map(band => live.depth_by_priority.filter(one => band.holds(one.priority)).reduce((all, one) => all + one.count, 0)),
  };
  const cutOut = cut(data, lines, zoom, now);
  return html`<${Stack} label="Queue depth by priority" times=${cutOut.times} format=${number} onZoom=${onZoom}
    pick=${() => jobsOf('state:queued')}
      bands=${bands.map((band, i) => ({ name: band.name, colour: `--band-${i + 1}`, values: cutOut.lines[i] }))} />`;
}

const minus = whole => String(whole).replace('-', '−');

/** At most five bands, the most urgent at the bottom: each priority its own, or neighbours together. */
function bandsOf(keys) {
  const known = keys.filter(key => key !== 'other' && key !== null).map(Number).sort((a, b) => b - a);
  const each = Math.ceil(known.length / (known.length > MOST_BANDS || known.length < keys.length ? MOST_BANDS - 1 : MOST_BANDS));
  const bands = [];
  for (let i = 0; i < known.length; i += each) {
    const [high, low] = [known[i], known[Math.min(i + each, known.length) - 1]];
    bands.push({
      name: high === low ? minus(high) : `${minus(high)} to ${minus(low)}`, keys: known.slice(i, i + each).map(String),
      holds: priority => priority <= high && priority >= low,
    });
  }
  if (known.length < keys.length) {
    bands.push({ name: 'other', keys: ['other', null], holds: priority => !known.includes(priority) });
  }
  return bands;
}

const waiting = ({ items }) => items.filter(queue => queue.paused_at || queue.notes.length > 0 || queue.oldest_runnable_ms !== null)
  .sort((a, b) => Boolean(b.paused_at) - Boolean(a.paused_at) || (b.oldest_runnable_ms ?? 0) - (a.oldest_runnable_ms ?? 0)).slice(0,
    MOST_GROUPS);

const Waiting = ({ queues, onDone }) => html`<${Table} caption="Queues that wait or are held up" class="even" rows=${queues}
  idOf=${queue => queue.name} onOpen=${queue => go(`queues/${part(queue.name)}`)} columns=${[
    {
      name: 'name', says: 'Queue', wide: true,
      cell: queue => html`<div class="two-lines"><a href=${link(`queues/${part(queue.name)}`)}>${plain(queue.name)}</a>
        ${queue.paused_at ? html`<span class="small"><${Paused} of=${queue} /></span>` : ''}
        ${queue.notes.map(note => html`<span class="held small" key=${note.type}>no live worker for${' '}
          <a href=${link(`types/${part(note.type)}`)}>${plain(note.type)}</a></span>`)}</div>`,
    },
    { name: 'queued', says: 'Waiting', right: true, cell: queue => html`<${Num} value=${queue.depth.queued} />` },
    {
      name: 'oldest', says: 'Oldest', right: true,
      cell: queue => html`<span class="nowrap">${duration(queue.oldest_runnable_ms)}</span>`,
    },
    {
      name: 'act', says: html`<span class="off-screen">Actions</span>`, right: true,
      cell: queue => (queue.paused_at ? html`<${PauseButton} noun="queues" of=${queue} onDone=${onDone} small />` : ''),
    },
  ]} />`;

const time = (name, says, title) => ({
  name, says, title, right: true, sort: row => row[name], cell: row => html`<span class="nowrap">${duration(row[name])}</span>`,
});

const Types = ({ rows }) => html`<${Table} caption="Time by type" rows=${rows} idOf=${row => row.type} first="-per_min"
  onOpen=${row => go(jobsOf(`type:${row.type}`))} columns=${[
    { name: 'type', says: 'Type', wide: true, sort: row => row.type, cell: row => html`<a href=${link(jobsOf(`type:${row.type}`))}>
      ${plain(row.type)}</a>` },
    { name: 'per_min', says: 'Per min', right: true, sort: row => row.per_min, cell: row => rate(row.per_min) },
    time('run_p50_ms', 'Run p50', 'Half of them ran no longer'), time('run_p95_ms', 'Run p95', '95 of 100 ran no longer'),
    time('wait_p95_ms', 'Wait p95', '95 of 100 waited no longer'),
  ]} />`;

const Groups = ({ rows }) => html`<${Table} caption="Groups of like failures" rows=${rows.slice(0, MOST_GROUPS)} idOf=${row =>
  row.fingerprint}
  onOpen=${row => go(`failures/${part(row.fingerprint)}`)} columns=${[
    { name: 'what', says: 'What', wide: true, cell: row => html`<div class="two-lines">
      <a href=${link(`failures/${part(row.fingerprint)}`)}>${plain(row.message ?? row.code)}</a>
      <span class="quiet small">
        ${words(row.category)} · ${plain(row.code)} · ${plain(row.types.slice(0, 2).join(', '))}${row.types.length > 2
          ? ` and ${row.types.length - 2} more` : ''}</span></div>` },
    { name: 'when', says: 'When', cell: row => html`<${Sparkline} values=${row.sparkline} label="Attempts that failed" colour="--failed"
      />` },
    { name: 'jobs', says: 'Jobs', right: true, cell: row => html`<${Num} value=${row.jobs} />` },
    { name: 'last', says: 'Last', right: true, cell: row => html`<${Ago} time=${row.last_seen} />` },
  ]} />`;
