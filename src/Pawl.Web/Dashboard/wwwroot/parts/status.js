// One polite live region for the whole page, spoken to at most every 5 s.
import { html, useEffect, useState } from '../html.js';

const PACE = 5000;
let tell = () => {};
let next = '';
let last = -Infinity;
let timer = 0;

/** Says something to those who listen to the page. @param {string} text */
export function announce(text) {
  next = text;
  timer ||= setTimeout(() => {
    timer = 0;
    last = performance.now();
    tell(next);
  }, Math.max(0, PACE - (performance.now() - last)));
}

/** The region; once per page. */
export function StatusRegion() {
  const [text, set] = useState('');
  useEffect(() => {
    tell = set;
  }, []);
  return html`<div class="off-screen" role="status">${text}</div>`;
}
