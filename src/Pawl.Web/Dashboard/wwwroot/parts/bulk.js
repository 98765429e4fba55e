// Many jobs at once: first what would happen, then the operation, whose progress stands in the header until it is done.
import { api } from '../api.js';
import { exact, number, plain, plural, words } from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { session } from '../session.js';
import { useLive } from '../store.js';
import { Curl } from './copy.js';
import { Field, show } from './dialog.js';
import { Loading, Trouble } from './panel.js';
import { toast, tried } from './toasts.js';

/** What may be done, in the order of the bar. @type {{ action: string, says: string, done: string, danger?: boolean, power: string,
 * fields?: any[] }[]} */
export const ACTIONS = [
  { action: 'retry', says: 'Retry', done: 'retried', power: 'retry', fields: [
    { name: 'force', label: 'Also those whose error says that another try cannot help', type: 'checkbox' }] },
  { action: 'cancel', says: 'Cancel', done: 'cancelled', power: 'cancel', danger: true },
  { action: 'dismiss', says: 'Dismiss', done: 'dismissed', power: 'dismiss' },
  { action: 'move', says: 'Move', done: 'moved', power: 'edit', fields: [{ name: 'queue', label: 'To queue', needed: true }] },
  { action: 'reprioritise', says: 'Reprioritise', done: 'changed', power: 'edit', fields: [
    { name: 'priority', label: 'Priority, −1,000 to 1,000', type: 'number', needed: true }] },
  { action: 'delete', says: 'Delete', done: 'deleted', power: 'delete', danger: true },
];

const running = new Map();
const watchers = new Set();
const changed = () => watchers.forEach(tell => tell());

/**
 * Shows what would happen, and does it when the person says so.
 * @param {typeof ACTIONS[number]} what
 * @param {{ query?: string, ids?: string[] }} which
 * @returns {Promise<any>} The operation; undefined when nothing was begun.
 */
export const askBulk = (what, which) => show(`${what.says} ${which.ids ? plural(which.ids.length, 'job') : 'all that match'}`,
  BulkDialog, { what, which });

function BulkDialog({ close, what, which }) {
  const [preview, setPreview] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const [params, setParams] = useState({});
  const [typed, setTyped] = useState('');
  const once = useRef(crypto.getRandomValues(new Uint32Array(4)).join('-'));
  const isReady = (what.fields ?? []).every(field => !field.needed || (params[field.name] ?? '') !== '');
  const body = { action: what.action, ...which, params };
  useEffect(() => {
    if (!isReady) {
      setPreview(null);
      return undefined;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => api('bulk', { method: 'POST', body: { ...body, dry_run: true }, signal: abort.signal }).then(
      found => { setPreview(found); setError(null); }, fault => fault.name !== 'AbortError' && setError(fault)), preview ? 250 : 0);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [JSON.stringify(params)]);

  const count = preview ? Number(preview.would_change) : 0;
  const matched = preview ? Number(preview.matched) : 0;
  const must = what.action === 'delete' && count > 0 ? String(count) : null;
  // The count that was seen holds: what matches later is not touched.
  const sent = { ...body, expected: matched, ...(matched > session.limits.bulk ? { max: matched } : {}) };
  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    try {
      const operation = await api('bulk', { method: 'POST', body: sent, once: once.current });
      running.set(operation.id, operation);
      changed();
      close(operation);
    } catch (fault) {
      setError(fault);
      setBusy(false);
    }
  }

  return html`<form class="question" onSubmit=${submit}>
    ${which.query === undefined ? '' : html`<div><span class="quiet">Jobs of </span><code>${plain(which.query)}</code></div>`}
    ${(what.fields ?? []).map(field => html`<div key=${field.name} onInput=${event => setParams({ ...params,
      [field.name]: field.type === 'checkbox' ? event.target.checked : field.type === 'number' && event.target.value !== ''
        ? Number(event.target.value) : event.target.value })}><${Field} ...${field} /></div>`)}
    <div class="preview" aria-live="polite">
      ${preview ? html`<p><b class="big">${exact(count)}</b> of ${preview.matched_is_minimum ? 'at least ' : ''}${
        exact(matched)} would be ${what.done}.</p>
        ${preview.would_skip.map(skip => html`<p class="quiet" key=${skip.code}>${exact(skip.count)} skipped: ${words(skip.code)}</p>`)}
        ${preview.sample.length ? html`<p class="quiet small">Such as ${preview.sample.slice(0, 5).join(', ')}</p>` : ''}`
      : !isReady || error ? '' : html`<${Loading} rows=${2} />`}</div>
    ${must ? html`<label>Deleted jobs are gone with all they hold. Type <b>${must}</b> to go on<input autocomplete="off" inputmode="numeric"
      name="must" value=${typed} onInput=${event => setTyped(event.target.value)} /></label>` : ''}
    ${error ? html`<${Trouble} error=${error} />` : ''}
    <footer><${Curl} path="bulk" method="POST" body=${sent} /><span class="grow"></span>
      <button type="button" onClick=${() => close()}>Leave it</button>
      <button type="submit" class=${what.danger ? 'danger' : 'primary'}
        disabled=${busy || !isReady || count === 0 || (must !== null && typed !== must)}>${what.says} ${preview ? number(count)
          : ''}</button></footer></form>`;
}

