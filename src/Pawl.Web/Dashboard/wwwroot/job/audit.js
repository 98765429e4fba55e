// For admins: what people did with a job. The trail is that of everything and is read in its order, so it is read when it is asked for,
// from the time at which the job was made.
import { api } from '../api.js';
import { number, plain, words } from '../format.js';
import { html, useState } from '../html.js';
import { Trouble } from '../parts/panel.js';
import { Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';

const PAGE = 500;
const MOST_PAGES = 20;

const entriesAfter = async (after, limit) => (await api('audit', { query: { after, limit } })).items;

/** The number before the first entry of a time or later: steps that double, then halves. @param {string} time */
async function before(time) {
  const isLater = async at => {
    const [next] = await entriesAfter(at, 1);
    return next === undefined || next.at >= time;
  };
  let [low, step] = [0, 1_000];
  if (await isLater(low)) {
    return low;
  }
  while (!await isLater(low + step)) {
    [low, step] = [low + step, step * 2];
  }
  for (let high = low + step; high - low > 1;) {
    const middle = Math.floor((low + high) / 2);
    if (await isLater(middle)) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return low;
}

/** What was done to a job, the newest first; `isWhole` is false when there was more to read than one looks through. */
async function trail({ id, created_at: created }) {
  const mine = [];
  let after = await before(created);
  for (let page = 0; page < MOST_PAGES; page++) {
    const items = await entriesAfter(after, PAGE);
    mine.push(...items.filter(one => one.target === id));
    if (items.length < PAGE) {
      return { items: mine.reverse(), isWhole: true };
    }
    after = items.at(-1).seq;
  }
  return { items: mine.reverse(), isWhole: false };
}

/** @param {{ job: any }} props */
export function AuditTrail({ job }) {
  const [{ found, error, busy }, set] = useState({ found: null, error: null, busy: false });
  const look = async () => {
    set({ found, error: null, busy: true });
    try {
      set({ found: await trail(job), error: null, busy: false });
    } catch (fault) {
      set({ found, error: fault, busy: false });
    }
  };
  if (error) {
    return html`<${Trouble} error=${error} retry=${look} />`;
  }
  if (found === null) {
    return html`<button type="button" disabled=${busy} onClick=${look}>Look into the audit trail</button>`;
  }
  return html`${found.items.length === 0 ? html`<div class="empty">Nobody did anything to it.</div>`
    : html`<${Table} caption="Audit" rows=${found.items} idOf=${one => one.seq} columns=${COLUMNS} />`}
    ${found.isWhole ? '' : html`<p class="quiet small">Only ${number(PAGE * MOST_PAGES)} entries since it was made were
      looked through.</p>`}`;
}

const COLUMNS = [
  { name: 'at', says: 'When', cell: one => html`<span class="nowrap"><${Ago} time=${one.at} /></span>` },
  { name: 'actor', says: 'Who', cell: one => html`<span class="nowrap">${plain(one.actor ?? '–')}</span>` },
  { name: 'action', says: 'What', wide: true, cell: one => html`<code>${plain(one.action)}</code>${one.refusal
    ? html` <span class="bad">refused: ${words(one.refusal)}</span>` : ''}` },
];
