// Who looks, and what he may do: read once, at the beginning.
import { api } from './api.js';
import { setClock, setZone, term } from './format.js';

/** What `ui-config` says. `can` tells which buttons are there; the server refuses regardless. */
export const session = {
  version: '', actor: '', role: 'viewer', can: [], scope: { queues: null, types: null }, dev_mode: false, store: '', links: [],
  limits: { bulk: 10_000 }, server_time: '',
};

/** @param {string} power Such as `cancel`, `retry`, `bulk`, `pause`, `recover`, `limits`, `keys`. */
export const can = power => session.can.includes(power);

/** Whether what only developers want is shown: switched on in the settings of this browser, or by the server. */
export const devMode = () => session.dev_mode || remembered('dev') === 'on';

/** How long an ended job is kept unless its type says otherwise, for the end of a sentence. */
export const keptFor = () => (session.limits.retention_ms ? ` (${term(session.limits.retention_ms)})` : '');

/** Reads who we are. */
export async function readSession() {
  Object.assign(session, await api('ui-config'));
  setClock(session.server_time);
  setZone(remembered('zone') ?? undefined);
}

/** Something kept in this browser. @param {string} name */
export function remembered(name) {
  try {
    return localStorage.getItem(`pawl.${name}`);
  } catch {
    return null;
  }
}

/** Keeps something in this browser; null forgets it. @param {string} name @param {string | null} value */
export function remember(name, value) {
  try {
    if (value === null) {
      localStorage.removeItem(`pawl.${name}`);
    } else {
      localStorage.setItem(`pawl.${name}`, value);
    }
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}
