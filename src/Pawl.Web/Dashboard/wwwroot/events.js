// Reads server-sent events from a fetch, whose status and headers an EventSource would hide.

/**
 * @param {URL} url
 * @param {{ signal: AbortSignal, onAlive: () => void, onEvent: (name: string, data: string, id: string | null) =>
 *   void }} to
 *   `onAlive` is called for every sign of life, comments too.
 * @returns {Promise<{ status: number, retryAfter: number | null }>} Ends with the stream; status 200 when it was one.
 */
export async function readEvents(url, { signal, onAlive, onEvent }) {
  const reply = await fetch(url, { signal, headers: { Accept: 'text/event-stream', 'Pawl-Client': 'dashboard' }, cache: 'no-store' });
  if (!reply.ok || !reply.body) {
    const after = Number(reply.headers.get('Retry-After'));
    return { status: reply.status, retryAfter: after > 0 ? after * 1000 : null };
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let name = 'message';
  let id = null;
  let data = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return { status: 200, retryAfter: null };
    }
    onAlive();
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) {
          onEvent(name, data.join('\n'), id);
        }
        [name, id, data] = ['message', null, []];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const text = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
      if (field === 'event') {
        name = text;
      } else if (field === 'data') {
        data.push(text);
      } else if (field === 'id') {
        id = text;
      }
    }
  }
}
