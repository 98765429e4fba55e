// Data of a page: read once, patched by the stream, painted at most four times a second.
import { api } from './api.js';
import { useEffect, useMemo, useRef, useState } from './html.js';
import { watch } from './stream.js';

const PAINT = 250;

// No answer, or none for now: asked again without anybody's doing.
const PASSING = [0, 502, 503, 504];
const AGAIN = 5_000;

/** Calls `paint` at most four times a second, and the last change is never lost. @param {() => void} paint */
export function slowly(paint, pace = PAINT) {
  let last = -Infinity;
  let timer = 0;
  const run = () => {
    timer = 0;
    last = performance.now();
    paint();
  };
  const ask = () => {
    timer ||= setTimeout(run, Math.max(0, pace - (performance.now() - last)));
  };
  ask.stop = () => {
    clearTimeout(timer);
    timer = 0;
  };
  ask.now = () => {
    ask.stop();
    run();
  };
  return ask;
}

/**
 * Things by id, that the stream may change hundreds of times a second.
 * @template T
 * @param {(thing: T) => string} idOf
 */
export function collection(idOf) {
  const things = new Map();
  const watchers = new Set();
  const changed = () => watchers.forEach(tell => tell());
  return {
    /** @param {Iterable<T>} all Replaces everything. */
    set(all) {
      things.clear();
      for (const thing of all) {
        things.set(idOf(thing), thing);
      }
      changed();
    },
    /** @param {T} thing Added, or laid over the one of the same id. */
    put(thing) {
      const id = idOf(thing);
      things.set(id, { ...things.get(id), ...thing });
      changed();
    },
    /** @param {string} id */
    remove(id) {
      if (things.delete(id)) {
        changed();
      }
    },
    /** @param {string} id @returns {T | undefined} */
    get: id => things.get(id),
    /** @param {string} id */
    has: id => things.has(id),
    /** @returns {T[]} */
    all: () => [...things.values()],
    get size() {
      return things.size;
    },
    /** @param {() => void} tell @returns {() => void} */
    subscribe(tell) {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
  };
}

/** Draws the component again when a collection changes, at most four times a second. */
export function useCollection(things) {
  const [, draw] = useState(0);
  useEffect(() => {
    const ask = slowly(() => draw(n => n + 1));
    const stop = things.subscribe(ask);
    return () => {
      stop();
      ask.stop();
    };
  }, [things]);
  return things;
}

/** Watches topics for as long as the component is there. @param {string | string[] | null} topics */
export function useLive(topics, tell, options = {}) {
  const latest = useRef(tell);
  latest.current = tell;
  const key = topics === null ? '' : [].concat(topics).join(',');
  useEffect(() => (key === '' ? undefined : watch(key.split(','), event => latest.current(event), options)), [key, options.query]);
}

/** @typedef {{ data: any, error: any, loading: boolean, stale: boolean, at: number | null, reload: () => void,
 *   set: (change: (data: any) => any) => void }} Data */

/**
 * Reads something of the API and keeps it fresh. What is shown stays while it is read again, and is `stale` when that fails.
 * @param {string | null} path Below `api/`; null reads nothing.
 * @param {{ query?: Record<string, any>, topics?: string | string[], apply?: (data: any, event: any) => any, every?: number,
 *   liveQuery?: string }} [options] `apply` gives the data after an event, or undefined when it must be read again; without it every
 *   event of the topics reads again, at most every 2 s. `every` reads again after so many milliseconds.
 * @returns {Data}
 */
export function useData(path, { query, topics = null, apply, every, liveQuery } = {}) {
  const key = path === null ? null : `${path} ${JSON.stringify(query ?? {})}`;
  const [, draw] = useState(0);
  const box = useMemo(() => ({
    data: undefined, error: null, loading: key !== null, stale: false, at: null, abort: null, later: 0,
  }), [key]);
  const paint = useMemo(() => slowly(() => draw(n => n + 1)), []);
  const read = useMemo(() => async () => {
    if (key === null) {
      return;
    }
    clearTimeout(box.later);
    box.abort?.abort();
    const abort = box.abort = new AbortController();
    try {
      const data = await api(path, { query, signal: abort.signal });
      Object.assign(box, { data, error: null, loading: false, stale: false, at: Date.now() });
    } catch (fault) {
      if (fault.name === 'AbortError') {
        return;
      }
      Object.assign(box, { error: fault, loading: false, stale: box.data !== undefined });
      if (PASSING.includes(fault.status)) {
        box.later = setTimeout(read, fault.retryAfter ?? AGAIN);
      }
    }
    paint.now();
  }, [key]);
  const again = useMemo(() => slowly(read, 2000), [key]);
  useEffect(() => {
    read();
    const timer = every ? setInterval(read, every) : 0;
    return () => {
      clearInterval(timer);
      clearTimeout(box.later);
      again.stop();
      box.abort?.abort();
    };
  }, [key, every]);
  useEffect(() => paint.stop, []);
  useLive(key === null ? null : topics, event => {
    if (event.name === 'reset') {
      again.now();
      return;
    }
    const next = apply && box.data !== undefined ? apply(box.data, event) : undefined;
    if (next === undefined) {
      again();
    } else {
      Object.assign(box, { data: next, stale: false, at: Date.now() });
      paint();
    }
  }, { query: liveQuery });
  return {
    ...box,
    reload: read,
    set: change => {
      box.data = change(box.data);
      paint();
    },
  };
}

/** Draws the component again so often, for ages and run times. @param {number} ms */
export function useTick(ms = 1000) {
  const [, draw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && draw(n => n + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
