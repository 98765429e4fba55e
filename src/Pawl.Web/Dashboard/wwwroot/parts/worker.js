// What the list of workers and the page of one have in common.
import { api, part } from '../api.js';
import { now, plain } from '../format.js';
import { classes, html } from '../html.js';
import { can } from '../session.js';
import { ask } from './dialog.js';
import { Curl } from './copy.js';
import { toast } from './toasts.js';

export const idOf = worker => worker.id;

/** How long nothing was heard of it, now. @param {any} worker */
export const silence = worker => Math.max(0, now() - Date.parse(worker.seen_at));

const SHAPES = { ready: html`<circle cx="6" cy="6" r="4" class="fill" />`, draining: html`<path d="M2 3h8L7 7v3.4L5 9.4V7z" />`,
  gone: html`<path d="M3 3l6 6M9 3l-6 6" />` };

/** Its state: shape, word and colour. */
export const WorkerState = ({ of: { state } }) => html`<span class=${classes('chip', `worker-${state}`)}>
  <svg class="mark" viewBox="0 0 12 12" aria-hidden="true">${SHAPES[state]}</svg>${state}</span>`;

/** Lets it finish what it runs and gives it nothing new; for those who may. */
export function DrainButton({ of: worker, onDone, small = false }) {
  return can('drain') && worker.state === 'ready' ? html`<button type="button" class=${small ? 'plain link' : ''} onClick=${async () => {
    const path = `workers/${part(worker.id)}/drain`;
    const after = await ask({
      title: `Drain ${plain(worker.name)}`, action: 'Drain',
      text: `It gets no new job. What it runs goes on to its end${worker.jobs.length > 0 ? ` (${worker.jobs.length} now)`
        : ''}. It takes jobs again when it is started anew.`,
      curl: html`<${Curl} path=${path} method="POST" />`, does: () => api(path, { method: 'POST' }),
    });
    if (after) {
      toast(`${worker.name} drains`, { kind: 'good' });
      onDone(after);
    }
  }}>Drain…</button>` : '';
}
