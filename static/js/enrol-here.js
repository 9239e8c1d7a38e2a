/* Enrols the very phone on which a manager is signed in: one tap, no second screen. */

import { enrol } from './device.js';

export class EnrolHere {
  /* box: a section with a button and a line for what went wrong. done(): called once the phone is enrolled. */
  constructor(box, settings, words, done) {
    Object.assign(this, { box, settings, words, done });
    this.button = box.querySelector('button');
    this.button.addEventListener('click', () => this.start());
  }

  async start() {
    this.button.disabled = true;
    try {
      await enrol(this.settings.devices, await this.offer(), this.words.own_name);
      this.box.hidden = true;
      await this.done();
    } catch (failure) {
      console.warn('not enrolled', failure);
      this.box.querySelector('p').textContent = failure.detail ?? this.words.failed;
    } finally {
      this.button.disabled = false;
    }
  }

  /* Asks for a pairing as the manager signed in here. */
  async offer() {
    const response = await fetch(this.settings.pairing, {
      method: 'POST', redirect: 'error', headers: { Accept: 'application/json', 'X-CSRFToken': this.settings.csrf },
    });
    const told = await response.json();
    if (!response.ok) throw Object.assign(new Error('offer'), { detail: told.detail });
    return told.pairing;
  }
}
