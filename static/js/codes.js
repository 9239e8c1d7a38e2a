/* Reads a code as far as a phone can: its kind, whom it names, its slot, what opens the record. Only the server can
   check the proof. The text is described in docs/offline.md. */

const SLOT = 30000;
const BEHIND = 5000;
const LONGEST = 120;
const PERSONAL = /^VH1\.P\.([0-9A-Z]{1,13})\.([0-9A-Z]{1,10})\.([A-Z2-7]{16})\.[A-Z2-7]{16}$/;
const CARD = /^VH1\.C\.([0-9A-Z]{1,13})\.([A-Z2-7]{16})$/;
const TYPED = /^[2-9A-HJKMNP-Z]{8,14}$/;

/* Returns {kind, person, slot, opener, use}; kind is personal, card, typed, or unknown: surely none of ours. */
export function readCode(text) {
  const cleaned = text.trim().toUpperCase();
  if (cleaned.length > LONGEST) return { kind: 'unknown' };
  const personal = PERSONAL.exec(cleaned);
  if (personal) {
    const [person, slot] = [parseInt(personal[1], 36), parseInt(personal[2], 36)];
    return { kind: 'personal', person, slot, opener: personal[3], use: `p:${person}:${slot}` };
  }
  const card = CARD.exec(cleaned);
  if (card) return { kind: 'card', opener: card[2], use: null };
  return { kind: TYPED.test(cleaned.replace(/[- ]/g, '')) ? 'typed' : 'unknown' };
}

/* Tells whether a code can be believed at an instant: 'valid', 'expired' or 'unknown'. */
export function stateOf(reading, at) {
  if (reading.kind === 'unknown') return 'unknown';
  if (reading.kind !== 'personal') return 'valid';
  const current = Math.floor(at / SLOT);
  return reading.slot === current || reading.slot === current - 1 ? 'valid' : 'expired';
}

/* Returns the instant to date a scan by: a personal code proves that its slot has begun, whatever a clock says that
   is a few seconds behind. */
export function notBefore(reading, at) {
  const begun = reading.kind === 'personal' ? reading.slot * SLOT : at;
  return begun > at && begun - at <= BEHIND ? begun : at;
}

/* Returns what of a code stays the same while it rotates; of anything else the whole. */
export function personOf(text) {
  return /^(VH1\.P\.[0-9A-Z]+)\./i.exec(text)?.[1] ?? text;
}
