/* The decision about one scan: pure, and the same as volunteer_hub/checkin/decision.py, rule by rule.

   tests/cases/decision.json holds the cases that both must answer alike. Instants are milliseconds since 1970. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const CLOCK_AHEAD = 5 * SECOND;
const LATE_UPLOAD = 5 * MINUTE;
const OFFLINE_AT_MOST = 72 * 60 * MINUTE;
const UNFORESEEN = new Set([
  'code_expired', 'not_registered', 'shift_cancelled', 'wrong_station', 'not_signed_up', 'not_approved',
  'on_waiting_list', 'sign_up_withdrawn', 'too_early', 'too_late', 'too_late_out',
]);
const SIGN_UPS = {
  pending: 'not_approved',
  waiting: 'on_waiting_list',
  offered: 'on_waiting_list',
  withdrawn: 'sign_up_withdrawn',
  declined: 'sign_up_withdrawn',
};

/* Returns the verdict: outcome, reason, and the values for the sentence that explains it. The first rule that
   speaks decides. */
export function decide(context) {
  const verdict = first(RULES, context);
  if (!verdict) return answer('accepted', context.direction === 'in' ? 'checked_in' : 'checked_out');
  if (verdict.outcome === 'refused' && context.told === 'accepted' && UNFORESEEN.has(verdict.reason)) {
    return { ...verdict, outcome: 'pending' };
  }
  return verdict;
}

function first(rules, context) {
  for (const rule of rules) {
    const verdict = rule(context);
    if (verdict) return verdict;
  }
  return null;
}

function answer(outcome, reason, details = {}) {
  return { outcome, reason, details };
}

function refuse(reason, details) {
  return answer('refused', reason, details);
}

function code(context) {
  if (context.code === 'expired') return refuse('code_expired');
  if (context.code === 'revoked') return refuse('card_revoked');
  return context.code === 'unknown' ? refuse('code_unknown') : null;
}

function person(context) {
  if (context.volunteer_id === null) return refuse('code_unknown');
  return context.is_registered ? null : refuse('not_registered');
}

function shift(context) {
  if (!context.shift) return refuse('shift_unknown');
  if (context.at_station_id !== null && context.at_station_id !== context.shift.station_id) return refuse('wrong_station');
  return context.shift.is_live ? null : refuse('shift_cancelled');
}

function clock(context) {
  if (context.trouble !== null) return answer('pending', context.trouble);
  if (context.scanned_at > context.received_at + CLOCK_AHEAD) return answer('pending', 'clock_ahead');
  const late = context.received_at - context.scanned_at;
  if (context.beacon_at === null) return late > LATE_UPLOAD ? answer('pending', 'late_upload') : null;
  if (context.scanned_at < context.beacon_at - CLOCK_AHEAD) return answer('pending', 'before_beacon');
  return late > OFFLINE_AT_MOST ? answer('pending', 'offline_too_long') : null;
}

/* A second scan soon after the first is the same act, never the opposite one. */
function sameAct(context) {
  const near = context.policy.same_act_seconds * SECOND;
  const { open_session: opened, last_session: last } = context;
  if (context.direction === 'out' && opened && isHere(context, opened) && within(context, opened.in_at, near)) {
    return already('just_checked_in', opened, opened.in_at);
  }
  if (context.direction === 'in' && !opened && last?.out_at && within(context, last.out_at, near)) {
    return already('just_checked_out', last, last.out_at);
  }
  return null;
}

function repeat(context) {
  const { open_session: opened, last_session: last } = context;
  const here = Boolean(opened) && isHere(context, opened);
  if (context.direction === 'in') return here ? already('already_in', opened, opened.in_at) : null;
  if (here) return null;
  return last?.out_at ? already('already_out', last, last.out_at) : refuse('not_checked_in');
}

function elsewhere(context) {
  const opened = context.open_session;
  if (context.direction !== 'in' || !opened || isHere(context, opened)) return null;
  if (opened.expires_at && context.scanned_at > opened.expires_at) return null;
  return refuse('in_elsewhere', { place: opened.place ?? '', at: iso(opened.in_at) });
}

function signUp(context) {
  if (context.direction === 'out' || context.sign_up === 'accepted') return null;
  return refuse(SIGN_UPS[context.sign_up] ?? 'not_signed_up');
}

function openHours(context) {
  const { shift: on, policy, scanned_at: at } = context;
  if (!on) return null;
  if (context.direction === 'in') {
    const opens = on.starts_at - policy.in_opens_before * MINUTE;
    if (at < opens) return refuse('too_early', { at: iso(opens) });
    return at > on.ends_at ? refuse('too_late', { at: iso(on.ends_at) }) : null;
  }
  const closes = on.ends_at + policy.out_closes_after * MINUTE;
  return at > closes ? refuse('too_late_out', { at: iso(closes) }) : null;
}

function singleUse(context) {
  return context.code_was_used ? refuse('code_used') : null;
}

function isHere(context, session) {
  return Boolean(context.shift) && session.shift_id === context.shift.id;
}

function within(context, moment, near) {
  return Math.abs(context.scanned_at - moment) < near;
}

function already(reason, session, moment) {
  return answer('already', reason, { at: iso(moment), by: session.by ?? '' });
}

function iso(moment) {
  return new Date(moment).toISOString();
}

/* In the order in which they speak. */
const RULES = [code, person, shift, clock, sameAct, repeat, elsewhere, signUp, openHours, singleUse];
