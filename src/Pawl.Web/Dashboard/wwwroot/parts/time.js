// Times, lengths and numbers with everything exact on hover; a click copies it.
import { ago, allTimes, duration, exact, now, number, plain } from '../format.js';
import { html } from '../html.js';
import { useTick } from '../store.js';
import { copy } from './copy.js';

/** `12 s ago`; goes on by itself. `<${Ago} time=${job.created_at} />` */
export function Ago({ time, none = '–' }) {
  useTick(1000);
  return time ? html`<time class="copies" datetime=${time} title=${allTimes(time)} onClick=${() => copy(time)}>${ago(time)}</time>` : none;
}

/** How long something has gone on, or went on. `<${Lasting} from=${a.started_at} to=${a.ended_at} />` */
export function Lasting({ from, to = null }) {
  useTick(to ? 60_000 : 1000);
  return from ? html`<span title=${allTimes(from)}>${duration((to ? Date.parse(to) : now()) - Date.parse(from))}</span>` : '–';
}

/** A number with all digits on hover. */
export const Num = ({ value, estimated = false }) => html`<span class="num" title=${exact(value)}>${number(value, estimated)}</span>`;

/** A text of somebody else. */
export const Text = ({ of }) => plain(of);
