/* The server's time, as far as answers have told it; a phone's clock may be minutes wrong. */

/* A Date header cuts the second off, so a second is added: a scan may seem a moment early to the server,
   which allows that, but never older than the code it carries. */
const CUT = 1000;

let ahead = null;

/* Every answer tells at least how far the server's clock is ahead of ours; the quickest one tells best. */
export function learn(response) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isNaN(date)) ahead = Math.max(ahead ?? -Infinity, date + CUT - performance.now());
}

export function serverNow() {
  return new Date(ahead === null ? Date.now() : performance.now() + ahead);
}
