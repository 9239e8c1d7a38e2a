/* Scans kept until the server says that it has stored them. A scan is on the disk, signed and chained to the one
   before it, before the screen says anything about it. */

import { sha256, toHex } from './bytes.js';
import { sign, thisDevice } from './device.js';
import { settleAct } from './acts.js';
import { ask, within } from './store.js';

const LONGEST = 2000;

let chain = Promise.resolve();

/* Keeps a scan and returns it as kept. `scan`: nonce, code, direction, shift_id, entry_point, told, and `moment`
   ({at, beacon, mono_ms, wall_ms}; no beacon: the scan is sent unsigned). `act` is what it does if it is accepted,
   `stands` whether the phone itself believes so. Throws if it could not be written: then nothing is kept, and the
   chain is as it was. */
export function keep(scan, account, act, stands) {
  const kept = chain.then(() => write(scan, account, act, stands));
  chain = kept.catch(() => {});
  return kept;
}

async function write(scan, account, act, stands) {
  for (;;) {
    const known = scan.moment.beacon ? await thisDevice() : null;
    const device = known?.state === 'revoked' ? null : known;
    const item = device ? await signed(scan, account, device) : plain(scan, account);
    item.act = act;
    const order = await within(['devices', 'items', 'acts'], 'readwrite', async (devices, items, acts) => {
      if (device) {
        const now = await ask(devices.get(device.device));
        /* Another tab was first: its scan comes before this one. */
        if (now.seq !== device.seq) return null;
        await ask(devices.put({ ...now, seq: now.seq + 1, prev: item.hash }));
      }
      if (act && stands) await ask(acts.put(act));
      return ask(items.put(item));
    });
    if (order !== null) return { ...item, order };
  }
}

function common(scan, account, group) {
  const { nonce, direction, shift_id, moment } = scan;
  return { nonce, account, group, direction, shift_id, scanned_at: new Date(moment.at).toISOString() };
}

async function signed(scan, account, device) {
  const item = common(scan, account, `device:${device.device}`);
  const { beacon, mono_ms, wall_ms } = scan.moment;
  const text = JSON.stringify([
    'VH1', device.device, device.seq + 1, device.prev, scan.nonce, scan.code.slice(0, LONGEST), scan.direction, scan.shift_id,
    item.scanned_at, scan.entry_point, beacon, mono_ms, wall_ms, scan.told,
  ]);
  const [signature, hash] = [await sign(device, text), toHex(await sha256(text))];
  return { ...item, device: device.device, hash, sent: { signed: text, signature } };
}

function plain(scan, account) {
  const item = common(scan, account, `plain:${account}`);
  const { nonce, direction, shift_id, entry_point } = scan;
  const code = scan.code.slice(0, LONGEST);
  return { ...item, device: null, sent: { nonce, code, direction, shift_id, scanned_at: item.scanned_at, entry_point } };
}

/* Returns who sends the unsent scans, each once. */
export function groups() {
  return within(['items'], 'readonly', async (store) => {
    const found = [];
    const request = store.index('group').openKeyCursor(null, 'nextunique');
    for (let cursor = await ask(request); cursor; cursor = await ask(request)) {
      found.push(cursor.key);
      cursor.continue();
    }
    return found;
  });
}

/* Returns a group's oldest scans, at most so many, without those named. */
export async function oldest(group, most, without) {
  const items = await within(['items'], 'readonly', (store) => ask(store.index('group').getAll(group, most + without.size)));
  return items.filter((item) => !without.has(item.nonce)).slice(0, most);
}

export function count() {
  return within(['items'], 'readonly', (store) => ask(store.count()));
}

/* Returns what is left in all, for the health board: how many, and since when. */
export function left() {
  return within(['items'], 'readonly', async (store) => {
    const [first] = await ask(store.getAll(null, 1));
    return { unsent: await ask(store.count()), oldest: first?.scanned_at ?? null };
  });
}

/* Takes the server's word for each scan of a batch: forgets what it has stored, moves what it will not store into
   the tray, and leaves everything else as it was. Returns the settled as [item, result]. */
export async function settle(batch, results, server_time) {
  const known = new Map(batch.map((item) => [item.nonce, item]));
  const settled = [];
  for (const [place, result] of results.entries()) {
    /* A text that could not be read has no nonce; its place in the answer names it. */
    const nonce = result?.nonce ?? (result?.stored === false ? batch[place]?.nonce : null);
    const item = known.get(nonce);
    if (!item || typeof result.stored !== 'boolean') continue;
    known.delete(nonce);
    settled.push([item, result]);
  }
  await within(['items', 'tray', 'acts'], 'readwrite', async (items, tray, acts) => {
    for (const [item, result] of settled) {
      if (!result.stored) await ask(tray.put({ ...item, refusal: { reason: result.reason, said: result.explanation ?? '' } }));
      await settleAct(acts, item, result, server_time);
      await ask(items.delete(item.order));
    }
  });
  return settled;
}

/* Takes over what earlier versions of this page kept in localStorage. */
export async function carryOver() {
  const old = Object.keys(localStorage).filter((key) => /^scan:\d+:/.test(key));
  for (const key of old) {
    const sent = read(localStorage.getItem(key));
    if (!sent) continue;
    const account = Number(key.split(':')[1]);
    const { nonce, direction, shift_id, scanned_at } = sent;
    const item = { nonce, account, group: `plain:${account}`, direction, shift_id, scanned_at, device: null, sent, act: null };
    await within(['items'], 'readwrite', async (items) => {
      if (!(await ask(items.index('nonce').get(nonce)))) await ask(items.put(item));
    });
    localStorage.removeItem(key);
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
