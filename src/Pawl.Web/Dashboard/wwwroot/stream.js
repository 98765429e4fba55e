// What happens on the server, as it happens: one stream for all tabs of a browser, passed on by the tab that leads.
import { address, api, mount } from './api.js';
import { readEvents } from './events.js';
import { parse } from './json.js';
import { joinTabs } from './leader.js';
import { topicOf } from './topics.js';

const QUIET = 250;
// A stream says hello at once; one that is held back on its way never does. Later it is never silent for longer than its heartbeat.
const SLOW = 3_000;
const SILENCE = 30_000;
const POLL = 5_000;
const BLURRED = 30_000;
const MOST_TOPICS = 20;

/** @typedef {{ name: string, data: any, id: string | null, exact: boolean }} LiveEvent */

const watchers = new Set();
const listeners = new Set();
const versions = new Set();
let tabs = null;
let connection = null;
let lastId = null;
let lastLife = 0;
let told = 'connecting';
let failures = 0;
let quiet = 0;
let firstVersion = null;
let paused = false;
let blurred = false;

/** What the header shows. `live` | `paused` | `connecting` | `polling`; `since` is of when the data are. */
export const status = { state: 'connecting', since: Date.now(), paused: false, wasLive: false };

const say = state => {
  status.state = state;
  listeners.forEach(tell => tell(status));
};

/** @param {(status: typeof status) => void} tell @returns {() => void} */
export function onStatus(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Calls back when the server is of another version than it was. @param {(version: string) => void} tell */
export function onVersion(tell) {
  versions.add(tell);
  return () => versions.delete(tell);
}

/**
 * Watches topics: `stats`, `health`, `jobs`, `queues`, `workers`, `schedules`, `failures`, `bulk`, `notices`, `job:901`, `log:901`.
 * An event `reset` means: read your data again. `exact` is false when events of `jobs` are not only of your query.
 * @param {string | string[]} topics
 * @param {(event: LiveEvent) => void} tell
 * @param {{ query?: string }} [options] For `jobs`: which.
 * @returns {() => void} Stops watching.
 */
export function watch(topics, tell, { query = '' } = {}) {
  const watcher = { topics: [].concat(topics).filter(Boolean), tell, query };
  watchers.add(watcher);
  changed();
  return () => {
    watchers.delete(watcher);
    changed();
  };
}

/** Pauses live updates by hand, or goes on. @param {boolean} [wanted] */
export function pause(wanted = !paused) {
  paused = wanted;
  status.paused = paused;
  look();
}

const isPaused = () => paused || blurred || document.visibilityState === 'hidden';

const wants = () => ({
  topics: [...new Set([...watchers].flatMap(watcher => watcher.topics))].sort(),
  queries: [...new Set([...watchers].filter(watcher => watcher.topics.includes('jobs')).map(watcher => watcher.query))],
});

function changed() {
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    tabs?.changed();
    connect();
  }, QUIET);
}

let wasPaused = false;

function look() {
  const now = isPaused();
  tabs?.changed();
  if (wasPaused && !now) {
    wasPaused = false;
    dispatch({ name: 'reset', data: { reason: 'back' }, id: null }, null);
  }
  wasPaused = now;
  say(now ? 'paused' : status.state !== 'paused' ? status.state : Date.now() - status.since < 3000 ? told : 'connecting');
}

/** Begins; once per page. @param {(leads: boolean) => void} [onLead] Told whether this tab has the stream of all. */
export function startStream(onLead = () => {}) {
  tabs = joinTabs(`pawl ${mount.pathname}`, {
    mayLead: () => document.visibilityState === 'visible' && !paused,
    wants,
    onLead: leads => {
      onLead(leads);
      if (leads) {
        connect();
      } else {
        disconnect();
      }
    },
    onWants: () => tabs?.leads && changed(),
    onMessage,
  });
  document.addEventListener('visibilitychange', look);
  let blur = 0;
  addEventListener('blur', () => {
    blur = setTimeout(() => {
      blurred = true;
      look();
    }, BLURRED);
  });
  addEventListener('focus', () => {
    clearTimeout(blur);
    blurred = false;
    look();
  });
  setInterval(watchAge, 1000);
  return tabs;
}

function watchAge() {
  if (tabs.leads && connection) {
    const silent = Date.now() - connection.heard;
    if (silent > SILENCE) {
      connection.abort.abort();   // nothing comes through it, and perhaps nobody is at its end: another one
    }
    if (told === 'polling' || failures > 1 || silent > (connection.said ? SILENCE : SLOW)) {
      poll();
    }
  }
  listeners.forEach(tell => tell(status));
}

