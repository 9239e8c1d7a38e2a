/* The service worker, served as /sw.js: opens the scanner and the list of today's shifts without a network.

   Pages come from the network first; what the pages kept of themselves (shell.js) stands in when it is away. A
   paired phone on which nobody is signed in opens them by its device's token. Signing out clears the kept pages, the
   snapshots and what was seen, and never a scan that has not been sent. */

const PREFIX = 'door-shell:';
const PAGES = [/^\/manage\/door$/, /^\/manage\/shifts\/\d+\/scan$/];
const SIGN_OUTS = new Set(['/sign-out', '/me/logins/end-all']);
const CLEARED = ['snapshots', 'acts', 'beacons'];
const PATIENCE = 4000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === 'POST') {
    if (SIGN_OUTS.has(url.pathname) && request.referrer.startsWith(self.location.origin)) event.waitUntil(forget());
    return;
  }
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate' && PAGES.some((page) => page.test(url.pathname))) {
    event.respondWith(openPage(request, url));
  } else if (url.pathname.startsWith('/static/')) {
    event.respondWith(openFile(request, url));
  }
});

async function openPage(request, url) {
  const kept = await caches.match(url.pathname);
  try {
    const answer = await patiently(fetch(request), kept);
    if (answer.type === 'opaqueredirect') return (await openByDevice(url)) ?? answer;
    return answer.status >= 500 && kept ? kept : answer;
  } catch {
    return kept ?? Response.error();
  }
}

/* Addresses with a version never change what they give; others are asked for anew while there is a network. */
async function openFile(request, url) {
  const kept = await caches.match(url.pathname + url.search);
  if (kept && (url.searchParams.has('v') || url.pathname.includes('/vendor/'))) return kept;
  try {
    const answer = await patiently(fetch(request), kept);
    return answer.ok || !kept ? answer : kept;
  } catch {
    return kept ?? Response.error();
  }
}

/* Waits for an answer, not for ever where something is kept that can stand in. */
function patiently(answer, kept) {
  if (!kept) return answer;
  return Promise.race([answer, new Promise((_, reject) => { setTimeout(() => reject(new Error('slow')), PATIENCE); })]);
}

async function openByDevice(url) {
  try {
    const device = (await inStores(['devices'], 'readonly', (stores) => stores.devices.getAll())).find((one) => one.current);
    if (device?.state !== 'enrolled') return null;
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${device.token}` }, redirect: 'error' });
    return answer.ok ? answer : null;
  } catch {
    return null;
  }
}

async function forget() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX)) await caches.delete(name);
  await inStores([...CLEARED, 'devices'], 'readwrite', (stores) => {
    for (const name of CLEARED) stores[name].clear();
    const request = stores.devices.openCursor();
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return;
      /* Its token still sends what is unsent; it opens nothing until the account signs in here again. */
      if (cursor.value.state === 'enrolled') cursor.update({ ...cursor.value, state: 'dormant' });
      cursor.continue();
    };
    return request;
  }).catch(() => {});
}

/* Runs `work` on what store.js keeps; rejects where it keeps nothing yet. */
function inStores(names, mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('door', 1);
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const db = opening.result;
      const transaction = db.transaction(names, mode);
      const request = work(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
      transaction.oncomplete = () => { db.close(); resolve(request.result); };
      transaction.onabort = () => { db.close(); reject(transaction.error); };
    };
  });
}
