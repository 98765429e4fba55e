// The rows of a list of jobs: pages read by cursor in both directions, and what the stream says of them.
// Rows keep their places while somebody points at them; what is new waits until it is asked for.
import { api } from '../api.js';
import { useEffect, useMemo, useRef, useState } from '../html.js';
import { slowly, useLive } from '../store.js';
import { learn } from './completion.js';

const FIRST = 100;
const MORE = 200;
const KEPT = 4_000;
const NEAR = 60;
// A list is open all night: when so many rows have come into it, or wait to be shown, it is read anew instead of growing.
const MOST_NEW = 1_000;
const MOST_READ = 500;

const number = id => (id === null || id === undefined ? null : BigInt(id));
const VALUES = {
  id: job => number(job.id), priority: job => Number(job.priority), run_at: job => job.run_at, created_at: job => job.created_at,
  ended_at: job => job.ended_at,
};

/** The order of the server. @param {string} sort Such as `-id`. */
function orderOf(sort) {
  const down = sort.startsWith('-');
  const value = VALUES[sort.replace('-', '')] ?? VALUES.id;
  const rank = (a, b) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1);
  return (a, b) => (rank(value(a), value(b)) || rank(number(a.id), number(b.id))) * (down ? -1 : 1);
}

class Feed {
  constructor(query, sort, changed, before) {
    Object.assign(this, {
      query, sort, changed, order: orderOf(sort), pages: [], next: null, error: null, loading: true, reading: false, partial: false,
        total: null,
      seen: [0, 40], calm: true, abort: new AbortController(), come: 0, isFlooded: false,
    });
    this.byId = new Map();
    this.missed = [];
    this.fresh = new Map();
    this.gone = new Set();
    // What was shown stays until there is something else to show.
    this.rows = before?.rows ?? [];
    this.isStale = false;
  }

  async ask(cursor, limit) {
    const list = await api('jobs', { query: { query: this.query, sort: this.sort, limit, cursor }, signal: this.abort.signal });
    learn(list.items);
    return list;
  }

  async begin() {
    try {
      const list = await this.ask(null, FIRST);
      this.pages = [{ cursor: null, rows: list.items, count: list.items.length }];
      Object.assign(this, {
        next: list.next_cursor, partial: list.partial, total: list.approx_total, error: null, isStale: false, come: 0, isFlooded: false,
      });
      this.fresh.clear();
      this.gone.clear();
    } catch (fault) {
      if (fault.name === 'AbortError') {
        return;
      }
      this.error = fault;
      this.isStale = this.rows.length > 0;
    }
    this.loading = false;
    if (this.pages.length > 0) {
      this.flatten();
    }
    // The page may be older than they are.
    this.missed.splice(0).forEach(event => this.tell(event));
  }

  /** What can be seen: reads what is missing around it and lets go of what is far. */
  look(first, last) {
    this.seen = [first, last];
    if (last >= this.rows.length - NEAR) {
      this.more();
    }
    let at = 0;
    for (const page of this.pages) {
      const end = at + page.count;
      if (!page.rows && end > first - NEAR && at < last + NEAR) {
        this.refill(page);
      } else if (page.rows && this.rows.length > KEPT && (end < first - KEPT / 4 || at > last + KEPT / 4)) {
        page.rows.forEach(row => this.byId.delete(row.id));
        page.rows = null;
        this.flatten();
      }
      at = end;
    }
  }

  async more() {
    if (this.reading || this.next === null || this.loading) {
      return;
    }
    this.reading = true;
    const { next: cursor, pages } = this;
    try {
      const list = await this.ask(cursor, MORE);
      if (pages !== this.pages) {
        return;   // it was read anew meanwhile
      }
      const rows = list.items.filter(row => !this.byId.has(row.id));
      this.pages.push({ cursor, rows, count: rows.length });
      this.next = list.next_cursor;
      this.partial ||= list.partial;
      this.flatten();
    } catch (fault) {
      if (fault.name !== 'AbortError') {
        this.error = fault;
        this.changed();
      }
    } finally {
      this.reading = false;
    }
  }

  async refill(page) {
    if (page.reading) {
      return;
    }
    page.reading = true;
    try {
      const list = await this.ask(page.cursor, Math.min(MOST_READ, Math.max(1, page.count)));
      page.rows = list.items.filter(row => !this.byId.has(row.id));
      page.count = page.rows.length;
      this.flatten();
    } catch (fault) {
      if (fault.name !== 'AbortError') {
        this.error = fault;
      }
    } finally {
      page.reading = false;
    }
  }

  flatten() {
    this.byId.clear();
    const rows = [];
    for (const [p, page] of this.pages.entries()) {
      for (let i = 0; i < page.count; i++) {
        const row = page.rows?.[i] ?? { id: `hole-${p}-${i}`, hole: true };
        rows.push(row);
        this.byId.set(row.id, { page, i });
      }
    }
    this.rows = rows;
    this.changed();
  }

  /** @param {any} event Of the stream. */
  tell(event) {
    const { name, data, exact } = event;
    if (this.loading) {
      this.missed.push(event);
      return;
    }
    if (this.pages.length === 0) {
      return;
    }
    if (name === 'reset') {
      this.again();
      return;
    }
    for (const job of data.upserts ?? []) {
      if (this.put(job)) {
        this.gone.delete(job.id);
      } else if (exact) {
        this.keep(job);
      } else {
        this.again();
      }
    }
    for (const id of data.removed ?? []) {
      this.fresh.delete(id);
      if (this.byId.has(id)) {
        this.gone.add(id);
      }
    }
    this.isStale = false;
    this.settle();
  }

