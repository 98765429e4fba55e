// How fresh the page is: green live, amber paused or reconnecting, red after a minute; a click pauses.
import { duration } from '../format.js';
import { classes, html, useEffect, useRef, useState } from '../html.js';
import { onStatus, onVersion, pause, status } from '../stream.js';
import { toast } from './toasts.js';

const BAD = 60_000;
const WORTH_TELLING = 5_000;

export function LiveDot() {
  const [now, set] = useState({ ...status });
  const lost = useRef(false);
  useEffect(() => onStatus(() => {
    const age = Math.floor((Date.now() - status.since) / 1000);
    set(old => (old.state === status.state && old.paused === status.paused && (status.state === 'live' || old.age === age)
      ? old : { ...status, age }));
    if (status.state === 'connecting' && Date.now() - status.since > WORTH_TELLING && !lost.current) {
      lost.current = true;
      toast('The connection is lost; trying again', { key: 'connection' });
    } else if (status.state === 'live' && lost.current) {
      lost.current = false;
      toast('Connected again', { key: 'connection', kind: 'good' });
    }
  }), []);
  useEffect(() => onVersion(version => toast(`Pawl ${version} runs now`, {
    says: 'reload', act: () => location.reload(), key: 'version', kind: 'error',
  })), []);
  const age = Date.now() - now.since;
  const old = `${duration(Math.max(1000, age))} ago`;
  const said = now.state === 'live' ? 'live' : now.state === 'paused' ? 'paused'
    : now.state === 'polling' ? `polling, data from ${old}` : !now.wasLive && age < WORTH_TELLING ? 'connecting'
      : `reconnecting, data from ${old}`;
  const colour = now.state === 'live' ? 'good' : !now.wasLive && age < WORTH_TELLING ? '' : age > BAD ? 'bad' : 'warn';
  return html`<button type="button" class=${classes('live', colour)} aria-pressed=${now.paused} onClick=${() => pause()}
    title=${now.state === 'polling' ? 'The stream is held up, so the data is read every 5 s. Click to pause (L)' : 'Pause or go on (L)'}>
    <i aria-hidden="true"></i><span>${said}</span></button>`;
}
