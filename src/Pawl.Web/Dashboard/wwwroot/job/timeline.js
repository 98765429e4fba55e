// Attempts as bars with the waits between them, on one scale of time; own SVG.
import { allTimes, duration, now, plain, words } from '../format.js';
import { html } from '../html.js';
import { link } from '../api.js';
import { StateMark } from '../parts/state.js';
import { useTick } from '../store.js';

const WIDTH = 400;
const LEAST = 2;
const MARKS = {
  succeeded: 'succeeded', failed: 'failed', timed_out: 'failed', cancelled: 'cancelled', lost: 'dead', released: 'queued',
    snoozed: 'scheduled',
};

/** @param {{ job: any, attempts: any[], chosen: string | null, onChoose: (attempt: number) => void }} props Attempts newest first. */
export function Timeline({ job, attempts, onChoose }) {
  useTick(job.ended_at ? 60_000 : 1000);
  const all = [...attempts].reverse();
  const begin = Date.parse(job.created_at);
  const end = Math.max(begin + 1, job.ended_at ? Date.parse(job.ended_at) : now());
  const x = time => Math.max(0, Math.min(WIDTH, ((time - begin) / (end - begin)) * WIDTH));
  return html`<ol class="timeline">${all.map((one, i) => {
    const from = Date.parse(one.started_at);
    const to = one.ended_at ? Date.parse(one.ended_at) : now();
    const before = i === 0 ? begin : Date.parse(all[i - 1].ended_at ?? all[i - 1].started_at);
    const mark = one.outcome ? MARKS[one.outcome] ?? 'queued' : 'running';
    const left = Math.min(x(from), WIDTH - LEAST);
    return html`<li key=${one.id} class=${`is-${mark}`}>
      <button type="button" class="plain" title="Show its log" onClick=${() => onChoose(one.attempt)}>${one.attempt}</button>
      <span class="outcome"><${StateMark} state=${mark} /> ${one.outcome ? words(one.outcome) : 'running'}</span>
      <svg viewBox=${`0 0 ${WIDTH} 14`} preserveAspectRatio="none" role="img"
        aria-label=${`Attempt ${one.attempt} waited ${duration(from - before)} and ran ${duration(to - from)}`}>
        <title>${`waited ${duration(from - before)}, ran ${duration(to - from)}\n${allTimes(one.started_at)}`}</title>
        <path class="wait" d=${`M${x(before)} 7H${left}`} />
        <rect x=${left} y="2" height="10" rx="1" width=${Math.max(LEAST, x(to) - left)} /></svg>
      <span class="ran nowrap">${duration(to - from)}</span>
      <span class="quiet cut" title=${plain(one.rule ?? '')}>${
        one.worker_id ? html`<a href=${link(`workers/${one.worker_id}`)}>worker ${one.worker_id}</a> ` : ''}${
        plain(one.rule ?? '')}${
        one.recovery ? ` recovered: ${plain(typeof one.recovery === 'string' ? one.recovery : one.recovery.reason ?? '')}`
          : ''}</span></li>`;
  })}
  ${job.state === 'scheduled' || job.state === 'queued' || job.state === 'blocked' ? html`<li class="next quiet"><span></span>
    <span class="outcome">${job.state === 'scheduled' && job.run_at ? `next ${duration(Math.max(0,
      Date.parse(job.run_at) - now()))} from now` : 'waits'}</span></li>` : ''}</ol>`;
}
