// A list of any length with some thirty rows in the page: rows of one height, drawn where the window is.
import { classes, html, useEffect, useLayoutEffect, useRef, useState, vars } from '../html.js';

const MARGIN = 2;

/**
 * @param {{ rows: any[], idOf: (row: any) => string, columns: { name: string, says: any, cell: (row: any) => any, right?: boolean,
 *   width?: string, class?: (row: any) => string | false }[], rowHeight?: number, label: string, total?: number | null, top?: boolean,
 *   onSeen?: (first: number, last: number, top: number) => void, current?: string | null, onCurrent?: (id: string) => void,
 *   onOpen?: (row: any, event: MouseEvent) => void, rowClass?: (row: any) => string, onHeld?: (held: boolean) => void,
 *   head?: (column: any) => any, toTop?: number }} props
 *   `onSeen` is told which rows are drawn, to read more of them; `current` is the row that the keyboard is on; `onHeld` is told while the
 *   pointer or the focus is in the list, when its order must not change; `head` draws what stands over a column; `toTop` scrolls up when
 *   it changes.
 */
export function VirtualList({
  rows, idOf, columns, rowHeight = 32, label, total = null, onSeen, current = null, onCurrent, onOpen, rowClass = () => '',
    onHeld = () => {},
  head = column => column.says, toTop = 0,
}) {
  const box = useRef(null);
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  const first = Math.max(0, Math.floor(seen.top / rowHeight) - MARGIN);
  const last = Math.min(rows.length, Math.ceil((seen.top + seen.height) / rowHeight) + MARGIN);
  const grid = columns.map(column => column.width ?? 'minmax(4rem, 1fr)').join(' ');
  const held = useRef({ pointer: false, focus: false });
  const hold = change => {
    Object.assign(held.current, change);
    onHeld(held.current.pointer || held.current.focus);
  };

  useLayoutEffect(() => {
    const element = box.current;
    const look = () => setSeen(old => (old.top === element.scrollTop && old.height === element.clientHeight
      ? old
      : { top: element.scrollTop, height: element.clientHeight }));
    look();
    element.addEventListener('scroll', look, { passive: true });
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      sizes.disconnect();
    };
  }, []);

  useEffect(() => onSeen?.(first, last, seen.top), [first, last, rows.length, seen.top === 0]);
  useEffect(() => {
    if (toTop > 0) {
      box.current.scrollTop = 0;
    }
  }, [toTop]);
  useEffect(() => {
    const at = current === null ? -1 : rows.findIndex(row => idOf(row) === current);
    if (at >= 0) {
      const [top, element] = [at * rowHeight, box.current];
      if (top < element.scrollTop) {
        element.scrollTop = top;
      } else if (top + rowHeight > element.scrollTop + element.clientHeight - rowHeight) {
        element.scrollTop = top + 2 * rowHeight - element.clientHeight;
      }
    }
  }, [current]);

  return html`<div class="list" ref=${box} role="table" aria-label=${label} aria-rowcount=${total ?? -1} tabindex="0"
    onMouseEnter=${() => hold({ pointer: true })} onMouseLeave=${() => hold({ pointer: false })}
    onFocusIn=${event => hold({ focus: event.target.matches(':focus-visible') })} onFocusOut=${() => hold({ focus: false })}>
    <div class="list-head" role="rowgroup"><div role="row" ref=${vars({ '--columns': grid })}>
      ${columns.map(column => html`<div role="columnheader" key=${column.name} class=${column.right ? 'right' : ''} aria-sort=${
        column.sorted}>${
        head(column)}</div>`)}</div></div>
    <div class="list-body" role="rowgroup" ref=${vars({ '--rows': rows.length, '--row-height': `${rowHeight}px`, '--columns': grid })}>
      ${rows.slice(first, last).map((row, i) => {
        const id = idOf(row);
        return html`<div role="row" key=${id} aria-rowindex=${first + i + 2} class=${classes('row', id === current && 'current',
          rowClass(row))}
          ref=${vars({ '--at': first + i })} onMouseDown=${() => onCurrent?.(id)}
          onClick=${event => !event.target.closest('a, button, label') && onOpen?.(row, event)}>
          ${columns.map(column => html`<div role="cell" key=${column.name} class=${classes(column.right && 'right', column.class?.(row))}>${
            column.cell(row)}</div>`)}</div>`;
      })}</div></div>`;
}
