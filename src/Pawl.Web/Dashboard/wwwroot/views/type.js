// One type: what it takes, how often it is tried and when, what its errors mean, and how it does.
import { link, part } from '../api.js';
import { Series } from '../charts/series.js';
import { duration, number, percent, plain, rate, term, words } from '../format.js';
import { html } from '../html.js';
import { Curl } from '../parts/copy.js';
import { Panel } from '../parts/panel.js';
import { Paused, PauseButton } from '../parts/pausing.js';
import { Table } from '../parts/table.js';
import { Num } from '../parts/time.js';
import { JsonTree } from '../parts/tree.js';
import { useData } from '../store.js';

const never = () => false;
const jobsOf = query => `jobs?query=${encodeURIComponent(query)}`;

export function Type({ params: { type: name } }) {
  const path = `types/${part(name)}`;
  const type = useData(path, { every: 5_000 });
  const series = useData('stats/series', {
    query: { metrics: 'succeeded_per_s,failed_per_s,run_p50_ms,run_p95_ms', by: 'type', window: '1h', step: '60s' }, every: 15_000,
  });
  return html`<div class="page-head"><a href=${link('types')}>Types</a><span class="quiet" aria-hidden="true">/</span><h1>
    ${plain(name)}</h1>
      <span class="quiet">${plain(type.data?.description)}</span><span class="grow"></span>
      ${type.data ? html`<${PauseButton} noun="types" of=${type.data} onDone=${now => type.set(() => now)} />` : ''}
      <a class="button" href=${link(jobsOf(`type:${name}`))}>Its jobs</a></div>
    ${type.data?.paused_at ? html`<div class="notice" role="status"><${Paused} of=${type.data} /></div>` : ''}
    <div class="grid even">
      <${Panel} title="How it does" class="w4" data=${type} rows=${8} isEmpty=${never} aside=${html`<${Curl} path=${path} />`}>${
        data => html`<${Facts} type=${data} />`}<//>
      <${Panel} title="Attempts per second" class="w4" data=${series} rows=${8} isEmpty=${never}>
        ${data => html`<${Lines} data=${data} name=${name}
        label="Attempts" format=${rate} most=${0.1} lines=${[['succeeded_per_s', 'succeeded', '--succeeded'], ['failed_per_s', 'failed',
          '--failed']]} />`}<//>
      <${Panel} title="Run time" class="w4" data=${series} rows=${8} isEmpty=${never}>${data => html`<${Lines} data=${data} name=${name}
        label="Run time" format=${duration} most=${10} unknown=${null}
        lines=${[['run_p50_ms', 'half ran no longer', '--band-1'], ['run_p95_ms', '95 of 100', '--band-3']]} />`}<//>
      <${Panel} title="When it is tried again" class="w4" data=${type} rows=${5} isEmpty=${data => !data.retryable
        || data.retry.max_attempts < 2}
        empty="It is tried once.">${data => html`<${Retry} retry=${data.retry} />`}<//>
      <${Panel} title="What its errors mean" class="w4 flush" data=${type} rows=${5} isEmpty=${data => data.error_rules.length === 0}
        empty="The usual rules hold: what may pass by itself is tried again, what cannot is not.">
          ${data => html`<${Rules} rules=${data.error_rules} />`}<//>
      <${Panel} title="Priority" class="w4" data=${type} rows=${5} isEmpty=${never}>${data => html`<${Priority} type=${data} />`}<//>
      <${Panel} title="Payload" data=${type} rows=${6} isEmpty=${data => data.payload_schema === null || data.payload_schema === true}
        empty="Whoever runs it has not said what it takes: anything is accepted.">
          ${data => html`<${JsonTree} value=${data.payload_schema} open=${3} />`}<//>
    </div>`;
}

