// Names and colours of a chart, and what it says in a sentence.
import { html, vars } from '../html.js';

/** @param {{ items: { name: string, colour: string }[], off?: Set<string>, onToggle?: (name: string) => void }} props */
export const Legend = ({ items, off = new Set(), onToggle }) => html`<ul class="legend">
  ${items.map(item => html`<li key=${item.name}>${onToggle
    ? html`<button type="button" class="plain" aria-pressed=${!off.has(item.name)} onClick=${() => onToggle(item.name)}>
      <i ref=${vars({ '--dot': `var(${item.colour})` })}></i>${item.name}</button>`
    : html`<i ref=${vars({ '--dot': `var(${item.colour})` })}></i>${item.name}`}</li>`)}</ul>`;

/** What the lines say: last, least and most of each. */
export function summarise(lines, format) {
  return lines.map(({ name, values }) => {
    const known = values.filter(value => value !== null && value !== undefined);
    return known.length === 0 ? `${name}: nothing known`
      : `${name}: now ${format(known[known.length - 1])}, between ${format(Math.min(...known))} and ${format(Math.max(...known))}`;
  }).join('; ');
}
