// What can be run here: all types, who has them, and how they do.
import { link, part } from '../api.js';
import { duration, number, plain, term } from '../format.js';
import { html } from '../html.js';
import { Curl } from '../parts/copy.js';
import { Panel } from '../parts/panel.js';
import { Paused, PauseButton } from '../parts/pausing.js';
import { Table } from '../parts/table.js';
import { Num } from '../parts/time.js';
import { go } from '../router.js';
import { can } from '../session.js';
import { useData } from '../store.js';

const nameOf = type => type.type;

export function Types() {
  const types = useData('types', { every: 5_000 });
  return html`<div class="page-head"><h1>Types</h1><span class="grow"></span><${Curl} path="types" /></div>
    <${Panel} label="Types" class="flush" data=${types} rows=${6}
      empty="No type yet: a program that runs jobs registers them, and a worker announces its own.">${
      data => html`<${Table} caption="Types" class="even" rows=${data.items} idOf=${nameOf} first="type" columns=${columns(types)}
        onOpen=${type => go(`types/${part(type.type)}`)} />`}<//>`;
}

const time = (name, says, title) => ({
  name, says, title, right: true, sort: type => type.stats[name] ?? -1, cell: type => html`<span class="nowrap">
    ${duration(type.stats[name])}</span>`,
});

const columns = types => [
  {
    name: 'type', says: 'Type', wide: true, sort: nameOf,
    cell: type => html`<div class="two-lines"><a href=${link(`types/${part(type.type)}`)}>${plain(type.type)}</a>${type.paused_at
      ? html`<span class="small"><${Paused} of=${type} /></span>` : html`<span class="quiet small">
        ${plain(type.description)}</span>`}</div>`,
  },
  {
    name: 'queue', says: 'Queue', sort: type => type.queue,
    cell: type => (type.queue ? html`<a href=${link(`queues/${part(type.queue)}`)}>${plain(type.queue)}</a>`
      : html`<span class="quiet">as asked</span>`),
  },
  {
    name: 'workers', says: 'Workers', right: true, sort: type => type.live_workers,
    cell: type => (type.live_workers > 0 ? html`<${Num} value=${type.live_workers} />` : html`<span class="warn">none</span>`),
  },
  { name: 'done', says: 'Done in 1 h', right: true, sort: type => type.stats.succeeded_1h, cell: type =>
    html`<${Num} value=${type.stats.succeeded_1h} />` },
  {
    name: 'failed', says: 'Failed in 1 h', right: true, sort: type => type.stats.failed_1h,
    cell: type => html`<span class=${type.stats.failed_1h > 0 ? 'bad' : ''}><${Num} value=${type.stats.failed_1h} /></span>`,
  },
  time('run_p50_ms', 'Run p50', 'Half of them ran no longer'), time('run_p95_ms', 'Run p95', '95 of 100 ran no longer'),
  time('wait_p95_ms', 'Wait p95', '95 of 100 waited no longer'),
  { name: 'attempts', says: 'Attempts', title: 'How often it is tried at most', right: true, sort: type => type.retry.max_attempts,
    cell: type => (type.retryable ? number(type.retry.max_attempts) : 1) },
  { name: 'timeout', says: 'Timeout', right: true, sort: type => type.timeout_ms, cell: type => html`<span class="nowrap">
    ${term(type.timeout_ms)}</span>` },
  can('pause') && {
    name: 'act', says: html`<span class="off-screen">Actions</span>`, right: true,
    cell: type => html`<${PauseButton} noun="types" of=${type} onDone=${types.reload} small />`,
  },
].filter(Boolean);