let lastPoll = 0;

/** While there is no stream everything is read again and again, as long as the server answers. */
async function poll() {
  if (Date.now() - lastPoll < POLL) {
    return;
  }
  lastPoll = Date.now();
  const isDown = await api('ui-config').then(() => false, () => true);
  if (!tabs.leads || !connection || told === 'live') {
    return;
  }
  if (!isDown) {
    share('polling');
    publish('reset', '{"reason":"poll"}', null);
  } else if (told === 'polling') {
    share('connecting');
  }
}

/** The topics and the query of all tabs. */
function union() {
  const all = tabs.wants();
  const topics = [...new Set(all.flatMap(one => one.topics))].slice(0, MOST_TOPICS);
  const queries = [...new Set(all.flatMap(one => one.queries))];
  // A stream has one query; where tabs want different ones it has none, and each picks from all.
  return { topics, query: queries.length === 1 ? queries[0] : '' };
}

function connect() {
  if (!tabs?.leads) {
    return;
  }
  const want = union();
  const key = JSON.stringify(want);
  if (connection?.key === key) {
    return;
  }
  disconnect();
  if (want.topics.length > 0) {
    open(want, key);
  }
}

function disconnect() {
  connection?.abort.abort();
  clearTimeout(connection?.timer);
  connection = null;
}

function open(want, key) {
  const mine = { key, abort: new AbortController(), timer: 0, heard: Date.now(), said: false };
  connection = mine;
  const { topics, query } = want;
  readEvents(address('stream', { topics: topics.join(','), query: topics.includes('jobs') ? query : '', after: lastId }), {
    signal: mine.abort.signal,
    onAlive: () => {
      [failures, mine.heard, mine.said] = [0, Date.now(), true];
      if (mine.heard - lastLife > 900 || told !== 'live') {
        lastLife = Date.now();
        share('live');
      }
    },
    onEvent: (name, data, id) => {
      if (name === 'bye') {
        mine.pause = JSON.parse(data).retry_ms;
      } else {
        publish(name, data, id, query);
      }
    },
  }).then(end => again(mine, end), () => again(mine, { status: 0, retryAfter: null }));
}

/** The stream has ended: again after 1, 2, 4 … 30 s, each a little off, so that not all browsers come at once. */
function again(mine, { status: code, retryAfter }) {
  if (connection !== mine) {
    return;
  }
  if (code === 400 || code === 404) {
    lastId = null;   // the server does not know where we were: read afresh
    publish('reset', '{"reason":"unknown"}', null);
  }
  if (code === 401) {
    publish('signed_out', '{}', null);
    connection = null;
    return;
  }
  mine.heard = Infinity;   // it is known to be over; what comes next is waited for
  if (told !== 'polling') {
    share('connecting');
  }
  const backoff = Math.min(30_000, 1000 * 2 ** failures++) * (0.75 + Math.random() / 2);
  mine.timer = setTimeout(() => {
    connection = null;
    connect();
  }, retryAfter ?? mine.pause ?? backoff);
}

function publish(name, data, id, query = '') {
  const message = { kind: 'event', name, data, id, query };
  tabs.send(message);
  onMessage(message);
}

/** Tells all tabs how the stream is. */
function share(state) {
  const message = { kind: 'status', state };
  tabs.send(message);
  onMessage(message);
}

function onMessage(message) {
  if (message.kind === 'status') {
    told = message.state;
    if (told !== 'connecting') {
      status.since = Date.now();
      status.wasLive = true;
    }
    say(isPaused() ? 'paused' : message.state);
  } else if (message.kind === 'event') {
    lastId = message.id ?? lastId;
    if (message.name === 'hello') {
      greet(parse(message.data));
    } else if (!isPaused() || message.name === 'signed_out') {
      dispatch({ name: message.name, data: parse(message.data), id: message.id }, message.query);
    }
  }
}

function greet({ version, seq }) {
  if (lastId === null) {
    // The first stream begins with what comes now, and pages were read before: what came in between is told to nobody.
    lastId = seq ?? null;
    if (!isPaused()) {
      dispatch({ name: 'reset', data: { reason: 'began' }, id: null }, null);
    }
  }
  firstVersion ??= version;
  if (version !== firstVersion) {
    versions.forEach(tell => tell(version));
  }
}

function dispatch(event, query) {
  const topic = topicOf(event);
  for (const watcher of watchers) {
    if (topic === null || watcher.topics.includes(topic)
      || (event.name === 'token' && watcher.topics.some(one => one.startsWith('job:')))) {
      watcher.tell({ ...event, exact: query === null || query === watcher.query });
    }
  }
}
