// Failures: what breaks, how often, since when? Those that are alike stand together.
import { link, part } from '../api.js';
import { number, plain, words } from '../format.js';
import { html } from '../html.js';
import { Sparkline } from '../charts/sparkline.js';
import { Panel } from '../parts/panel.js';
import { Table } from '../parts/table.js';
import { Ago, Num } from '../parts/time.js';
import { go, useParam } from '../router.js';
import { useData } from '../store.js';

const WINDOWS = [['1h', '1 h'], ['24h', '24 h'], ['7d', '7 days'], ['30d', '30 days']];

export function Failures() {
  const [window, setWindow] = useParam('window', '24h');
  const groups = useData('failures', { query: { window }, topics: 'failures' });
  const dead = (groups.data?.items ?? []).reduce((all, one) => all + Number(one.dead), 0);
  return html`<div class="page-head"><h1>Failures</h1>
      ${dead > 0 ? html`<a class="bad" href=${link('jobs?query=is:dead')}>${number(dead)} dead</a>` : ''}<span class="grow"></span>
      <div class="segments" role="group" aria-label="How far back">${WINDOWS.map(([value, says]) => html`<button type="button" key=${value}
        aria-pressed=${value === window} onClick=${() => setWindow(value)}>${says}</button>`)}</div></div>
    <${Panel} label="Failures" data=${groups} class="flush" rows=${8}
      empty=${html`No failed attempt in ${WINDOWS.find(([value]) => value === window)?.[1] ?? window}.`}>${({ items }) => html`<${Table}
        rows=${items}
      idOf=${one => one.fingerprint} caption="Groups of failures" first="-jobs" class="failures" onOpen=${one => go(`failures/${
        part(one.fingerprint)}`)} columns=${[
        { name: 'message', says: 'What', wide: true, cell: one => html`<a href=${link(`failures/${part(one.fingerprint)}`)}>${
          plain(one.message) || 'no message'}</a>
          <div class="quiet">${words(one.category)}${one.code ? html` · <code>${plain(one.code)}</code>` : ''} · ${
            one.types.map(plain).join(', ')}</div>` },
        { name: 'trend', says: window === '24h' ? 'By hour' : 'Over time', cell: one => html`<${Sparkline} values=${one.sparkline}
          label=${`Failures in ${window}`} colour="--failed" />` },
        { name: 'dead', says: 'Dead', right: true, sort: one => Number(one.dead), title: 'Failed for good and not dismissed',
          cell: one => (Number(one.dead) > 0 ? html`<b class="bad">${number(one.dead)}</b>` : html`<span class="quiet">0</span>`) },
        { name: 'jobs', says: 'Jobs', right: true, sort: one => Number(one.jobs), cell: one => html`<${Num} value=${one.jobs} />` },
        { name: 'attempts', says: 'Attempts', right: true, sort: one => Number(one.attempts), cell: one => html`<${Num} value=${
          one.attempts} />` },
        { name: 'first', says: 'First', right: true, sort: one => one.first_seen, cell: one => html`<${Ago} time=${one.first_seen} />` },
        { name: 'last', says: 'Last', right: true, sort: one => one.last_seen, cell: one => html`<${Ago} time=${one.last_seen} />` },
      ]} />`}<//>`;
}
