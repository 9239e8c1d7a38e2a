/* What a phone says about a scan by itself: the decision, on the facts that snapshot and own scans give.

   Where the phone cannot know the fact, the answer is `stored`: the scan is kept and the server decides. */

import { actsSince, fold, wasUsed } from './acts.js';
import { readCode, stateOf } from './codes.js';
import { decide } from './decision.js';

/* Returns {outcome, reason, details, record, act}. `snapshot` is null where there is none; `at` in milliseconds.
   `act` is what happened if the verdict stands, to be kept with the scan. */
export async function judge({ code, direction, at, snapshot, account, operators, nonce }) {
  const reading = readCode(code);
  if (reading.kind === 'unknown') return alone(decide(contextOf(reading, direction, at, snapshot)));
  if (reading.kind === 'typed') return stored('short_code');
  if (!snapshot) return stored('no_snapshot');
  const record = await snapshot.open(reading.opener);
  if (!record || (reading.kind === 'personal' && record.person !== reading.person)) return stored('unlisted');
  const { open, last } = fold(record, await actsSince(record.person, snapshot.made_at), snapshot.shift.id, operators);
  const verdict = decide({
    ...contextOf(reading, direction, at, snapshot),
    volunteer_id: record.person,
    code_was_used: await wasUsed(record.person, reading.use),
    sign_up: record.sign_up,
    open_session: open,
    last_session: last?.shift_id === snapshot.shift.id ? last : null,
  });
  return { ...verdict, record, act: actOf(reading, record, direction, at, snapshot, account, nonce) };
}

function contextOf(reading, direction, at, snapshot) {
  return {
    direction,
    scanned_at: at,
    received_at: at,
    code: stateOf(reading, at),
    policy: snapshot?.policy,
    volunteer_id: null,
    is_registered: true,
    code_was_used: false,
    at_station_id: null,
    shift: snapshot?.shift ?? null,
    sign_up: null,
    open_session: null,
    last_session: null,
    beacon_at: null,
    trouble: null,
    told: null,
  };
}

function actOf(reading, record, direction, at, { shift, policy }, account, nonce) {
  return {
    nonce,
    person: record.person,
    shift_id: shift.id,
    direction,
    at,
    use: reading.use ?? null,
    place: shift.station,
    account,
    expires_at: shift.ends_at + policy.out_closes_after * 60000,
    settled_at: null,
  };
}

function alone(verdict) {
  return { ...verdict, record: null, act: null };
}

function stored(reason) {
  return { outcome: 'stored', reason, details: {}, record: null, act: null };
}
