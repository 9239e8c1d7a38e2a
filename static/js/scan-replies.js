/* What each kind of reply to a batch means: the table of docs/offline.md, "What the phone makes of a reply". */

const LONGEST_WAIT = 10 * 60 * 1000;

/* Returns {kind, trouble, wait}: kind is results (with `results`), smaller, alone, or again; trouble is a key of the
   page's words or null; wait is what the server asked for in milliseconds, or null. Never throws. */
export async function readReply(response, isSigned) {
  if (response.type === 'opaqueredirect') return reply('again', 'portal');
  const wait = waitOf(response);
  const body = await response.json().catch(() => null);
  if ([200, 422].includes(response.status) && Array.isArray(body?.results)) return { ...reply('results'), ...body };
  if (response.ok) return reply('again', body === null ? notOurs(response) : 'strange', wait);
  switch (response.status) {
    case 400: return reply('again', isSigned ? 'update' : 'stale', wait);
    case 401: return reply('again', isSigned ? 'revoked' : 'signed_out', wait);
    case 403: return reply('again', 'forbidden', wait);
    case 404: return reply('again', 'update', wait);
    case 413: return reply('smaller', null, wait);
    case 422: return { ...reply('alone', null, wait), detail: body?.detail ?? '' };
    case 429: case 503: return reply('again', 'busy', wait);
    default: return reply('again', null, wait);
  }
}

function reply(kind, trouble = null, wait = null) {
  return { kind, trouble, wait };
}

/* A page where an answer was due is somebody else's; half an answer is only a bad line. */
function notOurs(response) {
  return (response.headers.get('Content-Type') ?? '').includes('html') ? 'portal' : null;
}

function waitOf(response) {
  const told = response.headers.get('Retry-After');
  if (!told) return null;
  const until = Date.parse(told);
  const wait = /^\d+$/.test(told) ? Number(told) * 1000 : until - (Date.parse(response.headers.get('Date') ?? '') || Date.now());
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_WAIT) : null;
}
