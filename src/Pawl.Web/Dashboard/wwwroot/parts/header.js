// Above every page: the query, how fresh, how well, which theme, who.
import { api, link } from '../api.js';
import { plain } from '../format.js';
import { classes, html, useEffect, useRef, useState } from '../html.js';
import { go } from '../router.js';
import { session } from '../session.js';
import { useHealth, useStats } from '../shared.js';
import { setTheme, theme } from '../theme-choice.js';
import { setStateTitle } from '../title.js';
import { BulkProgress } from './bulk.js';
import { showKeys, useKey } from './keyboard.js';
import { LiveDot } from './live.js';
import { Menu } from './menu.js';
import { HeaderSlot } from './slot.js';

export function Header() {
  return html`<header class="top">
    <${HeaderSlot} name="query" usual=${html`<${QueryBox} />`} />
    <${BulkProgress} />
    <span class="grow"></span>
    <${LiveDot} /><${Score} /><${Theme} /><${Account} /></header>`;
}

/** Goes to the jobs of a query; the page of jobs puts a box of its own here. */
function QueryBox() {
  const field = useRef(null);
  useKey('/', 'Query', () => field.current.focus());
  return html`<form class="query" role="search" onSubmit=${event => {
    event.preventDefault();
    go(`jobs?query=${encodeURIComponent(field.current.value)}`);
    field.current.value = '';
  }}><input ref=${field} type="search" name="query" placeholder="Find jobs: state:failed type:mail.* …   /" aria-label="Find jobs"
    autocomplete="off" spellcheck=${false} onKeyDown=${event => event.key === 'Escape' && field.current.blur()} /></form>`;
}

function Score() {
  const { data } = useHealth();
  const stats = useStats().data;
  useEffect(() => {
    const failed = Number(stats?.dead ?? stats?.counts?.failed ?? 0);
    setStateTitle(data && data.state !== 'healthy' ? `● health ${Math.round(data.score)}` : failed > 0 ? `● ${failed} failed` : '');
  }, [data?.state, data?.score, stats?.counts?.failed]);
  if (!data) {
    return '';
  }
  return html`<a class=${classes('score', data.state)} href=${link('')}
    title=${data.deductions?.map(one => `−${Number(one.points)} ${one.because}`).join('\n') || 'Nothing is wrong'}>
    <span class="off-screen">Health</span><b>${Math.round(data.score)}</b><span class="word">${data.state}</span></a>`;
}

const MOON = html`<path d="M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z" />`;
const SUN = html`<circle cx="8" cy="8" r="3" /><path d="M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6" />
  <path d="M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1" />`;

function Theme() {
  const [now, set] = useState(theme());
  useEffect(() => {
    const watcher = new MutationObserver(() => set(theme()));
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => watcher.disconnect();
  }, []);
  const other = now === 'dark' ? 'light' : 'dark';
  return html`<button type="button" class="plain round" title=${`Show it ${other} (t)`} aria-label=${`Show it ${other}`}
    onClick=${() => setTheme(other)}>
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${now === 'dark' ? SUN : MOON}</svg></button>`;
}

const Account = () => html`<${Menu} class="account" title="Account" label=${html`<span
  class="who">${plain(session.actor.replace(/^\w+:/, ''))}</span>
  <span class="quiet role">${session.role}</span>`} items=${[
    { says: 'Settings', href: link('settings') },
    { says: 'Keyboard', does: showKeys },
    { says: 'Sign out', does: () => api('session', { method: 'DELETE' }).finally(() => location.reload()) },
  ]} />`;
