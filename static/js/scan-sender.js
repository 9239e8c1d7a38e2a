/* Sends what is kept: by itself, as often as it takes, one tab at a time, in batches that shrink where the line is
   bad. Nothing but the server's word that it has stored a scan takes the scan out of keeping. */

import { setState, thisDevice } from './device.js';
import { count, groups, left, oldest, settle } from './scan-queue.js';
import { readReply } from './scan-replies.js';
import { all } from './store.js';
import { learn } from './server-clock.js';

const MOST = 200;
const PATIENCE = 12000;
const PER_ITEM = 100;
const WAITS = [1000, 2000, 4000, 8000, 15000, 30000, 60000];

export class ScanSender {
  /* settings: scans, csrf, account. clock: a DoorClock.
     tell: answered(item, result), unreadable(item, detail), trouble(kind), counted(n), late(): no answer came. */
  constructor(settings, clock, tell) {
    Object.assign(this, { settings, clock, tell });
    this.size = MOST;
    this.stuck = new Map();
    this.failures = 0;
    this.timer = null;
    this.running = null;
    this.again = false;
    this.slow = false;
    this.notBefore = 0;
    window.addEventListener('online', () => this.now());
    document.addEventListener('visibilitychange', () => document.hidden || this.now());
  }

  /* False where the last try failed or took long, or the system says that there is no network. */
  get isUp() {
    return navigator.onLine && this.failures === 0 && !this.slow;
  }

  /* Tries at once, also what could not be read before; only a wait that the server asked for is waited out. */
  now() {
    this.stuck.clear();
    return this.flush();
  }

  flush() {
    const wait = this.notBefore - performance.now();
    if (wait > 0) return this.later(wait);
    clearTimeout(this.timer);
    this.again = true;
    this.running ??= this.alone(() => this.work()).finally(() => {
      this.running = null;
      if (this.again) this.flush();
    });
    return this.running;
  }

  /* One tab sends; the others leave it to that one and look again later. */
  async alone(work) {
    if (!navigator.locks) return work();
    return navigator.locks.request('scan-sender', { ifAvailable: true }, (lock) => (lock ? work() : this.later(2000)));
  }

  async work() {
    try {
      while (this.again) {
        this.again = false;
        for (const group of await groups()) if (this.isMine(group)) await this.empty(group);
      }
      this.tell.counted(await count());
    } catch (failure) {
      await this.wait(failure);
    }
  }

  /* A scan without a device's signature is sent by the login that made it. */
  isMine(group) {
    return group.startsWith('device:') || group === `plain:${this.settings.account}`;
  }

  async empty(group) {
    for (;;) {
      const batch = await oldest(group, this.size, this.stuck);
      if (!batch.length) return;
      await this.send(batch, group);
    }
  }

  async send(batch, group) {
    const number = batch[0].device;
    const device = number && (await all('devices')).find((known) => known.device === number);
    const asked = performance.now();
    const response = await this.post(batch, device);
    const reply = await readReply(response, usesToken(device)).catch(() => ({ kind: 'again' }));
    learn(response);
    if (reply.kind === 'results') return this.accept(batch, device, reply, asked);
    if (reply.trouble === 'revoked') await setState(number, 'revoked');
    if (reply.kind === 'smaller' && batch.length > 1) return this.shrink(batch);
    if (['smaller', 'alone'].includes(reply.kind)) return batch.length > 1 ? this.shrink(batch) : this.setAside(batch[0], reply.detail);
    throw Object.assign(new Error(group), reply);
  }

  async post(batch, device) {
    const body = { items: batch.map((item) => item.sent) };
    if (batch[0].device) Object.assign(body, { device: batch[0].device, ...(await left()) });
    const byToken = usesToken(device);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE + PER_ITEM * batch.length);
    try {
      const response = await fetch(this.settings.scans, {
        method: 'POST',
        credentials: byToken ? 'omit' : 'same-origin',
        redirect: 'manual',
        cache: 'no-store',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json',
          ...(byToken ? { Authorization: `Bearer ${device.token}` } : { 'X-CSRFToken': this.settings.csrf }),
        },
        body: JSON.stringify(body),
        signal: stop.signal,
      });
      /* The whole answer belongs to the patience: half of it may never come. */
      const text = response.type === 'opaqueredirect' ? null : await response.arrayBuffer();
      return text === null ? response : new Response(text.byteLength ? text : null, response);
    } catch (failure) {
      if (stop.signal.aborted) this.size = Math.max(1, Math.floor(batch.length / 2));
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  async accept(batch, device, reply, asked) {
    const settled = await settle(batch, reply.results, Date.parse(reply.server_time) || Date.now());
    const speaker = usesToken(device) ? device.account : this.settings.account;
    if (speaker === this.settings.account) await this.clock.learn(reply, asked);
    for (const [item, result] of settled) this.tell.answered(item, result);
    this.tell.counted(await count());
    if (!settled.length) throw new Error('an answer to something else');
    this.failures = 0;
    this.slow = false;
    this.size = Math.min(MOST, this.size * 2);
    this.tell.trouble(device?.state === 'revoked' ? 'revoked' : null);
  }

  shrink(batch) {
    this.size = Math.ceil(batch.length / 2);
  }

  /* One that the server cannot read holds back no other; it stays, and is tried again later. */
  setAside(item, detail) {
    this.stuck.set(item.nonce, detail);
    this.size = MOST;
    this.tell.unreadable(item, detail ?? '');
  }

  async wait(failure) {
    this.failures += 1;
    this.tell.counted(await count().catch(() => 0));
    if (failure.trouble) this.tell.trouble(failure.trouble);
    this.tell.late();
    if (failure.wait) this.notBefore = performance.now() + failure.wait;
    const pause = failure.wait ?? WAITS[Math.min(this.failures - 1, WAITS.length - 1)] * (0.75 + Math.random() / 2);
    this.later(pause);
  }

  later(pause) {
    this.again = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), pause);
  }
}

/* A device whose token was taken back sends by the login of whoever is signed in; a person then looks at it. */
function usesToken(device) {
  return Boolean(device) && device.state !== 'revoked';
}
