// A query as its terms: `state:failed -queue:mail "bad gateway"`. The server alone says what is valid; this only knows where terms
// begin and end.

/** @typedef {{ text: string, from: number, to: number, not: boolean, key: string, value: string }} Term */

/** @param {string} query @returns {Term[]} */
export function termsOf(query) {
  const terms = [];
  for (const match of query.matchAll(/-?(?:[^\s"]+|"(?:[^"\\]|\\.)*"?)+/g)) {
    const text = match[0];
    const not = text.startsWith('-');
    const bare = not ? text.slice(1) : text;
    const colon = bare.startsWith('"') ? -1 : bare.indexOf(':');
    terms.push({
      text, from: match.index, to: match.index + text.length, not,
      key: colon < 0 ? '' : bare.slice(0, colon), value: colon < 0 ? bare : bare.slice(colon + 1),
    });
  }
  return terms;
}

/** The query without one of its terms. @param {string} query @param {Term} term */
export const without = (query, term) => `${query.slice(0, term.from).trimEnd()} ${query.slice(term.to).trimStart()}`.trim();

/** The query without the terms of some keys. @param {string} query @param {string[]} keys */
export const withoutKeys = (query, keys) => termsOf(query).filter(term => !keys.includes(term.key)).map(term => term.text).join(' ');

/** The query with one term of that key, in the place of those it had; null leaves none. */
export const withTerm = (query, key, value, instead = [key]) =>
  `${value === null ? '' : `${key}:${quoted(value)}`} ${withoutKeys(query, instead)}`.trim();

/** A value as the query takes it. @param {string} value */
export const quoted = value => (/^[^\s",]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`);
