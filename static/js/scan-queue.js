/* Scans on their way to the server. Each is kept in this browser until it is answered, and sent again under
   the same nonce as often as it takes, so that a lost network loses no scan and counts none twice. */

import { learn } from './server-clock.js';

const MOST = 50;
const PATIENCE = 12000;
const WAITS = [1000, 2000, 4000, 8000, 15000, 30000];

export function newNonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export class ScanQueue {
  /* tell: answered(item, result), waiting(item), refused(item, detail), trouble(kind), count(n) */
  constructor(settings, tell) {
    this.settings = settings;
    this.tell = tell;
    this.prefix = `scan:${settings.account}:`;
    this.items = new Map(this.kept().map((item) => [item.nonce, item]));
    this.stuck = new Set();
    this.single = false;
    this.failures = 0;
    this.sending = false;
    this.timer = null;
    window.addEventListener('online', () => this.flush());
    this.changed();
  }

  /* Takes a scan into keeping and sends it. */
  add(item) {
    this.items.set(item.nonce, item);
    try {
      localStorage.setItem(this.prefix + item.nonce, JSON.stringify(item));
    } catch {
      this.tell.trouble('not_kept');
    }
    this.changed();
    this.flush();
  }

  async flush() {
    if (this.sending) return;
    clearTimeout(this.timer);
    this.sending = true;
    try {
      for (let batch = this.next(); batch.length; batch = this.next()) await this.send(batch);
      this.failures = 0;
    } catch (failure) {
      this.wait(failure);
    } finally {
      this.sending = false;
    }
  }

  open() {
    return [...this.items.values()].filter((item) => !this.stuck.has(item.nonce));
  }

  next() {
    return this.open().slice(0, this.single ? 1 : MOST);
  }

  async send(batch) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    const response = await fetch(this.settings.scans, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': this.settings.csrf },
      body: JSON.stringify({ items: batch }),
      signal: stop.signal,
    });
    learn(response);
    const answer = await response.json().catch(() => ({}));
    clearTimeout(timer);
    if (answer.results) return this.settle(answer.results);
    if (response.status === 422) return this.setAside(batch, answer.detail);
    throw Object.assign(new Error(answer.code ?? response.status), { status: response.status, code: answer.code });
  }

  settle(results) {
    this.tell.trouble(null);
    let settled = 0;
    for (const result of results) {
      const item = this.items.get(result.nonce);
      if (!item) continue;
      settled += 1;
      this.items.delete(item.nonce);
      try {
        localStorage.removeItem(this.prefix + item.nonce);
      } catch { /* It was never kept. */ }
      this.tell.answered(item, result);
    }
    this.changed();
    if (!settled) throw new Error('an answer to something else');
  }

  /* One item that the server cannot read must not hold back the others: it is found by sending one at a time. */
  setAside(batch, detail) {
    if (batch.length > 1) {
      this.single = true;
      return;
    }
    this.stuck.add(batch[0].nonce);
    this.single = false;
    this.tell.refused(batch[0], detail ?? '');
    this.changed();
  }

  wait(failure) {
    for (const item of this.open()) this.tell.waiting(item);
    if (failure.status === 401) this.tell.trouble('signed_out');
    else if (failure.status === 400) this.tell.trouble('stale');
    else if (failure.status === 403) this.tell.trouble('forbidden');
    const pause = failure.status && failure.status < 429 ? WAITS[WAITS.length - 1] : WAITS[Math.min(this.failures, WAITS.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => this.flush(), pause);
  }

  changed() {
    this.tell.count(this.open().length);
  }

  kept() {
    const items = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.prefix)) items.push(JSON.parse(localStorage.getItem(key)));
      }
    } catch { /* A browser that keeps nothing has nothing kept. */ }
    return items.sort((one, other) => one.scanned_at.localeCompare(other.scanned_at));
  }
}
