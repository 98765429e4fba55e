// A dataset: which of its items still stand, which need to be done again and why, and what happened to one.
import { api, link } from '../api.js';
import { number, plain, words } from '../format.js';
import { html, useEffect, useMemo, useRef, useState } from '../html.js';
import { Curl } from '../parts/copy.js';
import { ask } from '../parts/dialog.js';
import { useKey } from '../parts/keyboard.js';
import { Panel, Trouble } from '../parts/panel.js';
import { StateChip } from '../parts/state.js';
import { Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';
import { toast } from '../parts/toasts.js';
import { JsonTree } from '../parts/tree.js';
import { openOver, useParam } from '../router.js';
import { can, session } from '../session.js';
import { useData } from '../store.js';

const PAGE = 200;
const QUIET = 250;

// What the ledger says of an item, as states that everybody knows.
const LOOKS = { processed: 'succeeded', new: 'queued', needs_rerun: 'scheduled', failed: 'failed' };
const ORDER = ['failed', 'needs_rerun', 'new', 'processed'];

/** `parser=2, cards=v1` as versions. @param {string} text @returns {Record<string, string> | null} */
const versionsOf = text => {
  const pairs = text.split(/[,\s]+/).filter(Boolean).map(one => one.split('='));
  return pairs.length > 0 && pairs.every(one => one.length === 2 && one[0] && one[1]) ? Object.fromEntries(pairs) : null;
};

export function Dataset({ params: { dataset } }) {
  const [prefix, setPrefix] = useParam('prefix');
  const [outcome, setOutcome] = useParam('outcome');
  const [versions, setVersions] = useParam('versions');
  const [key, setKey] = useParam('key');
  const [pages, setPages] = useState([]);
  const first = useData('items', { query: { dataset, prefix, outcome, limit: PAGE }, every: 10_000 });
  const more = pages.length > 0 ? pages.at(-1).next_cursor : first.data?.next_cursor;
  useEffect(() => setPages([]), [prefix, outcome, dataset]);
  useKey('Escape', '', () => (key ? setKey(null) : false));
  const rows = useMemo(() => [...(first.data?.items ?? []), ...pages.flatMap(page => page.items)], [first.data, pages]);
  const status = useStatus(dataset, rows, versionsOf(versions));
  const read = async () => {
    const page = await api('items', { query: { dataset, prefix, outcome, limit: PAGE, cursor: more } });
    setPages(old => [...old, page]);
  };
  const columns = [
    { name: 'status', says: 'Status', cell: one => {
      const said = status.of(one.key);
      return said ? html`<${StateChip} state=${LOOKS[said.status]} note="" label=${said.status} /><span class="off-screen"> </span>
        <span class="quiet">${said.changes.length > 0 ? said.changes.map(change => `${change.cause}${change.part ? ` ${change.part}` : ''}${
          change.from && change.to ? ` ${plain(change.from)} → ${plain(change.to)}` : ''}`).join(', ') : ''}</span>` : '–';
    } },
    { name: 'key', says: 'Key', sort: one => one.key, cell: one => html`<button type="button" class="plain link" onClick=${
      () => setKey(one.key, { push: true })}>${plain(one.key)}</button>` },
    { name: 'outcome', says: 'Last run', cell: one => html`<${StateChip} state=${one.outcome === 'failed' ? 'failed' : 'succeeded'}
      note="" />` },
    { name: 'job', says: 'Job', cell: one => html`<a data-over href=${link(`jobs/${one.job_id}`)}>${one.job_id}</a>` },
    { name: 'said', says: 'Said', wide: true, cell: one => html`<span class="quiet">${plain(one.error?.message ?? '')}</span>` },
    session.dev_mode && { name: 'hash', says: 'Input', cell: one => html`<code>${(one.input_hash ?? '–').slice(0, 12)}</code>` },
    { name: 'versions', says: 'Made by', cell: one => html`<span class="quiet nowrap">${Object.entries(one.versions).map(([name,
      value]) => `${plain(name)} ${plain(value)}`).join(', ')}</span>` },
    { name: 'at', says: 'When', right: true, cell: one => html`<span class="nowrap"><${Ago} time=${one.updated_at} /></span>` },
  ].filter(Boolean);
  return html`<div class="page-head"><h1>${plain(dataset)}</h1>
      ${status.summary ? ORDER.filter(name => status.summary[name] > 0).map(name => html`<span key=${name} class=${`is-${LOOKS[name]}`}>
        <${StateChip} state=${LOOKS[name]} label=${name} note="" /> <b>${number(status.summary[name])}</b></span>`) : ''}
      ${more ? html`<span class="quiet">of the ${number(rows.length)} shown</span>` : ''}<span class="grow"></span>
      <${Curl} path="items" query=${{ dataset, prefix, outcome }} /></div>
    <div class="page-head filters"><${Text} label="Keys that begin with" value=${prefix} onValue=${setPrefix} />
      <label>Last run<select value=${outcome} onChange=${event => setOutcome(event.target.value || null)}><option value="">any</option>
        <option value="succeeded">succeeded</option><option value="failed">failed</option></select></label>
      <${Text} label="Compare with versions" value=${versions} onValue=${setVersions} placeholder="parser=2, cards=v1" /></div>
    ${status.error ? html`<${Trouble} error=${status.error} />` : ''}
    ${key ? html`<${History} key=${key} dataset=${dataset} item=${key} close=${() => setKey(null)} />` : ''}
    <${Panel} label="Items" data=${first} class="flush" rows=${10} empty=${prefix || outcome ? 'No item is like that.'
      : 'No item yet.'}>${() => html`
      <${Table} rows=${rows} idOf=${one => one.key} caption="Items" columns=${columns} />
      ${more ? html`<p class="more"><button type="button" onClick=${read}>Show ${PAGE} more</button></p>` : ''}`}<//>`;
}

/** Asks of all that is shown whether it still stands. */
function useStatus(dataset, rows, versions) {
  const [found, setFound] = useState({ byKey: new Map(), summary: null, error: null });
  const said = JSON.stringify(versions);
  useEffect(() => {
    if (rows.length === 0) {
      setFound({ byKey: new Map(), summary: null, error: null });
      return undefined;
    }
    const abort = new AbortController();
    const groups = [];
    for (let at = 0; at < rows.length; at += 1000) {
      groups.push(rows.slice(at, at + 1000));
    }
    Promise.all(groups.map(group => api('items/status', {
      method: 'POST', body: { dataset, ...(versions ? { versions } : {}), items: group.map(one => ({ key: one.key })) },
        signal: abort.signal,
    }))).then(replies => {
      const summary = {};
      replies.forEach(reply => Object.entries(reply.summary).forEach(([name, count]) => {
        summary[name] = (summary[name] ?? 0) + Number(count); }));
      setFound({ byKey: new Map(replies.flatMap(reply => reply.items.map(one => [one.key, one]))), summary, error: null });
    }, fault => fault.name !== 'AbortError' && setFound(old => ({ ...old, error: fault })));
    return () => abort.abort();
  }, [rows, dataset, said]);
  return { ...found, of: key => found.byKey.get(key) };
}

/** A field that keeps its own text and tells the address a little later. */
function Text({ label, value, onValue, placeholder }) {
  const [text, setText] = useState(value);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return html`<label>${label}<input type="text" value=${text} placeholder=${placeholder} autocomplete="off" spellcheck=${false} onInput=${
    event => {
    const next = event.target.value;
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onValue(next.trim() || null), QUIET);
  }} /></label>`;
}

function History({ dataset, item, close }) {
  const runs = useData('items/history', { query: { dataset, key: item, limit: 50 } });
  const force = async () => {
    const job = runs.data.items[0].job_id;
    const body = { force: 'all' };
    const path = `jobs/${job}/run-again`;
    const made = await ask({
      title: 'Force it to be processed again', action: 'Process again', danger: true, curl: html`<${Curl} path=${path} method="POST"
        body=${body} />`,
      text: html`A new job does what job ${job} did, every item of it, also those whose results still stand.`,
      does: () => api(path, { method: 'POST', body, once: crypto.getRandomValues(new Uint32Array(4)).join('-') }),
    });
    if (made) {
      toast('Processing queued', { href: `jobs/${made.id}`, kind: 'good' });
    }
  };
  return html`<${Panel} title=${`What happened to ${plain(item)}`} data=${runs} class="flush history" rows=${3}
    empty="Nothing is recorded." aside=${html`
      ${session.dev_mode && can('force') && runs.data?.items.length ? html`<button type="button" class="danger" onClick=${
        force}>Force reprocess…</button>` : ''}
      <${Curl} path="items/history" query=${{ dataset, key: item }} />
      <button type="button" class="plain close" aria-label="Close" onClick=${close}>✕</button>`}>${({ items }) => html`<${Table} rows=${
        items} idOf=${one => `${one.job_id}.${one.attempt}.${one.at}`}
      caption="Runs" onOpen=${one => openOver(`jobs/${one.job_id}`)} columns=${[
        { name: 'at', says: 'When', cell: one => html`<span class="nowrap"><${Ago} time=${one.at} /></span>` },
        { name: 'outcome', says: 'Outcome', cell: one => html`<${StateChip} state=${one.outcome === 'skipped' ? 'cancelled' : one.outcome}
          label=${one.outcome} note="" />` },
        { name: 'job', says: 'Job', cell: one => html`<span class="nowrap">
          <a data-over href=${link(`jobs/${one.job_id}`)}>${one.job_id}</a> <span class="quiet">attempt ${one.attempt}</span></span>` },
        { name: 'said', says: 'Said', wide: true, cell: one => (one.error ? html`<span class="bad">${words(one.error.category)}</span> ${
          plain(one.error.message)}`
          : one.outputs ? html`<${JsonTree} value=${one.outputs} open=${0} />` : html`<span class="quiet">–</span>`) },
      ]} />`}<//>`;
}
