// Settings: who looks, how this browser shows things, and what the server was told.
import { useState, html } from '../html.js';
import { exact, number, plain, setZone, size, term, words } from '../format.js';
import { Audit } from '../parts/audit.js';
import { Curl } from '../parts/copy.js';
import { keysAreOn } from '../parts/keyboard.js';
import { Keys } from '../parts/keys.js';
import { Panel } from '../parts/panel.js';
import { can, devMode, remember, remembered, session } from '../session.js';
import { useHealth } from '../shared.js';
import { setTheme } from '../theme-choice.js';

const zones = () => Intl.supportedValuesOf?.('timeZone') ?? ['UTC'];

export function Settings() {
  return html`<div class="page-head"><h1>Settings</h1></div>
    <div class="grid even">
      <${Panel} title="Account" class="w6" aside=${html`<${Curl} path="ui-config" />`}>${Account}<//>
      <${Panel} title="This browser" class="w6">${Browser}<//>
      <${Panel} title="What the server was told" class="w6">${Server}<//>
      <${Panel} title="Links of jobs" class="w6">${Links}<//>
      ${can('keys') ? html`<${Keys} />` : ''}
      ${can('audit') ? html`<${Audit} />` : ''}
    </div>`;
}

const Account = () => html`<dl class="facts">
  <dt>Signed in as</dt><dd>${plain(session.actor)}</dd>
  <dt>Role</dt><dd>${session.role}</dd>
  <dt>May</dt><dd>${session.can.length ? session.can.map(words).join(', ') : 'look'}</dd>
  <dt>Queues</dt><dd>${session.scope.queues?.join(', ') ?? 'all'}</dd>
  <dt>Types</dt><dd>${session.scope.types?.join(', ') ?? 'all'}</dd>
  <dt>Store</dt><dd>${session.store}</dd>
  <dt>Version</dt><dd>${session.version}</dd></dl>`;

function Server() {
  const health = useHealth().data;
  const { bulk, batch, payload_bytes: payload, page, retention_ms: keep, failed_retention_ms: keepFailed } = session.limits;
  return html`<dl class="facts">
    ${keep ? html`<dt>Ended jobs are kept</dt><dd>${term(keep)}, failed ones ${term(keepFailed)}, unless their type says otherwise</dd>`
      : ''}
    <dt>Jobs of one bulk action</dt><dd>${exact(bulk)}, unless more is asked for</dd>
    ${batch ? html`<dt>Jobs of one batch</dt><dd>${exact(batch)}</dd>` : ''}
    ${payload ? html`<dt>Payload</dt><dd>${size(payload)}</dd>` : ''}
    ${page ? html`<dt>Rows of one page</dt><dd>${number(page)}</dd>` : ''}
    ${Object.entries(health?.features ?? {}).map(([name, on]) => html`<dt key=${name}>
      ${name[0].toUpperCase() + words(name).slice(1)}</dt><dd>${on ? 'on' : 'off'}</dd>`)}
    ${health ? html`<dt>Alert below a score of</dt><dd>${number(health.threshold)}</dd>` : ''}</dl>`;
}

const Links = () => (session.links.length === 0
  ? html`<p class="quiet">None. <code>Pawl:Web:Links</code> names templates such as${' '}
    <code>https://traces.example/{trace_id}</code>; each job then has the link.</p>`
  : html`<dl class="facts">${session.links.map(({ title, template }) => html`<dt key=${title}>${plain(title)}</dt>
    <dd><code>${plain(template)}</code></dd>`)}</dl>`);

function Browser() {
  const [, draw] = useState(0);
  const set = (name, value) => {
    remember(name, value);
    draw(n => n + 1);
  };
  return html`<div class="question">
    <label>Theme<select value=${remembered('theme') ?? ''} onChange=${event => { setTheme(event.target.value || null); draw(n => n + 1); }}>
      <option value="">as the system prefers</option><option value="light">light</option><option value="dark">dark</option></select></label>
    <label>Density<select value=${remembered('density') ?? ''} onChange=${event => {
      set('density', event.target.value || null);
      document.documentElement.dataset.density = event.target.value;
    }}><option value="">dense</option><option value="roomy">roomy</option></select></label>
    <label>Times in<select value=${remembered('zone') ?? ''} onChange=${event => {
      set('zone', event.target.value || null);
      setZone(event.target.value || undefined);
    }}><option value="">this browser's zone</option><option value="UTC">UTC</option>
      ${zones().filter(zone => zone !== 'UTC').map(zone => html`<option value=${zone}>${zone}</option>`)}</select></label>
    <label class="check"><input type="checkbox" checked=${keysAreOn()}
      onChange=${event => set('keys', event.target.checked ? null : 'off')} />
      <span>Single letters are shortcuts (<kbd>?</kbd> shows them)</span></label>
    <label class="check"><input type="checkbox" checked=${devMode()} disabled=${session.dev_mode}
      onChange=${event => set('dev', event.target.checked ? 'on' : null)} />
      <span>Developer mode: force items anew, verbose logs, hashes</span></label>
    <p class="quiet">Kept in this browser alone.</p></div>`;
}
