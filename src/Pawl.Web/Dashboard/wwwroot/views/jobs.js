// Jobs: where is mine, and what do I do with those that match?
import { exact, number, plain, plural } from '../format.js';
import { html, useContext, useEffect, useRef, useState } from '../html.js';
import { columnsOf, COLUMNS, USUAL } from '../jobs/columns.js';
import { useFeed } from '../jobs/feed.js';
import { HeaderCell } from '../jobs/header-cell.js';
import { Nothing } from '../jobs/nothing.js';
import { JobQueryBox } from '../jobs/query-box.js';
import { StateRail } from '../jobs/rail.js';
import { SavedViews } from '../jobs/saved.js';
import { ACTIONS, askBulk } from '../parts/bulk.js';
import { useKey } from '../parts/keyboard.js';
import { VirtualList } from '../parts/list.js';
import { Menu } from '../parts/menu.js';
import { Loading, Partial, Trouble } from '../parts/panel.js';
import { useSlot } from '../parts/slot.js';
import { openOver, Place, setParams, useParam } from '../router.js';
import { can, remember, remembered } from '../session.js';
import { useTick } from '../store.js';

const widthsKept = () => {
  try {
    return JSON.parse(remembered('jobs.widths') ?? '{}') ?? {};
  } catch {
    return {};
  }
};

