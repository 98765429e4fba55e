// A menu behind a button: arrows walk, Escape closes, a click elsewhere closes.
import { classes, html, useEffect, useId, useRef, useState } from '../html.js';

/**
 * `<${Menu} label="Actions" items=${[{ says: 'Cancel…', does: cancel, danger: true }]} />`; items that are false are left out.
 * @param {{ label: any, title?: string, items: (false | null | { says: any, does?: () => void, href?: string, danger?: boolean,
 *   checked?: boolean })[],
 *   class?: string, align?: 'start' | 'end' }} props
 */
export function Menu({ label, title, items, class: name, align = 'end' }) {
  const [open, set] = useState(false);
  const box = useRef(null);
  const id = useId();
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    box.current.querySelector('[role^=menuitem]')?.focus();
    const away = event => {
      if (!box.current.contains(event.target)) {
        set(false);
      }
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);
  function walk(event) {
    const all = [...box.current.querySelectorAll('[role^=menuitem]')];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      all[to % all.length]?.focus();
      event.preventDefault();
    } else if (event.key === 'Escape' && open) {
      close();
      event.stopPropagation();
      event.preventDefault();
    } else if (event.key === 'Tab') {
      set(false);
    }
  }
  function close() {
    set(false);
    box.current.querySelector('button').focus();
  }
  return html`<div class=${classes('menu', name)} ref=${box} onKeyDown=${walk}>
    <button type="button" aria-haspopup="menu" aria-expanded=${open} aria-controls=${id} title=${title}
      onClick=${() => set(!open)}>${label}</button>
    ${open ? html`<div class=${classes('items', align)} role="menu" id=${id}>
      ${items.filter(Boolean).map(item => (item.href
        ? html`<a role="menuitem" tabindex="-1" href=${item.href} onClick=${() => set(false)}>${item.says}</a>`
        : html`<button type="button" role=${item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'} aria-checked=${item.checked}
          tabindex="-1" class=${item.danger ? 'danger' : ''} onClick=${() => { close(); item.does(); }}>${item.says}</button>`))}
    </div>` : ''}</div>`;
}
