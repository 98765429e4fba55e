// A list of any length with some forty rows in the page: rows of one height, drawn where the window is.
import { classes, html, useEffect, useLayoutEffect, useRef, useState, vars } from '../html.js';

const MARGIN = 8;

/**
 * @param {{ rows: any[], idOf: (row: any) => string, columns: { name: string, says: any, cell: (row: any) => any, right?: boolean,
 *   width?: string }[],
 *   rowHeight?: number, label: string, total?: number | null, onNear?: (edge: 'top' | 'bottom') => void, current?: string | null,
 *   onCurrent?: (id: string) => void, onOpen?: (row: any) => void, rowClass?: (row: any) => string, onHeld?: (held: boolean) => void }}
 *   props
 *   `onNear` is told when an end comes into sight, to read more; `current` is the row that the keyboard is on; `onHeld` is told while the
 *   pointer or the focus is in the list, when its order must not change.
 */
export function VirtualList({
  rows, idOf, columns, rowHeight = 32, label, total = null, onNear, current = null, onCurrent, onOpen, rowClass = () => '',
  onHeld = () => {},
}) {
  const box = useRef(null);
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  const first = Math.max(0, Math.floor(seen.top / rowHeight) - MARGIN);
  const last = Math.min(rows.length, Math.ceil((seen.top + seen.height) / rowHeight) + MARGIN);
  const grid = columns.map(column => column.width ?? 'minmax(4rem, 1fr)').join(' ');

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

  useEffect(() => {
    if (last >= rows.length - MARGIN) {
      onNear?.('bottom');
    }
    if (first === 0) {
      onNear?.('top');
    }
  }, [first, last, rows.length]);

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

  return html`<div class="list" ref=${box} role="table" aria-label=${label} aria-rowcount=${total ?? rows.length} tabindex="0"
    onMouseEnter=${() => onHeld(true)} onMouseLeave=${() => onHeld(false)} onFocusIn=${() => onHeld(true)}
    onFocusOut=${() => onHeld(false)}>
    <div class="list-head" role="row" ref=${vars({ '--columns': grid })}>
      ${columns.map(column => html`<div role="columnheader" key=${column.name}
        class=${column.right ? 'right' : ''}>${column.says}</div>`)}</div>
    <div class="list-body" role="rowgroup" ref=${vars({ '--rows': rows.length, '--row-height': `${rowHeight}px`, '--columns': grid })}>
      ${rows.slice(first, last).map((row, i) => {
        const id = idOf(row);
        return html`<div role="row" key=${id} aria-rowindex=${first + i + 1} class=${classes('row', id === current
          && 'current', rowClass(row))}
          ref=${vars({ '--at': first + i })} onMouseDown=${() => onCurrent?.(id)}
          onClick=${event => !event.target.closest('a, button, input, label') && onOpen?.(row)}>
          ${columns.map(column => html`<div role="cell" key=${column.name}
            class=${column.right ? 'right' : ''}>${column.cell(row)}</div>`)}</div>`;
      })}</div></div>`;
}
