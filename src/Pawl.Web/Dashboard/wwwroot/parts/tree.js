// JSON as a tree: numbers as they came, secrets as they come, long texts folded. Everything is text, nothing is a link but http(s).
import { plain } from '../format.js';
import { html, useState } from '../html.js';
import { Exact, write } from '../json.js';
import { CopyButton } from './copy.js';

const MANY = 50;
const LONG = 400;

/** `<${JsonTree} value=${job.payload} />` @param {{ value: any, open?: number }} props `open` is how many levels are unfolded at first. */
export const JsonTree = ({ value, open = 2 }) => html`<div class="tree">
  <${CopyButton} text=${() => write(value, 2)} label="Copy as JSON" /><${Value} value=${value} level=${0} open=${open} /></div>`;

function Value({ value, level, open }) {
  if (value === null || typeof value !== 'object' || value instanceof Exact) {
    return html`<${Leaf} value=${value} />`;
  }
  const isList = Array.isArray(value);
  const entries = isList ? value.map((one, i) => [String(i), one]) : Object.entries(value);
  return entries.length === 0 ? html`<span class="punct">${isList ? '[]' : '{}'}</span>`
    : html`<${Branch} entries=${entries} isList=${isList} level=${level} open=${open} />`;
}

function Branch({ entries, isList, level, open }) {
  const [all, setAll] = useState(false);
  const shown = all ? entries : entries.slice(0, MANY);
  return html`<details open=${level < open}>
    <summary><span class="punct">${isList ? `[${entries.length}]` : `{${entries.length}}`}</span></summary>
    <ul>${shown.map(([name, value]) => html`<li key=${name}><span class=${isList ? 'index' : 'name'}>${plain(name)}</span>: ${
      html`<${Value} value=${value} level=${level + 1} open=${open} />`}</li>`)}
    ${shown.length < entries.length ? html`<li><button type="button" class="plain link" onClick=${() => setAll(true)}>
      ${entries.length - shown.length} more</button></li>` : ''}</ul></details>`;
}

function Leaf({ value }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== 'string') {
    return html`<span class=${value instanceof Exact || typeof value === 'number' ? 'number' : 'word'}>${String(value)}</span>`;
  }
  if (value === '[redacted]') {
    return html`<span class="redacted">redacted</span>`;
  }
  const text = plain(whole ? value : value.slice(0, LONG));
  return html`<span class="string">"${safeLink(value) ? html`<a href=${value}
    target="_blank" rel="noopener noreferrer">${text}</a>` : text}"</span>
    ${!whole && value.length > LONG ? html` <button type="button" class="plain link" onClick=${() => setWhole(true)}>
      ${value.length - LONG} more characters</button>` : ''}`;
}

/** Whether a text is an address that may be a link. @param {string} text */
export const safeLink = text => {
  if (!/^https?:\/\/[^\s]+$/i.test(text) || text.length > 2_000) {
    return false;
  }
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
};
