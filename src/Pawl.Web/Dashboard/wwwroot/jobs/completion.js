// What may stand where the caret is: keys of the language, then the values that the key takes.
import { api } from '../api.js';
import { words } from '../format.js';
import { STATES } from '../parts/state.js';
import { quoted, termsOf } from './terms.js';

const KEYS = {
  'state:': 'one of the seven, or live, ended', 'is:': 'dead, cancelling, dismissed, stuck, degraded, rerun', 'type:': 'type, or a prefix*',
  'queue:': 'queue, or a prefix*', 'tag:': 'has that tag', 'tag.': 'tag.repo:acme/app', 'args.': 'value in the payload: args.user.id:42',
  'id:': 'number', 'worker:': 'worker', 'unique:': 'unique key', 'by:': 'who asked for it', 'batch:': 'batch', 'workflow:': 'workflow',
  'schedule:': 'schedule', 'parent:': 'parent job', 'wait:': 'why it waits', 'block:': 'why it is blocked', 'end:': 'why it was cancelled',
  'trigger:': 'manual, schedule, api, parent, recovery', 'category:': 'of the last error', 'code:': 'of the last error',
  'fingerprint:': 'group of failures', 'retryable:': 'true or false', 'stuck:': 'no progress for so long: 1h',
    'priority:': '50, >=50, 10..40',
  'attempt:': '2, >=2', 'older:': 'than 1h', 'newer:': 'than 7d', 'created:': '>2026-11-01, <2h, a..b', 'started:': 'as created',
  'ended:': 'as created', 'run_at:': 'as created',
};

const VALUES = {
  state: [...STATES, 'live', 'ended'],
  is: ['cancelling', 'dead', 'dismissed', 'stuck', 'degraded', 'rerun'],
  wait: ['delay', 'retry', 'snooze', 'rate_limit', 'circuit', 'continuation'],
  block: ['dependency', 'approval'],
  end: ['user', 'expired', 'dependency_failed', 'parent', 'superseded'],
  trigger: ['manual', 'schedule', 'api', 'parent', 'recovery'],
  category: [
    'network', 'timeout', 'rate_limited', 'quota_exhausted', 'provider_error', 'database_transient', 'lock_contention', 'circuit_open',
      'schema_missing', 'auth', 'resource_exhausted', 'internal', 'permission', 'configuration', 'not_found', 'invalid_input',
      'too_large', 'unsupported', 'content_policy', 'conflict', 'plan_invalid', 'dependency_failed', 'cancelled', 'interrupted', 'lost',
  ],
  retryable: ['true', 'false'],
  older: ['10m', '1h', '1d', '7d'], newer: ['10m', '1h', '1d', '7d'], stuck: ['10m', '1h'],
};

let names = null;

/** Types and queues, read once when somebody begins to type. */
export function readNames() {
  names ??= Promise.all(['types', 'queues'].map(path => api(path).then(list => list.items, () => [])))
    .then(([types, queues]) => {
      VALUES.type = types.map(one => one.type);
      VALUES.queue = queues.map(one => one.name);
    });
  return names;
}

/** Tags and error codes that were seen in lists. @param {any[]} jobs */
export function learn(jobs) {
  for (const job of jobs) {
    for (const [tag, value] of Object.entries(job.tags ?? {})) {
      add('tag', tag);
      add(`tag.${tag}`, String(value));
    }
    if (job.error) {
      add('category', job.error.category);
      add('code', job.error.code);
    }
  }
}

function add(key, value) {
  const known = VALUES[key] ??= [];
  if (value && known.length < 200 && !known.includes(value)) {
    known.push(value);
  }
}

/**
 * What may come at the caret.
 * @param {string} text @param {number} caret
 * @returns {{ from: number, to: number, items: { text: string, says: string }[] } | null}
 */
export function complete(text, caret) {
  const term = termsOf(text).find(one => one.from <= caret && caret <= one.to);
  const from = term ? term.from + (term.not ? 1 : 0) : caret;
  const typed = text.slice(from, caret);
  const colon = typed.indexOf(':');
  const to = term ? term.to : caret;
  if (typed.startsWith('"')) {
    return null;
  }
  if (colon < 0) {
    const tags = typed.startsWith('tag.') ? Object.keys(VALUES).filter(key => key.startsWith('tag.')).map(key => [`${key}:`, 'tag']) : [];
    const items = [...tags, ...Object.entries(KEYS)].filter(([key]) => key.startsWith(typed) && key !== typed)
      .map(([key, says]) => ({ text: key, says }));
    return items.length > 0 ? { from, to, items } : null;
  }
  const [key, value] = [typed.slice(0, colon), typed.slice(colon + 1)];
  const part = value.slice(value.lastIndexOf(',') + 1);
  const begin = from + colon + 1 + (value.length - part.length);
  const items = (VALUES[key] ?? []).filter(one => one.toLowerCase().includes(part.toLowerCase()) && one !== part)
    .sort((a, b) => Number(b.startsWith(part)) - Number(a.startsWith(part)))
    .map(one => ({ text: quoted(one), says: one.includes('_') ? words(one) : '' }));
  return items.length > 0 ? { from: begin, to, items } : null;
}
