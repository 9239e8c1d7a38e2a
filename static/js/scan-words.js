/* Puts the phone's own verdict into the words of the server's, from the page. */

import { fill } from './words.js';

/* Returns what result screen and list show. words: the page's words, with `reasons`: reason → [headline, sentence]. */
export function sayVerdict(verdict, at, words) {
  if (verdict.outcome === 'stored') {
    const why = { unlisted: words.unlisted, short_code: words.code_needs_server }[verdict.reason] ?? words.stored_why;
    return { outcome: 'stored', headline: words.stored, explanation: why, at: wall(at, words.zone) };
  }
  const { record, details } = verdict;
  const [headline, sentence] = words.reasons[verdict.reason];
  const by = details.by ? fill(words.by, { by: details.by }) : '';
  const first = wall(details.at ? Date.parse(details.at) : at, words.zone);
  return {
    outcome: verdict.outcome === 'accepted' ? 'stored' : verdict.outcome,
    headline,
    explanation: fill(sentence, { at: first, by, place: details.place ?? '' }),
    name: record?.name,
    number: record?.number,
    team: record?.team,
    at: wall(at, words.zone),
    kept: true,
  };
}

/* Returns the name of somebody whose scan waits for the server's answer. */
export function sayWaiting(verdict, at, words) {
  return {
    outcome: 'stored', headline: words.stored, explanation: words.stored_why, name: verdict.record?.name,
    number: verdict.record?.number, team: verdict.record?.team, at: wall(at, words.zone),
  };
}

/* Returns hours and minutes as the deployment's wall clock shows them, wherever the phone believes to be. */
export function wall(at, zone) {
  return new Date(at).toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: zone });
}
