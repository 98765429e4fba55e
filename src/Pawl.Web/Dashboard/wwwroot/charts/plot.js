// What all charts on uPlot have in common: size, theme, cursor, and a summary and a table for those who do not see them.
import uPlot from '../vendor/uplot.js';
import { link } from '../api.js';
import { clock } from '../format.js';
import { html, useEffect, useRef, useState } from '../html.js';
import { go } from '../router.js';

/** The value of a custom property now. @param {string} name */
export const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Calls back when the colours change. @param {() => void} tell */
export function onTheme(tell) {
  const watcher = new MutationObserver(tell);
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', tell);
  return () => {
    watcher.disconnect();
    system.removeEventListener('change', tell);
  };
}

/** Axes as all charts have them. @param {(value: number) => string} format */
export const axes = format => [
  {
    stroke: colour('--quiet'), font: FONT, size: 24, space: 70, grid: { show: false }, ticks: { show: false },
    values: (_, all) => all.map(t => clock(t * 1000)),
  },
  {
    stroke: colour('--quiet'), font: FONT, size: 46, space: 28, ticks: { show: false }, values: (_, all) => all.map(value => format(value)),
    grid: { stroke: colour('--line'), width: 1 },
  },
];

/** A point that no line reaches, because nothing is known before and after it, is a dot. @param {string} ink */
export const dots = ink => ({
  show: false, size: 5, width: 0, stroke: ink, fill: ink,
  filter: ({ data }, of) => {
    const known = i => data[of][i] !== null && data[of][i] !== undefined;
    return [...data[of].keys()].filter(i => known(i) && !known(i - 1) && !known(i + 1));
  },
});

const FONT = '11px system-ui, sans-serif';

/**
 * @param {{ data: any[][], make: (width: number) => any, height?: number, label: string, summary: string, live?: boolean,
 *   names: string[], format: (value: number) => string, onZoom?: (from: number, to: number) => void, bare?: boolean, shape?: string,
 *   pick?: (at: number) => string, told?: any[][] }} props
 *   `data` as uPlot takes it: times in seconds first; `make` gives the options of uPlot; `told` is what is read out
 *   where that is not what is drawn; `shape` makes it anew when it changes;
 *   `pick` is the page behind a point, which a click opens; the table links to it too.
 */
export function Plot({ data, make, height = 160, label, summary, names, format, onZoom, bare = false, shape = '', pick, told = data }) {
  const box = useRef(null);
  const plot = useRef(null);
  const [asTable, setTable] = useState(false);
  const latest = useRef(data);
  latest.current = data;
  const read = useRef(told);
  read.current = told;
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const picked = useRef(pick);
  picked.current = pick;

  useEffect(() => {
    if (asTable) {
      return undefined;
    }
    const element = box.current;
    const draw = () => {
      plot.current?.destroy();
      const options = make(element.clientWidth);
      plot.current = new uPlot({
        width: Math.max(10, element.clientWidth), height, padding: bare ? [1, 0, 1, 0] : [8, 26, 0, 0],
        legend: { show: false },
        cursor: bare ? { show: false } : {
          points: { show: false }, drag: { x: Boolean(zoom.current), y: false, setScale: false }, sync: { key: 'pawl' },
        },
        hooks: {
          setSelect: [u => {
            if (u.select.width > 4 && zoom.current) {
              zoom.current(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
            }
            u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          }],
          ready: [u => u.over.addEventListener('click', () => {
            if (picked.current && u.cursor.idx !== null && u.data[0][u.cursor.idx] !== undefined) {
              go(picked.current(u.data[0][u.cursor.idx]));
            }
          })],
          setCursor: bare ? [] : [u => showValues(element, u, read.current, names, format)],
        },
        ...options,
      }, latest.current, element);
    };
    draw();
    const stop = onTheme(draw);
    const sizes = new ResizeObserver(() => {
      if (plot.current && Math.abs(plot.current.width - element.clientWidth) > 1 && element.clientWidth > 10) {
        plot.current.setSize({ width: element.clientWidth, height });
      }
    });
    sizes.observe(element);
    return () => {
      stop();
      sizes.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [asTable, shape, height]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  if (bare) {
    return html`<div class="spark" ref=${box} role="img" aria-label=${`${label}: ${summary}`}></div>`;
  }
  return html`<figure class="chart" aria-label=${label}>
    ${asTable ? html`<${Values} data=${told} names=${names} format=${format} label=${label} pick=${pick} />`
      : html`<div class="plot" ref=${box} role="img" aria-label=${`${label}: ${summary}`}><div class="reading"
        aria-hidden="true"></div></div>`}
    <figcaption><span class="off-screen">${summary}</span>
      <button type="button" class="plain link small" aria-pressed=${asTable} onClick=${() => setTable(!asTable)}>
        ${asTable ? 'as chart' : 'as table'}</button></figcaption></figure>`;
}

// What the pointer is at, in words; written by hand, as it follows the pointer.
function showValues(element, u, told, names, format) {
  const reading = element.querySelector('.reading');
  const at = u.cursor.idx;
  if (!reading) {
    return;
  }
  if (at === null || at === undefined || u.data[0][at] === undefined) {
    reading.textContent = '';
    return;
  }
  const values = told.slice(1).map((series, i) => `${names[i]} ${series[at] === null
    || series[at] === undefined ? '–' : format(series[at])}`);
  reading.textContent = `${clock(u.data[0][at] * 1000)}  ${values.join('  ')}`;
}

function Values({ data, names, format, label, pick }) {
  const rows = data[0].map((t, i) => [t, ...data.slice(1).map(series => series[i])]).reverse().slice(0, 60);
  return html`<div class="scrolls" tabindex="0" role="group" aria-label=${label}><table class="table">
    <thead><tr><th scope="col">Time</th>${names.map(name => html`<th scope="col" class="right">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(([t, ...values]) => html`<tr key=${t}><td>${pick
      ? html`<a href=${link(pick(t))}>${clock(t * 1000)}</a>` : clock(t * 1000)}</td>
      ${values.map(value => html`<td class="right">${value === null
        || value === undefined ? '–' : format(value)}</td>`)}</tr>`)}</tbody></table></div>`;
}
