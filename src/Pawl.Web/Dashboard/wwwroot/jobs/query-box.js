// The box for the query: it keeps its own text, completes it, and underlines what the server could not read.
import { plain } from '../format.js';
import { classes, html, useEffect, useId, useLayoutEffect, useRef, useState } from '../html.js';
import { useKey } from '../parts/keyboard.js';
import { complete, readNames } from './completion.js';

const QUIET = 250;
const MOST = 12;

/** @param {{ value: string, error: any, onQuery: (query: string) => void }} props `error` is the refusal of the query that is shown. */
export function JobQueryBox({ value, error, onQuery }) {
  const field = useRef(null);
  const mirror = useRef(null);
  const [text, setText] = useState(value);
  const [offer, setOffer] = useState(null);
  const [at, setAt] = useState(-1);
  const timer = useRef(0);
  const after = useRef(null);
  const sent = useRef(value);
  const echoes = useRef([]);
  const chosen = useRef(null);
  const turn = useRef(0);
  const id = useId();

  // Another query came from elsewhere: a state was clicked, a view was opened, somebody went back. One of our own may come back late, when
  // more has been typed and sent.
  useEffect(() => {
    const own = echoes.current.indexOf(value);
    echoes.current.splice(0, value === sent.current ? Infinity : own + 1);
    if (value !== sent.current && own < 0) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useKey('/', 'Query', () => {
    field.current.focus();
    field.current.select();
  });

  function send(next, pause = QUIET) {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = next.trim();
      echoes.current.push(sent.current);
      onQuery(sent.current);
    }, pause);
  }

  function look() {
    chosen.current = null;
    show();
  }

  // Names may come when somebody has gone down the list already: what he stands on stays chosen.
  function show() {
    const { value: now, selectionStart } = field.current ?? {};
    const found = field.current && document.activeElement === field.current ? complete(now, selectionStart) : null;
    const items = found?.items.slice(0, MOST) ?? [];
    setOffer(found && { ...found, items });
    setAt(items.findIndex(item => item.text === chosen.current));
  }

  function lookAndLearn() {
    const mine = ++turn.current;
    look();
    readNames().then(() => mine === turn.current && show());
  }

  // Names that come later do not open it again.
  function shut() {
    turn.current++;
    setOffer(null);
  }

  function onInput(event) {
    setText(event.target.value);
    send(event.target.value);
    lookAndLearn();
  }

  function take(item) {
    const done = item.text.endsWith(':') || item.text.endsWith('.');
    const rest = text.slice(offer.to).replace(/^\s+/, '');
    const next = `${text.slice(0, offer.from)}${item.text}${done ? '' : ' '}${rest}`;
    const caret = offer.from + item.text.length + (done ? 0 : 1);
    setText(next);
    send(next, done ? QUIET : 0);
    after.current = caret;
  }

  // The caret goes behind what was taken before the next key arrives.
  useLayoutEffect(() => {
    if (after.current !== null) {
      field.current.focus();
      field.current.setSelectionRange(after.current, after.current);
      after.current = null;
      look();
    }
  }, [text]);

  function onKeyDown(event) {
    const count = offer?.items.length ?? 0;
    if (event.key === 'Escape') {
      if (offer) {
        shut();
      } else {
        field.current.blur();
      }
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (count > 0) {
        const next = event.key === 'ArrowDown' ? (at + 1) % count : (at <= 0 ? count : at) - 1;
        chosen.current = offer.items[next].text;
        setAt(next);
      } else {
        look();
      }
      event.preventDefault();
    } else if ((event.key === 'Enter' || event.key === 'Tab') && at >= 0 && count > 0) {
      take(offer.items[at]);
      event.preventDefault();
    } else if (event.key === 'Tab' && count === 1) {
      take(offer.items[0]);
      event.preventDefault();
    } else if (event.key === 'Enter') {
      send(text, 0);
      shut();
    }
  }

  // Shown only while the text is still the one that was refused.
  const fault = error?.code === 'filter_invalid' && sent.current === text.trim() ? error : null;
  const position = fault ? Math.min(Number(fault.problem.position ?? 0), Math.max(0, text.length - 1)) : 0;
  const end = fault ? position + Math.max(1, (text.slice(position).match(/^\S+/)?.[0] ?? '').length) : 0;
  return html`<div class="query query-box" role="search">
    <div class="mirror" aria-hidden="true" ref=${mirror}>${fault
      ? html`<span>${text.slice(0, position)}</span><mark>${text.slice(position, end)}</mark>` : ''}</div>
    <input ref=${field} type="search" role="combobox" aria-label="Find jobs" aria-expanded=${offer !== null} aria-controls=${`${id}-list`}
      aria-autocomplete="list" aria-activedescendant=${at >= 0 ? `${id}-${at}` : undefined} aria-invalid=${fault !== null}
      aria-describedby=${fault ? `${id}-fault` : undefined} placeholder="Find jobs: state:failed type:mail.* …   /" autocomplete="off"
      spellcheck=${false} value=${text} onInput=${onInput} onKeyDown=${onKeyDown} onClick=${lookAndLearn} onFocus=${lookAndLearn}
      onBlur=${shut} onScroll=${() => { mirror.current.scrollLeft = field.current.scrollLeft; }} />
    ${offer ? html`<ul class="offer" role="listbox" id=${`${id}-list`} aria-label="Completions">${offer.items.map((item, i) => html`
      <li key=${item.text} role="option" id=${`${id}-${i}`} aria-selected=${i === at} class=${classes(i === at && 'on')}
        onMouseDown=${event => { event.preventDefault(); take(item); }}><b>${plain(item.text)}</b><span class="quiet">${
          item.says}</span></li>`)}</ul>`
    : html`<ul class="offer" hidden role="listbox" id=${`${id}-list`} aria-label="Completions"></ul>`}
    ${fault && !offer ? html`<p class="fault" id=${`${id}-fault`} role="alert">${plain(fault.message)}</p>` : ''}</div>`;
}
