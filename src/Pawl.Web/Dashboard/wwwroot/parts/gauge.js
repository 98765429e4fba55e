// How much of something is taken: a bar with its number. Its colour is that of a warning only when hardly any is left.
import { classes, html, vars } from '../html.js';

const HIGH = 0.9;

/**
 * `<${Gauge} label="Slots" value=${8} of=${10} says="8 of 10" />`
 * @param {{ label: string, value: number, of: number, says: string, calm?: boolean }} props `calm` is for what is good when full.
 */
export function Gauge({ label, value, of, says, calm = false }) {
  const part = of > 0 ? Math.min(1, Math.max(0, value / of)) : 0;
  return html`<div class=${classes('gauge', !calm && part >= HIGH && 'high')} role="meter" aria-label=${label} aria-valuemin="0"
    aria-valuemax=${of}
    aria-valuenow=${Math.min(value, of)} aria-valuetext=${says} ref=${vars({ '--part': `${part * 100}%` })}><i></i></div>`;
}
