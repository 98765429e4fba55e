// Areas on top of each other, from sums made beforehand.
import { html, useState } from '../html.js';
import { Legend, summarise } from './legend.js';
import { axes, colour, dots, Plot } from './plot.js';

/**
 * @param {{ label: string, times: number[], bands: { name: string, colour: string, values: (number | null)[] }[],
 *   format: (value: number) => string, height?: number, onZoom?: (from: number, to: number) => void, pick?: (at: number) => string }} props
 *   The first band lies at the bottom. A click on its name takes a band out.
 */
export function Stack({ label, times, bands, format, height = 150, onZoom, pick }) {
  const [off, setOff] = useState(new Set());
  const shown = bands.filter(band => !off.has(band.name));
  const sums = [];
  shown.forEach((band, i) => sums.push(times.map((_, at) => {
    const below = i === 0 ? 0 : sums[i - 1][at];
    const own = band.values[at];
    return own === null || own === undefined || below === null ? null : below + own;
  })));
  // The highest is drawn first, the others over it.
  const order = shown.map((_, i) => shown.length - 1 - i);
  const make = () => ({
    axes: axes(format),
    scales: { y: { range: (_, low, high) => [0, (high || 0) * 1.1 || 1] } },
    series: [{}, ...order.map(i => ({
      stroke: colour(shown[i].colour), fill: colour(shown[i].colour), width: 1, points: dots(colour(shown[i].colour)), spanGaps: false,
    }))],
  });
  const toggle = name => setOff(old => {
    const next = new Set(old);
    return next.delete(name) ? next : next.add(name);
  });
  return html`<${Legend} items=${bands} off=${off} onToggle=${toggle} />
    <${Plot} label=${label} data=${[times, ...order.map(i => sums[i])]} make=${make} height=${height}
      told=${[times, ...shown.map(band => band.values)]} names=${shown.map(band => band.name)}
      format=${format} summary=${summarise(shown, format)} onZoom=${onZoom} pick=${pick}
      shape=${shown.map(band => band.name).join()} />`;
}
