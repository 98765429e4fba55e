// Jobs that were begun or stopped here: how each ends is told, wherever one is by then.
import { api } from '../api.js';
import { number, plain } from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { can } from '../session.js';
import { useData } from '../store.js';
import { toast, tried } from './toasts.js';

const ENDED = ['succeeded', 'failed', 'cancelled'];
const MOST = 6;
const LOOKS = 10_000;

let followed = [];
const watchers = new Set();
const changed = next => {
  followed = next;
  watchers.forEach(tell => tell());
};

const keyOf = id => `job-${id}`;

/**
 * Tells how a job ends. Of a job that a request has just made or met, it also tells that.
 * @param {string | any} job Its number, or what the server replied.
 */
export function follow(job) {
  const id = String(job.id ?? job);
  if (job.deduplicated !== undefined || job.rerun_of) {
    toast(!job.deduplicated ? 'Processing queued' : ENDED.includes(job.state) ? 'Job already done' : 'Job already running', {
      href: `jobs/${id}`, kind: job.deduplicated ? 'info' : 'good', key: keyOf(id) });
  }
  if (!(job.deduplicated && ENDED.includes(job.state))) {
    changed([...followed.filter(one => one !== id), id].slice(-MOST));
  }
}

/** What is said of a job that has ended. @param {any} job @param {string | null} title What it said of itself. */
export function ending(job, title) {
  const type = plain(job.type);
  if (job.state === 'succeeded') {
    return { kind: job.degraded ? 'info' : 'good', text: (typeof job.degraded === 'string' && job.degraded) || title
      || `${type} succeeded` };
  }
  const { progress: p } = job;
  return job.state === 'failed'
    ? { kind: 'error', text: `${type} failed: ${job.error?.message || job.error?.code || 'no reason given'}` }
    : { kind: 'info', text: p?.total ? `Cancelled after ${number(Number(p.done) + Number(p.failed) + Number(p.skipped))} of ${
      number(p.total)}` : `${type} is cancelled` };
}

/** Tells how a job has ended: in its own words if it had some. */
export async function tellEnd(job) {
  const events = job.state === 'succeeded' ? await api(`jobs/${job.id}/events`, { query: { limit: 500 } }).catch(() => null) : null;
  const { kind, text } = ending(job, events?.items.findLast(one => one.title)?.title ?? null);
  const again = job.state === 'failed' && job.error?.disposition === 'retry' && can('retry');
  toast(text, { href: `jobs/${job.id}`, kind, key: keyOf(job.id), ...(again ? { doing: 'retry', act: async () => {
    if (await tried(api(`jobs/${job.id}/retry`, { method: 'POST', body: {} }), plain(job.type))) {
      follow(job.id);
    }
  } } : {}) });
}

/** Follows them; once per page. */
export function Following() {
  const [, draw] = useState(0);
  useEffect(() => {
    const tell = () => draw(n => n + 1);
    watchers.add(tell);
    tell();
    return () => watchers.delete(tell);
  }, []);
  return followed.map(id => html`<${One} key=${id} id=${id} />`);
}

function One({ id }) {
  const told = useRef(false);
  const { data, error } = useData(`jobs/${id}`, {
    topics: `job:${id}`, every: LOOKS, apply: (job, { name, data: said }) => (name !== 'job' ? job
      : said.id === id ? said : undefined),
  });
  const isOver = error?.status === 404 || (data && ENDED.includes(data.state));
  useEffect(() => {
    if (isOver && !told.current) {
      told.current = true;
      changed(followed.filter(one => one !== id));
      if (data) {
        tellEnd(data);
      }
    }
  }, [isOver]);
  return '';
}