const DONE = Object.fromEntries(ACTIONS.map(one => [one.action, one.done]));

/** In the header: what we have begun, with how far it is. */
export function BulkProgress() {
  const [, draw] = useState(0);
  useEffect(() => {
    const tell = () => draw(n => n + 1);
    watchers.add(tell);
    return () => watchers.delete(tell);
  }, []);
  // What was begun before the page was loaded goes on, too.
  useEffect(() => {
    api('bulk', { query: { limit: 20 } }).then(list => {
      list.items.filter(one => one.state === 'running' && one.requested_by === session.actor).forEach(one => running.set(one.id, one));
      changed();
    }, () => {});
  }, []);
  const open = [...running.values()];
  const read = one => api(`bulk/${one.id}`).then(follow, () => {});
  useLive(open.length > 0 ? 'bulk' : null, event => (event.name === 'reset' ? open.forEach(read) : follow(event.data)));
  useEffect(() => {
    // The stream may have been late: look once in a while.
    const timer = open.length > 0 ? setInterval(() => open.forEach(read), 2000) : 0;
    return () => clearInterval(timer);
  }, [open.length]);
  return open.map(one => html`<div class="bulk" key=${one.id} role="group" aria-label="Bulk operation">
    <span class="nowrap">${words(one.action)} ${number(one.done)} / ${number(one.total)}</span>
    <progress max=${Math.max(1, Number(one.total ?? 1))} value=${Number(one.done)} aria-label=${`${one.action} of ${
      one.total} jobs`}></progress>
    <button type="button" class="plain" onClick=${() => tried(api(`bulk/${one.id}/cancel`, { method: 'POST' }).then(follow),
      'Cancel')}>Stop</button></div>`);
}

function follow(operation) {
  if (!running.has(operation.id)) {
    return;
  }
  if (operation.state === 'running') {
    running.set(operation.id, operation);
  } else {
    running.delete(operation.id);
    const skipped = Number(operation.skipped) + Number(operation.failed);
    toast(`${exact(operation.changed)} ${DONE[operation.action] ?? 'changed'}${skipped ? `, ${exact(skipped)} skipped` : ''}${
      operation.state === 'cancelled' ? ', then stopped' : ''}`, { kind: operation.state === 'failed' ? 'error' : 'good',
      says: 'details', act: () => show(`Bulk ${operation.id}`, BulkDetails, { operation }) });
  }
  changed();
}

const BulkDetails = ({ operation }) => html`<dl class="facts">
  <dt>What</dt><dd>${operation.action} · ${operation.state}</dd>
  <dt>Which</dt><dd><code>${plain(operation.query ?? 'chosen jobs')}</code></dd>
  <dt>Changed</dt><dd>${exact(operation.changed)}</dd><dt>Skipped</dt><dd>${exact(operation.skipped)}</dd><dt>Failed</dt><dd>${
    exact(operation.failed)}</dd>
  ${operation.errors.slice(0, 20).map(one => html`<dt key=${one.job_id}>${one.job_id}</dt><dd>${words(one.code)}</dd>`)}</dl>`;
