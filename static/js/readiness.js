/* Whether this phone would work without a network, found out by trying, and what is missing where it would not. */

import { hasShell, workerIsActive } from './shell.js';
import { probe } from './store.js';

const TOO_OLD = 12 * 60 * 60 * 1000;
const TOO_UNSURE = 5000;

/* Returns {ready, missing, warnings, people, made_at, age, offset}: missing and warnings are keys of words; age and offset
   in milliseconds, null where not known. */
export async function checkReadiness({ device, snapshot, clock, decoder }) {
  const age = snapshot && clock.isSet ? Math.max(0, clock.readings()[0].at - snapshot.made_at) : null;
  const checks = {
    not_secure: window.isSecureContext,
    not_paired: device?.state === 'enrolled' || device?.state === 'dormant',
    no_clock: clock.isSet && clock.unsure <= TOO_UNSURE,
    no_snapshot: Boolean(snapshot),
    too_old: age === null || age <= TOO_OLD,
    nobody: !snapshot || snapshot.people > 0,
    test_fails: !snapshot || (await snapshot.passesTest()),
    not_writable: await probe().catch(() => false),
    no_decoder: await decoder(),
    no_worker: workerIsActive() && (await hasShell()),
  };
  const missing = Object.keys(checks).filter((name) => !checks[name]);
  const persisted = (await navigator.storage?.persisted?.()) ?? false;
  return {
    ready: missing.length === 0,
    missing,
    warnings: persisted ? [] : ['not_persisted'],
    people: snapshot?.people ?? 0,
    made_at: snapshot?.kept.made_at ?? '',
    age,
    offset: clock.isSet ? clock.offset : null,
  };
}
