// The quiet facts of a job: where it comes from, what it may use, what it is related to.
import { link, part } from '../api.js';
import { plain, term, words } from '../format.js';
import { html } from '../html.js';
import { write } from '../json.js';
import { CopyButton } from '../parts/copy.js';
import { Ago } from '../parts/time.js';
import { safeLink } from '../parts/tree.js';
import { session } from '../session.js';

const fact = (name, value) => (value === null || value === undefined || value === '' ? '' : html`<dt>${name}</dt><dd>${value}</dd>`);
const jobLink = id => (id ? html`<a href=${link(`jobs/${id}`)}>${id}</a>` : null);
const query = (key, value) => link(`jobs?query=${encodeURIComponent(`${key}:${value}`)}`);

/** Traces and the like, from the templates of the settings; only http and https become links. */
function links(job) {
  const trace = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(job.traceparent ?? '');
  const parts = { trace_id: trace?.[1], span_id: trace?.[2], job_id: job.id, id: job.id, type: job.type, queue: job.queue,
    worker_id: job.worker_id };
  return session.links.map(({ title, template }) => {
    let whole = true;
    const href = template.replace(/\{(\w+)\}/g, (_, name) => {
      whole &&= parts[name] !== null && parts[name] !== undefined;
      return encodeURIComponent(parts[name] ?? '');
    });
    return whole && safeLink(href) ? html`<a key=${title} href=${href} target="_blank" rel="noopener noreferrer">${plain(title)} ↗</a>`
      : null;
  }).filter(Boolean);
}

export function Facts({ job }) {
  const elsewhere = links(job);
  return html`<dl class="facts">
    ${fact('Queue', html`<a href=${link(`queues/${part(job.queue)}`)}>${plain(job.queue)}</a>`)}
    ${fact('Priority', html`${job.priority}${job.priority_reasons?.length ? html` <span class="quiet">= ${job.priority_reasons
      .map((one, i) => `${i === 0 ? '' : Number(one.points) < 0 ? ' − ' : ' + '}${i === 0 ? one.points : Math.abs(one.points)} ${
        plain(one.why)}`).join('')}</span>` : ''}`)}
    ${fact('Asked by', job.requested_by ? html`${plain(job.requested_by)} <span class="quiet">${words(job.trigger)}</span>`
      : words(job.trigger))}
    ${fact('Created', html`<${Ago} time=${job.created_at} />`)}
    ${fact('Started', job.started_at && html`<${Ago} time=${job.started_at} />`)}
    ${fact('Ended', job.ended_at && html`<${Ago} time=${job.ended_at} />`)}
    ${fact('Due', job.state === 'scheduled' && job.run_at ? html`<${Ago} time=${job.run_at} />` : null)}
    ${fact('Deadline', job.deadline_at && html`<${Ago} time=${job.deadline_at} />`)}
    ${fact('Starts by', job.start_by && html`<${Ago} time=${job.start_by} />`)}
    ${fact('Attempts', `${job.attempt === 0 ? `none yet, at most ${job.max_attempts}` : `${job.attempt}; ${job.failures} of ${
      job.max_attempts} failed`}${job.losses ? `, ${job.losses} lost` : ''}${
      job.generation > 1 ? `, generation ${job.generation}` : ''}`)}
    ${fact('Timeout', `${term(job.timeout_ms)}, grace ${term(job.grace_ms)}`)}
    ${fact('Worker', job.worker_id && html`<a href=${link(`workers/${job.worker_id}`)}>${job.worker_id}</a>`)}
    ${fact('Unique key', job.unique_key && html`<a href=${query('unique', job.unique_key)}>${plain(job.unique_key)}</a> <span
      class="quiet">${words(job.unique_hold)}</span>`)}
    ${fact('One at a time', job.concurrency_key && html`<a href=${link('queues')}>${plain(job.concurrency_key)}</a>`)}
    ${fact('Rate', job.rate_key && html`<a href=${link('queues')}>${plain(job.rate_key)}</a>`)}
    ${fact('Circuit', job.circuit && plain(job.circuit))}
    ${fact('Versions', Object.entries(job.versions).map(([name, value]) => `${plain(name)} ${plain(value)}`).join(', '))}
    ${fact('Parent', jobLink(job.parent_id))}
    ${fact('Root', job.root_id === job.id ? null : jobLink(job.root_id))}
    ${fact('Run again from', jobLink(job.rerun_of))}
    ${fact('Batch', job.batch_id && html`<a href=${link(`batches/${job.batch_id}`)}>${job.batch_id}</a>`)}
    ${fact('Workflow', job.workflow_id && html`<a href=${link(`workflows/${job.workflow_id}`)}>${job.workflow_id}</a>`)}
    ${fact('Schedule', job.schedule_id && html`<a href=${query('schedule', job.schedule_id)}>${job.schedule_id}</a>`)}
    ${fact('Depends on', job.depends_on?.length ? job.depends_on.map((one, i) => html`${i ? ', ' : ''}${jobLink(one.job_id ?? one)}`)
      : null)}
    ${fact('Children', html`<a href=${query('parent', job.id)}>those it made</a>`)}
    ${fact('Links', elsewhere.length ? html`<span class="row-of">${elsewhere}</span>` : null)}
    ${fact('Trace', job.traceparent && html`<code class="small">${job.traceparent.slice(3, 35)}</code>
      <${CopyButton} text=${job.traceparent} label="Copy the traceparent" />`)}
    ${fact('Cancel', job.cancel_requested_at && html`asked by ${plain(job.cancel_requested_by ?? '')} <${Ago} time=${
      job.cancel_requested_at} />
      ${job.cancel_reason ? html`: ${plain(job.cancel_reason)}` : ''}`)}
    ${fact('Degraded', job.degraded && plain(typeof job.degraded === 'string' ? job.degraded : write(job.degraded)))}</dl>`;
}
