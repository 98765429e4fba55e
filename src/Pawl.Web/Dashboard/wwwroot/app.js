// The beginning: who looks, what is at this address, and the frame around it.
import { onSignedOut } from './api.js';
import { Frame } from './frame.js';
import { html, render } from './html.js';
import { startKeys } from './parts/keyboard.js';
import { catchLinks } from './router.js';
import { readSession } from './session.js';
import { startStream } from './stream.js';

const root = document.getElementById('app');

// Whoever is no longer known sees the login page in the place of this one.
onSignedOut(() => location.reload());

async function begin() {
  // Links climb to the mount from where the page was loaded; a browser looks its icon up again from wherever the page has gone since.
  const icon = document.querySelector('link[rel=icon]');
  icon.href = new URL(icon.href).href;
  try {
    await readSession();
  } catch (fault) {
    // The pages say what is wrong, each in its place; a server that starts is waited for.
    console.info(`ui-config: ${fault.message}`);
  }
  catchLinks();
  startKeys();
  startStream(leads => document.documentElement.toggleAttribute('data-leads', leads));
  render(html`<${Frame} />`, root);
}

begin();
