// Everything that can be shared is in the address: the page, the query, the open job, the tab, the time window.
import { link, mount } from './api.js';
import { createContext, useContext, useEffect, useState } from './html.js';

const watchers = new Set();
const base = mount.pathname;

const read = () => ({
  path: location.pathname.startsWith(base) ? location.pathname.slice(base.length).replace(/\/+$/, '') : null,
  search: location.search,
  hash: location.hash,
  behind: history.state?.behind ?? null,
});

let here = read();
const moved = () => {
  here = read();
  watchers.forEach(tell => tell(here));
};

addEventListener('popstate', moved);

/**
 * Goes to a page of ours.
 * @param {string} to Below the mount, such as `jobs?query=state:failed`.
 * @param {{ replace?: boolean, behind?: string | null }} [options] `behind` is the page over which this one opens as a drawer.
 */
export function go(to, { replace = false, behind = null } = {}) {
  history[replace ? 'replaceState' : 'pushState']({ behind }, '', link(to));
  if (!replace && behind === null) {
    scrollTo(0, 0);
  }
  moved();
}

/** Opens a job over the page that is there; back closes it. @param {string} to Such as `jobs/901`. */
export function openOver(to) {
  go(to, { behind: here.behind ?? here.path + here.search, replace: here.behind !== null });
}

/** Closes what lies over a page. */
export function closeOver() {
  if (here.behind !== null) {
    history.back();
  }
}

/** What a page takes for its own address: that of a page behind a drawer is not the one in the address bar. */
export const Place = createContext({ path: '', search: '', isBehind: false });

/** Where we are; draws again when that changes. */
export function useLocation() {
  const [where, set] = useState(here);
  useEffect(() => {
    const tell = now => set(now);
    watchers.add(tell);
    set(here);
    return () => watchers.delete(tell);
  }, []);
  return where;
}

/** A parameter of an address. @param {string} search @param {string} name */
export const param = (search, name) => new URLSearchParams(search).get(name);

/**
 * A part of the state that lives in the address: `const [query, setQuery] = useParam('query', '')`.
 * Setting it replaces the entry of the history unless `push` is given; the usual value is left out of the address.
 * @param {string} name @param {string} usual
 * @returns {[string, (value: string | null, options?: { push?: boolean }) => void]}
 */
export function useParam(name, usual = '') {
  const { search } = useContext(Place);
  const value = param(search, name) ?? usual;
  return [value, (next, { push = false } = {}) => setParams({ [name]: next === usual ? null : next }, { push })];
}

/** Sets several parameters at once; null takes one away. @param {Record<string, string | null>} values */
export function setParams(values, { push = false } = {}) {
  const params = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === '') {
      params.delete(name);
    } else {
      params.set(name, value);
    }
  }
  const search = params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  if (`?${search}` !== location.search && (search || location.search)) {
    history[push ? 'pushState' : 'replaceState'](history.state, '', location.pathname + (search ? `?${search}` : '') + location.hash);
    moved();
  }
}

/** Follows links to our own pages without loading anew. */
export function catchLinks() {
  document.addEventListener('click', event => {
    const anchor = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (!anchor || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
      || anchor.target || anchor.hasAttribute('download') || anchor.origin !== location.origin
      || !anchor.pathname.startsWith(base) || anchor.pathname.startsWith(`${base}api/`)) {
      return;
    }
    event.preventDefault();
    const to = anchor.pathname.slice(base.length) + anchor.search + anchor.hash;
    if (anchor.dataset.over !== undefined) {
      openOver(to);
    } else {
      go(to);
    }
  });
}

/** Whether a path has the form of a template such as `jobs/:id`; its parts if so. @returns {Record<string, string> | null} */
export function match(template, path) {
  const [wanted, parts] = [template.split('/'), path.split('/')];
  if (wanted.length !== parts.length) {
    return null;
  }
  const found = {};
  for (let i = 0; i < parts.length; i++) {
    if (wanted[i].startsWith(':')) {
      try {
        found[wanted[i].slice(1)] = decodeURIComponent(parts[i]);
      } catch {
        return null;
      }
      if (parts[i] === '') {
        return null;
      }
    } else if (wanted[i] !== parts[i]) {
      return null;
    }
  }
  return found;
}
