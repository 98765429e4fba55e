// How numbers, lengths of time, times and names are shown (one way for all pages).

const NONE = '–';
const missing = value => value === null || value === undefined || Number.isNaN(Number(value));
const trim = text => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** 9,999 · 12.9k · 1.3M; – for none. @param {any} value @param {boolean} [estimated] */
export function number(value, estimated = false) {
  if (missing(value)) {
    return NONE;
  }
  const n = Number(value);
  const size = Math.abs(n);
  const said = size < 10_000 ? (Number.isInteger(n) ? n.toLocaleString('en-US') : trim(n.toPrecision(3)))
    : size < 999_950 ? `${trim((n / 1e3).toFixed(1))}k`
      : size < 999_950_000 ? `${trim((n / 1e6).toFixed(1))}M` : `${trim((n / 1e9).toFixed(1))}G`;
  return estimated ? `≈ ${said}` : said;
}

/** Every digit, for a hover. @param {any} value */
export const exact = value => (missing(value) ? 'unknown' : Number(value).toLocaleString('en-US', { maximumFractionDigits: 6 }));

/** Two significant digits: 2.4 · 0.13 · 140. @param {any} value */
export function rate(value) {
  if (missing(value)) {
    return NONE;
  }
  const n = Number(value);
  return n === 0 ? '0' : Math.abs(n) < 0.01 ? '< 0.01' : Math.abs(n) >= 100 ? number(Math.round(n)) : trim(n.toPrecision(2));
}

/** 0.013 is 1.3 %. @param {any} value */
export const percent = value => (missing(value) ? NONE : `${rate(Number(value) * 100)} %`);

/** 340 ms · 4.2 s · 3 min 05 s · 2 h 10 min · 3 d 4 h. @param {any} ms */
export function duration(ms) {
  if (missing(ms)) {
    return NONE;
  }
  const n = Math.abs(Number(ms));
  if (n < 999.5) {
    return `${n < 10 && !Number.isInteger(n) ? trim(n.toFixed(1)) : Math.round(n)} ms`;
  }
  if (n < 59_950) {
    return `${n < 9_950 ? trim((n / 1000).toFixed(1)) : Math.round(n / 1000)} s`;
  }
  const s = Math.round(n / 1000);
  if (s < 3_600) {
    return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  }
  return s < 86_400
    ? `${Math.floor(s / 3_600)} h ${String(Math.floor((s % 3_600) / 60)).padStart(2, '0')} min`
    : `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}

/** A length of time that somebody set: 30 min, 1 h, 7 d, without the zeros behind. @param {any} ms */
export const term = ms => duration(ms).replace(/ (?:00 s|00 min|0 h)$/, '');

/** 812 B · 81 kB · 4.1 MB. @param {any} bytes */
export function size(bytes) {
  if (missing(bytes)) {
    return NONE;
  }
  const n = Number(bytes);
  return n < 1_000 ? `${n} B` : n < 1e6 ? `${trim((n / 1e3).toPrecision(3))} kB`
    : n < 1e9 ? `${trim((n / 1e6).toPrecision(3))} MB` : `${trim((n / 1e9).toPrecision(3))} GB`;
}

let offset = 0;

/** What the server's clock says, as far as we know. @param {string} serverTime Of `ui-config`. */
export function setClock(serverTime) {
  offset = Date.parse(serverTime) - Date.now();
}

/** Now by the server's clock, in milliseconds. */
export const now = () => Date.now() + offset;

let zone = undefined;

/** The time zone that times are shown in; undefined for the browser's own. @param {string | undefined} name */
export function setZone(name) {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    zone = name;
  } catch {
    zone = undefined;
  }
}

/** 2026-11-22 10:15:00 in the zone that was chosen. @param {string | number | null} time */
export function local(time) {
  if (missing(typeof time === 'string' ? Date.parse(time) : time)) {
    return NONE;
  }
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: zone }).format(new Date(time));
}

/** HH:mm:ss in the zone that was chosen. @param {string | number} time */
export const clock = time => local(time).slice(11);

/** 12 s ago · in 3 min · 2026-11-20 10:15. @param {string | number | null} time @param {number} [at] Now. */
export function ago(time, at = now()) {
  const when = typeof time === 'string' ? Date.parse(time) : time;
  if (missing(when)) {
    return NONE;
  }
  const ms = at - Number(when);
  const far = Math.abs(ms);
  if (far >= 86_400_000) {
    return local(when).slice(0, 16);
  }
  if (far < 1_000) {
    return 'now';
  }
  const said = far < 60_000 ? `${Math.floor(far / 1000)} s`
    : far < 3_600_000 ? `${Math.floor(far / 60_000)} min`
      : `${Math.floor(far / 3_600_000)} h ${String(Math.floor((far % 3_600_000) / 60_000)).padStart(2, '0')} min`;
  return ms >= 0 ? `${said} ago` : `in ${said}`;
}

/** Local, UTC and ISO, for a hover. @param {string | number} time */
export function allTimes(time) {
  const when = new Date(time);
  return Number.isNaN(when.getTime())
    ? ''
    : `${local(time)}\n${when.toUTCString()}\n${typeof time === 'string' ? time : when.toISOString()}`;
}

// Characters that turn text around, hide in it or move the cursor are shown as what they are.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A name or line of somebody else, made safe to look at. @param {any} text */
export const plain = text => String(text ?? '').replace(
  HIDDEN, mark => `⟨${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);

/** The words of `snake_case`. @param {string | null} word */
export const words = word => (word ?? '').replaceAll('_', ' ');

/** One job, 2 jobs. @param {any} count @param {string} one @param {string} [many] */
export const plural = (count, one, many = `${one}s`) => `${number(count)} ${Number(count) === 1 ? one : many}`;
