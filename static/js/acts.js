/* What this phone itself saw: who came and went since the snapshot was made. Folded over a person's record it gives
   the sessions as they stand now, so that verdicts without a network follow from one's own scans. */

import { all, ask, within } from './store.js';

/* Used code slots outlive a new snapshot by more than any slot is good. */
const USED_FOR = 5 * 60 * 1000;

/* Returns a person's acts that the snapshot cannot know yet, oldest first. */
export async function actsSince(person, made_at) {
  const acts = await within(['acts'], 'readonly', (store) => ask(store.index('person').getAll(person)));
  return acts.filter((act) => !act.settled_at || act.settled_at > made_at).sort((one, other) => one.at - other.at);
}

/* Tells whether this phone has already accepted the slot of a personal code. */
export async function wasUsed(person, use) {
  if (!use) return false;
  const acts = await within(['acts'], 'readonly', (store) => ask(store.index('person').getAll(person)));
  return acts.some((act) => act.use === use);
}

/* Returns {open, last} after the acts, for the shift; `operators` names the accounts whose acts they were. */
export function fold(record, acts, shift, operators = {}) {
  let open = sessionOf(record.open);
  let last = sessionOf(record.last);
  for (const act of acts) {
    if (act.direction === 'in') {
      const by = operators[act.account] ?? '';
      open = { shift_id: act.shift_id, in_at: act.at, place: act.place, by, expires_at: act.expires_at };
    } else {
      if (act.shift_id === shift) last = { shift_id: shift, in_at: open?.in_at ?? act.at, out_at: act.at, by: '' };
      if (open?.shift_id === act.shift_id) open = null;
    }
  }
  return { open, last };
}

function sessionOf(told) {
  if (!told) return null;
  const instant = (text) => (text ? Date.parse(text) : null);
  return { ...told, in_at: instant(told.in_at), out_at: instant(told.out_at), expires_at: instant(told.expires_at) };
}

/* Corrects a store of acts by the server's answers, inside the caller's transaction: who is in already is in. */
export async function settleAct(store, item, result, server_time) {
  if (!item.act) return;
  const isIn = item.direction === 'in' && result.reason === 'already_in';
  if (result.outcome === 'accepted' || isIn) await ask(store.put({ ...item.act, settled_at: server_time }));
  else await ask(store.delete(item.nonce));
}

/* Forgets what every kept snapshot already knows. */
export async function pruneActs() {
  const snapshots = await all('snapshots');
  const oldest = Math.min(Infinity, ...snapshots.map((kept) => Date.parse(kept.made_at)));
  await within(['acts'], 'readwrite', async (store) => {
    for (const act of await ask(store.getAll())) {
      if (act.settled_at && act.settled_at < oldest - USED_FOR) await ask(store.delete(act.nonce));
    }
  });
}
