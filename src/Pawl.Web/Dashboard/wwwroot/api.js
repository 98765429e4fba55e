// The public HTTP API, as anybody may call it.
import { parse, write } from './json.js';

/** The address of the mount, with a slash at the end; found from where this file lies, so that no prefix need be told. */
export const mount = new URL('../../', import.meta.url);

/** The address of a page: `link('jobs/901')`. @param {string} path Below the mount, without a slash at the start. */
export const link = path => mount.pathname + path;

/** A part of a path. @param {string} text */
export const part = text => encodeURIComponent(text);

/** A refusal, as RFC 9457 writes it, or no answer at all (status 0, code `offline`). */
export class ApiError extends Error {
  /** @param {number} status @param {any} problem @param {number | null} retryAfter Milliseconds. */
  constructor(status, problem, retryAfter = null) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? 'internal';
    this.title = problem.title ?? '';
    this.requestId = problem.request_id ?? null;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

const signedOut = new Set();

/** Calls back when the server no longer knows who we are. @param {() => void} tell */
export const onSignedOut = tell => signedOut.add(tell);

/**
 * One request.
 * @param {string} path Below `api/`, such as `jobs/901`.
 * @param {{ method?: string, query?: Record<string, any>, body?: any, headers?: Record<string, string>, signal?: AbortSignal,
 *   ifMatch?: string | number, once?: string, text?: boolean }} [options] `query` leaves out null and empty values; `once` is an
 *   idempotency key; `text` gives the reply as it is.
 * @returns {Promise<any>} The parsed body; null for none.
 * @throws {ApiError}
 */
export async function api(path, options = {}) {
  return (await call(path, options)).data;
}

/** As `api`, with the status and the headers of the reply. @returns {Promise<{ data: any, status: number, headers: Headers }>} */
export async function call(path, { method = 'GET', query, body, headers = {}, signal, ifMatch, once, text = false } = {}) {
  const url = address(path, query);
  const sent = { 'Pawl-Client': 'dashboard', ...headers };
  if (body !== undefined) {
    sent['Content-Type'] ??= 'application/json';
  }
  if (ifMatch !== undefined) {
    sent['If-Match'] = ifMatch === '*' ? '*' : `"${ifMatch}"`;
  }
  if (once) {
    sent['Idempotency-Key'] = once;
  }
  let reply;
  let got;
  try {
    reply = await fetch(url, { method, headers: sent, signal, body: body === undefined ? undefined : write(body) });
    got = await reply.text();
  } catch (fault) {
    if (fault.name === 'AbortError') {
      throw fault;
    }
    throw new ApiError(0, { code: 'offline', title: 'No answer', detail: 'The server does not answer.' });
  }
  if (!reply.ok) {
    if (reply.status === 401) {
      signedOut.forEach(tell => tell());
    }
    throw new ApiError(reply.status, problemOf(got, reply), wait(reply));
  }
  const json = !text && (reply.headers.get('Content-Type') ?? '').includes('json');
  return { data: json ? parse(got) : got === '' ? null : got, status: reply.status, headers: reply.headers };
}

/** The address of something of the API. @param {string} path @param {Record<string, any>} [query] */
export function address(path, query) {
  const url = new URL(`api/${path}`, mount);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') {
      url.searchParams.set(name, String(value));
    }
  }
  return url;
}

/**
 * The same request for a shell.
 * @param {string} path
 * @param {{ method?: string, query?: any, body?: any, ifMatch?: any, headers?: Record<string, string> }} [options]
 */
export function curl(path, { method = 'GET', query, body, ifMatch, headers = {} } = {}) {
  const quote = text => `'${String(text).replaceAll("'", "'\\''")}'`;
  const words = ['curl -sS -H "Authorization: Bearer $PAWL_TOKEN"'];
  if (method !== 'GET') {
    words.push(`-X ${method}`);
  }
  if (ifMatch !== undefined) {
    words.push(`-H ${quote(`If-Match: ${ifMatch === '*' ? '*' : `"${ifMatch}"`}`)}`);
  }
  words.push(...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`));
  if (body !== undefined) {
    words.push("-H 'Content-Type: application/json'", `-d ${quote(write(body))}`);
  }
  words.push(quote(address(path, query).href));
  return words.join(' ');
}

function problemOf(text, reply) {
  try {
    return parse(text);
  } catch {
    return { code: 'internal', title: 'No answer of Pawl', detail: `Something in between answered ${reply.status}.` };
  }
}

function wait(reply) {
  const seconds = Number(reply.headers.get('Retry-After'));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}
