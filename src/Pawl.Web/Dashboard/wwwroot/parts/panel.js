// A panel with all its states: loading, empty, error, stale, forbidden, partial, and what it is there for.
import { link, part } from '../api.js';
import { ago } from '../format.js';
import { classes, html, useEffect, useErrorBoundary, useState } from '../html.js';
import { CopyButton } from './copy.js';

/**
 * `<${Panel} title="Queues" data=${data} empty="No queue yet." rows=${6}>${data => html`…`}<//>`
 * @param {{ title?: any, data: import('../store.js').Data, children: (data: any) => any, empty?: any, isEmpty?: (data: any) => boolean,
 *   rows?: number, aside?: any, class?: string, bare?: boolean, label?: string }} props `aside` stands right of the title; `rows` is how
 *   many grey rows
 *   are shown while it is read, so that nothing jumps.
 */
export function Panel({ title, data, children, empty = 'Nothing here.', isEmpty = usuallyEmpty, rows = 3, aside, class: name, label }) {
  const body = Array.isArray(children) ? children[0] : children;
  return html`<section class=${classes('panel', name, data?.stale && 'stale')}
    aria-label=${label ?? (typeof title === 'string' ? title : undefined)}>
    ${title || aside ? html`<header><h2>${title}</h2><div class="aside">
      ${data?.stale ? html`<span class="warn" title=${data.error?.message}>data of ${ago(data.at, Date.now())}</span>` : ''}
      ${data?.data?.partial ? html`<${Partial} />` : ''}${aside}</div></header>` : ''}
    <${Guarded}>${() => (data ? html`<${Body} data=${data} isEmpty=${isEmpty} empty=${empty} rows=${rows} body=${body} />`
      : typeof body === 'function' ? body() : body)}<//>
  </section>`;
}

const usuallyEmpty = data => (Array.isArray(data) ? data.length === 0 : Array.isArray(data?.items) && data.items.length === 0);

function Body({ data, isEmpty, empty, rows, body }) {
  if (data.data === undefined) {
    return data.error ? html`<${Trouble} error=${data.error} retry=${data.reload} />` : html`<${Loading} rows=${rows} />`;
  }
  return isEmpty(data.data) ? html`<div class="empty">${empty}</div>` : body(data.data);
}

/** Grey rows of the final height, after 150 ms of nothing. */
export function Loading({ rows = 3 }) {
  const [late, set] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => set(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class=${classes('loading', late && 'late')} role="img" aria-label="Loading">
    ${Array.from({ length: rows }, () => html`<div class="bone"></div>`)}</div>`;
}

/** What went wrong, in this place alone. */
export function Trouble({ error, retry }) {
  if (error.status === 403) {
    return html`<div class="empty">Needs ${error.problem.needs ?? 'another role'}.</div>`;
  }
  const other = error.problem?.job_id ?? error.problem?.holder_job_id;
  return html`<div class="trouble" role="alert">
    <strong>${error.message}</strong>
    ${other ? html`<a href=${link(`jobs/${part(other)}`)}>Show job ${other}</a>` : ''}
    <span class="quiet">${[error.code, error.requestId].filter(Boolean).join(' · ')}
      ${error.requestId ? html` <${CopyButton} text=${error.requestId} label="Copy the request's number" />` : ''}</span>
    ${retry ? html`<button type="button" onClick=${retry}>Try again</button>` : ''}
  </div>`;
}

/** Beside a count: not everything was looked at. */
export const Partial = () => html`<span class="quiet" title="A search inside payloads and texts looks at the newest jobs only">
  newest 100,000 searched</span>`;

/** A part that breaks does not take the page with it. */
export function Guarded({ children }) {
  const [error, reset] = useErrorBoundary(fault => {
    console.error(fault);
  });
  const body = Array.isArray(children) ? children[0] : children;
  return error
    ? html`<div class="trouble" role="alert"><strong>This part of the page broke.</strong><span class="quiet">${String(error)}</span>
      <button type="button" onClick=${reset}>Try again</button></div>`
    : html`<${Call} of=${body} />`;
}

// Its own component, so that a fault in it is caught by the one around it.
const Call = ({ of }) => (typeof of === 'function' ? of() : of);
