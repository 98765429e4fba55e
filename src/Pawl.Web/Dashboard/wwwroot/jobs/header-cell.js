// What stands over a column: its name, its order, and an edge to pull.
import { html, useRef } from '../html.js';

const LEAST = 40;
const STEP = 16;

/** @param {{ column: any, sort: string, onSort: (sort: string) => void, width: number, onWidth: (width: number) => void }} props */
export function HeaderCell({ column, sort, onSort, width, onWidth }) {
  const begin = useRef(null);
  const set = next => onWidth(Math.max(LEAST, Math.round(next)));
  const by = column.sort && sort.replace('-', '') === column.sort;
  return html`${column.sort
    ? html`<button type="button" class="plain sorts" title=${column.title ?? `Order by ${column.says.toLowerCase()}`}
      onClick=${() => onSort(sort === `-${column.sort}` ? column.sort : `-${column.sort}`)}>${column.says}${
        by ? html`<span aria-hidden="true">${sort.startsWith('-') ? ' ↓' : ' ↑'}</span>` : ''}</button>`
    : html`<span title=${column.title}>${column.says}</span>`}
    <span class="edge" role="separator" aria-orientation="vertical" aria-label=${`Width of ${column.says}`} aria-valuenow=${width}
      aria-valuemin=${LEAST}
      aria-valuemax="800" tabindex="0"
      onPointerDown=${event => {
        begin.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove=${event => begin.current && set(begin.current.width + event.clientX - begin.current.x)}
      onPointerUp=${() => { begin.current = null; }}
      onKeyDown=${event => {
        if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
          set(width + (event.key === 'ArrowRight' ? STEP : -STEP));
          event.preventDefault();
          event.stopPropagation();
        }
      }}></span>`;
}
