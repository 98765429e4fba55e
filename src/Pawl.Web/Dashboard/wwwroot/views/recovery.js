// What is stuck, and what was saved: a look first that changes nothing, then the real thing, and the last ones.
import { api, link, part } from '../api.js';
import { duration, now, number, plain, plural, term, words } from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { Curl } from '../parts/copy.js';
import { ask } from '../parts/dialog.js';
import { Loading, Panel, Trouble } from '../parts/panel.js';
import { Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';
import { toast } from '../parts/toasts.js';
import { can } from '../session.js';
import { useData } from '../store.js';

const KINDS = { comprehensive: 'Failed and stuck', failed: 'Failed', stuck: 'Stuck' };
const ASKS_AGAIN = 1_000;

export function Recovery() {
  const state = useData('recovery', { topics: 'health', every: 10_000 });
  return html`<div class="page-head"><h1>Recovery</h1>${state.data ? html`<${Next} state=${state.data} />` : ''}</div>
    <div class="grid">
      <${Panel} title="What it would take now" class="flush" data=${state} rows=${5} isEmpty=${() => false}>
        ${data => html`<${Look} state=${data} onRun=${state.reload} />`}<//>
      <${Panel} title="Last runs" class="flush" data=${state} rows=${6} isEmpty=${data => data.runs.length === 0}
        aside=${html`<${Curl} path="recovery" />`}
        empty="None since this process started.">${data => html`<${Runs} runs=${data.runs} />`}<//>
    </div>`;
}

/** When the sweep comes by itself again: so long after the last one that came by itself. */
function Next({ state: { every_ms: every, runs, running } }) {
  const last = runs.find(run => run.trigger === 'periodic' || run.trigger === 'startup');
  const next = last && Date.parse(last.started_at) + Number(every);
  return html`<span class="quiet">${running ? html`Recovery ${running} runs now.` : html`Comes by itself every ${term(every)}${next > now()
    ? html`, next <${Ago} time=${new Date(next).toISOString()} />` : ''}.`}</span>`;
}

function Look({ state, onRun }) {
  const [kind, setKind] = useState('comprehensive');
  const [{ run, error, busy }, set] = useState({ run: null, error: null, busy: false });
  const gone = useRef(false);
  useEffect(() => () => {
    gone.current = true;
  }, []);
  async function look() {
    set({ run, error: null, busy: true });
    try {
      set({ run: await finished({ type: kind, dry_run: true }, gone), error: null, busy: false });
    } catch (fault) {
      set({ run: null, error: fault, busy: false });
    }
  }
  async function recover() {
    const done = await ask({
      title: `Recover: ${KINDS[kind].toLowerCase()}`, action: 'Run',
        text: `At most ${plural(state.batch,
          'job')} of each kind are taken. Each rule decides again when it runs, so what happens may differ from what was shown.`,
      curl: html`<${Curl} path="recovery" method="POST" body=${{ type: kind }} />`, does: () => finished({ type: kind }, gone),
    });
    if (done) {
      toast(done.message, { kind: done.success ? 'good' : 'error' });
      set({ run: done, error: null, busy: false });
      onRun();
    }
  }
  return html`<div class="bar"><div class="segments" role="group" aria-label="Which">${state.types.map(({ type, description }) => html`
      <button type="button" key=${type} aria-pressed=${type === kind} title=${plain(description)} onClick=${() =>
        { setKind(type); set({ run: null, error: null, busy: false }); }}>
        ${KINDS[type] ?? words(type)}</button>`)}</div>
      <button type="button" disabled=${busy} onClick=${look}>Look, change nothing</button>
      ${can('recover') ? html`<button type="button" class="primary" disabled=${busy || state.running !== null}
        onClick=${recover}>Recover…</button>` : ''}
      <span class="grow"></span><${Curl} path="recovery" method="POST" body=${{ type: kind, dry_run: true }} /></div>
    ${error ? html`<${Trouble} error=${error} retry=${look} />` : busy ? html`<${Loading} rows=${3} />` : run
      ? html`<${Found} run=${run} />`
      : html`<div class="empty">A look says for each job what would be done, and by which rule. It changes nothing.</div>`}`;
}

/** Runs it and waits until it is over, however long it takes. */
async function finished(body, gone) {
  let run = await api('recovery', { method: 'POST', body });
  while (run.result === null && !gone.current) {
    await new Promise(resolve => setTimeout(resolve, ASKS_AGAIN));
    run = await api(`recovery/${part(run.id)}`);
  }
  return run;
}

const COLOURS = { recovered: 'good', skipped: 'quiet', failed: 'bad' };

function Found({ run }) {
  const { result, dry_run: dry } = run;
  if (result === null) {
    return html`<div class="empty">${plain(run.message)}</div>`;
  }
  const said = dry ? `Would recover ${number(result.recovered_jobs)} and skip ${number(result.skipped_jobs)}.` : run.message;
  return html`<p class="said" role="status"><b>${plain(said)}</b></p>
    ${result.errors.length > 0 ? html`<ul class="said">${result.errors.map((fault, i) => html`<li key=${i} class="bad">${fault.job_id
      ? html`<a href=${link(`jobs/${part(fault.job_id)}`)}>${fault.job_id}</a> ` : ''}${plain(fault.message)} <span class="quiet">
        ${plain(fault.code)}</span></li>`)}</ul>` : ''}
    ${result.jobs.length === 0 ? html`<div class="empty">${dry ? 'Nothing is stuck, and nothing that failed can be saved.'
      : 'No job was touched.'}</div>`
      : html`<${Table} caption="Job by job" rows=${result.jobs} idOf=${job => job.job_id} columns=${[
        { name: 'job', says: 'Job', sort: job => job.job_id, cell: job => html`<a href=${link(`jobs/${part(job.job_id)}`)}>
          ${job.job_id}</a>` },
        { name: 'action', says: dry ? 'Would be' : 'Was', sort: job => job.action, cell: job =>
          html`<span class=${COLOURS[job.action] ?? ''}>${words(job.action)}</span>` },
        { name: 'rule', says: 'Rule', sort: job => job.rule, cell: job => words(job.rule) || '–' },
        { name: 'reason', says: 'Why', wide: true, cell: job => plain(job.reason) },
      ]} />`}`;
}

const cameOf = run => (run.dry_run ? 'as a look' : ({ startup: 'at the start', periodic: 'by itself', manual: 'by hand' })[run.trigger]
  ?? '–');

const Runs = ({ runs }) => html`<${Table} caption="Last runs" rows=${runs} idOf=${run => run.id} columns=${[
  { name: 'at', says: 'When', cell: run => html`<${Ago} time=${run.started_at} />` },
  { name: 'type', says: 'Kind', cell: run => html`<span class="nowrap">${KINDS[run.type] ?? words(run.type)}</span>` },
  { name: 'trigger', says: 'Came', cell: run => html`<span class="nowrap">${cameOf(run)}</span>` },
  { name: 'saved', says: 'Recovered', right: true, cell: run => number(run.result?.recovered_jobs) },
  { name: 'skipped', says: 'Skipped', right: true, cell: run => number(run.result?.skipped_jobs) },
  { name: 'failed', says: 'Failed', right: true, cell: run => html`<span class=${run.result?.failed_recoveries > 0 ? 'bad' : ''}>
    ${number(run.result?.failed_recoveries)}</span>` },
  { name: 'took', says: 'Took', right: true, cell: run => html`<span class="nowrap">
    ${run.ended_at ? duration(Date.parse(run.ended_at) - Date.parse(run.started_at)) : 'runs'}</span>` },
  { name: 'what', says: 'Jobs', wide: true, cell: run => (run.result?.jobs.length > 0 ? html`<details class="plain"><summary>
    ${plural(run.result.jobs.length, 'job')}</summary><${Found} run=${run} /></details>` : html`<span class="quiet">none</span>`) },
]} />`;
