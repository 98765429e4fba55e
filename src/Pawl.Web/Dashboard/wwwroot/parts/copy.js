// Copies text. A page on plain http has no clipboard, so a selected field does it there.
import { curl } from '../api.js';
import { html, useState } from '../html.js';
import { announce } from './status.js';

/** @param {string} text @returns {Promise<boolean>} */
export async function copy(text) {
  const done = await viaClipboard(text) || viaField(text);
  announce(done ? 'Copied' : 'Could not copy');
  return done;
}

async function viaClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function viaField(text) {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'off-screen';
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}

/** A small button that copies a text. `label` is what it is called for those who do not see it. */
export function CopyButton({ text, label = 'Copy', children }) {
  const [done, set] = useState(false);
  return html`<button type="button" class="plain copy" title=${label} aria-label=${label}
    onClick=${async () => {
      set(await copy(typeof text === 'function' ? text() : text));
      setTimeout(() => set(false), 1200);
    }}>${children ?? html`<${Icon} done=${done} />`}${children && done ? ' ✓' : ''}</button>`;
}

const Icon = ({ done }) => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
  ${done ? html`<path d="M3 8.5l3.5 3.5L13 4.5" />` : html`<path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />`}</svg>`;

/** Copies the request behind a button for a shell. `<${Curl} path="jobs/901/cancel" method="POST" body=${{}} />` */
export const Curl = ({ path, children = 'curl', ...options }) => html`
  <${CopyButton} text=${() => curl(path, options)} label="Copy as curl">${children}<//>`;
