// Whether the results of items still stand: asked of the server, against the versions that run now or those that somebody names.
import { api, part } from '../api.js';
import { plain, words } from '../format.js';
import { html, useEffect, useMemo, useState } from '../html.js';
import { StateChip } from '../parts/state.js';
import { useData } from '../store.js';

const MOST = 1000;

/** What the ledger says of an item, as states that everybody knows. */
export const LOOKS = { processed: 'succeeded', new: 'queued', needs_rerun: 'scheduled', failed: 'failed' };

/** A status in words. @param {string} status */
export const said = status => (status === 'needs_rerun' ? 'needs re-run' : status);

/** Which comes first: what asks for somebody. */
export const ORDER = ['failed', 'needs_rerun', 'new', 'processed'];

/** `parser=2, cards=v1` as versions. @param {string} text @returns {Record<string, string> | null} */
export const versionsOf = text => {
  const pairs = text.split(/[,\s]+/).filter(Boolean).map(one => one.split('='));
  return pairs.length > 0 && pairs.every(one => one.length === 2 && one[0] && one[1]) ? Object.fromEntries(pairs) : null;
};

/** Versions as one writes them. @param {Record<string, string> | null} versions */
export const versionsText = versions => Object.entries(versions ?? {}).map(([name, value]) => `${name}=${value}`).join(', ');

/**
 * The versions that make results now: of the parts that the newest row was made by, as its type has them today. A job that is gone leaves
 * those of the row.
 * @param {any[]} rows
 * @returns {{ versions: Record<string, string> | null, type: string | null, loading: boolean }}
 */
export function useRunning(rows) {
  // What never succeeded was made by nothing.
  const newest = rows.filter(row => Object.keys(row.versions).length > 0)
    .reduce((best, row) => (best === null || row.updated_at > best.updated_at ? row : best), null);
  const job = useData(newest && `jobs/${newest.job_id}`);
  const type = useData(job.data && newest?.job_id === job.data.id ? `types/${part(job.data.type)}` : null);
  const loading = newest !== null && (job.loading || (job.data !== undefined && type.loading));
  const text = JSON.stringify(newest && !loading ? Object.fromEntries(Object.keys(newest.versions).map(name => [
    name, type.data?.versions[name] ?? newest.versions[name]])) : null);
  const versions = useMemo(() => JSON.parse(text), [text]);
  return { versions: versions && Object.keys(versions).length > 0 ? versions : null, type: type.data?.type ?? null, loading };
}

/**
 * Asks of keys whether their results still stand.
 * @param {string} dataset
 * @param {string[] | null} keys Null asks nothing yet.
 * @param {Record<string, string> | null} versions
 * @param {any} again Asks again when it changes.
 */
export function useStatus(dataset, keys, versions, again) {
  const [found, setFound] = useState({ byKey: new Map(), summary: null, error: null });
  const asked = JSON.stringify([keys, versions]);
  useEffect(() => {
    if (keys === null) {
      return undefined;
    }
    if (keys.length === 0) {
      setFound({ byKey: new Map(), summary: null, error: null });
      return undefined;
    }
    const abort = new AbortController();
    const groups = [];
    for (let at = 0; at < keys.length; at += MOST) {
      groups.push(keys.slice(at, at + MOST));
    }
    Promise.all(groups.map(group => api('items/status', {
      method: 'POST', body: { dataset, ...(versions ? { versions } : {}), keys: group }, signal: abort.signal,
    }))).then(replies => {
      const summary = {};
      replies.forEach(reply => Object.entries(reply.summary).forEach(([name, count]) => {
        summary[name] = (summary[name] ?? 0) + Number(count);
      }));
      setFound({ byKey: new Map(replies.flatMap(reply => reply.items.map(one => [one.key, one]))), summary, error: null });
    }, fault => fault.name !== 'AbortError' && setFound(old => ({ ...old, error: fault })));
    return () => abort.abort();
  }, [dataset, asked, again]);
  return { ...found, of: key => found.byKey.get(key) };
}

/** "code cards v1 → v2" */
const change = ({ cause, part: of, from, to }) => `${words(cause)}${of ? ` ${plain(of)}` : ''}${to
  ? ` ${from === null ? 'none' : plain(from)} → ${plain(to)}` : ''}`;

/** Whether it stands, and what has changed if not. @param {{ of: any }} props What the server said; undefined while it is asked. */
export const Status = ({ of: one }) => (one ? html`<${StateChip} state=${LOOKS[one.status]} note="" label=${said(one.status)} />${
  one.changes.length > 0 ? html` <span class="quiet">${one.changes.map(change).join(', ')}</span>` : ''}` : '–');
