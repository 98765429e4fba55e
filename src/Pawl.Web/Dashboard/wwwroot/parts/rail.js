// The pages, with the counts that matter: icons alone when there is little room, a bar when there is less.
import { link } from '../api.js';
import { exact, number } from '../format.js';
import { classes, html } from '../html.js';
import { useStats } from '../shared.js';

// In a box of 16.
const ICONS = {
  overview: 'M2 9l3-4 3 3 2.5-4L14 9M2 13h12', jobs: 'M2.5 4h11M2.5 8h11M2.5 12h7', failures: 'M8 2l6.5 11.5h-13zM8 6.5v3M8 11.4v.4',
  queues: 'M3 2.5h10v3H3zM3 6.8h10v3H3zM3 11h10v3H3z', types: 'M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z',
  schedules: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.6V8l2.4 1.6', workflows: 'M2 6h4v4H2zM10 2h4v4h-4zM10 10h4v4h-4zM6 8h2V4h2M8 8v4h2',
  workers: 'M2.5 3h11v7h-11zM5.5 13h5M8 10v3', recovery: 'M3 8a5 5 0 1 1 1.6 3.7M3 12.5V9.3h3.2', items: 'M3 3h10v10H3zM5.5 8l2 2 3.5-4',
  settings: 'M2 5h7M12 5h2M2 11h2M7 11h7M9 3v4M4.5 9v4', api: 'M5.5 4L2 8l3.5 4M10.5 4L14 8l-3.5 4',
};

const COUNTS = {
  jobs: stats => ({ value: Number(stats.counts?.running ?? 0) + Number(stats.counts?.queued ?? 0), says: 'queued or running' }),
  failures: stats => ({ value: stats.dead ?? stats.counts?.failed, says: 'failed', bad: true }),
  workers: stats => ({ value: stats.workers?.ready, says: 'ready' }),
};

export function Rail({ pages, path }) {
  const stats = useStats().data;
  return html`<nav class="rail" aria-label="Pages"><a class="brand" href=${link('')} aria-label="Pawl, overview">
    <svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" /><path d="M9 24V8h8a5.5 5.5 0 0 1 0 11h-8" />
      <circle cx="22.5" cy="23.5" r="2.6" /></svg><span>Pawl</span></a>
    <ul>${pages.filter(page => page.rail).map(page => {
      const count = stats && COUNTS[page.rail]?.(stats);
      const here = page.at === path || (page.at !== '' && path?.startsWith(`${page.at}/`));
      return html`<li key=${page.at}><a href=${link(page.at)} aria-current=${here ? 'page' : undefined} title=${page.name}>
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[page.rail]} /></svg><span class="name">${page.name}</span>
        ${count && Number(count.value) > 0 ? html`<span class=${classes('count', count.bad && 'bad')}
          title=${`${exact(count.value)} ${count.says}`}>
          ${number(count.value)}<span class="off-screen"> ${count.says}</span></span>` : ''}</a></li>`;
    })}</ul></nav>`;
}
