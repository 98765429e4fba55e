// A dataset: which of its items still stand, which need to be done again and why, and what happened to one.
import { api, link } from '../api.js';
import { number, plain } from '../format.js';
import { html, useEffect, useMemo, useRef, useState } from '../html.js';
import { History } from '../items/history.js';
import { LOOKS, ORDER, said, Status, useRunning, useStatus, versionsOf, versionsText } from '../items/status.js';
import { Curl } from '../parts/copy.js';
import { useKey } from '../parts/keyboard.js';
import { Panel, Trouble } from '../parts/panel.js';
import { StateChip } from '../parts/state.js';
import { Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';
import { useParam } from '../router.js';
import { devMode } from '../session.js';
import { useData } from '../store.js';

const PAGE = 200;
const QUIET = 250;

/** The keys that somebody asks about: with commas between, each once. @param {string} text */
const keysOf = text => [...new Set(text.split(/[,\n]/).map(key => key.trim()).filter(Boolean))].slice(0, 1000);

export function Dataset({ params: { dataset } }) {
  const [prefix, setPrefix] = useParam('prefix');
  const [outcome, setOutcome] = useParam('outcome');
  const [versions, setVersions] = useParam('versions');
  const [asked, setAsked] = useParam('keys');
  const [key, setKey] = useParam('key');
  const [pages, setPages] = useState([]);
  const first = useData('items', { query: { dataset, prefix, outcome, limit: PAGE }, every: 10_000 });
  const more = pages.length > 0 ? pages.at(-1).next_cursor : first.data?.next_cursor;
  useEffect(() => setPages([]), [prefix, outcome, dataset]);
  useKey('Escape', '', () => (key ? setKey(null) : false));
  const rows = useMemo(() => [...(first.data?.items ?? []), ...pages.flatMap(page => page.items)], [first.data, pages]);
  const running = useRunning(first.data?.items ?? []);
  const own = versionsOf(versions);
  const against = own ?? running.versions;
  const isReady = first.data !== undefined && !running.loading;
  const status = useStatus(dataset, isReady ? rows.map(one => one.key) : null, against, rows);
  const read = async () => {
    const page = await api('items', { query: { dataset, prefix, outcome, limit: PAGE, cursor: more } });
    setPages(old => [...old, page]);
  };
  const open = one => setKey(one.key, { push: true });
  return html`<div class="page-head"><a href=${link('items')}>Items</a><span class="quiet" aria-hidden="true">/</span>
      <h1>${plain(dataset)}</h1>${status.summary ? ORDER.filter(name => status.summary[name] > 0).map(name => html`<span key=${name}
        class=${`nowrap is-${LOOKS[name]}`}><${StateChip} state=${LOOKS[name]} label=${said(name)} note="" /> <b>${
          number(status.summary[name])}</b></span>`) : ''}
      ${more ? html`<span class="quiet">of the ${number(rows.length)} shown</span>` : ''}<span class="grow"></span>
      <${Curl} path="items" query=${{ dataset, prefix, outcome }} /></div>
    <div class="page-head filters"><${Text} label="Keys that begin with" value=${prefix} onValue=${setPrefix} />
      <label>Last run<select value=${outcome} onChange=${event => setOutcome(event.target.value || null)}><option value="">any</option>
        <option value="succeeded">succeeded</option><option value="failed">failed</option></select></label>
      <${Text} label="Compare with versions" value=${versions} onValue=${setVersions}
        placeholder=${versionsText(running.versions) || 'parser=2, cards=v1'} />
      <${Text} label="Ask about keys" value=${asked} onValue=${setAsked} placeholder="one, another" />
      ${own === null && running.versions ? html`<span class="quiet small against">Compared with what runs now${running.type
        ? html`: ${plain(running.type)}` : ''}</span>` : ''}</div>
    ${status.error ? html`<${Trouble} error=${status.error} />` : ''}
    ${key ? html`<${History} key=${key} dataset=${dataset} item=${key} close=${() => setKey(null)} />` : ''}
    ${asked ? html`<${Asked} dataset=${dataset} keys=${keysOf(asked)} versions=${against} again=${first.at} />` : ''}
    <${Panel} label="Items" data=${first} class="flush" rows=${10} empty=${prefix || outcome ? 'No item is like that.'
      : 'No item yet.'}>${() => html`
      <${Table} rows=${rows} idOf=${one => one.key} caption="Items" columns=${columns(status, open)} onOpen=${open} />
      ${more ? html`<p class="more"><button type="button" onClick=${read}>Show ${PAGE} more</button></p>` : ''}`}<//>`;
}

const columns = (status, open) => [
  { name: 'status', says: 'Status', cell: one => html`<${Status} of=${status.of(one.key)} />` },
  { name: 'key', says: 'Key', sort: one => one.key, cell: one => html`<button type="button" class="plain link" onClick=${
    () => open(one)}>${plain(one.key)}</button>` },
  { name: 'outcome', says: 'Last run', cell: one => html`<${StateChip} state=${one.outcome === 'failed' ? 'failed' : 'succeeded'}
    note="" />` },
  { name: 'job', says: 'Job', cell: one => html`<a data-over href=${link(`jobs/${one.job_id}`)}>${one.job_id}</a>` },
  { name: 'said', says: 'Said', wide: true, cell: one => html`<span class="quiet">${plain(one.error?.message ?? '')}</span>` },
  devMode() && { name: 'hash', says: 'Input', cell: one => html`<code>${plain((one.input_hash ?? '–').slice(0, 12))}</code>` },
  { name: 'versions', says: 'Made by', cell: one => html`<span class="quiet nowrap">${Object.entries(one.versions).map(([name,
    value]) => `${plain(name)} ${plain(value)}`).join(', ')}</span>` },
  { name: 'at', says: 'When', right: true, cell: one => html`<span class="nowrap"><${Ago} time=${one.updated_at} /></span>` },
].filter(Boolean);

/** What is so of keys that somebody names, also of those that the ledger has never seen. */
function Asked({ dataset, keys, versions, again }) {
  const status = useStatus(dataset, keys, versions, again);
  return html`<${Panel} title="What you ask about" class="flush asked" aside=${html`<${Curl} path="items/status" method="POST" body=${{
    dataset, ...(versions ? { versions } : {}), keys }} />`}>${() => (status.error ? html`<${Trouble} error=${status.error} />`
      : html`<${Table} rows=${keys.map(one => ({ key: one, ...status.of(one) }))} idOf=${one => one.key} caption="Asked about" columns=${[
        { name: 'status', says: 'Status', cell: one => html`<${Status} of=${status.of(one.key)} />` },
        { name: 'key', says: 'Key', wide: true, cell: one => plain(one.key) },
        { name: 'job', says: 'Job', cell: one => (one.last_job_id ? html`<a data-over href=${link(`jobs/${one.last_job_id}`)}>${
          one.last_job_id}</a>` : '–') },
        { name: 'at', says: 'When', right: true, cell: one => html`<span class="nowrap"><${Ago} time=${one.updated_at} /></span>` },
      ]} />`)}<//>`;
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
