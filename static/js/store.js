/* What this phone keeps, in IndexedDB. Written by hand instead of taken from a library: which writes share a
   transaction, and when they are on the disk, is what matters here, and a wrapper hides both. */

const NAME = 'door';
const VERSION = 1;

let opening = null;

function lay(db) {
  /* This browser's enrolments; one of them is current. Holds the key, the token, the place in the chain. */
  db.createObjectStore('devices', { keyPath: 'device' });
  /* The latest beacon of each account. */
  db.createObjectStore('beacons', { keyPath: 'account' });
  /* Scans not yet acknowledged, in their order; `group` is who sends them. */
  const items = db.createObjectStore('items', { keyPath: 'order', autoIncrement: true });
  items.createIndex('nonce', 'nonce', { unique: true });
  items.createIndex('group', 'group');
  /* Scans the server would not store, with its reason. */
  db.createObjectStore('tray', { keyPath: 'nonce' });
  /* Snapshots by shift: their records are sealed. */
  db.createObjectStore('snapshots', { keyPath: 'id' });
  /* What this phone itself saw happen since: who came and went, by number of the person. */
  db.createObjectStore('acts', { keyPath: 'nonce' }).createIndex('person', 'person');
}

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => lay(request.result);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const db = request.result;
      db.onversionchange = () => { db.close(); opening = null; };
      db.onclose = () => { opening = null; };
      resolve(db);
    };
  }).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

/* Runs `work` with the stores inside one transaction and returns what it returns, once that is on the disk. */
export async function within(names, mode, work) {
  const db = await open();
  const transaction = db.transaction(names, mode, { durability: mode === 'readwrite' ? 'strict' : 'default' });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
  });
  done.catch(() => {});
  let result;
  try {
    result = await work(...names.map((name) => transaction.objectStore(name)));
  } catch (error) {
    try {
      transaction.abort();
    } catch { /* It has ended by itself. */ }
    throw error;
  }
  await done;
  return result;
}

/* Waits for one request of a transaction. */
export function ask(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function get(name, key) {
  return within([name], 'readonly', (store) => ask(store.get(key)));
}

export function all(name) {
  return within([name], 'readonly', (store) => ask(store.getAll()));
}

export function put(name, value) {
  return within([name], 'readwrite', (store) => ask(store.put(value)));
}

export function remove(name, key) {
  return within([name], 'readwrite', (store) => ask(store.delete(key)));
}

/* Tells whether something can be written and is there afterwards; throws where it cannot. */
export async function probe() {
  const mark = { account: 0, probe: Date.now() };
  await put('beacons', mark);
  const kept = await get('beacons', 0);
  await remove('beacons', 0);
  return kept?.probe === mark.probe;
}
