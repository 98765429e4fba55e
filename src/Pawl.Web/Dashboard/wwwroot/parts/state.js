// The seven states: colour, shape and word, so that none of them stands alone.
import { words } from '../format.js';
import { classes, html } from '../html.js';

export const STATES = ['scheduled', 'blocked', 'queued', 'running', 'succeeded', 'failed', 'cancelled'];
export const LIVE = ['scheduled', 'blocked', 'queued', 'running'];

// In a box of 12; drawn in the colour of the state.
const SHAPES = {
  scheduled: html`<circle cx="6" cy="6" r="4.6" /><path d="M6 3.4V6l1.9 1.3" />`,
  blocked: html`<path d="M3.2 5.6h5.6v4H3.2zM4.4 5.6V4a1.6 1.6 0 0 1 3.2 0v1.6" />`,
  queued: html`<path d="M2 3.2h8M2 6h8M2 8.8h8" />`,
  running: html`<path class="fill" d="M3.4 2.2v7.6L9.8 6z" />`,
  succeeded: html`<path d="M2.2 6.4l2.6 2.6 5-6" />`,
  failed: html`<path d="M2.8 2.8l6.4 6.4M9.2 2.8L2.8 9.2" />`,
  cancelled: html`<circle cx="6" cy="6" r="4.6" /><path d="M2.9 9.1l6.2-6.2" />`,
  cancelling: html`<path class="fill" d="M3 3h6v6H3z" />`,
  dead: html`<path d="M6 1.6l4.8 8.6H1.2zM6 4.8v2.4M6 8.6v.4" />`,
};

/** @param {any} job @returns {string} The state, or `cancelling` and `dead`, which are shown with marks of their own. */
export const shown = job => (job.state === 'running' && job.cancel_requested_at ? 'cancelling' : job.state);

/** Why it is in that state, in a word or two; empty for no reason. @param {any} job */
export const reason = job => words(job.wait_reason ?? job.block_reason ?? job.end_reason
  ?? (job.degraded ? 'degraded' : job.dismissed_at ? 'dismissed' : ''));

/** The mark alone. */
export const StateMark = ({ state }) => html`
  <svg class=${classes('mark', `is-${state}`)} viewBox="0 0 12 12" aria-hidden="true">${SHAPES[state]}</svg>`;

/** A chip with the state and its reason. `<${StateChip} job=${job} />` or `state="running"`; `label` is another word for it. */
export const StateChip = ({ job, state = shown(job), note = job ? reason(job) : '', label = state }) => html`
  <span class=${classes('chip', `is-${state}`)}>
    <${StateMark} state=${state} />${words(label)}${note ? html`<span class="note"> · ${note}</span>` : ''}
  </span>`;
