// Bottom right, at most three, polite; each with one link, and never the only place of a fact.
import { ApiError, link } from '../api.js';
import { duration, plain } from '../format.js';
import { classes, html, useEffect, useState } from '../html.js';

const MOST = 3;
const STAYS = 6000;
let toasts = [];
let draw = () => {};
let numbers = 0;

/**
 * @param {string} text
 * @param {{ href?: string, says?: string, kind?: 'info' | 'good' | 'error', act?: () => void, doing?: string, key?: string }}
 *   [options] `href` is a page of ours, `says` the words of the link, `doing` those of what `act` does; errors stay. One with a `key`
 *   replaces the one before.
 */
export function toast(text, { href, says = 'open', kind = 'info', act, doing = says, key = null } = {}) {
  const id = ++numbers;
  toasts = [...toasts.filter(one => key === null || one.key !== key), { id, text, href, says, kind, act, doing, key }].slice(-MOST);
  draw(toasts);
  return () => dismiss(id);
}

function dismiss(id) {
  toasts = toasts.filter(one => one.id !== id);
  draw(toasts);
}

/** What the server refused, in the words that fit. @param {any} fault @param {string} [what] */
export function toastError(fault, what = '') {
  if (!(fault instanceof ApiError)) {
    toast(String(fault), { kind: 'error' });
    return;
  }
  const { code, problem } = fault;
  const job = problem.job_id ?? problem.holder_job_id;
  const said = code === 'row_version_mismatch' ? 'Changed meanwhile'
    : code === 'lock_held' ? 'Another process is running'
      : fault.status === 403 ? `Needs ${problem.needs ?? 'another role'}`
        : fault.retryAfter ? `${fault.message} Again in ${duration(fault.retryAfter)}.` : fault.message;
  toast(what ? `${what}: ${said}` : said, { kind: 'error', href: job ? `jobs/${job}` : undefined, says: 'show it' });
}

/** Does something, and tells when it could not be done. @template T @param {Promise<T>} work @returns {Promise<T | undefined>} */
export async function tried(work, what = '') {
  try {
    return await work;
  } catch (fault) {
    toastError(fault, what);
    return undefined;
  }
}

/** All of them; once per page. */
export function Toasts() {
  const [all, set] = useState(toasts);
  useEffect(() => {
    draw = set;
    set(toasts);
  }, []);
  return html`<div class="toasts" role="log" aria-live="polite" aria-label="Notices">
    ${all.map(one => html`<${Toast} key=${one.id} ...${one} id=${one.id} />`)}</div>`;
}

function Toast({ id, text, href, says, kind, act, doing }) {
  const [held, hold] = useState(false);
  useEffect(() => {
    if (held || kind === 'error') {
      return undefined;
    }
    const timer = setTimeout(() => dismiss(id), STAYS);
    return () => clearTimeout(timer);
  }, [held]);
  return html`<div class=${classes('toast', kind)} onMouseEnter=${() => hold(true)} onMouseLeave=${() => hold(false)}
    onFocusIn=${() => hold(true)} onFocusOut=${() => hold(false)}>
    <span>${plain(text)}</span>
    ${href ? html`<a href=${link(href)} onClick=${() => dismiss(id)}>${says}</a>` : ''}
    ${act ? html`<button type="button" class="plain" onClick=${() => { dismiss(id); act(); }}>${doing}</button>` : ''}
    <button type="button" class="plain close" aria-label="Dismiss" onClick=${() => dismiss(id)}>✕</button></div>`;
}
