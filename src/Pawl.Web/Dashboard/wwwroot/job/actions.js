// What may be done with a job, each with its question and its request for a shell. What one may not do is absent.
import { api } from '../api.js';
import { plain, words } from '../format.js';
import { html } from '../html.js';
import { Curl } from '../parts/copy.js';
import { ask, show } from '../parts/dialog.js';
import { follow } from '../parts/following.js';
import { toast } from '../parts/toasts.js';
import { closeOver, go, openOver } from '../router.js';
import { can, devMode } from '../session.js';
import { EditDialog } from './edit.js';
import { RunAgainDialog } from './run-again.js';

const ENDED = ['succeeded', 'failed', 'cancelled'];

const post = (job, verb, body, once) => api(`jobs/${job.id}/${verb}`, { method: 'POST', body: body ?? {}, once });
const curlOf = (job, verb, body = {}) => html`<${Curl} path=${`jobs/${job.id}/${verb}`} method="POST" body=${body} />`;

/** A new key for a request that must happen once. */
const once = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

export async function cancel(job, changed) {
  const after = await ask({
    title: `Cancel job ${job.id}`, action: 'Cancel the job', danger: true, curl: curlOf(job, 'cancel', { reason: '' }),
    text: job.state === 'running' ? 'It is asked to stop, saves what it has, and is ended when its grace is over.'
      : 'It has not started, and never will.',
    fields: [
      { name: 'reason', label: 'Why' },
      job.state === 'running' && { name: 'grace', label: 'Grace in seconds', type: 'number', value: String(job.grace_ms / 1000) },
      { name: 'children', label: 'Its children, too', type: 'checkbox' },
    ].filter(Boolean),
    does: ({ reason, grace, children }) => post(job, 'cancel', {
      ...(reason ? { reason } : {}), ...(grace ? { grace_ms: Math.round(Number(grace) * 1000) } : {}), ...(children ? {
        cancel_children: true } : {}),
    }),
  });
  if (after) {
    toast(after.state === 'cancelled' ? `Job ${job.id} is cancelled` : 'Stopping…', { kind: 'good', key: `job-${job.id}` });
    changed(after);
    if (after.state !== 'cancelled') {
      follow(job.id);
    }
  }
}

export async function retry(job, changed) {
  const permanent = job.state === 'failed' && job.error && job.error.disposition !== 'retry';
  const after = await ask({
    title: `Retry job ${job.id}`, action: 'Retry', curl: curlOf(job, 'retry', { from: 'checkpoint', force: false }),
    text: permanent ? html`Its error is <b>${words(job.error.category)}</b>, which ${
      plain(job.error.rule ?? '')} holds to be final: trying again is refused unless it is forced.`
      : 'It keeps its number and its history, and gets a fresh number of attempts.',
    fields: [
      { name: 'from', label: 'Begin at', value: job.checkpoint === null ? 'start' : 'checkpoint', options: job.checkpoint === null
        ? [['start', 'the start: there is no checkpoint']]
        : [['checkpoint', `checkpoint ${job.checkpoint.version}`], ['start', 'the start: the checkpoint is forgotten']] },
      { name: 'force', label: 'Force it', type: 'checkbox', value: '', hint: 'Also when the error says that another try cannot help' },
    ],
    does: ({ from, force }) => post(job, 'retry', { from, force: force === 'on' }),
  });
  if (after) {
    toast(`Job ${job.id} is ${after.state} again`, { kind: 'good', key: `job-${job.id}` });
    changed(after);
    follow(job.id);
  }
}

async function runAgain(job, over) {
  const after = await show(`Run ${plain(job.type)} again`, RunAgainDialog, { job, once: once(), class: 'broad' });
  if (after) {
    follow(after);
    (over ? openOver : go)(`jobs/${after.id}`);
  }
}

