// The keys that open the API: who has them, what they may, and when they were last shown. A new one is shown once.
import { api, part } from '../api.js';
import { plain, words } from '../format.js';
import { html } from '../html.js';
import { session } from '../session.js';
import { useData } from '../store.js';
import { CopyButton, Curl } from './copy.js';
import { ask, show } from './dialog.js';
import { Panel } from './panel.js';
import { Table } from './table.js';
import { Ago } from './time.js';
import { toast } from './toasts.js';

const DAY = 86_400_000;
const ROLES = [
  ['viewer', 'viewer: looks'], ['submitter', 'submitter: starts jobs'], ['operator', 'operator: cancels, retries, pauses'],
  ['admin', 'admin: everything'], ['worker', 'worker: runs jobs, and nothing else'],
];
const LENGTHS = [['', 'never'], ['1', 'in 1 day'], ['30', 'in 30 days'], ['90', 'in 90 days'], ['365', 'in a year']];

export function Keys() {
  const keys = useData('keys');
  return html`<${Panel} title="Keys" class="flush" data=${keys} rows=${4} aside=${html`<${Curl} path="keys" />
    <button type="button" onClick=${() => make(keys.reload)}>New key…</button>`}>${data => html`
    <${Table} caption="Keys" class="even" rows=${data.items} idOf=${key => key.id} columns=${columns(keys.reload)} first="name" />`}<//>`;
}

const scope = patterns => (patterns === null ? html`<span class="quiet">all</span>` : plain(patterns.join(', ')));

const columns = reload => [
  {
    name: 'name', says: 'Name', wide: true, sort: key => key.name,
    cell: key => html`<b>${plain(key.name)}</b>${isMine(key) ? html` <span class="quiet">(yours)</span>` : ''}`,
  },
  { name: 'prefix', says: 'Begins with', cell: key => html`<code>${plain(key.prefix)}…</code>` },
  { name: 'role', says: 'Role', sort: key => key.role, cell: key => words(key.role) },
  { name: 'queues', says: 'Queues', cell: key => scope(key.queues) },
  { name: 'types', says: 'Types', cell: key => scope(key.types) },
  { name: 'created', says: 'Made', right: true, sort: key => key.created_at, cell: key => html`<${Ago} time=${key.created_at} />` },
  {
    name: 'used', says: 'Last used', right: true, sort: key => key.last_used_at ?? '',
    cell: key => html`<${Ago} time=${key.last_used_at} none="never" />`,
  },
  {
    name: 'expires', says: 'Expires', right: true, sort: key => key.expires_at ?? '~',
    cell: key => html`<${Ago} time=${key.expires_at} none="never" />`,
  },
  {
    name: 'act', says: html`<span class="off-screen">Actions</span>`, right: true,
    cell: key => html`<button type="button" class="plain link" aria-label=${`Delete the key ${plain(key.name)}`}
      onClick=${() => remove(key, reload)}>Delete…</button>`,
  },
];

const isMine = key => session.actor === `key:${key.name}`;

async function make(reload) {
  const made = await ask({
    title: 'New key', action: 'Make it',
    fields: [
      { name: 'name', label: 'Name', hint: 'Of what uses it: it stands beside everything done with it.' },
      { name: 'role', label: 'Role', options: ROLES, value: 'viewer' },
      { name: 'queues', label: 'Queues', hint: 'With commas between, such as mail, capture.*; empty for all.' },
      { name: 'types', label: 'Types', hint: 'The same; empty for all.' },
      { name: 'expires', label: 'Expires', options: LENGTHS },
    ],
    curl: html`<${Curl} path="keys" method="POST" body=${{ name: 'ci', role: 'submitter', types: ['mail.*'] }} />`,
    does: ({ name, role, queues, types, expires }) => api('keys', {
      method: 'POST',
      body: {
        name, role, queues: patterns(queues), types: patterns(types),
        expires_at: expires ? new Date(Date.now() + Number(expires) * DAY).toISOString() : null,
      },
    }),
  });
  if (made) {
    reload();
    await show(`Key ${plain(made.name)}`, ({ close }) => html`<div class="question">
      <p>This is the key. It is shown now and never again: keep it where you keep such things.</p>
      <div class="code with-copy"><pre class="secret">${made.key}</pre><${CopyButton} text=${made.key} label="Copy the key" /></div>
      <footer><span class="grow"></span><button type="button" class="primary" onClick=${() => close()}>I have it</button></footer></div>`);
  }
}

const patterns = text => (text.trim() === '' ? null : text.split(',').map(one => one.trim()).filter(Boolean));

async function remove(key, reload) {
  const done = await ask({
    title: `Delete the key ${plain(key.name)}`, action: 'Delete', danger: true,
    text: isMine(key) ? 'You are signed in with it: this signs you out.' : 'Whoever uses it is refused from now on.',
    curl: html`<${Curl} path=${`keys/${part(key.id)}`} method="DELETE" />`,
    does: () => api(`keys/${part(key.id)}`, { method: 'DELETE' }),
  });
  if (done) {
    toast(`The key ${key.name} is gone`, { kind: 'good' });
    reload();
  }
}
