/* Keeps the page and what it is made of in this browser, so that it opens without a network: /sw.js, which is
   service-worker.js, answers from there. Nothing else is kept: no answers of the API, no other pages. */

const PREFIX = 'door-shell:';
const DOOR = '/manage/door';
const TAKING_OVER = 5000;

/* Registers the service worker. Returns true once it is at work for this page. */
export async function startWorker() {
  if (!('serviceWorker' in navigator)) return false;
  await navigator.serviceWorker.register('/sw.js', { scope: '/' });
  await navigator.serviceWorker.ready;
  if (workerIsActive()) return true;
  /* It has started and is about to take this page over. */
  await new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
    setTimeout(resolve, TAKING_OVER);
  });
  return workerIsActive();
}

export function workerIsActive() {
  return Boolean(navigator.serviceWorker?.controller);
}

/* Keeps this page with every file of ours that it has loaded, and the list of shifts, where an installed scanner
   begins; the scripts that the list imports are all among the scanner's. Another account's pages, and those of an earlier
   version of the system, are forgotten once this one is whole. `headers` says who asks. */
export async function keepShell({ build, account }, headers) {
  const name = `${PREFIX}${account}:${build}`;
  const others = (await caches.keys()).filter((other) => other.startsWith(PREFIX) && other !== name);
  for (const other of others) if (!other.startsWith(`${PREFIX}${account}:`)) await caches.delete(other);
  const shell = await caches.open(name);
  for (const url of files()) if (!(await shell.match(url))) await store(shell, url, {});
  for (const page of new Set([DOOR, location.pathname])) {
    const kept = await store(shell, page, { credentials: 'same-origin', cache: 'no-store', headers });
    for (const url of filesOf(await kept.text())) if (!(await shell.match(url))) await store(shell, url, {});
  }
  for (const other of others) await caches.delete(other);
}

/* Tells whether this page would open without a network. */
export async function hasShell() {
  if (!('caches' in window) || !(await caches.match(location.pathname))) return false;
  for (const url of files()) if (!(await caches.match(url))) return false;
  return true;
}

/* Returns the paths of pages that would open without a network. */
export async function keptPages() {
  const kept = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
  }
  return kept;
}

function files() {
  const loaded = performance.getEntriesByType('resource').map((entry) => new URL(entry.name));
  const ours = loaded.filter((url) => url.origin === location.origin && url.pathname.startsWith('/static/'));
  return new Set(ours.map((url) => url.pathname + url.search));
}

async function store(shell, url, how) {
  const response = await fetch(url, { redirect: 'error', ...how });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const read = response.clone();
  await shell.put(url, response);
  return read;
}

function filesOf(html) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const named = [...page.querySelectorAll('link[href], script[src], img[src]')];
  return named.map((one) => one.getAttribute('href') ?? one.getAttribute('src')).filter((url) => url.startsWith('/static/'));
}
