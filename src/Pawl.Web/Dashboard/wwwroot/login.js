// Signs in: with the code in the address, with what is pasted, or with the session that a strict cookie kept from the first request.
const mount = new URL('../../', import.meta.url);
const form = document.getElementById('login');
const field = document.getElementById('secret');
const said = document.getElementById('said');
const button = form.querySelector('button');

/** The page that was asked for, now with the cookie. */
function go() {
  history.replaceState(null, '', location.pathname + location.search);
  location.replace(location.pathname + location.search);
}

/** @param {string} secret A key or a one-time code. */
async function signIn(secret) {
  button.disabled = true;
  said.textContent = '';
  try {
    const reply = await fetch(new URL('api/session', mount), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Pawl-Client': 'dashboard', 'Pawl-Mount': mount.pathname },
      body: JSON.stringify(secret.startsWith('pawl_k_') ? { key: secret } : { code: secret }),
    });
    if (reply.ok) {
      go();
      return;
    }
    const problem = await reply.json().catch(() => ({}));
    said.textContent = reply.status === 401
      ? 'This key or code is not (or no longer) known here. A code works once, within five minutes.'
      : problem.detail ?? `The server answered ${reply.status}.`;
  } catch {
    said.textContent = 'The server does not answer.';
  }
  button.disabled = false;
  field.focus();
  field.select();
}

form.addEventListener('submit', event => {
  event.preventDefault();
  signIn(field.value.trim());
});

const code = new URLSearchParams(location.hash.slice(1)).get('code');
if (code) {
  history.replaceState(null, '', location.pathname + location.search);
  signIn(code);
} else {
  // A link from elsewhere comes without the cookie, this request with it.
  const known = await fetch(new URL('api/ui-config', mount), { headers: { 'Pawl-Client': 'dashboard' } }).catch(() => null);
  if (known?.ok) {
    go();
  } else {
    field.focus();
  }
}
