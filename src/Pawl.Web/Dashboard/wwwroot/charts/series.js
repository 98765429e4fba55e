// Lines over time.
import { html } from '../html.js';
import { axes, colour, dots, Plot } from './plot.js';
import { Legend, summarise } from './legend.js';

/**
 * `<${Series} label="Processing rate" times=${t} lines=${[{ name: 'succeeded', colour: '--succeeded', values: v }]} format=${rate} />`
 * @param {{ label: string, times: number[], lines: { name: string, colour: string, values: (number | null)[], fill?: boolean }[],
 *   format: (value: number) => string, height?: number, most?: number, onZoom?: (from: number, to: number) => void,
 *   pick?: (at: number) => string }} props
 *   Times in seconds, and null where nothing is known: gaps stay gaps. `colour` names a custom property. `most` is the top of the scale at
 *   least.
 */
export function Series({ label, times, lines, format, height = 150, most = 0, onZoom, pick }) {
  const make = () => ({
    axes: axes(format),
    scales: { y: { range: (_, low, high) => [0, Math.max(most, (high || 0) * 1.15) || 1] } },
    series: [{}, ...lines.map(line => ({
      stroke: colour(line.colour), width: 1.5, points: dots(colour(line.colour)), spanGaps: false,
      fill: line.fill ? `${colour(line.colour)}22` : undefined,
    }))],
  });
  const names = lines.map(line => line.name);
  return html`<${Legend} items=${lines} />
    <${Plot} label=${label} data=${[times, ...lines.map(line => line.values)]} make=${make} height=${height} names=${names} format=${format}
      summary=${summarise(lines, format)} onZoom=${onZoom} pick=${pick}
      shape=${lines.map(line => line.name + line.colour).join()} />`;
}
