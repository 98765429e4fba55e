// A job: what happened to it, why it does not run, and what can be done. The same over a list and as a page of its own.
import { address, link, part } from '../api.js';
import { ago, duration, number, now, plain, rate, size, words } from '../format.js';
import { classes, html, useEffect, useRef, useState } from '../html.js';
import { actionsOf } from '../job/actions.js';
import { AuditTrail } from '../job/audit.js';
import { ErrorFacts } from '../job/error.js';
import { Facts } from '../job/facts.js';
import { Log } from '../job/log.js';
import { Timeline } from '../job/timeline.js';
import { CopyButton, Curl } from '../parts/copy.js';
import { useKey } from '../parts/keyboard.js';
import { Menu } from '../parts/menu.js';
import { Loading, Panel, Trouble } from '../parts/panel.js';
import { reason, shown, StateChip } from '../parts/state.js';
import { Ago } from '../parts/time.js';
import { JsonTree } from '../parts/tree.js';
import { can, devMode, keptFor } from '../session.js';
import { useData, useLive, useTick } from '../store.js';
import { setPageTitle } from '../title.js';

const WAITING = ['scheduled', 'blocked', 'queued'];
const BUTTONS = 3;
const MOST_EVENTS = 500;

export function Job({ params: { id }, isOver }) {
  const topic = `job:${id}`;
  const job = useData(`jobs/${id}`, { topics: topic, apply: (data, { name, data: said }) => (name === 'job' && said.id === id ? said
    : data) });
  const { data, error } = job;
  useEffect(() => {
    if (data) {
      setPageTitle(`${shown(data)} · ${data.type} ${id}`);
    }
  }, [data?.state, data?.type]);
  if (error?.status === 404) {
    return html`<div class="nowhere"><h1>Job ${plain(id)} is not here</h1>
      <p class="quiet">It was deleted or is kept no longer${keptFor()}, or the number is wrong.</p>
      <a href=${link('jobs')}>To the jobs</a></div>`;
  }
  return data === undefined ? (error ? html`<${Trouble} error=${error} retry=${job.reload} />` : html`<${Loading} rows=${12} />`)
    : html`<${Shown} id=${id} job=${data} stale=${job.stale} isOver=${isOver} changed=${next => next && job.set(() => next)} />`;
}

