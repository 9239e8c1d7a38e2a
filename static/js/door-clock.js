/* The server's time on this phone: the latest beacon, and how long ago it was heard, by two clocks.

   A page's monotonic clock cannot be set, but stands still in some phones while they sleep, and begins anew with the
   page; the wall clock goes on, but can be set. Where they differ, a personal code's slot, which the server made,
   says which of them is right. */

import { get, put } from './store.js';

const CLOSE = 2000;
/* Being ahead by less than this does no harm anywhere: codes of the slot before are good, and so are scans dated five
   seconds ahead. Being behind makes a fresh code one of the future. */
const AHEAD = 3000;

export class DoorClock {
  /* account: whose beacons these are. */
  constructor(account) {
    this.account = account;
    this.anchor = null;
  }

  async load() {
    const kept = await get('beacons', this.account);
    if (kept && !this.anchor) this.anchor = { ...kept, mono: null };
  }

  /* Takes {beacon, server_time} of an answer that was asked for at `asked` by performance.now(). */
  async learn({ beacon, server_time }, asked) {
    const heard = performance.now();
    const at = Date.parse(server_time);
    if (!beacon || Number.isNaN(at) || (this.anchor && at < this.anchor.at)) return;
    const mono = this.momentOf(at, asked, heard);
    const kept = { account: this.account, beacon, at, wall: Date.now() - (heard - mono), unsure: (heard - asked) / 2 };
    this.anchor = { ...kept, mono };
    await put('beacons', kept).catch(() => {});
  }

  /* Returns when, by the monotonic clock, the server read its time: surely between question and answer; where the
     earlier reckoning agrees with that, as it says, else as early as does no harm. */
  momentOf(at, asked, heard) {
    const expected = this.anchor && this.anchor.mono !== null ? this.anchor.mono + (at - this.anchor.at) : NaN;
    return expected >= asked && expected <= heard ? expected : Math.max(asked, heard - AHEAD);
  }

  get isSet() {
    return this.anchor !== null;
  }

  /* Returns the possible readings of now, likeliest first: {at, beacon, mono_ms, wall_ms}. */
  readings() {
    const { at, beacon, wall, mono } = this.anchor;
    const wall_ms = Math.max(0, Math.round(Date.now() - wall));
    const mono_ms = mono === null ? null : Math.max(0, Math.round(performance.now() - mono));
    const told = { beacon, mono_ms, wall_ms };
    if (mono_ms === null) return [{ ...told, at: at + wall_ms }];
    const both = [{ ...told, at: at + mono_ms }];
    if (Math.abs(mono_ms - wall_ms) <= CLOSE) return both;
    const byWall = { ...told, at: at + wall_ms };
    /* The phone slept: likelier than that its clock was set ahead. */
    return wall_ms > mono_ms ? [byWall, ...both] : [...both, byWall];
  }

  /* Returns how far the phone's own clock is ahead of the server's, in milliseconds. */
  get offset() {
    return Date.now() - this.readings()[0].at;
  }

  /* Returns by how much the server's time may be wrong here, in milliseconds. */
  get unsure() {
    return this.anchor.unsure ?? 0;
  }
}
