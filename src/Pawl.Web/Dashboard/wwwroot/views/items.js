// Items: the datasets whose results are kept, and how many of each still stand.
import { link, part } from '../api.js';
import { number, plain } from '../format.js';
import { html } from '../html.js';
import { Panel } from '../parts/panel.js';
import { Table } from '../parts/table.js';
import { Ago, Num } from '../parts/time.js';
import { go } from '../router.js';
import { useData } from '../store.js';

export function Items() {
  const sets = useData('datasets', { every: 10_000 });
  const open = one => `items/${part(one.dataset)}`;
  return html`<div class="page-head"><h1>Items</h1></div>
    <${Panel} label="Datasets" data=${sets} class="flush" rows=${5} empty="No job has kept a record of items yet.">${({
      items }) => html`<${Table} rows=${items}
      idOf=${one => one.dataset} caption="Datasets" first="dataset" onOpen=${one => go(open(one))} columns=${[
        { name: 'dataset', says: 'Dataset', wide: true, sort: one => one.dataset, cell: one => html`<a href=${link(open(one))}>${
          plain(one.dataset)}</a>` },
        { name: 'rows', says: 'Items', right: true, sort: one => Number(one.rows), cell: one => html`<${Num} value=${one.rows} />` },
        { name: 'succeeded', says: 'Succeeded', right: true, sort: one => Number(one.succeeded), cell: one => html`<${Num} value=${
          one.succeeded} />` },
        { name: 'failed', says: 'Failed', right: true, sort: one => Number(one.failed),
          cell: one => (Number(one.failed) > 0 ? html`<b class="bad">${number(one.failed)}</b>` : html`<span class="quiet">0</span>`) },
        { name: 'updated', says: 'Last change', right: true, sort: one => one.updated_at, cell: one => html`<${Ago} time=${
          one.updated_at} />` },
      ]} />`}<//>`;
}