  /** Until there is a place for it. */
  keep(job) {
    this.fresh.set(job.id, job);
    if (this.fresh.size > MOST_NEW) {
      this.fresh.delete(this.fresh.keys().next().value);
      this.isFlooded = true;
    }
  }

  put(job) {
    const place = this.byId.get(job.id);
    if (place?.page.rows) {
      place.page.rows[place.i] = job;
      this.dirty = true;
      return true;
    }
    return place !== undefined;
  }

  /** Reads the beginning and what can be seen again, without moving it. */
  async again() {
    this.asked ??= slowly(() => this.reread(), 2000);
    this.asked();
  }

  async reread() {
    try {
      const { pages, seen: [first, last] } = this;
      const list = await this.ask(null, Math.min(MOST_READ, Math.max(FIRST, Math.min(last, pages[0].count))));
      this.lay(list, this.rows);
      let at = pages[0].count;
      for (const page of pages.slice(1)) {
        const end = at + page.count;
        if (page.rows && page.count > 0 && end > first && at < last) {
          this.lay(await this.ask(page.cursor, Math.min(MOST_READ, page.count)), page.rows ?? []);
        }
        at = end;
      }
      Object.assign(this, { error: null, isStale: false, total: list.approx_total, partial: list.partial });
      this.settle();
    } catch (fault) {
      if (fault.name !== 'AbortError') {
        Object.assign(this, { error: fault, isStale: this.rows.length > 0 });
        this.changed();
      }
    }
  }

  /** What was read again, over what is shown of it. */
  lay(list, rows) {
    const ids = new Set(list.items.map(job => job.id));
    for (const job of list.items) {
      if (!this.put(job)) {
        this.keep(job);
      }
    }
    const last = list.items.at(-1);
    for (const row of rows) {
      if (!row.hole && !ids.has(row.id) && (last === undefined || list.next_cursor === null || this.order(row, last) <= 0)) {
        this.gone.add(row.id);
      }
    }
  }

  /** Those that are new and have a place among what was read. */
  get waiting() {
    const last = this.rows.at(-1);
    return [...this.fresh.values()].filter(job => this.next === null || !last || last.hole || this.order(job, last) < 0);
  }

  settle() {
    // When nothing is left of what was shown there is no place to keep.
    if (this.calm || (this.rows.length > 0 && this.gone.size === this.rows.length)) {
      this.apply();
    } else {
      if (this.dirty) {
        this.dirty = false;
        this.rows = this.rows.map(row => (row.hole ? row : this.at(row)));
      }
      this.changed();
    }
  }

  at(row) {
    const place = this.byId.get(row.id);
    return place?.page.rows?.[place.i] ?? row;
  }

  /** Puts what is new into its place and takes away what is gone. */
  apply() {
    if (this.isFlooded) {
      this.renew();   // what waits is not all that came
      return;
    }
    for (const job of this.waiting.sort(this.order)) {
      const page = this.pages.find(one => one.rows?.length && this.order(job, one.rows.at(-1)) < 0) ?? this.pages.at(-1);
      if (page?.rows) {
        const at = page.rows.findIndex(row => this.order(job, row) < 0);
        page.rows.splice(at < 0 ? page.rows.length : at, 0, job);
        this.come++;
        page.count = page.rows.length;
      }
    }
    for (const page of this.pages) {
      if (page.rows && this.gone.size > 0) {
        page.rows = page.rows.filter(row => !this.gone.has(row.id));
        page.count = page.rows.length;
      }
    }
    this.fresh.clear();
    this.gone.clear();
    this.dirty = false;
    this.flatten();
    if (this.come > MOST_NEW && this.calm) {
      this.renew();
    }
  }

  /** Reads the beginning afresh and lets go of all else; what is shown stays until then. */
  renew() {
    this.wanted = !this.calm;   // by a click
    this.renewing ??= slowly(() => {
      if (!this.loading && (this.calm || this.wanted)) {
        this.loading = true;
        this.begin();
      }
    }, 2000);
    this.renewing();
  }

  stop() {
    this.abort.abort();
    this.asked?.stop();
    this.renewing?.stop();
  }
}

/**
 * The jobs of a query, kept fresh.
 * @param {string} query @param {string} sort
 */
export function useFeed(query, sort) {
  const [, draw] = useState(0);
  const [round, setRound] = useState(0);
  const paint = useMemo(() => slowly(() => draw(n => n + 1)), []);
  const before = useRef(null);
  const feed = useMemo(() => new Feed(query, sort, paint, before.current), [query, sort, round]);
  before.current = feed;
  useEffect(() => {
    feed.begin().then(paint.now);
    return () => feed.stop();
  }, [feed]);
  useEffect(() => paint.stop, []);
  useLive('jobs', event => (event.name === 'reset' && feed.pages.length === 0 && !feed.loading ? feed.begin().then(paint.now)
    : feed.tell(event)), { query });
  return { feed, reload: () => setRound(n => n + 1), paint };
}
