// Pauses a queue or a type, and lets it go again; says who paused it and why.
import { api, part } from '../api.js';
import { plain } from '../format.js';
import { html } from '../html.js';
import { can } from '../session.js';
import { Curl } from './copy.js';
import { ask } from './dialog.js';
import { Ago } from './time.js';
import { toast, tried } from './toasts.js';

const LENGTHS = [
  ['', 'until somebody resumes it'], ['900000', 'for 15 minutes'], ['3600000', 'for 1 hour'], ['14400000', 'for 4 hours'],
  ['86400000', 'for 1 day'],
];

/**
 * Asks why and until when, then pauses.
 * @param {'queues' | 'types'} noun @param {string} name @returns {Promise<any>} What is paused now; undefined when it was left as it is.
 */
export const askToPause = (noun, name) => ask({
  title: `Pause ${plain(name)}`,
  text: 'No further job of it is started; running ones go on.',
  action: 'Pause',
  fields: [
    { name: 'reason', label: 'Reason', hint: 'Others see it beside the pause.' },
    { name: 'length', label: 'How long', options: LENGTHS },
    { name: 'until', label: 'Or until', type: 'datetime-local', hint: 'In the time of this computer.' },
  ],
  curl: html`<${Curl} path=${`${noun}/${part(name)}/pause`} method="POST" body=${{ reason: 'deploy' }} />`,
  does: ({ reason, length, until }) => api(`${noun}/${part(name)}/pause`, {
    method: 'POST', body: { reason: reason || null, until: endOf(length, until) },
  }),
});

const endOf = (length, until) => (until ? new Date(until).toISOString() : length ? new Date(Date.now() + Number(length)).toISOString()
  : null);

/**
 * The button that fits, for those who may press it.
 * @param {{ noun: 'queues' | 'types', of: any, onDone: (now: any) => void, small?: boolean }} props
 */
export function PauseButton({ noun, of, onDone, small = false }) {
  if (!can('pause')) {
    return '';
  }
  const name = of.name ?? of.type;
  return of.paused_at
    ? html`<button type="button" class=${small ? 'plain link' : ''} onClick=${async () => {
      const now = await tried(api(`${noun}/${part(name)}/resume`, { method: 'POST' }), 'Resume');
      if (now) {
        toast(`${name} goes on`, { kind: 'good' });
        onDone(now);
      }
    }}>Resume</button>`
    : html`<button type="button" class=${small ? 'plain link' : ''} onClick=${async () => {
      const now = await askToPause(noun, name);
      if (now) {
        onDone(now);
      }
    }}>Pause…</button>`;
}

/** Since when, by whom, why. */
export const Paused = ({ of }) => html`<span class="held"><b>paused</b> <${Ago} time=${of.paused_at} />${
  of.paused_by ? ` by ${plain(of.paused_by)}` : ''}${
  of.pause_reason ? `: ${plain(of.pause_reason)}` : ''}</span>`;
