// The log of an attempt: its tail, followed while one is at its end; at most 5,000 lines are kept in view.
import { api, call } from '../api.js';
import { clock, local, plain, size } from '../format.js';
import { classes, Component, html, useEffect, useMemo, useRef, useState } from '../html.js';
import { Trouble } from '../parts/panel.js';
import { toastError } from '../parts/toasts.js';
import { devMode } from '../session.js';
import { slowly, useLive } from '../store.js';
import { write } from '../json.js';

const KEPT = 5_000;
const BLOCK = 100;
const FEW = 12;
const TAIL = 600_000;
const LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical'];

/** @param {{ id: string, job: any, attempts: any[], attempt: number, onAttempt: (attempt: number) => void }} props */
export function Log({ id, job, attempts, attempt, onAttempt }) {
  const levels = devMode() ? LEVELS : LEVELS.slice(2);
  const [level, setLevel] = useState(levels[0]);
  const [, draw] = useState(0);
  const box = useRef(null);
  const follows = useRef(true);
  const paint = useMemo(() => slowly(() => draw(n => n + 1)), []);
  const bytes = Number(attempts.find(one => one.attempt === attempt)?.log_bytes ?? 0);
  const log = useMemo(() => ({ lines: [], next: 0, skipped: 0, ended: false, loading: true, error: null, abort: new AbortController() }),
    [id, attempt]);

  // Long logs are read from near their end; what a page begins with may be the rest of a line.
  async function read() {
    if (log.next === 0 && bytes > TAIL) {
      log.next = log.skipped = bytes - TAIL;
    }
    try {
      for (let more = true; more;) {
        const page = await api(`jobs/${id}/logs`, { query: { attempt, after: log.next, limit: 500 }, signal: log.abort.signal });
        more = page.items.length > 0 && Number(page.next_offset) > Number(log.next);
        add(page.items, page.next_offset);
        log.ended = page.ended;
      }
      log.error = null;
    } catch (fault) {
      if (fault.name === 'AbortError') {
        return;
      }
      log.error = fault;
    }
    log.loading = false;
    paint();
  }
  function add(items, next) {
    log.lines.push(...items.filter(line => Number(line.offset) >= Number(log.next)));
    if (log.lines.length > KEPT + BLOCK) {
      log.lines.splice(0, log.lines.length - KEPT);
      log.skipped = Number(log.lines[0].offset);
    }
    log.next = Math.max(Number(log.next), Number(next));
    paint();
  }
  useEffect(() => {
    follows.current = true;
    read();
    return () => log.abort.abort();
  }, [log]);
  useEffect(() => paint.stop, []);
  useLive(job.ended_at === null || !log.ended ? `log:${id}` : null, event => {
    if (event.name === 'reset') {
      read();
    } else if (Number(event.data.attempt) === attempt && !log.loading) {
      const first = event.data.items[0];
      if (first && Number(first.offset) > Number(log.next)) {
        read();   // something was missed in between
      } else {
        add(event.data.items, event.data.next_offset);
      }
    }
  });
  useEffect(() => {
    if (follows.current && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  });

  async function download() {
    try {
      const { data } = await call(`jobs/${id}/logs`, { query: { attempt }, headers: { Accept: 'text/plain' }, text: true });
      const url = URL.createObjectURL(new Blob([data ?? ''], { type: 'text/plain' }));
      const anchor = Object.assign(document.createElement('a'), { href: url, download: `job-${id}-attempt-${attempt}.log` });
      anchor.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (fault) {
      toastError(fault, 'Download');
    }
  }

  const least = LEVELS.indexOf(level);
  const lines = log.lines.filter(line => LEVELS.indexOf(line.level) >= least);
  const blocks = [];
  for (const line of lines) {
    const block = Math.floor(Number(line.offset) / 8_192);
    if (blocks.at(-1)?.block === block && blocks.at(-1).lines.length < BLOCK) {
      blocks.at(-1).lines.push(line);
    } else {
      blocks.push({ block, lines: [line] });
    }
  }
  return html`<section class="panel log" aria-label="Log"><header><h2>Log</h2><div class="aside">
      <label><span class="off-screen">Attempt</span><select value=${String(attempt)} onChange=${
        event => onAttempt(Number(event.target.value))}>
        ${attempts.map(one => html`<option key=${one.attempt} value=${String(one.attempt)}>attempt ${
          one.attempt}</option>`)}</select></label>
      <label><span class="off-screen">Least level</span><select value=${level} onChange=${event => setLevel(event.target.value)}>
        ${levels.map(one => html`<option key=${one} value=${one}>${one}</option>`)}</select></label>
      <button type="button" class="plain" onClick=${download}>Download</button></div></header>
    ${log.error ? html`<${Trouble} error=${log.error} retry=${read} />` : ''}
    ${log.skipped > 0 ? html`<p class="quiet small">The first ${size(log.skipped)} are not shown; <button type="button"
      class="plain link" onClick=${download}>download all</button>.</p>` : ''}
    <div class=${classes('log-lines mono', log.lines.length < FEW && 'bare')} ref=${box} tabindex="0" role="group"
      aria-label="Lines of the log" onScroll=${event => {
      const { scrollTop, scrollHeight, clientHeight } = event.target;
      follows.current = scrollHeight - scrollTop - clientHeight < 24;
    }}>${blocks.map(({ block, lines: some }) => html`<${Lines} key=${`${block}-${some[0].offset}`} lines=${some} />`)}
      ${lines.length === 0 && !log.loading ? html`<div class="quiet">${log.lines.length > 0 ? `No line of level ${
        level} or above.` : 'No line yet.'}</div>` : ''}</div></section>`;
}

// Lines never change: a block is drawn again only when it has grown.
class Lines extends Component {
  shouldComponentUpdate(next) {
    return next.lines.length !== this.props.lines.length;
  }

  render({ lines }) {
    return html`<div class="block">${lines.map(line => html`<div key=${line.offset} class=${classes('line', `at-${line.level}`)}>
      <time title=${local(line.at)}>${clock(line.at)}</time><span class="level">${LEVEL[line.level] ?? ''}</span>
      <span title=${Object.keys(line.fields ?? {}).length ? write(line.fields) : undefined}>${plain(line.message)}</span></div>`)}</div>`;
  }
}

const LEVEL = { trace: 'trc', debug: 'dbg', information: '', warning: 'wrn', error: 'err', critical: 'crt' };