const Facts = ({ type }) => html`<dl class="facts">
  <dt>Queue</dt><dd>${type.queue ? html`<a href=${link(`queues/${part(type.queue)}`)}>${plain(type.queue)}</a>` : 'as asked'}</dd>
  <dt>Live workers</dt><dd>${type.live_workers > 0 ? number(type.live_workers) : html`<span class="warn">none: its jobs wait</span>`}</dd>
  <dt>Done in 1 h</dt><dd><${Num} value=${type.stats.succeeded_1h} /></dd>
  <dt>Failed in 1 h</dt><dd class=${type.stats.failed_1h > 0 ? 'bad' : ''}><${Num} value=${type.stats.failed_1h} /></dd>
  <dt>Run p50, p95</dt><dd>${duration(type.stats.run_p50_ms)}, ${duration(type.stats.run_p95_ms)}</dd>
  <dt>Wait p95</dt><dd>${duration(type.stats.wait_p95_ms)}</dd>
  <dt>Timeout</dt><dd>${term(type.timeout_ms)}</dd>
  <dt>Counts as stuck after</dt><dd>${term(type.stuck_after_ms)}</dd>
  <dt>Items at most</dt><dd>${type.max_items === null ? 'no limit' : number(type.max_items)}</dd>
  <dt>Kept</dt><dd>${type.retention_ms === null ? 'for good' : term(type.retention_ms)}; failed ${type.failed_retention_ms === null
    ? 'for good' : term(type.failed_retention_ms)}</dd>
  ${type.unique_by ? html`<dt>Meets its like by</dt><dd>${type.unique_by}</dd>` : ''}
  ${Object.entries(type.versions).map(([name, version]) => html`<dt key=${name}>Version of ${plain(name)}</dt><dd>
    ${plain(version)}</dd>`)}</dl>`;

function Lines({ data, name, label, format, most, lines, unknown = 0 }) {
  const values = metric => (data.series.find(one => one.metric === metric && one.key === name)?.v ?? data.t.map(() => unknown)).slice(0,
    -1);
  return html`<${Series} label=${label} times=${data.t.slice(0, -1)} format=${format} height=${190} most=${most}
    lines=${lines.map(([metric, says, colour]) => ({ name: says, colour, values: values(metric) }))} />`;
}

/** How long it waits before each attempt, by the rule; jitter spreads it to both sides. */
function Retry({ retry }) {
  const waits = Array.from({ length: Math.min(retry.max_attempts - 1, 8) }, (_, i) =>
    Math.min(retry.max_ms, retry.base_ms * retry.multiplier ** i));
  return html`<p>At most <b>${number(retry.max_attempts)}</b> attempts; each wait is ${number(retry.multiplier)} times the one before, at
    most ${
    term(retry.max_ms)}${retry.jitter > 0 ? `, give or take ${percent(retry.jitter)}` : ''}.</p>
    <ol class="waits">${waits.map((wait, i) => html`<li key=${i}><span class="quiet">before attempt ${i + 2}</span> <b>${term(wait)}</b>
      </li>`)}
    ${retry.max_attempts - 1 > waits.length ? html`<li class="quiet">and ${retry.max_attempts - 1 - waits.length} more</li>` : ''}</ol>`;
}

const Rules = ({ rules }) => html`<${Table} caption="Rules for errors" rows=${rules.map((rule, i) => ({ ...rule, i }))} idOf=${rule =>
  String(rule.i)} columns=${[
  { name: 'match', says: 'If it is', wide: true, cell: rule => html`<code>${plain(rule.match)}</code>` },
  { name: 'category', says: 'it is of', cell: rule => words(rule.category) || '–' },
  { name: 'disposition', says: 'and then', cell: rule => words(rule.disposition) || '–' },
]} />`;

const Priority = ({ type }) => html`<dl class="facts"><dt>At first</dt><dd>${plain(type.priority)}</dd>
  ${type.score.map((one, i) => html`<dt key=${i}>${plain(one.when)}</dt><dd>
    ${one.points > 0 ? '+' : '−'}${Math.abs(one.points)}${one.why !== one.when ? html` <span class="quiet">${plain(one.why)}</span>`
      : ''}</dd>`)}</dl>
  ${type.score.length === 0 ? html`<p class="quiet">Nothing raises or lowers it by itself.</p>` : ''}`;