async function force(job, over) {
  const body = { force: 'all' };
  const after = await ask({
    title: `Force job ${job.id} to be processed anew`, action: 'Process all again', danger: true, curl: curlOf(job, 'run-again', body),
    text: 'A new job does every item again, also those whose results still stand.', does: () => post(job, 'run-again', body, once()),
  });
  if (after) {
    follow(after);
    (over ? openOver : go)(`jobs/${after.id}`);
  }
}

/** Plain questions: what it is called, what is said of it, which field goes along. */
const simple = (job, changed, { verb, title, action, text, field, done, danger }) => async () => {
  const after = await ask({
    title: `${title} ${job.id}`, action, text, danger, curl: curlOf(job, verb), fields: field ? [field] : [],
    does: values => post(job, verb, field && values[field.name] ? { [field.name]: values[field.name] } : {}),
  });
  if (after) {
    toast(done, { kind: 'good' });
    changed(after);
  }
};

async function remove(job, over) {
  const path = `jobs/${job.id}`;
  const done = await ask({
    title: `Delete job ${job.id}`, action: 'Delete', danger: true, must: job.id, curl: html`<${Curl} path=${path}
      method="DELETE" ifMatch=${job.row_version} />`,
    text: 'It is gone with its attempts, log, artifacts and items.',
    does: () => api(path, { method: 'DELETE', ifMatch: job.row_version }),
  });
  if (done) {
    toast(`Job ${job.id} is deleted`, { kind: 'good' });
    if (over) {
      closeOver();
    } else {
      go('jobs');
    }
  }
}

/**
 * The buttons of a job; the first are shown, the rest stand in a menu.
 * @param {any} job @param {{ changed: (job: any) => void, over: boolean }} page
 * @returns {{ says: string, does: () => void, danger?: boolean, primary?: boolean }[]}
 */
export function actionsOf(job, { changed, over }) {
  const ended = ENDED.includes(job.state);
  const approves = job.state === 'blocked' && job.requires_approval && job.block_reason === 'approval';
  return [
    approves && can('approve') && { says: 'Approve…', primary: true, does: simple(job, changed, {
      verb: 'approve', title: 'Approve job', action: 'Approve', text: 'It goes on as soon as nothing else is in its way.',
        done: 'Approved' }) },
    approves && can('approve') && { says: 'Reject…', danger: true, does: simple(job, changed, {
      verb: 'reject', title: 'Reject job', action: 'Reject', text: 'It is cancelled without having started.', done: 'Rejected',
        danger: true }) },
    ['failed', 'cancelled'].includes(job.state) && can('retry') && { says: 'Retry…', primary: true, key: 'r', does: () => retry(job,
      changed) },
    !ended && can('cancel') && { says: job.cancel_requested_at ? 'Cancel again…' : 'Cancel…', danger: true, key: 'c',
      does: () => cancel(job, changed) },
    can('run_again') && { says: 'Run again…', does: () => runAgain(job, over) },
    job.state === 'failed' && !job.dismissed_at && can('dismiss') && { says: 'Dismiss…', does: simple(job, changed, {
      verb: 'dismiss', title: 'Dismiss job', action: 'Dismiss', text: 'It stays as it is, and no longer counts as dead.', field: {
        name: 'note', label: 'Note' }, done: 'Dismissed' }) },
    job.dismissed_at && can('dismiss') && { says: 'Undismiss…', does: simple(job, changed, {
      verb: 'undismiss', title: 'Undismiss job', action: 'Undismiss', text: 'It counts as dead again.', done: 'Back on the dead list' }) },
    can('edit') && { says: 'Edit…', does: async () => {
      const after = await show(`Edit job ${job.id}`, EditDialog, { job, class: 'broad' });
      if (after) {
        toast('Changed', { kind: 'good' });
        changed(after);
      }
    } },
    ended && can('delete') && { says: 'Delete…', danger: true, does: () => remove(job, over) },
    devMode() && can('force') && { says: 'Force reprocess…', danger: true, does: () => force(job, over) },
  ].filter(Boolean);
}
