/* This browser as an enrolled device: its key, which never leaves it, its token, and its place in its own chain. */

import { bytesOf, toBase64url } from './bytes.js';
import { all, ask, within } from './store.js';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

/* Returns the current enrolment, or null. Its `state` is enrolled, revoked, or dormant after signing out. */
export async function thisDevice() {
  return (await all('devices')).find((device) => device.current) ?? null;
}

/* Enrols this browser with a pairing's token and returns the enrolment.
   Throws Error with `code` (a word) and `detail` (the server's sentence, if it gave one). */
export async function enrol(address, pairing, name) {
  const pair = await crypto.subtle.generateKey(KEY, false, ['sign', 'verify']);
  const public_key = toBase64url(await crypto.subtle.exportKey('raw', pair.publicKey));
  const asked = performance.now();
  const response = await fetch(address, {
    method: 'POST',
    credentials: 'omit',
    redirect: 'error',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ pairing, public_key, name }),
  });
  const told = await response.json().catch(() => ({}));
  if (!response.ok || !told.token) throw Object.assign(new Error('pairing'), { code: told.code, detail: told.detail });
  const { device, token, account, operator } = told;
  const enrolment = { device, token, account, operator, name, key: pair.privateKey, seq: 0, prev: '', state: 'enrolled', current: true };
  await within(['devices'], 'readwrite', async (store) => {
    for (const other of await ask(store.getAll())) await ask(store.put({ ...other, current: false }));
    await ask(store.put(enrolment));
  });
  return { enrolment, told, asked };
}

/* Remembers what the server said about an enrolment. */
export function setState(number, state) {
  return within(['devices'], 'readwrite', async (store) => {
    const device = await ask(store.get(number));
    if (device && device.state !== state) await ask(store.put({ ...device, state }));
  });
}

/* Returns the signature over a text, r and s, in base64url. */
export async function sign(device, text) {
  return toBase64url(await crypto.subtle.sign(SIGNING, device.key, bytesOf(text)));
}

/* Returns the headers by which a request speaks for the device; none where somebody else is signed in, so that
   the request speaks for them. */
export function voice(device, account) {
  return device?.state === 'enrolled' && device.account === account ? { Authorization: `Bearer ${device.token}` } : {};
}
