// Settings: who looks, how this browser shows things, and what the server was told.
import { useState, html } from '../html.js';
import { setZone } from '../format.js';
import { Panel } from '../parts/panel.js';
import { Curl } from '../parts/copy.js';
import { keysAreOn } from '../parts/keyboard.js';
import { remember, remembered, session } from '../session.js';
import { setTheme } from '../theme-choice.js';

const zones = () => Intl.supportedValuesOf?.('timeZone') ?? ['UTC'];

export function Settings() {
  return html`<div class="page-head"><h1>Settings</h1></div>
    <div class="grid">
      <${Panel} title="Account" class="w6" aside=${html`<${Curl} path="ui-config" />`}>${Account}<//>
      <${Panel} title="This browser" class="w6">${Browser}<//>
    </div>`;
}

const Account = () => html`<dl class="facts">
  <dt>Signed in as</dt><dd>${session.actor}</dd>
  <dt>Role</dt><dd>${session.role}</dd>
  <dt>May</dt><dd>${session.can.length ? session.can.map(one => one.replaceAll('_', ' ')).join(', ') : 'look'}</dd>
  <dt>Queues</dt><dd>${session.scope.queues?.join(', ') ?? 'all'}</dd>
  <dt>Types</dt><dd>${session.scope.types?.join(', ') ?? 'all'}</dd>
  <dt>Store</dt><dd>${session.store}</dd>
  <dt>Version</dt><dd>${session.version}</dd></dl>`;

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
      <span>Single letters are shortcuts (<kbd>?</kbd> shows them)</span></label></div>`;
}
