// Shortcuts: single letters while no field has the focus, and `g` then a letter for pages. Each can be read in the help sheet.
import { html, useEffect, useRef } from '../html.js';
import { remembered } from '../session.js';
import { show } from './dialog.js';

const bindings = new Map();
let prefix = null;
let forget = 0;

/** Whether single letters do something in this browser. */
export const keysAreOn = () => remembered('keys') !== 'off';

/**
 * Binds keys for as long as a component is there; the newest binding goes first.
 * @param {string} keys Such as `j`, `/`, `g o`, `Escape`, `Enter`.
 * @param {string} says For the help sheet; empty keeps it out of it.
 * @param {(event: KeyboardEvent) => void | boolean} does Gives false when it did nothing, so that the next one may.
 */
export function useKey(keys, says, does, { when = true } = {}) {
  const latest = useRef(does);
  latest.current = does;
  useEffect(() => {
    if (!when) {
      return undefined;
    }
    const binding = { says, does: event => latest.current(event) };
    bindings.set(keys, [binding, ...(bindings.get(keys) ?? [])]);
    return () => bindings.set(keys, bindings.get(keys).filter(one => one !== binding));
  }, [keys, says, when]);
}

/** Begins to listen; once per page. */
export function startKeys() {
  document.addEventListener('keydown', event => {
    const inField = event.target instanceof Element
      && event.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], [role=menu]');
    const inDialog = event.target instanceof Element && event.target.closest('dialog');
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || inDialog || (inField && event.key !== 'Escape')
      || (event.key.length === 1 && !keysAreOn())
      || (event.key === 'Enter' && event.target instanceof Element && event.target.closest('a, button, summary'))) {
      return;
    }
    const keys = prefix ? `${prefix} ${event.key}` : event.key;
    prefix = null;
    clearTimeout(forget);
    if (keys === 'g') {
      prefix = 'g';
      forget = setTimeout(() => {
        prefix = null;
      }, 1500);
      return;
    }
    for (const binding of bindings.get(keys) ?? []) {
      if (binding.does(event) !== false) {
        event.preventDefault();
        return;
      }
    }
  });
}

/** Shows every key that does something here. */
export const showKeys = () => show('Keyboard', () => html`<dl class="keys">
  ${[...bindings].filter(([, all]) => all[0]?.says).map(([keys, [{ says }]]) => html`<div key=${keys}>
    <dt>${keys.split(' ').map(key => html`<kbd>${NAMES[key] ?? key}</kbd>`)}</dt><dd>${says}</dd></div>`)}</dl>
  ${keysAreOn() ? '' : html`<p class="quiet">Single letters are switched off in the settings.</p>`}`);

const NAMES = { Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑', Enter: '⏎' };
