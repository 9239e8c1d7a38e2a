/* The snapshot of a shift: sealed records, one for each way to open a person, and the words of the shift itself.

   It is kept as it came. A record is opened with what the person's own code carries, and only in memory. */

import { bytesOf, fromBase64url, sha256, toHex } from './bytes.js';
import { get, put } from './store.js';

export const KNOWN_VERSION = 1;

export class Snapshot {
  /* kept: what `keepSnapshot` kept. */
  constructor(kept) {
    this.kept = kept;
    this.boxes = new Map(kept.records.map((record) => [record.find, record.box]));
    const { shift } = kept;
    this.shift = { ...shift, starts_at: Date.parse(shift.starts_at), ends_at: Date.parse(shift.ends_at) };
    this.policy = kept.policy;
    this.people = kept.people;
    this.made_at = Date.parse(kept.made_at);
  }

  /* Returns the record an opener opens, or null if there is none here or it cannot be read. */
  async open(opener) {
    const find = toHex(await sha256(`find:${opener}`)).slice(0, 32);
    const box = this.boxes.get(find);
    return box ? unseal(this.shift.id, find, box, opener) : null;
  }

  /* Tells whether the record made for this purpose opens: then the others will. */
  async passesTest() {
    const { opener, find, box } = this.kept.test;
    const expected = toHex(await sha256(`find:${opener}`)).slice(0, 32);
    return expected === find && (await unseal(this.shift.id, find, box, opener)) !== null;
  }
}

async function unseal(shift, find, box, opener) {
  try {
    const key = await crypto.subtle.importKey('raw', await sha256(`open:${opener}`), 'AES-GCM', false, ['decrypt']);
    const sealed = fromBase64url(box);
    const how = { name: 'AES-GCM', iv: sealed.subarray(0, 12), additionalData: bytesOf(`${shift}:${find}`) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, sealed.subarray(12))));
  } catch {
    return null;
  }
}

/* Keeps what the server sent, for this account, and returns it as a Snapshot. Throws 'update' if it is of a later
   make than this page understands. */
export async function keepSnapshot(sent, account) {
  if (sent.version !== KNOWN_VERSION) throw new Error('update');
  const { shift, policy, made_at, people, records, test } = sent;
  const kept = { id: shift.id, account, shift, policy, made_at, people, records, test };
  await put('snapshots', kept);
  return new Snapshot(kept);
}

/* Returns the kept snapshot of a shift, or null; another account's is not this one's. */
export async function loadSnapshot(shift, account) {
  const kept = await get('snapshots', shift);
  return kept && kept.account === account ? new Snapshot(kept) : null;
}