export function Jobs() {
  const { isBehind, search } = useContext(Place);
  const [query, setQuery] = useParam('query');
  const [sort, setSort] = useParam('sort', '-id');
  const [names, setNames] = useParam('columns', remembered('jobs.columns') ?? '');
  const columns = columnsOf(names);
  const { feed, reload, paint } = useFeed(query, sort);
  const [widths, setWidths] = useState(widthsKept);
  const [current, setCurrent] = useState(null);
  const [chosen, setChosen] = useState(new Set());
  const [everything, setEverything] = useState(false);
  const [toTop, setToTop] = useState(0);
  const anchor = useRef(null);
  const state = useRef({ held: false, top: 0 });
  useTick(1000);

  const ask = next => setParams({ query: next || null }, { push: true });
  useSlot('query', html`<${JobQueryBox} value=${query} error=${feed.error} onQuery=${next => setQuery(next || null)} />`);
  useEffect(() => {
    setChosen(new Set());
    setEverything(false);
    setCurrent(null);
  }, [query]);

  // The order is ours to change only while nobody points at a row, and the eye is at the top.
  const calm = () => {
    const now = !state.current.held && state.current.top === 0 && !isBehind;
    if (feed.calm !== now) {
      feed.calm = now;
      if (now) {
        feed.settle();
      }
    }
  };
  useEffect(calm, [feed, isBehind]);

  const rows = feed.rows;
  const at = rows.findIndex(row => row.id === current);
  function step(by) {
    const row = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    if (row && !row.hole) {
      setCurrent(row.id);
      anchor.current = row.id;
      if (isBehind) {
        openOver(`jobs/${row.id}`);
      }
    }
  }
  function choose(id, isRange = false) {
    setEverything(false);
    const [from, to] = [rows.findIndex(row => row.id === anchor.current), rows.findIndex(row => row.id === id)];
    setChosen(old => {
      const next = new Set(old);
      if (isRange && from >= 0 && to >= 0) {
        rows.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(row => !row.hole && next.add(row.id));
      } else if (!next.delete(id)) {
        next.add(id);
      }
      return next;
    });
    anchor.current = id;
  }
  const clear = () => {
    setChosen(new Set());
    setEverything(false);
  };
  const open = row => {
    if (!row.hole) {
      setCurrent(row.id);
      openOver(`jobs/${row.id}`);
    }
  };
  useKey('j', 'Next row', () => step(1));
  useKey('k', 'Row before', () => step(-1));
  useKey('ArrowDown', '', () => (isBehind ? false : step(1)));
  useKey('ArrowUp', '', () => (isBehind ? false : step(-1)));
  useKey('Enter', 'Open the job', () => (at >= 0 && !isBehind ? open(rows[at]) : false));
  useKey('x', 'Select the row', () => (at >= 0 && !isBehind ? choose(current) : false));
  useKey('X', 'Select up to the row', () => (at >= 0 && !isBehind ? choose(current, true) : false));
  useKey('Escape', '', () => (chosen.size > 0 && !isBehind ? clear() : false));

  const waiting = feed.waiting.length;
  const fault = feed.error?.code === 'filter_invalid' ? null : feed.error;
  const isEmpty = !feed.loading && rows.length === 0 && waiting === 0 && !feed.error;
  const acts = ACTIONS.filter(one => can('bulk') && can(one.power));
  const select = { name: 'select', says: html`<span class="off-screen">Selected</span>`, width: '24px', cell: row => (row.hole ? '' : html`
    <input type="checkbox" aria-label=${`Select job ${row.id}`} tabindex="-1" checked=${everything || chosen.has(row.id)}
      onClick=${event => { event.stopPropagation(); choose(row.id, event.shiftKey); }} />`) };
  const shown = columns.map(column => ({
    ...column,
    width: column.name === 'error' && !widths.error ? 'minmax(160px, 1fr)' : `${widths[column.name] ?? column.width}px`,
    cell: row => (row.hole ? '' : column.cell(row)),
    class: row => column.name === 'state' && !row.hole && `state is-${row.state === 'running' && row.cancel_requested_at ? 'cancelling'
      : row.state}`,
    sorted: column.sort && sort.replace('-', '') === column.sort ? (sort.startsWith('-') ? 'descending' : 'ascending') : undefined,
  }));
  const keepColumns = next => {
    const said = next.join(',') === USUAL.join(',') ? '' : next.join(',');
    remember('jobs.columns', said || null);
    setNames(said || null);
  };
  return html`<div class="jobs">
    <div class="page-head"><h1 class="off-screen">Jobs</h1><${StateRail} query=${query} onQuery=${ask} />
      <span class="grow"></span>
      <div class="row-of nowrap">${waiting > 0 && !isBehind ? html`<button type="button" class="round fresh" onClick=${() => {
        feed.apply(); setToTop(n => n + 1); paint.now(); }}>
        ${number(waiting)}${feed.isFlooded ? '+' : ''} new</button>` : ''}
        <span class="quiet nowrap">${feed.total === null || query === '' ? '' : html`<span title=${
        exact(feed.total)}>≈ ${
        number(feed.total)}</span> match `}${feed.partial ? html`<${Partial} />` : ''}</span>
      <${SavedViews} search=${search} />
      <${Menu} label="Columns" items=${COLUMNS.map(column => ({
        says: column.says, checked: columns.includes(column),
        does: () => keepColumns(columns.includes(column) ? columns.filter(one => one !== column).map(one => one.name)
          : COLUMNS.filter(one => one === column || columns.includes(one)).map(one => one.name)),
      }))} /></div></div>
    ${fault && rows.length > 0 ? html`<${Trouble} error=${fault} retry=${reload} />` : ''}
    <section class=${feed.isStale || feed.error ? 'panel flush list-panel stale' : 'panel flush list-panel'} aria-label="Jobs">
      ${fault && rows.length === 0 ? html`<${Trouble} error=${fault} retry=${reload} />`
        : feed.loading && rows.length === 0 ? html`<${Loading} rows=${16} />`
        : isEmpty ? html`<${Nothing} query=${query} onQuery=${ask} />`
          : html`<${VirtualList} rows=${rows} idOf=${row => row.id} columns=${acts.length ? [select, ...shown] : shown} label="Jobs"
            total=${feed.next === null ? rows.length : null} current=${current} onCurrent=${setCurrent} toTop=${toTop}
            onOpen=${(row, event) => (row.hole ? null : event.target.matches('input') ? null
              : event.shiftKey || event.ctrlKey || event.metaKey ? choose(row.id, event.shiftKey) : open(row))}
            rowClass=${row => (everything || chosen.has(row.id) ? 'chosen' : feed.gone.has(row.id) ? 'gone' : '')}
            onHeld=${held => { state.current.held = held; calm(); }}
            onSeen=${(first, last, top) => { state.current.top = top; feed.look(first, last); calm(); }}
            head=${column => (column.name === 'select' ? column.says : html`<${HeaderCell} column=${column} sort=${sort} onSort=${setSort}
              width=${widths[column.name] ?? COLUMNS.find(one => one.name === column.name).width} onWidth=${width => {
                const next = { ...widths, [column.name]: width };
                setWidths(next);
                remember('jobs.widths', JSON.stringify(next));
              }} />`)} />`}
    </section>
    ${acts.length > 0 && (chosen.size > 0 || everything) ? html`<div class="bulk-bar" role="toolbar" aria-label="Selected jobs">
      <b>${everything ? 'All that match' : `${plural(chosen.size, 'job')} selected`}</b>
      ${everything || query === '' ? '' : html`<button type="button" class="plain link" onClick=${() => setEverything(true)}>
        select all ${feed.total === null ? '' : `≈ ${number(feed.total)} `}that match</button>`}
      <span class="grow"></span>
      ${acts.map(what => html`<button type="button" key=${what.action} class=${what.danger ? 'danger' : ''} onClick=${async () => {
        if (await askBulk(what, everything ? { query } : { ids: [...chosen] })) {
          clear();
        }
      }}>${what.says}…</button>`)}
      <button type="button" class="plain close" aria-label="Select nothing" onClick=${clear}>✕</button></div>` : ''}
    ${everything ? html`<p class="off-screen" role="status">All that match ${plain(query)} are selected</p>` : ''}</div>`;
}
