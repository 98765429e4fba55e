// The columns of the list of jobs: what they show, how wide they are, and in which order the server can give them.
import { link } from '../api.js';
import { ago, allTimes, clock, duration, number, now, plain, rate } from '../format.js';
import { html } from '../html.js';
import { reason, shown, StateMark } from '../parts/state.js';
import { words } from '../format.js';

/** @typedef {{ name: string, says: string, width: number, cell: (job: any) => any, right?: boolean, sort?: string, title?: string }}
 * Column */

const time = value => (value ? html`<time datetime=${value} title=${allTimes(value)}>${ago(value)}</time>` : '–');

/** How long it runs or ran; for those that never did, since when they are there. */
function age(job) {
  if (job.started_at && (job.state === 'running' || job.ended_at)) {
    const end = job.state === 'running' ? now() : Date.parse(job.ended_at);
    return html`<span title=${`ran since ${allTimes(job.started_at)}`}>${duration(Math.max(0, end - Date.parse(job.started_at)))}</span>`;
  }
  return html`<span class="quiet" title=${allTimes(job.created_at)}>${ago(job.created_at)}</span>`;
}

function progress(job) {
  const { progress: p } = job;
  if (!p) {
    return '';
  }
  const said = p.total === null ? number(p.done) : `${number(p.done + p.failed + p.skipped)} / ${number(p.total)}`;
  const title = [`${said}${p.failed ? `, ${p.failed} failed` : ''}`, p.rate_per_second && `${rate(p.rate_per_second)} per s`, p.message
    && plain(p.message)]
    .filter(Boolean).join('\n');
  return p.fraction === null || job.state === 'succeeded' ? html`<span title=${title}>${said}</span>`
    : html`<progress max="1" value=${Number(p.fraction)} title=${title} aria-label=${said}></progress>`;
}

const error = job => (job.error && job.state !== 'succeeded'
  ? html`<span title=${`${job.error.category} ${job.error.code ?? ''}\n${plain(job.error.message)}`}>${plain(job.error.message
    || job.error.code || words(job.error.category))}</span>`
  : '');

/** When a job that waits may go on, behind its state. */
const waits = job => (job.state === 'scheduled' && job.run_at && Date.parse(job.run_at) > now()
  ? `${reason(job)} ${ago(job.run_at)}` : reason(job) || (job.not_running_because ? words(job.not_running_because) : ''));

/** @type {Column[]} */
export const COLUMNS = [
  { name: 'state', says: 'State', width: 178, cell: job => html`<${StateMark} state=${shown(job)} /> ${words(shown(job))}<i>${
    waits(job)}</i>` },
  { name: 'type', says: 'Type', width: 136, cell: job => plain(job.type) },
  { name: 'id', says: 'Id', width: 64, sort: 'id', cell: job => html`<a href=${link(`jobs/${job.id}`)} data-over tabindex="-1">${
    job.id}</a>` },
  { name: 'queue', says: 'Queue', width: 84, cell: job => plain(job.queue) },
  { name: 'priority', says: 'Prio', width: 44, sort: 'priority', right: true, cell: job => String(job.priority) },
  { name: 'attempt', says: 'Try', width: 36, right: true, title: 'Attempt, of how many', cell: job => `${job.attempt}/${
    job.max_attempts}` },
  { name: 'age', says: 'Age, run', width: 84, sort: 'created_at', right: true,
    title: 'How long it runs or ran; grey: since when it is there', cell: age },
  { name: 'progress', says: 'Progress', width: 88, cell: progress },
  { name: 'worker', says: 'Worker', width: 52, right: true, cell: job => job.worker_id ?? '' },
  { name: 'error', says: 'Last error', width: 260, cell: error },
  { name: 'tags', says: 'Tags', width: 180, cell: job => plain(Object.entries(job.tags).map(([tag, value]) => (value ? `${tag}:${value}`
    : tag)).join(' ')) },
  { name: 'created', says: 'Created', width: 120, sort: 'created_at', cell: job => time(job.created_at) },
  { name: 'run_at', says: 'Due', width: 120, sort: 'run_at', cell: job => time(job.run_at) },
  { name: 'ended', says: 'Ended', width: 120, sort: 'ended_at', cell: job => time(job.ended_at) },
  { name: 'started', says: 'Started', width: 92, cell: job => (job.started_at ? clock(job.started_at) : '–') },
  { name: 'trigger', says: 'Trigger', width: 80, cell: job => job.trigger },
  { name: 'by', says: 'By', width: 120, cell: job => plain(job.requested_by ?? '') },
  { name: 'unique', says: 'Unique key', width: 160, cell: job => plain(job.unique_key ?? '') },
];

export const USUAL = ['state', 'type', 'id', 'queue', 'priority', 'attempt', 'age', 'progress', 'worker', 'error'];

/** The columns of an address such as `state,type,id`; what does not exist is left out. @param {string} names */
export const columnsOf = names => {
  const found = (names || USUAL.join(',')).split(',').map(name => COLUMNS.find(column => column.name === name)).filter(Boolean);
  return found.length > 0 ? found : columnsOf('');
};
