/* What the scanner asks the server for besides sending: snapshot, time, counts, taking a scan back. It speaks as the
   enrolled device where its account is the one at work here, else as whoever is signed in. */

import { setState, thisDevice, voice } from './device.js';
import { left } from './scan-queue.js';
import { keepSnapshot, loadSnapshot } from './snapshot.js';
import { learn } from './server-clock.js';
import { remove } from './store.js';

const PATIENCE = 15000;

export class DoorLine {
  constructor(settings, clock) {
    Object.assign(this, { settings, clock });
    this.device = null;
    this.snapshot = null;
  }

  /* Reads what is kept. Somebody who signed out and in again on this phone takes up its enrolment. */
  async load() {
    await this.reload();
    this.snapshot = await loadSnapshot(this.settings.shift, this.settings.account);
  }

  async reload() {
    this.device = await thisDevice();
    const { settings, device } = this;
    if (device?.state === 'dormant' && device.account === settings.account && settings.signed_in) {
      await setState(device.device, 'enrolled');
      this.device = await thisDevice();
    }
  }

  get voice() {
    return voice(this.device, this.settings.account);
  }

  /* Fetches time and, on an enrolled device, the snapshot. Throws where the network or the server will not. */
  async refresh() {
    if (!this.device || this.device.state === 'revoked') return;
    const { told, asked } = await this.ask(this.settings.snapshot);
    await this.clock.learn(told, asked);
    this.snapshot = await keepSnapshot(told, this.settings.account);
  }

  /* Tells the server that this phone is there and what it still keeps, and takes the time home. */
  async heartbeat() {
    if (!this.device || this.device.state === 'revoked') return;
    const { unsent, oldest } = await left();
    const said = new URLSearchParams(oldest ? { unsent, oldest } : { unsent });
    const { told, asked } = await this.ask(`${this.settings.beacon}?${said}`);
    await this.clock.learn(told, asked);
  }

  async presence() {
    return (await this.ask(this.settings.presence)).told;
  }

  /* Takes a scan back. Returns {done, text}: the sentence to show. */
  async undo(item, words) {
    const address = this.settings.undo.replace('NONCE', item.nonce);
    try {
      await this.ask(address, { method: 'POST', headers: { 'X-CSRFToken': this.settings.csrf } });
      await remove('acts', item.nonce);
      return { done: true, text: words.undone };
    } catch (failure) {
      return { done: false, text: failure.detail ?? words.not_undone };
    }
  }

  async ask(address, { headers, ...how } = {}) {
    const asked = performance.now();
    const response = await fetch(address, {
      redirect: 'error', cache: 'no-store', signal: AbortSignal.timeout?.(PATIENCE), ...how, headers: { Accept: 'application/json', ...headers, ...this.voice },
    });
    learn(response);
    if (response.status === 401 && this.voice.Authorization) {
      await setState(this.device.device, 'revoked');
      this.device = await thisDevice();
    }
    const told = await response.json();
    if (!response.ok) throw Object.assign(new Error(String(response.status)), { detail: told.detail });
    return { told, asked };
  }
}
