// A line as small as a word. Own SVG: a page may have a hundred of them.
import { exact } from '../format.js';
import { html } from '../html.js';

const [WIDTH, HEIGHT] = [96, 20];

/** `<${Sparkline} values=${group.sparkline} label="Failures in 24 h" colour="--failed" />` */
export function Sparkline({ values, label, colour = '--quiet' }) {
  const known = values.filter(value => value !== null && value !== undefined).map(Number);
  const most = Math.max(1, ...known);
  const step = WIDTH / Math.max(1, values.length);
  const sum = known.reduce((all, one) => all + one, 0);
  return html`<svg class="sparkline" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} width=${WIDTH} height=${HEIGHT} role="img" fill=${`var(${colour})`}
    aria-label=${`${label}: ${exact(sum)} in all, at most ${exact(most)}`}>
    ${values.map((value, i) => (Number(value) > 0 ? html`<rect x=${i * step} width=${Math.max(1, step - 1)} rx="0.5"
      height=${Math.max(1.5, (Number(value) / most) * HEIGHT)} y=${HEIGHT - Math.max(1.5, (Number(value) / most) * HEIGHT)} />` : ''))}
    <path d=${`M0 ${HEIGHT - 0.5}H${WIDTH}`} stroke=${`var(${colour})`} stroke-width="0.6" opacity="0.5" /></svg>`;
}