function Shown({ id, job, stale, isOver, changed }) {
  const topic = `job:${id}`;
  const onlyEvents = (data, { name }) => (name === 'job' || name === 'token' ? data : undefined);
  const attempts = useData(`jobs/${id}/attempts`, { query: { limit: 100 }, topics: topic, apply: onlyEvents });
  const [attempt, setAttempt] = useState(null);
  const all = attempts.data?.items ?? [];
  const latest = all[0]?.attempt ?? null;
  const failed = all.find(one => one.error);
  const chosen = attempt !== null && all.some(one => one.attempt === attempt) ? attempt : latest;
  return html`<article class=${classes('job', isOver && 'over', stale && 'stale')} aria-label=${`Job ${id}`}>
    <${Head} job=${job} isOver=${isOver} changed=${changed} />
    <div class="job-parts">
      ${WAITING.includes(job.state) ? html`<${Why} id=${id} topic=${topic} state=${job.state} />` : ''}
      ${job.progress || job.checkpoint ? html`<${Progress} job=${job} />` : ''}
      <${Tokens} topic=${topic} id=${id} />
      ${job.error && job.state !== 'succeeded' ? html`<${Panel} title="Error">${() => html`<${ErrorFacts} error=${
        failed?.error ?? job.error} />`}<//>` : ''}
      ${job.result === null || job.result === undefined ? '' : html`<${Panel} title="Result">${() => html`<${JsonTree} value=${
        job.result} />`}<//>`}
      <${Panel} title="Attempts" data=${attempts} rows=${1} empty="It has not started yet." class="attempts">${() => html`<${Timeline}
        job=${job} attempts=${all}
        onChoose=${setAttempt} />`}<//>
      ${chosen === null ? '' : html`<${Log} key=${id} id=${id} job=${job} attempts=${all} attempt=${chosen} onAttempt=${setAttempt} />`}
      <${Panel} title="Payload" aside=${html`<${Curl} path=${`jobs/${id}`} />`}>${() => html`<${JsonTree} value=${job.payload} />`}<//>
      <${Items} job=${job} topic=${topic} />
      <${Artifacts} job=${job} />
      ${job.checkpoint ? html`<${Panel} title=${`Checkpoint ${job.checkpoint.version}`}>${() => html`<${JsonTree} value=${
        job.checkpoint} open=${1} />`}<//>` : ''}
      <${Panel} title="Facts" class="facts-panel">${() => html`<${Facts} job=${job} />`}<//>
      <${Happened} id=${id} topic=${topic} />
      ${can('audit') ? html`<${Panel} title="Audit">${() => html`<${AuditTrail} job=${job} />`}<//>` : ''}
    </div></article>`;
}

function Head({ job, isOver, changed }) {
  useTick(1000);
  const actions = actionsOf(job, { changed, over: isOver });
  const does = key => () => {
    const action = actions.find(one => one.key === key);
    return action ? action.does() : false;
  };
  useKey('c', 'Cancel the job (asks first)', does('c'));
  useKey('r', 'Retry the job (asks first)', does('r'));
  const first = actions.slice(0, actions.length > BUTTONS + 1 ? BUTTONS : BUTTONS + 1);
  const rest = actions.slice(first.length);
  return html`<header class="job-head">
    <div class="row-of"><${StateChip} job=${job} note=${note(job)} />
      ${job.dismissed_at ? html`<span class="quiet">dismissed</span>` : ''}${job.degraded ? html`<span class="warn">degraded</span>`
        : ''}</div>
    <h1>${plain(job.type)} <span class="quiet">${job.id}</span> <${CopyButton} text=${job.id} label="Copy the number" /></h1>
    ${Object.keys(job.tags).length ? html`<ul class="tags">${Object.entries(job.tags).map(([tag, value]) => html`<li key=${tag}>
      <a href=${link(`jobs?query=${encodeURIComponent(tagQuery(tag, String(value)))}`)}>${plain(tag)}${value ? html`<b>${
        plain(value)}</b>` : ''}</a></li>`)}</ul>` : ''}
    <div class="row-of job-actions">${first.map(one => html`<button type="button" key=${one.says} title=${one.key ? `${one.says} (${
      one.key})` : undefined}
        class=${classes(one.primary && 'primary', one.danger && 'danger')} onClick=${one.does}>${one.says}</button>`)}
      ${rest.length ? html`<${Menu} label="More" align="start" items=${rest} />` : ''}</div></header>`;
}

const tagQuery = (tag, value) => (value && /^[\w.-]+$/.test(tag) ? `tag.${tag}:${JSON.stringify(value)}` : `tag:${JSON.stringify(tag)}`);

/** "retry in 73 s: rule http.429" · "24 s of grace left". */
function note(job) {
  if (job.state === 'running' && job.cancel_requested_at) {
    const left = Date.parse(job.cancel_requested_at) + Number(job.grace_ms) - now();
    return left > 0 ? `${duration(Math.ceil(left / 1000) * 1000)} of grace left` : 'its grace is over';
  }
  if (job.state === 'running' && job.started_at) {
    return duration(now() - Date.parse(job.started_at));
  }
  if (job.state === 'scheduled' && job.run_at) {
    return `${reason(job)} ${ago(job.run_at)}${job.wait_reason === 'retry' && job.error?.rule ? `: rule ${job.error.rule}` : ''}`;
  }
  return reason(job) || (job.ended_at && job.started_at ? `after ${duration(Date.parse(job.ended_at) - Date.parse(job.started_at))}` : '');
}

function Why({ id, topic, state }) {
  const why = useData(`jobs/${id}/why`, { topics: topic, every: 5000 });
  return html`<${Panel} title="Why it does not run" data=${why} rows=${1} isEmpty=${data => data.reasons.length === 0} empty=${`It is ${
    state}, and nothing is in its way.`}>
    ${data => html`<ul class="why">${data.reasons.map(one => html`<li key=${one.code}>${one.href ? html`<a href=${link(one.href)}>${
      plain(one.title)}</a>` : html`<b>${plain(one.title)}</b>`}
      ${one.until ? html` <span class="quiet">· <${Ago} time=${one.until} /></span>` : ''}
      ${one.detail ? html`<div class="quiet">${plain(one.detail)}</div>` : ''}</li>`)}</ul>`}<//>`;
}

function Progress({ job: { progress: p, checkpoint, state } }) {
  if (!p) {
    return html`<${Panel} title="Progress">${() => html`<p class="quiet">Checkpoint ${checkpoint.version}, saved <${Ago} time=${
      checkpoint.saved_at} /></p>`}<//>`;
  }
  const seen = Number(p.done) + Number(p.failed) + Number(p.skipped);
  return html`<${Panel} title="Progress">${() => html`<div class=${`progress is-${state}`}>
    ${p.fraction === null ? '' : html`<progress max="1" value=${Number(p.fraction)} aria-label="Progress"></progress>`}
    <p class="row-of"><b>${p.total === null ? number(seen) : `${number(seen)} of ${number(p.total)}`}</b>
      ${Number(p.failed) ? html`<span class="bad">${number(p.failed)} failed</span>` : ''}${Number(p.skipped) ? html`<span
        class="quiet">${number(p.skipped)} skipped</span>` : ''}
      ${state === 'running' && p.rate_per_second ? html`<span class="quiet">${rate(p.rate_per_second)} per s</span>` : ''}
      ${state === 'running' && p.eta_at && Date.parse(p.eta_at) > now() ? html`<span class="quiet">done ${ago(p.eta_at)}</span>` : ''}
      ${checkpoint ? html`<span class="quiet">checkpoint ${checkpoint.version}</span>` : ''}
      ${state === 'running' ? html`<span class="quiet">told <${Ago} time=${p.updated_at} /></span>` : ''}</p>
    ${p.message ? html`<p class="cut">${plain(p.message)}</p>` : ''}</div>`}<//>`;
}

