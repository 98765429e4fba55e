// A plain table for lists of a page or less: sorts by a click, keeps its order while somebody points at it.
import { classes, html, useRef, useState } from '../html.js';

/**
 * `<${Table} rows=${queues} columns=${[{ name: 'name', says: 'Queue', cell: q => q.name, sort: q => q.name }]} idOf=${q => q.name} />`
 * @param {{ rows: any[], idOf: (row: any) => string, caption?: string, class?: string, first?: string, onOpen?: (row: any) => void,
 *   columns: { name: string, says: any, cell: (row: any) => any, sort?: (row: any) => any, right?: boolean, wide?: boolean, title?:
 *   string }[] }} props
 *   `first` is the column it is sorted by at first, with `-` before it for the other way round.
 */
export function Table({ rows, columns, idOf, caption, class: name, first = '', onOpen }) {
  const [by, setBy] = useState(first);
  const held = useRef(null);
  const column = columns.find(one => one.sort && one.name === by.replace('-', ''));
  let sorted = column ? [...rows].sort((a, b) => order(column.sort(a), column.sort(b)) * (by.startsWith('-') ? -1 : 1)) : rows;
  // A row must not run away from under the pointer.
  if (held.current) {
    const places = new Map(held.current.map((id, i) => [id, i]));
    sorted = [...sorted].sort((a, b) => (places.get(idOf(a)) ?? Infinity) - (places.get(idOf(b)) ?? Infinity));
  }
  const hold = () => {
    held.current = sorted.map(idOf);
  };
  const release = () => {
    held.current = null;
  };
  return html`<div class="scrolls" tabindex="0" role="group" aria-label=${caption}>
    <table class=${classes('table', name)} onMouseEnter=${hold} onMouseLeave=${release} onFocusIn=${hold} onFocusOut=${release}>
    ${caption ? html`<caption class="off-screen">${caption}</caption>` : ''}
    <thead><tr>${columns.map(one => html`<th scope="col" key=${one.name} title=${one.title} class=${classes(one.right && 'right', one.wide
      && 'wide')}
      aria-sort=${one === column ? (by.startsWith('-') ? 'descending' : 'ascending') : undefined}>${one.sort
        ? html`<button type="button" class="plain sorts" onClick=${() => {
          release();
          setBy(by === one.name ? `-${one.name}` : one.name);
        }}>${one.says}<span aria-hidden="true">${one === column ? (by.startsWith('-') ? '\u00a0↓' : '\u00a0↑') : ''}</span></button>`
        : one.says}</th>`)}</tr></thead>
    <tbody>${sorted.map(row => html`<tr key=${idOf(row)} class=${onOpen ? 'opens' : ''} onClick=${onOpen && (event => {
      if (!event.target.closest('a, button, input, select')) {
        onOpen(row);
      }
    })}>${columns.map(one => html`<td key=${one.name} class=${classes(one.right && 'right', one.wide
      && 'wide')}>${one.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

function order(a, b) {
  if (a === b) {
    return 0;
  }
  if (a === null || a === undefined) {
    return 1;
  }
  if (b === null || b === undefined) {
    return -1;
  }
  return typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : Number(a) - Number(b);
}
