// The frame of all pages: rail, header, the page, and the job that lies over it.
import { link } from './api.js';
import { classes, html, useEffect, useErrorBoundary, useRef, useState, vars } from './html.js';
import { pages } from './pages.js';
import { Header } from './parts/header.js';
import { Following } from './parts/following.js';
import { useKey, showKeys } from './parts/keyboard.js';
import { Rail } from './parts/rail.js';
import { StatusRegion } from './parts/status.js';
import { Toasts } from './parts/toasts.js';
import { Waiting } from './parts/waiting.js';
import { closeOver, go, match, Place, useLocation } from './router.js';
import { pause } from './stream.js';
import { setTheme, theme } from './theme-choice.js';
import { setPageTitle } from './title.js';

/** The page at an address. @param {string | null} path */
export function find(path) {
  for (const page of pages) {
    const params = path === null ? null : match(page.at, path);
    if (params) {
      return { page, params };
    }
  }
  return null;
}

const NOWHERE = { page: { view: Nowhere, name: 'No such page', at: '' }, params: {} };

export function Frame() {
  const where = useLocation();
  const behind = where.behind === null ? null : split(where.behind);
  const ground = behind ?? where;
  const found = find(ground.path) ?? NOWHERE;
  const over = behind ? find(where.path) : null;
  Shortcuts();
  return html`<a class="skip" href="#main">Skip to the page</a>
    <${Rail} pages=${pages} path=${ground.path} />
    <${Header} page=${found.page} />
    <main id="main" tabindex="-1">
      <${Waiting} />
      <${Place.Provider} value=${{ path: ground.path, search: ground.search, isBehind: over !== null }}>
        <${Shown} key=${found.page.at + JSON.stringify(found.params)} found=${found} isOver=${false} titled=${!over} /><//>
    </main>
    ${over ? html`<${Place.Provider} value=${{ path: where.path, search: where.search, isBehind: false }}>
      <${Drawer} found=${over} path=${where.path} /><//>` : ''}
    <${Following} /><${Toasts} /><${StatusRegion} />`;
}

const split = address => {
  const at = address.indexOf('?');
  return at < 0 ? { path: address, search: '' } : { path: address.slice(0, at), search: address.slice(at) };
};

function Shown({ found: { page, params }, isOver, titled }) {
  const [error, reset] = useErrorBoundary(fault => console.error(fault));
  useEffect(() => {
    if (titled) {
      setPageTitle(page.title?.(params) ?? page.name);
    }
  }, [titled, page, JSON.stringify(params)]);
  return error
    ? html`<div class="trouble" role="alert"><strong>This page broke.</strong><span class="quiet">${String(error)}</span>
      <button type="button" onClick=${reset}>Draw it again</button></div>`
    : html`<${page.view} params=${params} isOver=${isOver} />`;
}

/** What lies over a page; Escape and back close it, and the focus goes back to where it was. */
function Drawer({ found, path }) {
  const box = useRef(null);
  const [width, setWidth] = useState(null);
  useKey('Escape', '', closeOver);
  useKey('F', '', () => go(path));
  useKey('f', 'Job as a full page', () => go(path));
  useEffect(() => {
    const before = document.activeElement;
    box.current.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
  return html`<aside class="drawer" ref=${element => {
    box.current = element;
    if (width) {
      vars({ '--drawer': width })(element);
    }
  }} tabindex="-1" aria-label="Job">
    <div class="drawer-bar">
      <button type="button" class="plain" title="Full page (F)" aria-label="Show as a full page" onClick=${() => go(path)}>
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M9.5 2.5h4v4M6.5 13.5h-4v-4M13 3L9 7M3 13l4-4" /></svg></button>
      <button type="button" class="plain close" title="Close (Esc)" aria-label="Close" onClick=${closeOver}>✕</button></div>
    <${Shown} key=${path} found=${found} isOver=${true} titled=${true} /></aside>`;
}

function Shortcuts() {
  useKey('?', 'This sheet', showKeys);
  useKey('L', 'Pause or go on with live updates', () => pause());
  useKey('t', 'Light or dark', () => setTheme(theme() === 'dark' ? 'light' : 'dark'));
  for (const page of pages.filter(one => one.key)) {
    useKey(`g ${page.key}`, page.name, () => go(page.at));
  }
}

function Nowhere() {
  return html`<div class="nowhere"><h1>No such page</h1><p>There is nothing at this address.</p><a
    href=${link('')}>To the overview</a></div>`;
}