const TOKENS = 20_000;

/** What a running model says, as it says it; it is kept nowhere. */
function Tokens({ topic }) {
  const text = useRef('');
  const [said, say] = useState('');
  useLive(topic, ({ name, data }) => {
    if (name === 'token') {
      text.current = (text.current + (typeof data.data === 'string' ? data.data : '')).slice(-TOKENS);
    }
  });
  useEffect(() => {
    const timer = setInterval(() => say(text.current), 250);
    return () => clearInterval(timer);
  }, []);
  return said === '' ? '' : html`<${Panel} title="Stream">${() => html`<pre class="tokens" tabindex="0">${plain(said)}</pre>`}<//>`;
}

function Items({ job, topic }) {
  const path = `jobs/${job.id}/items`;
  const quiet = { every: job.ended_at ? undefined : 5000, topics: topic, apply: (data, { name }) => (name === 'job_event' ? undefined
    : data) };
  const first = useData(path, { query: { outcome: 'failed', limit: 20 }, ...quiet });
  const [done, skipped] = ['succeeded', 'skipped'].map(outcome => useData(path, { query: { outcome, limit: 5 }, ...quiet }));
  const count = data => Number(data.data?.approx_total ?? data.data?.items.length ?? 0);
  const rows = [...(first.data?.items ?? []), ...(done.data?.items ?? [])];
  if (rows.length === 0 && count(skipped) === 0) {
    return '';
  }
  return html`<${Panel} title="Items" class="flush" aside=${html`<span class="quiet">${[[first, 'failed'], [done, 'succeeded'], [skipped,
    'skipped']]
    .filter(([data]) => count(data) > 0).map(([data, word]) => `${number(count(data))} ${word}`).join(' · ')}</span>`}>${() => html`<div
      class="scrolls" tabindex="0" role="group" aria-label="Items">
    <table class="table"><thead><tr><th scope="col">Outcome</th><th scope="col">Key</th><th scope="col" class="wide">Said</th></tr></thead>
    <tbody>${rows.map(one => html`<tr key=${`${one.dataset} ${one.key}`}><td><${StateChip} state=${one.outcome === 'skipped'
      ? 'cancelled' : one.outcome} note="" /></td>
      <td><a href=${link(`items/${part(one.dataset)}?key=${encodeURIComponent(one.key)}`)}>${plain(one.key)}</a></td>
      <td class="quiet">${one.error ? plain(one.error.message) : Object.entries(one.metrics ?? {}).map(([name, value]) => `${
        plain(name)} ${number(value)}`).join(', ')}</td></tr>`)}</tbody></table></div>`}<//>`;
}

function Artifacts({ job }) {
  const path = `jobs/${job.id}/artifacts`;
  const list = useData(path, { topics: `job:${job.id}`, apply: (data, { name, data: said }) => (name === 'job_event' && ['succeeded',
    'failed', 'cancelled', 'released'].includes(said.kind) ? undefined : data) });
  return list.data?.items.length ? html`<${Panel} title="Artifacts">${() => html`<ul class="stack">${list.data.items.map(one => html`<li
    key=${one.name} class="row-of">
    <a href=${address(`${path}/${part(one.name)}`)} download>${plain(one.name)}</a> <span class="quiet">${size(one.bytes)} · ${
      plain(one.media_type)} · attempt ${one.attempt}</span>${devMode() ? html` <code class="small quiet" title=${
      `sha-256 ${one.sha256}`}>${one.sha256.slice(0, 12)}</code>` : ''}</li>`)}</ul>`}<//>` : '';
}

function Happened({ id, topic }) {
  const events = useData(`jobs/${id}/events`, { query: { limit: 500 }, topics: topic, apply: (data, { name,
    data: said }) => (name === 'job_event' && !data.items.some(one => one.seq === said.seq)
    ? { ...data, items: [...data.items, said].slice(-MOST_EVENTS) } : data) });
  const [all, setAll] = useState(false);
  return html`<${Panel} title="What happened" data=${events} rows=${2} empty="Nothing yet.">${data => {
    const items = [...data.items].reverse();
    const list = all ? items : items.slice(0, 8);
    return html`<ol class="events">${list.map(one => html`<li key=${one.seq}><${Ago} time=${one.at} /><span><b>${words(one.kind)}</b>
      ${one.to && one.from ? html` <span class="quiet">${words(one.from)} → ${words(one.to)}</span>` : ''}
      ${one.reason ? html` <span class="quiet">${plain(one.reason)}</span>` : ''}${one.title ? html` ${plain(one.title)}` : ''}</span>
      <span class="quiet">${plain(one.actor ?? '')}</span></li>`)}</ol>
      ${list.length < items.length ? html`<button type="button" class="plain link" onClick=${() => setAll(true)}>${
        items.length - list.length} earlier</button>` : ''}`;
  }}<//>`;
}
