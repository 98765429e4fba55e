// Who did what, and what was refused; the newest first. The record can only be read forwards, so its end is looked for.
import { api } from '../api.js';
import { plain } from '../format.js';
import { html, useEffect, useMemo, useState } from '../html.js';
import { Curl } from './copy.js';
import { Panel } from './panel.js';
import { Table } from './table.js';
import { Ago } from './time.js';
import { JsonTree } from './tree.js';

const FEW = 50;
const MOST = 500;

export function Audit() {
  const [wanted, setWanted] = useState({ actor: '', count: FEW });
  const data = useNewest(wanted);
  return html`<${Panel} title="Audit" class="flush" data=${data} rows=${6} empty="Nothing was recorded." aside=${html`
    <form class="row-of" onSubmit=${event => {
      event.preventDefault();
      setWanted({ actor: new FormData(event.target).get('actor').trim(), count: FEW });
    }}><input name="actor" aria-label="Only of one actor" placeholder="key:ops-laptop" autocomplete="off" spellcheck=${false} />
      <button type="submit">Find</button></form><${Curl} path="audit" query=${{ actor: wanted.actor }} />`}>${({ items, more }) => html`
    <${Table} caption="Audit" rows=${items} idOf=${entry => entry.seq} columns=${COLUMNS} />
    ${more ? html`<div class="bar"><button type="button" disabled=${wanted.count >= MOST}
      onClick=${() => setWanted({ ...wanted, count: Math.min(MOST, wanted.count * 4) })}>
      ${wanted.count >= MOST ? `The newest ${MOST} are shown` : 'More'}</button></div>` : ''}`}<//>`;
}

const COLUMNS = [
  { name: 'at', says: 'When', cell: entry => html`<${Ago} time=${entry.at} />` },
  { name: 'actor', says: 'Who', cell: entry => html`<span class="nowrap">${plain(entry.actor ?? '–')}</span>` },
  { name: 'action', says: 'What', cell: entry => html`<code>${plain(entry.action)}</code>` },
  { name: 'target', says: 'Of', cell: entry => plain(entry.target ?? '–') },
  {
    name: 'detail', says: 'And', wide: true,
    cell: entry => html`${entry.refusal ? html`<span class="bad">refused: ${plain(entry.refusal)}</span> ` : ''}${plain(entry.detail)}
      ${entry.before !== null || entry.after !== null ? html`<details class="plain"><summary>${entry.before === null ? 'with'
        : 'before and after'}</summary>${[entry.before, entry.after].map((value, i) => (value === null ? ''
          : html`<${JsonTree} key=${i} value=${value} />`))}</details>` : ''}`,
  },
];

/** The newest entries, as data of a panel. */
function useNewest({ actor, count }) {
  const [box, set] = useState({ data: undefined, error: null, stale: false, at: null });
  const read = useMemo(() => async () => {
    try {
      set({ data: await newest(actor, count), error: null, stale: false, at: Date.now() });
    } catch (fault) {
      set(old => ({ ...old, error: fault, stale: old.data !== undefined }));
    }
  }, [actor, count]);
  useEffect(() => {
    read();
  }, [read]);
  return { ...box, reload: read };
}

/** Looks for the place behind which just so many are left: it doubles its steps, then halves them. */
async function newest(actor, count) {
  const after = async at => (await api('audit', { query: { after: at, actor, limit: count } })).items;
  const isFull = items => items.length === count;
  let [low, high, found] = [0, null, await after(0)];
  for (let step = 1_000; isFull(found) && (high === null || high - low > 1);) {
    const middle = high === null ? low + step : Math.floor((low + high) / 2);
    const items = await after(middle);
    if (isFull(items)) {
      [low, step, found] = [middle, step * 2, items];
    } else {
      high = middle;
    }
  }
  return { items: found.reverse(), more: low > 0 || found.length === count };
}
