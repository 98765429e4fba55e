// The states with their counts; a click puts the state into the query.
import { exact, number, words } from '../format.js';
import { classes, html } from '../html.js';
import { StateMark, STATES } from '../parts/state.js';
import { useData } from '../store.js';
import { termsOf, withoutKeys, withTerm } from './terms.js';

const SPECIAL = ['cancelling', 'dead'];

/** @param {{ query: string, onQuery: (query: string) => void, isPaused: boolean }} props */
export function StateRail({ query, onQuery }) {
  const rest = withoutKeys(query, ['state', 'is']);
  const { data } = useData('jobs/counts', { query: { query: rest }, topics: 'stats' });
  const chosen = termsOf(query).filter(term => (term.key === 'state' || term.key === 'is') && !term.not);
  const is = (key, value) => chosen.some(term => term.key === key && term.value.split(',').includes(value));
  const items = [
    ...STATES.map(state => ({ key: 'state', name: state, count: data?.counts[state] })),
    ...SPECIAL.map(state => ({ key: 'is', name: state, count: data?.[state] })).filter(one => Number(one.count) > 0 || is('is', one.name)),
  ];
  return html`<div class="states" role="group" aria-label="States">
    <button type="button" class="plain" aria-pressed=${chosen.length === 0} onClick=${() => onQuery(rest)}>All</button>
    ${items.map(({ key, name, count }) => html`<button type="button" key=${name} class=${classes('plain', `is-${
      name}`, !Number(count) && 'none')}
      aria-pressed=${is(key, name)} onClick=${() => onQuery(is(key, name) ? rest : withTerm(query, key, name, ['state', 'is']))}>
      <${StateMark} state=${name} />${words(name)}<b title=${data ? `${exact(count)}${data.estimated ? ', estimated' : ''}` : undefined}>${
        data ? number(count, data.estimated) : ' '}</b></button>`)}</div>`;
}
